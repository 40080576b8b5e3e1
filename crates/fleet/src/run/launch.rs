//! A cluster that was looked at is begun, gone on with or taken back once the journal says so, and
//! what comes of it.

use std::mem;

use jiff::Timestamp;

use super::effect::Effect;
use super::event::{Ending, Standing};
use super::machine::{Phase, Run};
use super::members::Activity;
use super::position::{ClusterState, Course};
use super::progress::Progress;
use crate::name::Name;
use crate::policy::Unreachable;

impl Run {
    /// A cluster was looked at.
    pub(super) fn looked(&mut self, cluster: &Name, standing: Standing, now: Timestamp) {
        let was = self.rest(cluster);
        match (was, self.position().course) {
            (Some(Activity::Confirming), _) => self.compare(cluster, &standing, now),
            (Some(Activity::Looking | Activity::Probing), Course::Back(scope)) => {
                self.looked_back(cluster, scope, standing);
            }
            (Some(Activity::Looking), Course::Forward) => self.begin(cluster, now),
            (Some(Activity::Probing), Course::Forward) => self.found_again(cluster, now),
            _ => {}
        }
    }

    /// A cluster cannot be reached.
    pub(super) fn unreached(&mut self, cluster: &Name, reason: String, now: Timestamp) {
        let was = self.rest(cluster);
        match (was, self.position().course) {
            (Some(Activity::Looking | Activity::Probing), Course::Back(scope)) => {
                self.unreached_back(cluster, scope, reason);
            }
            (Some(Activity::Looking), Course::Forward) if self.position().turned.is_none() => {
                self.miss(cluster, reason, now);
            }
            (Some(Activity::Probing), Course::Forward) => {
                self.look_later(cluster, Activity::Idle, now);
            }
            _ => {}
        }
    }

    /// What was started in a cluster has ended.
    pub(super) fn ended(&mut self, cluster: &Name, ending: Ending, now: Timestamp) {
        let Some(member) = self.members.get(cluster) else {
            return;
        };
        let was_asked = match member.activity {
            Activity::Running => false,
            Activity::Stopping => !member.is_overdue,
            _ => return,
        };
        let is_overdue = self.rest_overdue(cluster);
        match (self.state(cluster), ending) {
            (Some(ClusterState::GoingBack), ending) => self.ended_back(cluster, ending),
            (_, Ending::Done) => self.carried_out(cluster),
            // It goes on, or goes back, from where it stands.
            (_, Ending::Failed(_) | Ending::Lost(_)) if was_asked => {}
            (_, Ending::Lost(reason)) => {
                self.note(cluster, ClusterState::Lost { reason });
                self.look_later(cluster, Activity::Idle, now);
            }
            (_, Ending::Failed(_)) if is_overdue => {
                let reason = "it was not done within its wave's deadline".to_owned();
                self.note(cluster, ClusterState::Failed { reason });
            }
            (_, Ending::Failed(reason)) => self.note(cluster, ClusterState::Failed { reason }),
            (_, Ending::Undone) => {
                let reason = "its own run was taken back".to_owned();
                self.note(cluster, ClusterState::Failed { reason });
            }
        }
    }

    /// Carries out what the journal says by now.
    pub(super) fn launch(&mut self) {
        if self.phase != Phase::Work || self.is_stopping {
            return;
        }
        for cluster in self.members.doing(Activity::Reached) {
            let noted = self.members.get(&cluster).map(|member| member.noted);
            if noted.is_some_and(|noted| self.ledger.has(noted)) {
                self.start(cluster);
            }
        }
    }

    fn start(&mut self, cluster: Name) {
        let again = self.position().again;
        let effect = match self.state(&cluster) {
            Some(ClusterState::GoingBack) => Effect::Undo(cluster.clone()),
            Some(ClusterState::Begun { .. }) => Effect::Start {
                cluster: cluster.clone(),
                again,
            },
            Some(
                ClusterState::Soaking { .. }
                | ClusterState::Done
                | ClusterState::Failed { .. }
                | ClusterState::Lost { .. }
                | ClusterState::Unreached { .. }
                | ClusterState::Back
                | ClusterState::NotBack { .. },
            )
            | None => {
                self.rest(&cluster);
                return;
            }
        };
        if let Some(member) = self.members.get_mut(&cluster) {
            member.activity = Activity::Running;
        }
        if let Some(ClusterState::Begun { since }) = self.state(&cluster)
            && let Some(deadline) = self.deadline(&cluster, *since)
        {
            self.wake_at(deadline);
        }
        self.ask(effect);
    }

    /// It answers, and is begun; or it is gone on with.
    fn begin(&mut self, cluster: &Name, now: Timestamp) {
        if self.position().turned.is_some() {
            return;
        }
        self.note(cluster, ClusterState::Begun { since: now });
        if let Some(member) = self.members.get_mut(cluster) {
            member.activity = Activity::Reached;
            member.missing = None;
        }
    }

    /// It was lost, and answers: it is gone on with once its wave has room.
    fn found_again(&mut self, cluster: &Name, now: Timestamp) {
        let wave = self.members.get(cluster).map(|member| member.wave);
        match wave {
            Some(wave) if self.has_room(wave) => self.begin(cluster, now),
            _ => self.look_later(cluster, Activity::Idle, now),
        }
    }

    /// It does not answer when its turn has come.
    fn miss(&mut self, cluster: &Name, reason: String, now: Timestamp) {
        if self.state(cluster).is_some() {
            self.note(cluster, ClusterState::Lost { reason });
            return self.look_later(cluster, Activity::Idle, now);
        }
        match self.unreachable {
            Unreachable::Fail | Unreachable::Skip => {
                self.note(cluster, ClusterState::Unreached { reason });
            }
            Unreachable::Wait => self.wait_or_give_up(cluster, reason, now),
        }
    }

    fn wait_or_give_up(&mut self, cluster: &Name, reason: String, now: Timestamp) {
        let member = self.members.get_mut(cluster);
        let missing = member.map(|member| *member.missing.get_or_insert(now));
        let deadline = missing.and_then(|missing| self.deadline(cluster, missing));
        if deadline.is_none_or(|deadline| deadline <= now) {
            return self.note(cluster, ClusterState::Unreached { reason });
        }
        self.look_later(cluster, Activity::Waiting, now);
        let cluster = cluster.clone();
        self.tell(Progress::Unreachable { cluster, reason });
    }

    /// Nothing is done about a cluster any more; what was.
    pub(super) fn rest(&mut self, cluster: &Name) -> Option<Activity> {
        let member = self.members.get_mut(cluster)?;
        let answered = matches!(
            member.activity,
            Activity::Confirming | Activity::Looking | Activity::Probing | Activity::Reached
        );
        answered.then(|| mem::replace(&mut member.activity, Activity::Idle))
    }

    /// Its run is over; whether it took too long.
    fn rest_overdue(&mut self, cluster: &Name) -> bool {
        let Some(member) = self.members.get_mut(cluster) else {
            return false;
        };
        member.activity = Activity::Idle;
        mem::take(&mut member.is_overdue)
    }
}
