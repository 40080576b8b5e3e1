//! What must hold before the next step.

mod analysis;
mod available;
mod day;
mod drained;
mod endpoints;
mod held;
mod pause;
mod routed;
mod settled;
mod time_of_day;
mod time_zone;
mod window;

use cutover_manifest::ObjectRef;
use serde::{Deserialize, Serialize};

pub use self::available::Available;
pub use self::day::{BadDay, Day};
pub use self::drained::Drained;
pub use self::endpoints::Endpoints;
pub use self::held::Held;
pub use self::pause::Pause;
pub use self::routed::RoutedGate;
pub use self::settled::Settled;
pub use self::time_of_day::{BadTimeOfDay, TimeOfDay};
pub use self::time_zone::{BadTimeZone, TimeZone};
pub use self::window::{BadWindow, Window};
use crate::analysis::{Job, Metric, Smoke, Webhook};
use crate::duration::Duration;

/// What must hold before the next step. All gates of a step hold together at the moment of the next
/// write.
///
/// It is exhaustive on purpose: a new gate is a new version of the format, and the compiler lists
/// every place that must know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Gate {
    /// Exactly so many pods of a set, all of its present template or so many of it, all ready.
    Available(Available),
    /// No request is on its way any more.
    Drained(Drained),
    /// The router's endpoints are just the ready pods that it selects.
    Endpoints(Endpoints),
    /// An autoscaler is seen to stand still.
    Held(Held),
    /// A Job that must complete.
    Job(Job),
    /// A Prometheus query whose values must meet a condition.
    Metric(Metric),
    /// A length of time, or a person.
    Pause(Pause),
    /// A route's controllers follow it.
    Routed(RoutedGate),
    /// Exactly so many pods of a set, ready or not.
    Settled(Settled),
    /// Requests whose answers must have a status.
    Smoke(Smoke),
    /// Somebody who may say no.
    Webhook(Webhook),
    /// A time of the week.
    Window(Window),
}

/// The pods that a gate counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted<'a> {
    /// The set that they are pods of.
    pub object: &'a ObjectRef,
    /// How many there must be; none for as many as the set asks for then.
    pub replicas: Option<u32>,
    /// Whether they must be ready.
    pub ready: bool,
}

impl Gate {
    /// The pods that it counts; none where it looks at something else.
    ///
    /// ```
    /// use cutover_manifest::ObjectRef;
    /// use cutover_plan::{Gate, Pause, Settled};
    ///
    /// let object = ObjectRef::new("apps/v1", "Deployment", None, "hello");
    /// let gone = Gate::Settled(Settled { object, replicas: 0 });
    /// assert_eq!(gone.counted().map(|pods| (pods.replicas, pods.ready)), Some((Some(0), false)));
    /// assert_eq!(Gate::Pause(Pause::person()).counted(), None);
    /// ```
    pub fn counted(&self) -> Option<Counted<'_>> {
        match self {
            Self::Available(Available {
                object, replicas, ..
            }) => Some(Counted {
                object,
                replicas: *replicas,
                ready: true,
            }),
            Self::Settled(Settled { object, replicas }) => Some(Counted {
                object,
                replicas: Some(*replicas),
                ready: false,
            }),
            Self::Drained(_)
            | Self::Endpoints(_)
            | Self::Held(_)
            | Self::Job(_)
            | Self::Metric(_)
            | Self::Pause(_)
            | Self::Routed(_)
            | Self::Smoke(_)
            | Self::Webhook(_)
            | Self::Window(_) => None,
        }
    }

    /// The object of the plan that it looks at; none where it asks a clock, a person or another
    /// system.
    ///
    /// ```
    /// use cutover_manifest::ObjectRef;
    /// use cutover_plan::{Endpoints, Gate, Pause};
    ///
    /// let hello = ObjectRef::new("v1", "Service", None, "hello");
    /// let endpoints = Gate::Endpoints(Endpoints { object: hello.clone() });
    /// assert_eq!(endpoints.object(), Some(&hello));
    /// assert_eq!(Gate::Pause(Pause::person()).object(), None);
    /// ```
    pub fn object(&self) -> Option<&ObjectRef> {
        match self {
            Self::Available(gate) => Some(&gate.object),
            Self::Drained(gate) => Some(&gate.object),
            Self::Endpoints(gate) => Some(&gate.object),
            Self::Held(gate) => Some(&gate.object),
            Self::Routed(gate) => Some(&gate.object),
            Self::Settled(gate) => Some(&gate.object),
            Self::Job(_)
            | Self::Metric(_)
            | Self::Pause(_)
            | Self::Smoke(_)
            | Self::Webhook(_)
            | Self::Window(_) => None,
        }
    }

    /// For how long it must hold before it counts: as long as gateways need to follow a route, or its
    /// last requests may take; no time for all others.
    ///
    /// ```
    /// use cutover_manifest::ObjectRef;
    /// use cutover_plan::{Duration, Gate, Pause, RoutedGate};
    ///
    /// let object = ObjectRef::new("gateway.networking.k8s.io/v1", "HTTPRoute", None, "hello");
    /// let settle = Duration::of_seconds(3);
    /// assert_eq!(Gate::Routed(RoutedGate { object, settle }).lasts(), settle);
    /// assert_eq!(Gate::Pause(Pause::person()).lasts(), Duration::of_seconds(0));
    /// ```
    pub fn lasts(&self) -> Duration {
        match self {
            Self::Drained(gate) => gate.after,
            Self::Routed(gate) => gate.settle,
            Self::Available(_)
            | Self::Endpoints(_)
            | Self::Held(_)
            | Self::Job(_)
            | Self::Metric(_)
            | Self::Pause(_)
            | Self::Settled(_)
            | Self::Smoke(_)
            | Self::Webhook(_)
            | Self::Window(_) => Duration::of_seconds(0),
        }
    }

    /// Whether it looks at objects of the cluster, and so is under the step's time limit.
    pub fn is_observed(&self) -> bool {
        self.object().is_some()
    }
}
