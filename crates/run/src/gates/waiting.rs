//! The gates of a step while they are waited for: since when each of them holds.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::ObjectRef;
use cutover_plan::{Drained, Duration, Endpoints, Gate, Held, RoutedGate};
use jiff::{SignedDuration, Timestamp};

use super::deadline::Deadline;
use super::{Verdict, awaited, is_answered, judge, short_of};
use crate::now::saturating_add;
use crate::observed::Observed;
use crate::progress::Awaited;

/// How long an autoscaler must have been held whose controller says nothing of it: its sync period
/// (`--horizontal-pod-autoscaler-sync-period` of kube-controller-manager).
const SYNC: SignedDuration = SignedDuration::from_secs(15);

/// How long endpoints must have been right: kube-proxy follows within its sync period of a second.
const PROXY: SignedDuration = SignedDuration::from_secs(1);

/// What gates are judged by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cluster<'a> {
    observed: &'a Observed,
    /// Services with a load balancer or an Ingress before them.
    fronted: &'a BTreeSet<ObjectRef>,
    /// How long the endpoints of those must have been right.
    settle: SignedDuration,
}

/// The gates of the present step while they are waited for.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    /// Since when each gate has held, by its index.
    since: BTreeMap<usize, Timestamp>,
    /// The gate that did not hold when all were looked at last.
    blocking: Option<usize>,
    deadline: Deadline,
    /// The step before which the pods that it relies on were counted anew, right now.
    counted: Option<usize>,
}

/// A gate that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Blocked {
    /// What is waited for.
    pub(crate) gate: Awaited,
    /// What there is, in words, as `1 of 3 available`.
    pub(crate) stands: String,
    /// When some gate has held for long enough, where nothing else happens.
    pub(crate) wake: Option<Timestamp>,
}

impl Waiting {
    /// Whether all gates of a step but pauses hold now; if not, the first that does not.
    pub(crate) fn hold(
        &mut self,
        gates: &[Gate],
        cluster: Cluster<'_>,
        now: Timestamp,
    ) -> Result<(), Blocked> {
        // What did not hold before is looked at first: with thousands of gates few events change
        // more than one.
        if let Some(gate) = self.blocking.and_then(|blocking| gates.get(blocking))
            && let Verdict::Waits(stands) = judge(gate, cluster.observed)
        {
            self.begin_anew(gates, cluster.observed);
            let gate = awaited(gate);
            return Err(Blocked {
                gate,
                stands: stands.to_string(),
                wake: None,
            });
        }
        self.look_at_all(gates, cluster, now)
    }

    fn look_at_all(
        &mut self,
        gates: &[Gate],
        cluster: Cluster<'_>,
        now: Timestamp,
    ) -> Result<(), Blocked> {
        let (mut first, mut wake) = (None, None::<Timestamp>);
        for (index, gate) in gates.iter().enumerate() {
            let stands = match self.judge(index, gates, cluster, now) {
                Verdict::Holds => continue,
                Verdict::HoldsAt(time) => {
                    wake = Some(wake.map_or(time, |wake| wake.min(time)));
                    "it holds, and must for a moment more".to_owned()
                }
                Verdict::Waits(stands) => stands.to_string(),
            };
            first.get_or_insert((index, gate, stands));
        }
        let held = self.blocking.is_none();
        self.blocking = first.as_ref().map(|(index, ..)| *index);
        let Some((_, gate, stands)) = first else {
            return Ok(());
        };
        if held {
            // Until now they held, perhaps for hours before a closed window.
            self.deadline.restart(now);
        }
        let gate = awaited(gate);
        Err(Blocked { gate, stands, wake })
    }

    /// How one of a step's gates stands; one that holds must have held for long enough.
    pub(crate) fn judge(
        &mut self,
        index: usize,
        gates: &[Gate],
        cluster: Cluster<'_>,
        now: Timestamp,
    ) -> Verdict {
        let gate = &gates[index];
        let verdict = judge(gate, cluster.observed);
        if verdict != Verdict::Holds {
            self.since.remove(&index);
            return verdict;
        }
        let since = *self.since.entry(index).or_insert(now);
        match cluster.settles(gate, gates) {
            Some(settle) if saturating_add(since, settle) > now => {
                Verdict::HoldsAt(saturating_add(since, settle))
            }
            Some(_) | None => Verdict::Holds,
        }
    }

