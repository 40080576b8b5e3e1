//! The way back: wave by wave in reverse, those that were begun and no others.

use jiff::Timestamp;

use super::effect::Effect;
use super::event::{Ending, Standing};
use super::machine::Run;
use super::members::Activity;
use super::outcome::{Outcome, Reason};
use super::position::{ClusterState, Scope};
use crate::name::Name;

impl Run {
    /// Decides what comes next on the way back.
    pub(super) fn back(&mut self, scope: Scope, now: Timestamp) {
        self.attend_deadlines(now);
        self.stop_forward(scope);
        match self.last_open(scope) {
            Some(wave) => self.take_back(wave, scope),
            None if self.members.are_at_rest() => self.came_back(scope, now),
            None => {}
        }
    }

    /// Those that go back do not go on.
    fn stop_forward(&mut self, scope: Scope) {
        for cluster in self.members.doing(Activity::Running) {
            let is_forward = matches!(self.state(&cluster), Some(ClusterState::Begun { .. }));
            if is_forward && self.goes_back(&cluster, scope) {
                self.ask_to_stop(cluster);
            }
        }
        for activity in [Activity::Reached, Activity::Waiting] {
            for cluster in self.members.doing(activity) {
                if self.state(&cluster) != Some(&ClusterState::GoingBack)
                    && let Some(member) = self.members.get_mut(&cluster)
                {
                    member.activity = Activity::Idle;
                }
            }
        }
    }

    pub(super) fn ask_to_stop(&mut self, cluster: Name) {
        if let Some(member) = self.members.get_mut(&cluster) {
            member.activity = Activity::Stopping;
            self.ask(Effect::Stop(cluster));
        }
    }

    /// The last wave that has clusters to be taken back.
    fn last_open(&self, scope: Scope) -> Option<usize> {
        let waves = (0..self.waves.len()).rev();
        let mut open = waves.filter(|wave| {
            let clusters = self.clusters(*wave);
            clusters.iter().any(|cluster| self.is_open(cluster, scope))
        });
        open.next()
    }

    /// Takes clusters of a wave back, as many as may at once, the last first.
    fn take_back(&mut self, wave: usize, scope: Scope) {
        let most = self.waves[wave].undo_concurrency();
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        for cluster in self.clusters(wave).into_iter().rev() {
            let members = self.members.iter();
            let busy = members
                .filter(|(_, member)| member.wave == wave && member.activity != Activity::Idle);
            if busy.count() >= most {
                return;
            }
            let member = self.members.get(&cluster);
            let is_idle = member.is_some_and(|member| member.activity == Activity::Idle);
            if is_idle && self.is_open(&cluster, scope) {
                self.look(cluster, Activity::Looking);
            }
        }
    }

    /// It answers: it is taken back where its own run has written anything.
    pub(super) fn looked_back(&mut self, cluster: &Name, scope: Scope, standing: Standing) {
        if !self.is_open(cluster, scope) {
            return;
        }
        match standing {
            Standing::Untouched | Standing::Undone => self.note(cluster, ClusterState::Back),
            Standing::Other(reason) => self.note(cluster, ClusterState::NotBack { reason }),
            Standing::Begun | Standing::Done => {
                self.note(cluster, ClusterState::GoingBack);
                if let Some(member) = self.members.get_mut(cluster) {
                    member.activity = Activity::Reached;
                }
            }
        }
    }

    /// It does not answer: it is told, and left.
    pub(super) fn unreached_back(&mut self, cluster: &Name, scope: Scope, reason: String) {
        if self.is_open(cluster, scope) {
            self.note(cluster, ClusterState::NotBack { reason });
        }
    }

    /// What was started to take it back has ended.
    pub(super) fn ended_back(&mut self, cluster: &Name, ending: Ending) {
        match ending {
            Ending::Undone => self.note(cluster, ClusterState::Back),
            Ending::Failed(_) | Ending::Lost(_) if self.is_stopping => {}
            Ending::Failed(reason) | Ending::Lost(reason) => {
                self.note(cluster, ClusterState::NotBack { reason });
            }
            Ending::Done => {
                let reason = "its own run went on to its end".to_owned();
                self.note(cluster, ClusterState::NotBack { reason });
            }
        }
    }

    /// All that could be taken back is.
    fn came_back(&mut self, scope: Scope, now: Timestamp) {
        let clusters = self.position().clusters.iter();
        let left = clusters.filter(|(_, state)| matches!(state, ClusterState::NotBack { .. }));
        let clusters: Vec<Name> = left.map(|(name, _)| name.clone()).collect();
        let turned = self.position().turned.clone();
        let outcome = match (clusters.is_empty(), scope, turned) {
            (false, _, _) => Outcome::Stopped {
                reason: Reason::NotBack { clusters },
            },
            (true, Scope::Failed | Scope::Wave, Some(reason)) => Outcome::Stopped { reason },
            (true, Scope::All | Scope::Failed | Scope::Wave, _) => Outcome::Undone,
        };
        self.close(outcome, now);
    }

    /// Whether a cluster is yet to be taken back.
    fn is_open(&self, cluster: &Name, scope: Scope) -> bool {
        let is_left = matches!(self.state(cluster), Some(ClusterState::NotBack { .. }));
        !is_left && self.goes_back(cluster, scope)
    }

    /// Whether a cluster was begun and is one of those that go back.
    fn goes_back(&self, cluster: &Name, scope: Scope) -> bool {
        let (Some(state), Some(member)) = (self.state(cluster), self.members.get(cluster)) else {
            return false;
        };
        let is_of_wave = member.wave == self.position().wave;
        let goes_on = matches!(member.activity, Activity::Running | Activity::Stopping);
        let has_failed = match state {
            // Its runner is no more, and nobody carries it on.
            ClusterState::Begun { .. } => !goes_on,
            ClusterState::Soaking { .. } | ClusterState::Done => false,
            ClusterState::Failed { .. }
            | ClusterState::Lost { .. }
            | ClusterState::Unreached { .. }
            | ClusterState::GoingBack
            | ClusterState::Back
            | ClusterState::NotBack { .. } => true,
        };
        state.is_begun()
            && match scope {
                Scope::All => true,
                Scope::Wave => is_of_wave,
                Scope::Failed => is_of_wave && has_failed,
            }
    }
}
