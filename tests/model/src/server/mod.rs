//! The API server: what it holds, and how it answers.

use std::collections::BTreeMap;

use cutover_manifest::{Manifest, ObjectRef};
use cutover_patch::Patch;
use jiff::Timestamp;

use crate::key::Key;
use crate::objects::{Deployment, Pod, ReplicaSet, Service, Slice, Uid, Written};
use crate::refused::Refused;
use crate::watch::{Scope, Watch};

mod policy;
pub use policy::Policy;

mod changes;
pub(crate) use changes::Work;

mod defaults;
mod metadata;
mod validate;
mod write;

/// A small API server: objects, and answers in a real one's words.
///
/// Nothing happens in it by itself: [`Model`](crate::Model) lets controllers act on it.
#[derive(Clone, Debug, Default)]
pub struct Server {
    /// How the cluster is set up: rights, quotas, webhooks.
    pub policy: Policy,
    pub(crate) deployments: BTreeMap<Uid, Deployment>,
    pub(crate) replica_sets: BTreeMap<Uid, ReplicaSet>,
    pub(crate) pods: BTreeMap<Uid, Pod>,
    pub(crate) services: BTreeMap<Uid, Service>,
    pub(crate) slices: BTreeMap<Uid, Slice>,
    pub(crate) others: BTreeMap<Uid, Written>,
    pub(crate) work: Work,
    pub(crate) watches: Vec<Watch>,
    names: BTreeMap<Key, Uid>,
    uids: u64,
    version: u64,
}

/// Who writes, and when.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The time at the server.
    pub now: Timestamp,
    /// `fieldManager`.
    pub manager: &'a str,
    /// Whether the server only says what it would do (`?dryRun=All`).
    pub dry_run: bool,
}

impl Server {
    /// Reads an object; one that names no namespace is looked for in `default`.
    ///
    /// # Errors
    ///
    /// 404 where there is none, 403 without the right to.
    pub fn get(&self, object: &ObjectRef) -> Result<Manifest, Refused> {
        let key = Self::key(object);
        self.policy.permits(&key, "get")?;
        let manifest = self.names.get(&key).and_then(|uid| self.show(*uid));
        manifest.ok_or_else(|| Refused::not_found(&key))
    }

    /// Lists the objects of a scope, by name.
    ///
    /// # Errors
    ///
    /// 404 for a kind that the server does not know, 403 without the right to.
    pub fn list(&self, scope: &Scope) -> Result<Vec<Manifest>, Refused> {
        self.policy.permits(&Self::key(&scope.object()), "list")?;
        Ok(self.listed(scope))
    }

    /// Creates an object.
    ///
    /// # Errors
    ///
    /// 409 `AlreadyExists`; 422 with causes where values break a rule; 400 for wrong types; 403
    /// where a webhook denies it or the right is missing.
    pub fn create(&mut self, manifest: &Manifest, call: Call<'_>) -> Result<Manifest, Refused> {
        let key = Self::key(manifest.object());
        self.policy.permits(&key, "create")?;
        self.namespace_is_there(&key)?;
        let value = write::new(&key, manifest, &self.policy)?;
        if self.names.contains_key(&key) {
            return Err(Refused::already_exists(&key));
        }
        let uid = Uid(self.uids + 1);
        let version = (!call.dry_run).then_some(self.version + 1);
        let manifest = metadata::created(value, &key, uid, version, call)?;
        if !call.dry_run {
            self.uids += 1;
            self.version += 1;
            self.insert(key, uid, manifest.clone());
        }
        Ok(manifest)
    }

