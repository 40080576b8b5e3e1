//! What is true in the cluster, whoever has seen it: for the assertions of tests.

use std::collections::BTreeMap;

use cutover_manifest::ObjectRef;

use crate::model::Model;
use crate::objects::{Pod, Slice, Uid};
use crate::routes::Rule;

/// The endpoints that new connections to a Service may go to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Endpoints {
    /// Those whose pod answers.
    pub answering: u32,
    /// Those whose pod is gone or not ready, so that requests to it are lost.
    pub broken: u32,
}

impl Model {
    /// The pods of a Deployment that are available: active, and ready for its `minReadySeconds`.
    ///
    /// Pods that a deleted Deployment has left behind count until they go.
    pub fn available(&self, deployment: &ObjectRef) -> u32 {
        let min_ready = |pod: &Pod| {
            self.server
                .replica_sets
                .get(&pod.owner)
                .map_or(0, |set| set.min_ready_seconds)
        };
        self.count(deployment, |pod| pod.is_available(min_ready(pod), self.now))
    }

    /// The pods of a Deployment that are active: neither terminating nor evicted.
    pub fn alive(&self, deployment: &ObjectRef) -> u32 {
        self.count(deployment, Pod::is_active)
    }

    /// The pods of a Deployment that are active, as its controller counts them while it replaces
    /// pods: of each of several ReplicaSets no more than it is to have, as a pod whose removal is
    /// decided may live a moment beside its successor (`GetReplicaCountForReplicaSets` in
    /// pkg/controller/deployment/util/deployment_util.go).
    pub fn counted(&self, deployment: &ObjectRef) -> u32 {
        let mut sets: BTreeMap<Uid, u32> = BTreeMap::new();
        for pod in self.pods(deployment).filter(|pod| pod.is_active()) {
            *sets.entry(pod.owner).or_default() += 1;
        }
        let rolls = sets.len() > 1;
        let wanted = |set| {
            self.server
                .replica_sets
                .get(set)
                .map_or(0, |set| set.replicas)
        };
        sets.iter()
            .map(|(set, there)| {
                if rolls {
                    *there.min(&wanted(set))
                } else {
                    *there
                }
            })
            .sum()
    }

    /// The pods of a Deployment that are terminating.
    pub fn terminating(&self, deployment: &ObjectRef) -> u32 {
        self.count(deployment, |pod| pod.deleted.is_some())
    }

    /// What a Service's slices call ready.
    pub fn endpoints(&self, service: &ObjectRef) -> Endpoints {
        let uid = self.server.uid(service);
        let of_service = |slice: &&Slice| Some(slice.service) == uid;
        let slices = self.server.slices.values().filter(of_service);
        let ready = slices
            .flat_map(|slice| &slice.endpoints)
            .filter(|endpoint| endpoint.ready);
        self.answering(ready.map(|endpoint| endpoint.pod))
    }

    /// Where kube-proxy sends new connections to a Service: it follows the slices up to a second
    /// later.
    pub fn backends(&self, service: &ObjectRef) -> Endpoints {
        let uid = self.server.uid(service);
        self.answering(
            uid.into_iter()
                .flat_map(|uid| self.proxy.backends(uid))
                .copied(),
        )
    }

    /// The rules by which requests to a route are split at this moment: a gateway follows a while
    /// after a change.
    pub fn routed(&self, route: &ObjectRef) -> &[Rule] {
        let uid = self.server.uid(route);
        uid.map_or(&[], |uid| self.gateways.rules(uid))
    }

    /// Whether requests to a route are split as its newest form says.
    pub fn is_routed(&self, route: &ObjectRef) -> bool {
        let uid = self.server.uid(route);
        uid.is_some_and(|uid| self.gateways.is_followed(&self.server, uid))
    }

    fn answering(&self, pods: impl Iterator<Item = Uid>) -> Endpoints {
        let mut found = Endpoints::default();
        for pod in pods {
            let pod = self.server.pods.get(&pod);
            match pod.is_some_and(|pod| pod.ready.is_some()) {
                true => found.answering += 1,
                false => found.broken += 1,
            }
        }
        found
    }

    fn count(&self, deployment: &ObjectRef, counts: impl Fn(&Pod) -> bool) -> u32 {
        let counted = self.pods(deployment).filter(|pod| counts(pod)).count();
        u32::try_from(counted).unwrap_or(u32::MAX)
    }

    fn pods<'a>(&'a self, deployment: &ObjectRef) -> impl Iterator<Item = &'a Pod> {
        let namespace = deployment.namespace.as_deref().unwrap_or("default");
        let own = move |pod: &&Pod| {
            *pod.deployment == *deployment.name && *pod.header.namespace == *namespace
        };
        self.server.pods.values().filter(own)
    }
}
