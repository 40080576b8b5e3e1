//! One tier of an application: so many pods wanted, in one or more sets.

use std::fmt;

use cutover_manifest::{Manifest, ObjectRef};
use serde::{Deserialize, Serialize};

use crate::amount::Amount;
use crate::bounds::{Bounds, Fixed, Live};
use crate::budget::Budget;
use crate::deployment::Deployment;

/// What a set is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Role {
    /// What served before the release, and serves after it.
    Stable,
    /// A few pods of the new version beside the stable ones.
    Canary,
    /// The slot that serves while the other is prepared.
    Blue,
    /// The slot that is prepared.
    Green,
    /// A few pods of the old version, to compare the canary with.
    Baseline,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stable => "stable",
            Self::Canary => "canary",
            Self::Blue => "blue",
            Self::Green => "green",
            Self::Baseline => "baseline",
        })
    }
}

/// An object that runs pods of a workload, and what it is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Set {
    /// What it is for.
    pub role: Role,
    /// The object.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Object"))]
    pub object: ObjectRef,
}

/// An object that sends requests to a workload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Routed {
    /// The object, e.g. a Service.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Object"))]
    pub object: ObjectRef,
    /// Whether it sends requests to pods of others too, which the release does not replace: no
    /// share is known then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shared: bool,
    /// Whether it owes nobody an answer: it shows a version before that serves.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub preview: bool,
    /// Whether nothing but routes of the workload reaches it: it owes its share of the floor.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_route: bool,
}

impl Routed {
    /// A router of this workload alone, which owes answers at all times.
    pub fn new(object: ObjectRef) -> Self {
        Self {
            object,
            shared: false,
            preview: false,
            by_route: false,
        }
    }

    /// The same, which nothing but routes of the workload reaches.
    #[must_use]
    pub fn by_route(self) -> Self {
        Self {
            by_route: true,
            ..self
        }
    }

    /// Whether it passes requests on to other routers, and selects no pods itself: whatever is no
    /// Service, which is of the core group.
    pub fn is_route(&self) -> bool {
        !self.object.group().is_empty()
    }
}

/// How a workload's pods are replaced. A plan does not say it: it is read from the plan's states.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rollout {
    /// As each set's own update strategy says.
    #[default]
    Controller,
    /// By another surge and unavailability than the set's own.
    Budget(Budget),
    /// All pods are stopped before new ones start, so that for some time nobody answers.
    Recreate,
}

/// What shares a budget, and who serves it.
///
/// At every moment of the plan, forward and back, at least [`floor`](Self::floor) of its pods that
/// receive requests are available, and at most [`ceiling`](Self::ceiling) of its pods are alive, as
/// long as pods that were available stay so. Pods are counted as Kubernetes counts them: one that a
/// Deployment's roll has decided to remove is gone, though it may live a moment beside its
/// successor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Workload {
    /// Its name, unique in a plan: that of its first set, with the namespace where two share it.
    pub name: String,
    /// How many pods it has at any moment.
    pub bounds: Bounds,
    /// What runs its pods.
    pub sets: Vec<Set>,
    /// What sends it requests.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routers: Vec<Routed>,
    /// How its pods are replaced, as the strategy wants it.
    #[serde(skip)]
    pub rollout: Rollout,
}

impl Workload {
    /// A workload of one set, stable, that goes from so many pods to so many.
    ///
    /// ```
    /// use cutover_manifest::ObjectRef;
    /// use cutover_workload::{Budget, Workload};
    ///
    /// let hello = ObjectRef::new("apps/v1", "Deployment", None, "hello");
    /// let workload = Workload::new(hello, Budget::default(), 3, 5);
    /// assert_eq!((workload.floor(), workload.ceiling()), (3, 7)); // 5 and a surge of 2
    /// ```
    pub fn new(object: ObjectRef, budget: Budget, from: u32, to: u32) -> Self {
        Self {
            name: object.name.clone(),
            bounds: Bounds::within(budget, from, to),
            sets: vec![Set {
                role: Role::Stable,
                object,
            }],
            routers: Vec::new(),
            rollout: Rollout::Controller,
        }
    }

