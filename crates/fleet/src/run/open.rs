//! What an earlier runner has left: nothing, a run to go on with, or one that is over.

use std::mem;

use jiff::Timestamp;

use super::effect::Effect;
use super::event::Standing;
use super::ledger::Ledger;
use super::machine::{Phase, Run};
use super::members::Activity;
use super::options::Goal;
use super::outcome::{Outcome, Reason};
use super::position::{ClusterState, Course, Position, Scope, Stage};
use super::progress::Progress;
use crate::name::Name;

impl Run {
    /// The journal was read.
    pub(super) fn recalled(&mut self, found: Option<Position>, now: Timestamp) {
        if self.phase != Phase::Recall {
            return;
        }
        if let Some(reason) = self.refusal(found.as_ref()) {
            return self.refuse(reason);
        }
        let mine = found.filter(|found| found.digest == self.digest);
        let position = match mine {
            Some(mine) => self.gone_on(mine, now),
            None => {
                let again = self.options.goal == Goal::Again;
                Position::first(&self.digest, &self.options.holder, again, now)
            }
        };
        self.tell(Progress::Started {
            fleet: self.name.clone(),
            run: position.run,
            epoch: position.epoch,
            course: position.course,
        });
        self.ledger = Ledger::new(position);
        let revision = self.ledger.revision();
        for (_, member) in self.members.iter_mut() {
            member.noted = revision;
        }
        self.phase = Phase::Confirm;
        self.confirm();
    }

    /// Ends the run before anything was written.
    pub(super) fn refuse(&mut self, reason: Reason) {
        self.end(Outcome::Refused { reason });
    }

    /// Why the run may not begin, nor go on; none where it may.
    fn refusal(&self, found: Option<&Position>) -> Option<Reason> {
        if let Some(wave) = &self.options.wave
            && !self.waves.iter().any(|planned| planned.name == *wave)
        {
            return Some(Reason::NoWave { wave: wave.clone() });
        }
        let goes_back = self.options.goal == Goal::Undo;
        let Some(found) = found else {
            return goes_back.then_some(Reason::NoRun);
        };
        if found.digest != self.digest {
            return match (found.is_over(), goes_back) {
                (false, _) => Some(Reason::OtherPlan {
                    digest: found.digest.clone(),
                }),
                (true, true) => Some(Reason::NoRun),
                (true, false) => None,
            };
        }
        let edited = self.edited(found).map(|what| Reason::Edited { what });
        edited.or_else(|| self.was_taken_back(found))
    }

    /// What a journal names that the fleet plan does not have.
    fn edited(&self, found: &Position) -> Option<String> {
        if found.wave > self.waves.len() {
            return Some(format!("wave {}", found.wave));
        }
        let mut named = found.clusters.keys();
        let unknown = named.find(|cluster| self.members.get(cluster).is_none());
        unknown.map(|cluster| format!("cluster {cluster}"))
    }

    /// Why what was taken back is not carried out again; none where it was not, or may be.
    fn was_taken_back(&self, found: &Position) -> Option<Reason> {
        if self.options.goal != Goal::Apply || !is_back(found) {
            return None;
        }
        let why = found.turned.as_ref().map(ToString::to_string);
        Some(Reason::TakenBack {
            by: found.by.clone(),
            at: found.ended_at.unwrap_or(found.since),
            why: why.unwrap_or_else(|| "asked for".to_owned()),
        })
    }

    /// The position of a runner that goes on with the run of another one.
    fn gone_on(&self, mut position: Position, now: Timestamp) -> Position {
        if self.options.goal == Goal::Again && is_back(&position) {
            position = begun_again(position, now);
        }
        let was_ended = position.ended.take().is_some();
        position.ended_at = None;
        position.epoch += 1;
        position.again |= self.options.goal == Goal::Again;
        position.by.clone_from(&self.options.holder);
        if position.course == Course::Forward {
            // What it stopped for is judged anew.
            position.turned = None;
        }
        position.clusters = mem::take(&mut position.clusters)
            .into_iter()
            .filter_map(|(name, state)| Some((name, resumed(state, was_ended, now)?)))
            .collect();
        if self.options.goal == Goal::Undo && position.course != Course::Back(Scope::All) {
            let by = self.options.holder.clone();
            position.turn(Scope::All, Reason::Asked { by });
        }
        position
    }