    /// While one gate does not hold, all others begin anew, but those that are long and still hold:
    /// they are not waited for twice.
    fn begin_anew(&mut self, gates: &[Gate], observed: &Observed) {
        self.since.retain(|index, _| {
            let gate = gates.get(*index);
            gate.is_some_and(|gate| is_long(gate) && judge(gate, observed) == Verdict::Holds)
        });
    }

    /// Since when the gate that is waited for has come no nearer, of a step that is waited for
    /// since then.
    pub(crate) fn still_since(
        &mut self,
        gates: &[Gate],
        observed: &Observed,
        begun: Timestamp,
        now: Timestamp,
    ) -> Timestamp {
        if let Some(index) = self.blocking
            && let Some(gate) = gates.get(index)
            && let Some(short) = short_of(gate, observed)
        {
            self.deadline.note(index, short, now);
        }
        self.deadline.since(begun)
    }

    /// The time limit begins here.
    pub(crate) fn restart(&mut self, now: Timestamp) {
        self.deadline.restart(now);
    }

    /// Whether the pods that a step relies on are yet to be counted anew; they are, once it was asked.
    pub(crate) fn is_to_count(&mut self, step: usize) -> bool {
        self.counted.replace(step) != Some(step)
    }

    /// Time passes, or somebody else writes: what was counted is old.
    pub(crate) fn forget_counts(&mut self) {
        self.counted = None;
    }

    /// Nobody has looked meanwhile: what held must hold anew. How far it has come counts still.
    pub(crate) fn forget(&mut self) {
        self.since.clear();
        self.blocking = None;
        self.counted = None;
    }
}

impl<'a> Cluster<'a> {
    pub(crate) fn new(
        observed: &'a Observed,
        fronted: &'a BTreeSet<ObjectRef>,
        settle: Duration,
    ) -> Self {
        Self {
            observed,
            fronted,
            settle: seconds(settle),
        }
    }

    /// For how long one of a step's gates must have held; none where a moment is enough.
    fn settles(self, gate: &Gate, gates: &[Gate]) -> Option<SignedDuration> {
        match gate {
            // The last request may begin as long as gateways have not followed.
            Gate::Drained(Drained { object, after }) => {
                let of_route =
                    |gate: &&Gate| matches!(gate, Gate::Routed(_)) && gate.object() == Some(object);
                let settle = gates.iter().filter(of_route).map(Gate::lasts).max();
                let settle = settle.map(seconds).unwrap_or_default();
                Some(seconds(*after).saturating_add(settle))
            }
            Gate::Routed(RoutedGate { settle, .. }) => Some(seconds(*settle)),
            Gate::Endpoints(Endpoints { object }) if self.is_fronted(object) => Some(self.settle),
            Gate::Endpoints(_) => Some(PROXY),
            Gate::Held(Held { object }) if !is_answered(self.observed, object) => Some(SYNC),
            Gate::Available(_)
            | Gate::Held(_)
            | Gate::Job(_)
            | Gate::Metric(_)
            | Gate::Pause(_)
            | Gate::Settled(_)
            | Gate::Smoke(_)
            | Gate::Webhook(_)
            | Gate::Window(_) => None,
        }
    }

    /// Whether a load balancer or an Ingress stands before a Service.
    fn is_fronted(self, service: &ObjectRef) -> bool {
        let live = self.observed.live(service);
        let kind = live.and_then(|service| service.pointer("/spec/type"));
        kind.is_some_and(|kind| kind == "LoadBalancer") || self.fronted.contains(service)
    }
}

/// Whether a gate takes long once it holds, whatever becomes of the others.
fn is_long(gate: &Gate) -> bool {
    matches!(gate, Gate::Held(_)) || gate.lasts().seconds() > 0
}

fn seconds(duration: Duration) -> SignedDuration {
    SignedDuration::from_secs(duration.seconds().into())
}

#[cfg(test)]
mod tests;