    /// Patches an object (RFC 6902), all of it or nothing. A patch that changes nothing leaves the
    /// versions as they are.
    ///
    /// Operations are read strictly: what only a real server's leniency lets pass is refused here.
    ///
    /// # Errors
    ///
    /// A bare 422 where the patch does not fit; 409 where it writes a stale `resourceVersion`; 404;
    /// 422 with causes; 403; 405 for what controllers make (ReplicaSets, pods, EndpointSlices),
    /// which this server lets nobody patch.
    pub fn patch(
        &mut self,
        object: &ObjectRef,
        ops: &Patch,
        call: Call<'_>,
    ) -> Result<Manifest, Refused> {
        let key = Self::key(object);
        self.policy.permits(&key, "patch")?;
        let uid = *self
            .names
            .get(&key)
            .ok_or_else(|| Refused::not_found(&key))?;
        let before = self.written(uid).ok_or_else(Refused::not_supported)?;
        let Some(value) = write::patched(&key, before, ops, &self.policy)? else {
            return Ok(before.clone());
        };
        let version = (!call.dry_run).then_some(self.version + 1);
        let manifest = metadata::updated(value, before, version, call)?;
        if !call.dry_run {
            self.version += 1;
            self.replace(uid, manifest.clone());
        }
        Ok(manifest)
    }

    /// Deletes an object in the background, where a uid is given only if it still has this uid.
    ///
    /// What it owns goes later; a pod goes when its program has ended.
    ///
    /// # Errors
    ///
    /// 404 where there is none, 409 where the uid differs, 403 without the right to.
    pub fn delete(
        &mut self,
        object: &ObjectRef,
        uid: Option<&str>,
        version: Option<&str>,
        call: Call<'_>,
    ) -> Result<(), Refused> {
        let key = Self::key(object);
        self.policy.permits(&key, "delete")?;
        let found = *self
            .names
            .get(&key)
            .ok_or_else(|| Refused::not_found(&key))?;
        if let Some(wanted) = uid.filter(|wanted| *wanted != found.to_string()) {
            return Err(Refused::other_uid(&key, wanted, &found.to_string()));
        }
        let stored = self.version(found);
        if let Some(wanted) = version.filter(|wanted| *wanted != stored) {
            return Err(Refused::other_version(&key, wanted, &stored));
        }
        if !call.dry_run {
            self.remove(found, call.now);
        }
        Ok(())
    }

    /// Whether the user may do this, as a `SelfSubjectAccessReview` says: a verb on a plural, as
    /// `patch` and `deployments`.
    pub fn allows(&self, verb: &str, resource: &str) -> bool {
        self.policy.allows(verb, resource)
    }

    /// The uid of an object, as events name it.
    pub fn uid(&self, object: &ObjectRef) -> Option<Uid> {
        self.names.get(&Self::key(object)).copied()
    }

    fn version(&self, uid: Uid) -> String {
        let shown = self.show(uid);
        let version = shown
            .as_ref()
            .and_then(|shown| shown.pointer("/metadata/resourceVersion")?.as_str());
        version.unwrap_or_default().to_owned()
    }

    /// An object by its uid, as long as it is there.
    pub fn show(&self, uid: Uid) -> Option<Manifest> {
        let made = || {
            let pod = self.pods.get(&uid).map(Pod::show);
            let set = || self.replica_sets.get(&uid).map(ReplicaSet::show);
            pod.or_else(set)
                .or_else(|| self.slices.get(&uid).map(Slice::show))
        };
        self.written(uid).cloned().or_else(made)
    }

    /// The objects of a scope, whatever the rights.
    pub(crate) fn listed(&self, scope: &Scope) -> Vec<Manifest> {
        let found = self.names.iter().filter(|(key, _)| scope.holds(key));
        found.filter_map(|(_, uid)| self.show(*uid)).collect()
    }

    /// An object that is kept as it was written.
    fn written(&self, uid: Uid) -> Option<&Manifest> {
        let deployment = self
            .deployments
            .get(&uid)
            .map(|deployment| &deployment.manifest);
        let service = || self.services.get(&uid).map(|service| &service.manifest);
        deployment
            .or_else(service)
            .or_else(|| self.others.get(&uid).map(|other| &other.manifest))
    }

    fn namespace_is_there(&self, key: &Key) -> Result<(), Refused> {
        let namespace = Self::key(&ObjectRef::new("v1", "Namespace", None, &key.namespace));
        match self.policy.missing_namespaces.contains(&key.namespace)
            && !self.names.contains_key(&namespace)
        {
            true => Err(Refused::not_found(&namespace)),
            false => Ok(()),
        }
    }

    fn key(object: &ObjectRef) -> Key {
        Key::of(object, "default")
    }
}
