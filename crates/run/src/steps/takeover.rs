//! Counts that a step takes over from the autoscalers that it holds.

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_plan::{Gate, Held, Plan};
use cutover_workload::Deployment;
use jiff::Timestamp;

use crate::api::effect::Request;
use crate::autoscalers::chooser;
use crate::course::Direction;
use crate::gates::{Verdict, judge};
use crate::journal::Stage;
use crate::progress::Progress;
use crate::requests::Question;
use crate::run::Run;
use crate::steps::change::patch;

/// A set whose number of pods is the plan's from a step on, and was an autoscaler's before.
#[derive(Clone, Debug, PartialEq)]
struct Takeover {
    set: ObjectRef,
    /// Whose the number was.
    scaler: ObjectRef,
    /// The number that the plan has.
    replicas: u32,
}

/// Whether a plan takes the number of a set's pods over before it counts them, so that it may begin
/// with fewer.
pub(crate) fn is_taken_over(plan: &Plan, set: &ObjectRef) -> bool {
    let start = plan.start();
    let mut steps = plan.spec.steps.iter();
    steps.any(|step| takeovers(&start, &step.gates).any(|taken| taken.set == *set))
}

/// The sets that any step of a plan, forward or back, may bring to the plan's number.
pub(crate) fn every_takeover(plan: &Plan) -> impl Iterator<Item = &ObjectRef> {
    let is_held = |gate: &Gate| matches!(gate, Gate::Held(_));
    let holding = plan
        .every_step()
        .filter(move |step| step.gates.iter().any(is_held));
    let counted = holding.flat_map(|step| step.gates.iter().filter_map(Gate::counted));
    counted.map(|pods| pods.object)
}

/// The sets that some gates count once an autoscaler is held that may choose their number before.
fn takeovers<'a>(before: &'a Bundle, gates: &'a [Gate]) -> impl Iterator<Item = Takeover> + 'a {
    let waits_for = |scaler: &ObjectRef| {
        let held = |gate: &Gate| matches!(gate, Gate::Held(Held { object }) if object == scaler);
        gates.iter().any(held)
    };
    let counted = gates.iter().filter_map(Gate::counted);
    counted.filter_map(move |pods| {
        let scaler = chooser(pods.object, before)?.object().clone();
        let set = pods.object.clone();
        let replicas = pods.replicas.filter(|_| waits_for(&scaler))?;
        Some(Takeover {
            set,
            scaler,
            replicas,
        })
    })
}

impl Run {
    /// Brings the sets of the present step to the plan's number of pods, once their autoscalers
    /// stand still; false where nothing is to be written.
    ///
    /// It has no inverse: the number was the autoscaler's, and is again when that is given back.
    pub(crate) fn take_over(&mut self, number: usize, now: Timestamp) -> bool {
        for takeover in self.takeovers() {
            let set = &takeover.set;
            let Some(live) = self.observed.live(set).cloned() else {
                continue;
            };
            if Deployment::of(&live).replicas() != Some(takeover.replicas) {
                return self.stands_still(number, now) && self.bring(&takeover, &live, now);
            }
            if self.unconfirmed.as_ref() == Some(set) {
                self.unconfirmed = None;
            }
        }
        false
    }

    /// A live object as the plan counts its pods, while the present step takes their number over:
    /// forward from fewer, and on the way back from any.
    pub(crate) fn taken_over(&self, live: &Manifest) -> Option<Manifest> {
        let takeovers = self.takeovers();
        let takeover = takeovers.iter().find(|taken| taken.set == *live.object())?;
        let is_more = Deployment::of(live).replicas() > Some(takeover.replicas);
        let stays = is_more && self.direction() == Some(Direction::Forward);
        (!stays).then(|| live.with(Deployment::REPLICAS, takeover.replicas.into()))
    }

    /// What the present step takes over; nothing any more once its gates have held.
    fn takeovers(&self) -> Vec<Takeover> {
        let (Some(position), Some(path)) = (&self.position, &self.path) else {
            return Vec::new();
        };
        if position.stage != Stage::Waiting || position.held.is_some() {
            return Vec::new();
        }
        takeovers(path.before(position.step), path.gates(position.step)).collect()
    }

    /// Whether all autoscalers that a step waits for have been seen to stand still.
    fn stands_still(&mut self, number: usize, now: Timestamp) -> bool {
        let Some(path) = self.path.clone() else {
            return false;
        };
        let gates = path.gates(number).iter().enumerate();
        let mut held = gates.filter(|(_, gate)| matches!(gate, Gate::Held(_)));
        held.all(|(index, gate)| {
            judge(gate, &self.observed) == Verdict::Holds
                && self.settled(index, gate, now) == Verdict::Holds
        })
    }

    fn bring(&mut self, takeover: &Takeover, live: &Manifest, now: Timestamp) -> bool {
        let Takeover {
            set,
            scaler,
            replicas,
        } = takeover;
        let count = live
            .pointer(Deployment::REPLICAS.pointer())
            .cloned()
            .unwrap_or_default();
        let message = format!(
            "{set}: {scaler} has chosen {count} pods, and the plan brings it to {replicas}"
        );
        self.tell(Progress::Warned { message });
        let target = live.with(Deployment::REPLICAS, (*replicas).into());
        let write = patch(live, target.value());
        let request = Request::Write {
            write,
            dry_run: false,
        };
        self.ask(Question::Make(set.clone()), request, now);
        true
    }

    fn direction(&self) -> Option<Direction> {
        self.position.as_ref().map(|position| position.direction)
    }
}
