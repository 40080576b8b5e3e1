//! Failures: how many there are, and what is done where they are more than may be.

use super::machine::Run;
use super::outcome::Reason;
use super::position::{ClusterState, Course, Scope};
use super::progress::Progress;
use crate::name::Name;
use crate::policy::{OnFailure, Unreachable};

impl Run {
    /// The first wave of which more clusters have failed than may.
    pub(super) fn exceeded(&self) -> Option<(usize, Reason)> {
        for (wave, planned) in self.waves.iter().enumerate() {
            let clusters = self.failed(wave);
            let allowed = planned.max_failures;
            if u32::try_from(clusters.len()).is_ok_and(|failed| failed <= allowed) {
                continue;
            }
            let wave_name = planned.name.clone();
            let reason = Reason::Failures {
                wave: wave_name,
                clusters,
                allowed,
            };
            return Some((wave, reason));
        }
        None
    }

    /// The clusters of a wave that count as failed, in their order.
    pub(super) fn failed(&self, wave: usize) -> Vec<Name> {
        let mut clusters = self.clusters(wave);
        clusters.retain(|cluster| match self.state(cluster) {
            Some(ClusterState::Failed { .. } | ClusterState::Lost { .. }) => true,
            Some(ClusterState::Unreached { .. }) => self.unreachable != Unreachable::Skip,
            Some(
                ClusterState::Begun { .. }
                | ClusterState::Soaking { .. }
                | ClusterState::Done
                | ClusterState::GoingBack
                | ClusterState::Back
                | ClusterState::NotBack { .. },
            )
            | None => false,
        });
        clusters
    }

    /// Starts no more of a wave, or turns round.
    pub(super) fn fail(&mut self, wave: usize, reason: Reason) {
        let scope = match self.on_failure {
            OnFailure::Stop => return self.halt(reason),
            OnFailure::Undo => Scope::All,
            OnFailure::UndoCluster => Scope::Failed,
            OnFailure::UndoWave => Scope::Wave,
        };
        self.ledger.change(|position| position.wave = wave);
        self.turn(scope, reason);
    }

    fn halt(&mut self, reason: Reason) {
        let told = Progress::Turned {
            reason: reason.clone(),
            course: Course::Forward,
        };
        self.ledger
            .change(|position| position.turned = Some(reason));
        self.tell(told);
    }
}
