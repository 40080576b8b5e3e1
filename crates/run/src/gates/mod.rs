//! Gates: what must hold before the next step, judged by what has been seen.

mod endpoints;
mod pods;

use cutover_plan::Gate;
use jiff::Timestamp;

use crate::seen::Seen;

/// How a gate stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It holds.
    Holds,
    /// It will hold then, where nothing else happens.
    HoldsAt(Timestamp),
    /// It does not hold, in words.
    Waits(String),
}

/// How a gate on the cluster's objects stands; pauses and analyses are the run's own.
pub(crate) fn judge(gate: &Gate, seen: &Seen, now: Timestamp) -> Verdict {
    match gate {
        Gate::Available { object, replicas } => pods::available(seen, object, *replicas, now),
        Gate::Settled { object, replicas } => pods::settled(seen, object, *replicas),
        Gate::Endpoints { object } => endpoints::endpoints(seen, object),
        _ => Verdict::Holds,
    }
}

/// How many pods a gate is short of, or too many there are; none where that cannot be said.
pub(crate) fn short_of(gate: &Gate, seen: &Seen) -> Option<usize> {
    match gate {
        Gate::Available { object, replicas } => pods::short_of(seen, object, *replicas, true),
        Gate::Settled { object, replicas } => pods::short_of(seen, object, *replicas, false),
        _ => None,
    }
}

/// Whether all that a set was to lose is gone: what the way back waits for before its first write.
pub(crate) fn shrunk(seen: &Seen, object: &cutover_manifest::ObjectRef, replicas: u32) -> Verdict {
    pods::shrunk(seen, object, replicas)
}

/// A gate in words, as `hello-canary available`.
pub(crate) fn name(gate: &Gate) -> String {
    match gate {
        Gate::Available { object, replicas } => format!("{} {replicas} available", object.name),
        Gate::Settled { object, replicas } => format!("{} {replicas} settled", object.name),
        Gate::Endpoints { object } => format!("endpoints of {}", object.name),
        Gate::Pause {
            duration: Some(duration),
        } => format!("a pause of {duration}"),
        Gate::Pause { duration: None } => "a person".to_owned(),
        other => other
            .analysis()
            .map_or_else(|| "a gate".to_owned(), |analysis| analysis.to_string()),
    }
}
