//! How the server's objects change, and who has to look at them then.

use std::collections::BTreeSet;
use std::sync::Arc;

use cutover_manifest::{Field, Manifest};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{Call, Server, metadata};
use crate::key::Key;
use crate::objects::{
    Deployment, DeploymentSpec, DeploymentStatus, Header, Next, Phase, Pod, ReplicaSet, Service,
    Slice, Uid, Written, annotation, second, selects,
};
use crate::watch::WatchEvent;

const RESOURCE_VERSION: Field = Field::new("/metadata/resourceVersion");

/// What each controller has yet to look at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Work {
    pub(crate) deployments: BTreeSet<Uid>,
    pub(crate) replica_sets: BTreeSet<Uid>,
    pub(crate) services: BTreeSet<Uid>,
    /// The Services whose slices have changed, for kube-proxy.
    pub(crate) proxied: BTreeSet<Uid>,
    /// The routes that somebody has written, for their gateways.
    pub(crate) routes: BTreeSet<Uid>,
    /// What has lost its owner.
    pub(crate) garbage: BTreeSet<Uid>,
}

impl Server {
    /// A header for something new; names are unique with it.
    pub(crate) fn header(&mut self, name: String, namespace: Arc<str>, now: Timestamp) -> Header {
        self.uids += 1;
        self.version += 1;
        Header {
            uid: Uid(self.uids),
            name,
            namespace,
            version: self.version,
            created: second(now),
        }
    }

    /// Stores what somebody has created.
    pub(super) fn insert(&mut self, key: Key, uid: Uid, manifest: Manifest) {
        if key.is_deployment() {
            self.deployments.insert(uid, Deployment::new(uid, manifest));
            self.work.deployments.insert(uid);
        } else if key.is_service() {
            self.services.insert(uid, Service::new(manifest));
            self.work.services.insert(uid);
        } else {
            self.work
                .routes
                .extend((key.kind == "HTTPRoute").then_some(uid));
            self.others.insert(uid, Written { manifest });
        }
        let kind = key.kind.clone();
        self.names.insert(key, uid);
        self.tell(uid, &kind);
    }

    /// Stores what somebody has changed.
    pub(super) fn replace(&mut self, uid: Uid, manifest: Manifest) {
        let kind = manifest.object().kind.clone();
        if let Some(deployment) = self.deployments.get_mut(&uid) {
            deployment.spec = DeploymentSpec::of(&manifest);
            deployment.manifest = manifest;
            self.work.deployments.insert(uid);
        } else if let Some(service) = self.services.get_mut(&uid) {
            *service = Service::new(manifest);
            self.work.services.insert(uid);
        } else if let Some(other) = self.others.get_mut(&uid) {
            other.manifest = manifest;
            self.work
                .routes
                .extend((kind == "HTTPRoute").then_some(uid));
        }
        self.tell(uid, &kind);
    }

    /// Takes an object away, or begins to: a pod ends its program first.
    pub(crate) fn remove(&mut self, uid: Uid, now: Timestamp) {
        if self.pods.contains_key(&uid) {
            return self.terminate(uid, now);
        }
        let Some(last) = self.show(uid) else { return };
        self.version += 1;
        let owned_by = |owner: Uid| owner == uid;
        let sets = self
            .replica_sets
            .values()
            .filter(|set| owned_by(set.deployment))
            .map(|set| set.header.uid);
        let pods = self
            .pods
            .values()
            .filter(|pod| owned_by(pod.owner))
            .map(|pod| pod.header.uid);
        let slices = self
            .slices
            .values()
            .filter(|slice| owned_by(slice.service))
            .map(|slice| slice.header.uid);
        self.work.garbage.extend(sets.chain(pods).chain(slices));
        self.deployments.remove(&uid);
        self.services.remove(&uid);
        self.others.remove(&uid);
        if let Some(set) = self.replica_sets.remove(&uid) {
            self.work.deployments.insert(set.deployment);
        }
        if let Some(slice) = self.slices.remove(&uid) {
            self.work.services.insert(slice.service);
            self.work.proxied.insert(slice.service);
        }
        self.forget(uid, last);
    }

    /// A pod is to go; its kubelet ends its program, and then it is gone.
    fn terminate(&mut self, uid: Uid, now: Timestamp) {
        let Some(pod) = self.pods.get_mut(&uid).filter(|pod| pod.deleted.is_none()) else {
            return;
        };
        let grace = SignedDuration::from_secs(pod.spec.grace_seconds.into());
        pod.deleted = Some(now.checked_add(grace).unwrap_or(now));
        pod.next = Some((
            now,
            if pod.phase == Phase::Running {
                Next::Stop
            } else {
                Next::Go
            },
        ));
        self.pod_changed(uid);
    }

    /// The status that the Deployment controller writes, with the revision.
    pub(crate) fn write_status(
        &mut self,
        uid: Uid,
        status: DeploymentStatus,
        revision: Option<u64>,
        now: Timestamp,
    ) {
        self.version += 1;
        let version = self.version.to_string();
        let Some(deployment) = self.deployments.get_mut(&uid) else {
            return;
        };
        let call = Call {
            now,
            manager: CONTROLLER,
            dry_run: false,
        };
        let mut value = deployment.manifest.value().clone();
        value["status"] = status.value();
        value["metadata"]["resourceVersion"] = version.into();
        if let Some(revision) = revision {
            value["metadata"]["annotations"][annotation::REVISION] = revision.to_string().into();
        }
        metadata::record(&mut value, call, Some("status"));
        deployment.manifest = deployment.manifest.with_content(value);
        deployment.status = status;
        self.work.deployments.insert(uid);
        self.tell(uid, "Deployment");
    }

