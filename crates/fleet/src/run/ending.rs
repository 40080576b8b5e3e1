//! How a run ends: what is under way comes to rest first, and the journal says how.

use jiff::Timestamp;

use super::machine::{Phase, Run};
use super::members::Activity;
use super::outcome::{Outcome, Reason};
use super::position::ClusterState;
use crate::name::Name;

impl Run {
    /// All waves are over that were asked for.
    pub(super) fn finish(&mut self, now: Timestamp) {
        let mut clusters = self.position().clusters.values();
        let goes_on = clusters.any(|state| {
            matches!(
                state,
                ClusterState::Begun { .. } | ClusterState::Soaking { .. }
            )
        });
        if goes_on || !self.members.are_at_rest() {
            return;
        }
        let left: Vec<Name> = (0..self.waves.len())
            .flat_map(|wave| self.failed(wave))
            .collect();
        let outcome = match (left.is_empty(), self.waves.get(self.position().wave)) {
            (false, _) => Outcome::Stopped {
                reason: Reason::Left { clusters: left },
            },
            (true, None) => Outcome::Done,
            (true, Some(_)) => Outcome::Reached {
                wave: self.waves[self.last_wave()].name.clone(),
            },
        };
        self.close(outcome, now);
    }

    /// No more is started: those at work go to their end.
    pub(super) fn run_down(&mut self, now: Timestamp) {
        self.attend_deadlines(now);
        for activity in [Activity::Reached, Activity::Waiting] {
            for cluster in self.members.doing(activity) {
                if let Some(member) = self.members.get_mut(&cluster) {
                    member.activity = Activity::Idle;
                }
            }
        }
        if let Some(reason) = self.position().turned.clone()
            && self.members.are_at_rest()
        {
            self.close(Outcome::Stopped { reason }, now);
        }
    }

    /// The program is asked to end: all that is under way stops where it is.
    pub(super) fn stop(&mut self, now: Timestamp) {
        self.let_go();
        if self.members.are_at_rest() {
            let reason = Reason::Hand;
            self.close(Outcome::Stopped { reason }, now);
        }
    }

    /// Another runner took over, or the program is asked to end: nothing is begun, and what runs is
    /// stopped.
    pub(super) fn let_go(&mut self) {
        for cluster in self.members.doing(Activity::Running) {
            self.ask_to_stop(cluster);
        }
        let idle = [
            Activity::Confirming,
            Activity::Looking,
            Activity::Reached,
            Activity::Waiting,
        ];
        for activity in idle {
            for cluster in self.members.doing(activity) {
                if let Some(member) = self.members.get_mut(&cluster) {
                    member.activity = Activity::Idle;
                }
            }
        }
    }

    /// The journal is to say how it ended.
    pub(super) fn close(&mut self, outcome: Outcome, now: Timestamp) {
        self.ledger.change(|position| {
            position.ended = Some(outcome.clone());
            position.ended_at = Some(now);
        });
        self.phase = Phase::Close(outcome);
    }

    /// It is over once the journal says so; or once all is at rest, where it is another runner's.
    pub(super) fn conclude(&mut self) {
        match &self.phase {
            Phase::Close(outcome) if self.ledger.is_written() => self.end(outcome.clone()),
            Phase::Yield(reason) if self.members.are_at_rest() => {
                let reason = reason.clone();
                self.end(Outcome::Stopped { reason });
            }
            Phase::Close(_) | Phase::Confirm | Phase::Recall | Phase::Work | Phase::Yield(_) => {}
        }
    }
}
