//! Counts that a step takes over from the autoscalers that it holds.

use cutover_manifest::Manifest;
use cutover_plan::Gate;
use cutover_workload::Deployment;
use jiff::Timestamp;

use crate::api::guard::patch;
use crate::autoscalers::{Takeover, takeovers};
use crate::course::Direction;
use crate::gates::{Cluster, Verdict};
use crate::journal::Stage;
use crate::progress::Progress;
use crate::run::Run;

impl Run {
    /// Brings the sets of the present step to the plan's number of pods, once their autoscalers
    /// stand still; false where nothing is to be written.
    ///
    /// It has no inverse: the number was the autoscaler's, and is again when that is given back.
    pub(super) fn take_over(&mut self, number: usize, now: Timestamp) -> bool {
        for takeover in self.takeovers() {
            let set = &takeover.set;
            let Some(live) = self.observed.live(set).cloned() else {
                continue;
            };
            if Deployment::of(&live).replicas() != Some(takeover.replicas) {
                let is_still = self.autoscalers_are_still(number, now);
                if is_still {
                    self.bring(&takeover, &live, now);
                }
                return is_still;
            }
            if self.unconfirmed.as_ref() == Some(set) {
                self.unconfirmed = None;
            }
        }
        false
    }

    /// A live object as the plan counts its pods, while the present step takes their number over:
    /// forward from fewer, and on the way back from any.
    pub(super) fn taken_over(&self, live: &Manifest) -> Option<Manifest> {
        let takeovers = self.takeovers();
        let takeover = takeovers.iter().find(|taken| taken.set == *live.object())?;
        let is_more = Deployment::of(live).replicas() > Some(takeover.replicas);
        let direction = self.cursor.as_ref()?.direction();
        let stays = is_more && direction == Direction::Forward;
        (!stays).then(|| live.with(Deployment::REPLICAS, takeover.replicas.into()))
    }

    /// What the present step takes over; nothing any more once its gates have held.
    fn takeovers(&self) -> Vec<Takeover> {
        let Some(cursor) = &self.cursor else {
            return Vec::new();
        };
        if cursor.stage() != Stage::Waiting || cursor.position().held.is_some() {
            return Vec::new();
        }
        takeovers(cursor.before(), cursor.gates()).collect()
    }

    /// Whether all autoscalers that a step waits for have been seen to stand still.
    fn autoscalers_are_still(&mut self, number: usize, now: Timestamp) -> bool {
        let Some(cursor) = &self.cursor else {
            return false;
        };
        let cluster = Cluster::new(&self.observed, &self.fronted, self.options.settle);
        let gates = cursor.path().gates(number);
        let mut held = gates
            .iter()
            .enumerate()
            .filter(|(_, gate)| matches!(gate, Gate::Held(_)));
        held.all(|(index, _)| self.waiting.judge(index, gates, cluster, now) == Verdict::Holds)
    }

    fn bring(&mut self, takeover: &Takeover, live: &Manifest, now: Timestamp) {
        let Takeover {
            set,
            scaler,
            replicas,
        } = takeover;
        let count = live.pointer(Deployment::REPLICAS.pointer());
        let count = count.cloned().unwrap_or_default();
        let message = format!(
            "{set}: {scaler} has chosen {count} pods, and the plan brings it to {replicas}"
        );
        self.tell(Progress::Warned { message });
        let target = live.with(Deployment::REPLICAS, (*replicas).into());
        self.make(set.clone(), patch(live, target.value()), now);
    }
}
