//! Gates: what must hold before the next step, judged by what has been seen.

mod deadline;
mod endpoints;
mod held;
mod pods;
mod routed;
mod waiting;
mod window;

use std::fmt;

use cutover_manifest::ObjectRef;
use cutover_plan::{Available, Drained, Endpoints, Gate, Held, Pause, RoutedGate, Settled};
use jiff::Timestamp;

pub(crate) use self::pods::Troubled;
pub(crate) use self::routed::unresolved;
pub(crate) use self::waiting::{Blocked, Cluster, Waiting};
pub use self::window::next_opening;
use crate::observed::Observed;
use crate::progress::Awaited;

/// How a gate stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Holds,
    /// It will hold then, where nothing else happens.
    HoldsAt(Timestamp),
    /// It does not hold.
    Waits(Shortfall),
}

/// How a gate stands that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shortfall {
    /// What there is, as `1 of 3 available`.
    pub(crate) stands: String,
    /// The first pod or set that explains it, in its own words.
    pub(crate) because: Option<String>,
}

impl fmt::Display for Shortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.stands)?;
        match &self.because {
            Some(because) => write!(f, "; {because}"),
            None => Ok(()),
        }
    }
}

impl From<String> for Shortfall {
    fn from(stands: String) -> Self {
        let because = None;
        Self { stands, because }
    }
}

impl From<&str> for Shortfall {
    fn from(stands: &str) -> Self {
        stands.to_owned().into()
    }
}

/// How a gate on the cluster's objects stands; pauses, windows and analyses are the run's own.
pub(crate) fn judge(gate: &Gate, observed: &Observed) -> Verdict {
    match gate {
        Gate::Available(Available {
            object,
            replicas,
            updated: None,
        }) => pods::available(observed, object, *replicas),
        Gate::Settled(Settled { object, replicas }) => pods::settled(observed, object, *replicas),
        Gate::Endpoints(Endpoints { object }) => endpoints::endpoints(observed, object),
        Gate::Job(_)
        | Gate::Metric(_)
        | Gate::Pause(_)
        | Gate::Smoke(_)
        | Gate::Webhook(_)
        | Gate::Window(_) => Verdict::Holds,
        Gate::Held(Held { object }) => held::held(observed, object),
        // What else it takes is time.
        Gate::Drained(Drained { object, .. }) | Gate::Routed(RoutedGate { object, .. }) => {
            routed::routed(observed, object)
        }
        // A plan that has one is refused; what is unknown does not hold in any case.
        Gate::Available(Available {
            updated: Some(_), ..
        }) => Verdict::Waits("this version does not know whether it holds".into()),
    }
}

/// Whether the controller of an autoscaler that is to stand still has said that it does; else it
/// is given time.
pub(crate) fn is_answered(observed: &Observed, object: &ObjectRef) -> bool {
    held::is_answered(observed, object)
}

/// How many pods a gate is short of, or too many there are; none where that cannot be said.
pub(crate) fn short_of(gate: &Gate, observed: &Observed) -> Option<usize> {
    let counted = gate.counted()?;
    pods::short_of(observed, counted.object, counted.replicas, counted.ready)
}

/// Whether all that a set was to lose is gone: what the way back waits for before its first write.
pub(crate) fn shrunk(observed: &Observed, object: &ObjectRef, replicas: u32) -> Verdict {
    pods::shrunk(observed, object, replicas)
}

/// The pods of an earlier template that stand beside those of the present one, in words; none where
/// all are of one template, and an error where that is not known.
pub(crate) fn replaced(observed: &Observed, object: &ObjectRef) -> Result<Option<String>, String> {
    pods::replaced(observed, object)
}

/// The ReplicaSets of a set that ask for pods.
pub(crate) fn replica_sets(observed: &Observed, object: &ObjectRef) -> Vec<ObjectRef> {
    pods::replica_sets(observed, object)
}

/// Whether a set has just so many pods as it asks for, all of its present template.
pub(crate) fn has_rolled(observed: &Observed, object: &ObjectRef) -> bool {
    pods::has_rolled(observed, object)
}

/// What is not as it should be behind a gate that counts pods.
pub(crate) fn troubled(gate: &Gate, observed: &Observed) -> Vec<Troubled> {
    let counted = gate.counted().filter(|counted| counted.ready);
    counted.map_or_else(Vec::new, |counted| pods::troubled(observed, counted.object))
}

/// What is waited for while a gate does not hold.
pub(crate) fn awaited(gate: &Gate) -> Awaited {
    match gate {
        Gate::Pause(Pause { duration: None }) => Awaited::Person,
        Gate::Pause(Pause {
            duration: Some(duration),
        }) => Awaited::Gate(format!("a pause of {duration}")),
        Gate::Available(Available {
            object, replicas, ..
        }) => Awaited::Gate(match replicas {
            Some(replicas) => format!("{} {replicas} available", object.name),
            None => format!("{} available", object.name),
        }),
        Gate::Drained(Drained { object, .. }) => Awaited::Gate(format!("{} drained", object.name)),
        Gate::Endpoints(Endpoints { object }) => {
            Awaited::Gate(format!("endpoints of {}", object.name))
        }
        Gate::Held(Held { object }) => Awaited::Gate(format!("{} held", object.name)),
        Gate::Routed(RoutedGate { object, .. }) => Awaited::Gate(format!("{} routed", object.name)),
        Gate::Settled(Settled { object, replicas }) => {
            Awaited::Gate(format!("{} {replicas} settled", object.name))
        }
        Gate::Window(window) => Awaited::Gate(format!("the window {window}")),
        Gate::Job(_) | Gate::Metric(_) | Gate::Smoke(_) | Gate::Webhook(_) => {
            let analysis = gate.analysis();
            let words = analysis.map(|analysis| analysis.to_string());
            Awaited::Gate(words.unwrap_or_else(|| "an analysis".to_owned()))
        }
    }
}

#[cfg(test)]
mod tests;