    /// The status that a controller writes of something that this server knows nothing about.
    pub(crate) fn write_others_status(&mut self, uid: Uid, status: Value) {
        let version = self.version + 1;
        let Some(other) = self.others.get_mut(&uid) else {
            return;
        };
        let mut value = other.manifest.value().clone();
        value["status"] = status;
        value["metadata"]["resourceVersion"] = version.to_string().into();
        other.manifest = other.manifest.with_content(value);
        let kind = other.manifest.object().kind.clone();
        self.version = version;
        self.tell(uid, &kind);
    }

    pub(crate) fn add_replica_set(&mut self, set: ReplicaSet) {
        let uid = set.header.uid;
        self.names
            .insert(key("apps", "ReplicaSet", &set.header), uid);
        self.replica_sets.insert(uid, set);
        self.replica_set_changed(uid);
    }

    /// A ReplicaSet has another spec or status, or other annotations.
    pub(crate) fn replica_set_changed(&mut self, uid: Uid) {
        self.version += 1;
        let Some(set) = self.replica_sets.get_mut(&uid) else {
            return;
        };
        set.header.version = self.version;
        set.shown.take();
        self.work.replica_sets.insert(uid);
        self.work.deployments.insert(set.deployment);
        self.tell(uid, "ReplicaSet");
    }

    pub(crate) fn add_pod(&mut self, pod: Pod) {
        let uid = pod.header.uid;
        self.names.insert(key("", "Pod", &pod.header), uid);
        self.pods.insert(uid, pod);
        self.pod_changed(uid);
    }

    pub(crate) fn pod_changed(&mut self, uid: Uid) {
        self.version += 1;
        let Some(pod) = self.pods.get_mut(&uid) else {
            return;
        };
        pod.header.version = self.version;
        pod.shown.take();
        self.look_at_pod(uid);
        self.tell(uid, "Pod");
    }

    /// A pod is no more.
    pub(crate) fn drop_pod(&mut self, uid: Uid) {
        let Some(last) = self.show(uid) else { return };
        self.version += 1;
        self.look_at_pod(uid);
        if let Some(pod) = self.pods.remove(&uid) {
            let deployment = self.replica_sets.get(&pod.owner).map(|set| set.deployment);
            self.work.deployments.extend(deployment);
        }
        self.forget(uid, last);
    }

    pub(crate) fn add_slice(&mut self, slice: Slice) {
        let uid = slice.header.uid;
        self.work.proxied.insert(slice.service);
        self.names
            .insert(key("discovery.k8s.io", "EndpointSlice", &slice.header), uid);
        self.slices.insert(uid, slice);
        self.tell(uid, "EndpointSlice");
    }

    pub(crate) fn slice_changed(&mut self, uid: Uid) {
        self.version += 1;
        let Some(slice) = self.slices.get_mut(&uid) else {
            return;
        };
        slice.header.version = self.version;
        slice.generation += 1;
        self.work.proxied.insert(slice.service);
        slice.shown.take();
        self.tell(uid, "EndpointSlice");
    }

    /// The owner of a pod and the Services that select it have something to do.
    fn look_at_pod(&mut self, uid: Uid) {
        let Some(pod) = self.pods.get(&uid) else {
            return;
        };
        if self.replica_sets.contains_key(&pod.owner) {
            self.work.replica_sets.insert(pod.owner);
        }
        for (service, own) in &self.services {
            if own.namespace() == &*pod.header.namespace && selects(&own.selector, &pod.labels) {
                self.work.services.insert(*service);
            }
        }
    }

    /// Tells the watches that an object is new or has changed.
    fn tell(&mut self, uid: Uid, kind: &str) {
        if self.watches.iter().any(|watch| watch.scope.kind == kind)
            && let Some(manifest) = self.show(uid)
        {
            self.push(&manifest, WatchEvent::Changed);
        }
    }

    /// Tells the watches that an object is gone, with the version of its deletion, and forgets its
    /// name.
    fn forget(&mut self, uid: Uid, last: Manifest) {
        let key = Self::key(last.object());
        if self.names.get(&key) == Some(&uid) {
            self.names.remove(&key);
        }
        if self
            .watches
            .iter()
            .any(|watch| watch.scope.kind == key.kind)
        {
            let version = self.version.to_string();
            self.push(
                &last.with(RESOURCE_VERSION, version.into()),
                WatchEvent::Gone,
            );
        }
    }

    fn push(&mut self, manifest: &Manifest, event: impl Fn(Manifest) -> WatchEvent) {
        let key = Self::key(manifest.object());
        for watch in self
            .watches
            .iter_mut()
            .filter(|watch| watch.scope.holds(&key))
        {
            watch.push(event(manifest.clone()));
        }
    }
}

fn key(group: &str, kind: &str, header: &Header) -> Key {
    Key {
        group: group.to_owned(),
        kind: kind.to_owned(),
        namespace: header.namespace.to_string(),
        name: header.name.clone(),
    }
}

const CONTROLLER: &str = "kube-controller-manager";
