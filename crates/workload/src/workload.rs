//! One tier of an application: so many pods wanted, in one or more sets.

use std::collections::BTreeMap;
use std::fmt;

use cutover_manifest::ObjectRef;
use serde::{Deserialize, Serialize};

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
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stable => "stable",
            Self::Canary => "canary",
            Self::Blue => "blue",
            Self::Green => "green",
        })
    }
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
    /// Its name: that of its Deployment before the plan.
    pub name: String,
    /// Its namespace, where the manifests have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The pods that it runs with when no release is under way.
    pub replicas: u32,
    /// The fewest available pods.
    pub floor: u32,
    /// The most pods alive.
    pub ceiling: u32,
    /// The names of its Deployments, by role.
    pub sets: BTreeMap<Role, String>,
    /// The Services whose requests it answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<String>,
    /// Those of them that send requests to pods of others too, which the release does not replace:
    /// of these no share is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shared: Vec<String>,
    /// The surge and unavailability that the strategy says; where it says none its Deployment's own
    /// count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<serde_json::Value>"))]
    pub budget: Option<Budget>,
    /// Whether all its pods are stopped before new ones start, so that for some time nobody
    /// answers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub recreate: bool,
}

impl Workload {
    /// A workload of one Deployment, stable, that goes from so many pods to so many.
    ///
    /// ```
    /// use cutover_workload::{Budget, Workload};
    ///
    /// let workload = Workload::new("hello", None, Budget::default(), 3, 5);
    /// assert_eq!((workload.floor, workload.ceiling), (3, 7)); // 5 and a surge of 2
    /// ```
    pub fn new(name: &str, namespace: Option<&str>, budget: Budget, from: u32, to: u32) -> Self {
        let (before, after) = (budget.of(from), budget.of(to));
        Self {
            name: name.into(),
            namespace: namespace.map(Into::into),
            replicas: from,
            floor: (from - before.unavailable).min(to - after.unavailable),
            ceiling: from
                .saturating_add(before.surge)
                .max(to.saturating_add(after.surge)),
            sets: BTreeMap::from([(Role::Stable, name.into())]),
            services: Vec::new(),
            shared: Vec::new(),
            budget: None,
            recreate: false,
        }
    }

    /// The same, with all pods stopped before new ones start: nobody is promised to answer, and no
    /// pod is added to the most that are wanted.
    #[must_use]
    pub fn recreated(self, wanted: u32) -> Self {
        Self {
            recreate: true,
            floor: 0,
            ceiling: self.replicas.max(wanted),
            ..self
        }
    }

    /// Its Deployments, by role.
    pub fn deployments(&self) -> impl Iterator<Item = (Role, ObjectRef)> + '_ {
        self.sets.iter().map(|(role, name)| {
            (
                *role,
                Deployment::reference(self.namespace.as_deref(), name),
            )
        })
    }

    /// The Services whose requests it answers.
    pub fn service_refs(&self) -> impl Iterator<Item = ObjectRef> + '_ {
        self.services
            .iter()
            .map(|name| service_ref(self.namespace.as_deref(), name))
    }
}

/// The reference of a Service.
pub fn service_ref(namespace: Option<&str>, name: &str) -> ObjectRef {
    ObjectRef {
        api_version: "v1".into(),
        kind: "Service".into(),
        namespace: namespace.map(Into::into),
        name: name.into(),
    }
}
