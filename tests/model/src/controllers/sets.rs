//! A Deployment's ReplicaSets as its controller sees them: what they are asked for and what they
//! report.

use jiff::Timestamp;

use crate::objects::{Condition, Deployment, ReplicaSet, Uid, annotation};
use crate::server::Server;

/// All ReplicaSets of a Deployment.
#[derive(Clone, Debug, Default)]
pub(super) struct Sets {
    /// The one of the present template.
    pub(super) new: Option<Set>,
    /// All others, oldest first.
    pub(super) old: Vec<Set>,
}

/// One ReplicaSet, as the Deployment's controller looks at it.
#[derive(Clone, Debug)]
pub(super) struct Set {
    pub(super) uid: Uid,
    pub(super) name: String,
    pub(super) created: Timestamp,
    /// `spec.replicas`.
    pub(super) replicas: u32,
    pub(super) revision: u64,
    /// The Deployment's replicas, and its ceiling, when this one was last scaled.
    pub(super) desired: u64,
    pub(super) max: u64,
    /// What the status says, which may be late.
    pub(super) total: u32,
    pub(super) ready: u32,
    pub(super) available: u32,
    pub(super) terminating: u32,
    pub(super) is_observed: bool,
    pub(super) failure: Option<Condition>,
}

impl Sets {
    pub(super) fn of(server: &Server, deployment: &Deployment) -> Self {
        let own = server
            .replica_sets
            .values()
            .filter(|set| set.deployment == deployment.uid);
        let mut own: Vec<_> = own.collect();
        own.sort_by(|one, other| {
            (one.header.created, &one.header.name).cmp(&(other.header.created, &other.header.name))
        });
        let digest = deployment.spec.template.digest;
        let at = own.iter().position(|set| set.template.digest == digest);
        let new = at.map(|at| Set::of(own.remove(at)));
        Self {
            new,
            old: own.into_iter().map(Set::of).collect(),
        }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Set> {
        self.old.iter().chain(&self.new)
    }

    pub(super) fn active(&self) -> impl Iterator<Item = &Set> {
        self.all().filter(|set| set.replicas > 0)
    }

    /// What all are asked for together.
    pub(super) fn replicas(&self) -> u32 {
        self.all().map(|set| set.replicas).sum()
    }

    pub(super) fn available(&self) -> u32 {
        self.all().map(|set| set.available).sum()
    }

    /// The revision that the new one has or gets: one more than all others, or its own where that
    /// is more.
    pub(super) fn revision(&self) -> u64 {
        let next = self.old.iter().map(|set| set.revision).max().unwrap_or(0) + 1;
        self.new.as_ref().map_or(next, |new| new.revision.max(next))
    }
}

impl Set {
    fn of(set: &ReplicaSet) -> Self {
        Self {
            uid: set.header.uid,
            name: set.header.name.clone(),
            created: set.header.created,
            replicas: set.replicas,
            revision: set.revision(),
            desired: set.noted(annotation::DESIRED),
            max: set.noted(annotation::MAX),
            total: set.status.replicas,
            ready: set.status.ready,
            available: set.status.available,
            terminating: set.status.terminating,
            is_observed: set.status.observed >= set.generation,
            failure: set.status.failure.clone(),
        }
    }
}