    /// Looks at the clusters whose plans are carried out, or that are back, by the word of the journal
    /// alone.
    fn confirm(&mut self) {
        let course = self.position().course;
        let clusters = self.position().clusters.iter();
        let claimed = clusters.filter(|(_, state)| match course {
            Course::Forward => matches!(state, ClusterState::Done | ClusterState::Soaking { .. }),
            Course::Back(_) => **state == ClusterState::Back,
        });
        let claimed: Vec<Name> = claimed.map(|(name, _)| name.clone()).collect();
        for cluster in claimed {
            if let Some(member) = self.members.get_mut(&cluster) {
                member.activity = Activity::Confirming;
                self.ask(Effect::Look(cluster));
            }
        }
    }

    /// Takes in what a cluster says of itself that the journal calls done, or back.
    pub(super) fn compare(&mut self, cluster: &Name, standing: &Standing, now: Timestamp) {
        let (is_so, actual) = match self.state(cluster) {
            Some(ClusterState::Back) => (
                matches!(standing, Standing::Untouched | Standing::Undone),
                ClusterState::GoingBack,
            ),
            _ => (
                *standing == Standing::Done,
                ClusterState::Begun { since: now },
            ),
        };
        if !is_so {
            self.note(cluster, actual);
        }
    }

    /// Goes on once all of them have answered, from the first wave that is not done.
    pub(super) fn confirmed(&mut self, now: Timestamp) {
        if !self.members.doing(Activity::Confirming).is_empty() {
            return;
        }
        self.phase = Phase::Work;
        if self.position().course == Course::Forward
            && let Some(wave) = self.first_unfinished()
        {
            self.ledger
                .change(|position| position.enter(wave, Stage::Work, now));
        }
    }

    /// The first of the waves whose work was over that has clusters to be begun, or to go on with.
    fn first_unfinished(&self) -> Option<usize> {
        let position = self.position();
        let past = match position.stage {
            Stage::After => position.wave + 1,
            Stage::Before | Stage::Work => position.wave,
        };
        let is_unfinished = |cluster: &Name| {
            matches!(
                self.state(cluster),
                None | Some(ClusterState::Begun { .. } | ClusterState::Soaking { .. })
            )
        };
        let mut waves = self.waves.iter().take(past);
        waves.position(|wave| {
            let mut clusters = wave.clusters.iter();
            clusters.any(|cluster| is_unfinished(&cluster.name))
        })
    }
}

/// Whether a run went back and has nothing more to do about that.
fn is_back(position: &Position) -> bool {
    let Course::Back(scope) = position.course else {
        return false;
    };
    match &position.ended {
        Some(Outcome::Undone) => true,
        Some(Outcome::Stopped { reason }) => {
            scope != Scope::All && position.turned.as_ref() == Some(reason)
        }
        Some(_) | None => false,
    }
}

/// A run that was taken back, begun anew: what went back is as if it had never been begun.
fn begun_again(mut position: Position, now: Timestamp) -> Position {
    let clusters = &mut position.clusters;
    clusters.retain(|_, state| *state != ClusterState::Back);
    for state in clusters.values_mut() {
        if matches!(
            state,
            ClusterState::GoingBack | ClusterState::NotBack { .. }
        ) {
            *state = ClusterState::Begun { since: now };
        }
    }
    let first = match position.course {
        Course::Back(Scope::Failed | Scope::Wave) => position.wave,
        Course::Back(Scope::All) | Course::Forward => 0,
    };
    position.course = Course::Forward;
    position.again = true;
    position.run = now;
    position.approvals.clear();
    position.enter(first, Stage::Before, now);
    position
}

/// How a cluster stands for the next runner; none where it is as if it had never been begun.
///
/// Nobody has looked meanwhile, so deadlines and soaks begin anew. Where the run had ended,
/// somebody has thought about what failed: it is tried again.
fn resumed(state: ClusterState, was_ended: bool, now: Timestamp) -> Option<ClusterState> {
    let begun = ClusterState::Begun { since: now };
    Some(match state {
        ClusterState::Begun { .. } => begun,
        ClusterState::Soaking { .. } => ClusterState::Soaking { since: None },
        ClusterState::Failed { .. } | ClusterState::Lost { .. } if was_ended => begun,
        ClusterState::Unreached { .. } if was_ended => return None,
        ClusterState::NotBack { .. } => ClusterState::GoingBack,
        ClusterState::Done
        | ClusterState::Failed { .. }
        | ClusterState::Lost { .. }
        | ClusterState::Unreached { .. }
        | ClusterState::GoingBack
        | ClusterState::Back => state,
    })
}