    /// A workload of one set, stable, that runs as many pods as somebody else says.
    pub fn live(object: ObjectRef, live: Live) -> Self {
        Self {
            bounds: Bounds::Live(live),
            ..Self::new(object, Budget::default(), 0, 0)
        }
    }

    /// The same, with all pods stopped before new ones start: nobody is promised to answer, and no
    /// pod is added to the most that are wanted.
    #[must_use]
    pub fn recreated(self, wanted: u32) -> Self {
        let bounds = match self.bounds {
            Bounds::Fixed(fixed) => Bounds::Fixed(Fixed {
                floor: 0,
                ceiling: fixed.replicas.max(wanted),
                ..fixed
            }),
            Bounds::Live(live) => Bounds::Live(Live {
                missing: Amount::Percent(100),
                extra: Amount::Count(0),
                ..live
            }),
        };
        Self {
            bounds,
            rollout: Rollout::Recreate,
            ..self
        }
    }

    /// The same with so many more pods alive at most.
    #[must_use]
    pub fn with_more(self, pods: u32) -> Self {
        let ceiling = self.ceiling().saturating_add(pods);
        Self {
            bounds: self.bounds.with_ceiling(ceiling),
            ..self
        }
    }

    /// The pods that it runs with when no release is under way; a hundred stand for a live count.
    pub fn replicas(&self) -> u32 {
        self.bounds.numbers().replicas
    }

    /// The fewest available pods; of a live count those of a hundred.
    pub fn floor(&self) -> u32 {
        self.bounds.numbers().floor
    }

    /// The most pods alive; of a live count those of a hundred.
    pub fn ceiling(&self) -> u32 {
        self.bounds.numbers().ceiling
    }

    /// The pods that one of its sets asks for, as a state has it; a hundred stand for a live count.
    pub fn pods_of(&self, set: &Manifest) -> u32 {
        match &self.bounds {
            Bounds::Fixed(_) => Deployment::of(set).replicas().unwrap_or(0),
            Bounds::Live(_) => self.replicas(),
        }
    }

    /// Whether somebody else says how many pods it has.
    pub fn is_live(&self) -> bool {
        self.bounds.live().is_some()
    }

    /// The objects that run its pods.
    pub fn objects(&self) -> impl Iterator<Item = &ObjectRef> {
        self.sets.iter().map(|set| &set.object)
    }

    /// The Services that owe its requests an answer. A route owes none: it passes them on.
    pub fn serving(&self) -> impl Iterator<Item = &Routed> {
        let services = self.routers.iter().filter(|router| !router.is_route());
        services.filter(|router| !router.preview)
    }

    /// The routes that pass its requests on to its Services.
    pub fn routes(&self) -> impl Iterator<Item = &ObjectRef> {
        let routes = self.routers.iter().filter(|router| router.is_route());
        routes.map(|router| &router.object)
    }

    /// Whether an object is one of its routers.
    pub fn is_routed_by(&self, object: &ObjectRef) -> bool {
        self.routers.iter().any(|router| router.object == *object)
    }

    /// Whether one of its sets is for this.
    pub fn has(&self, role: Role) -> bool {
        self.sets.iter().any(|set| set.role == role)
    }

    /// Whether this object runs pods of it.
    pub fn runs(&self, object: &ObjectRef) -> bool {
        self.objects().any(|own| own == object)
    }

    /// The namespace of its objects, where manifests name one.
    pub fn namespace(&self) -> Option<&str> {
        self.objects().next()?.namespace.as_deref()
    }

    /// Lets a router show its pods that owes nobody an answer.
    pub fn preview(&mut self, router: ObjectRef) {
        self.routers.retain(|known| known.object != router);
        self.routers.push(Routed {
            preview: true,
            ..Routed::new(router)
        });
    }

    /// Adds a set behind those that it has, whether or not one has the role already.
    pub fn add(&mut self, role: Role, object: ObjectRef) {
        self.sets.push(Set { role, object });
    }
}
