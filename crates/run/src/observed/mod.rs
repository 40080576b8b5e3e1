//! What a run has seen of the cluster: its objects, and the pods, ReplicaSets and endpoints behind
//! its gates.

pub(crate) mod diagnosis;
pub(crate) mod pods;
pub(crate) mod status;

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_workload::Deployment;

use self::pods::{Pod, ReplicaSet, Slice};
use self::status::{uid, version};
use crate::api::effect::Scope;

/// The kinds that gates look at, of which there are many.
const WATCHED: [&str; 3] = ["Pod", "ReplicaSet", "EndpointSlice"];

/// What a run has seen of the cluster, each object as it was seen last.
#[derive(Debug, Default)]
pub(crate) struct Observed {
    /// The plan's objects and the journal: as they are, gone, or (where the entry is missing) not
    /// known.
    objects: BTreeMap<ObjectRef, Option<Manifest>>,
    /// Objects of the plan that are of a kind that gates look at.
    planned: BTreeSet<ObjectRef>,
    listed: BTreeSet<Scope>,
    /// The uid of objects that are gone: what a watch still says of them is older.
    gone: BTreeMap<ObjectRef, Option<String>>,
    /// Objects that must be looked at anew, as they were: they may be gone, and what a watch says
    /// may be older.
    forgotten: BTreeMap<ObjectRef, Manifest>,
    /// Deployments that the run pauses by itself: whether one is, is no part of how it is seen.
    held: BTreeSet<ObjectRef>,
    /// Those of them that are paused.
    paused: BTreeSet<ObjectRef>,
    /// Routes of which a controller did not find all that they name before the run began.
    excused: BTreeSet<ObjectRef>,
    /// Objects that were seen to change, until somebody takes them from here.
    changed: BTreeSet<ObjectRef>,
    pub(crate) pods: BTreeMap<ObjectRef, Pod>,
    pub(crate) replica_sets: BTreeMap<ObjectRef, ReplicaSet>,
    pub(crate) slices: BTreeMap<ObjectRef, Slice>,
}

impl Observed {
    /// Nothing yet, of these objects and what is behind their gates.
    pub(crate) fn of(objects: &[ObjectRef]) -> Self {
        let planned = objects
            .iter()
            .filter(|object| WATCHED.contains(&object.kind.as_str()));
        Self {
            planned: planned.cloned().collect(),
            ..Self::default()
        }
    }

    /// The object: not known, gone, or as it is.
    pub(crate) fn object(&self, object: &ObjectRef) -> Option<Option<&Manifest>> {
        self.objects.get(object).map(Option::as_ref)
    }

    /// The object where it is there.
    pub(crate) fn live(&self, object: &ObjectRef) -> Option<&Manifest> {
        self.objects.get(object)?.as_ref()
    }

    /// All objects that are there, but for pods and what is behind them.
    pub(crate) fn there(&self) -> impl Iterator<Item = &Manifest> {
        self.objects.values().flatten()
    }

    /// Those of these objects that are there.
    pub(crate) fn bundle<'a>(&self, objects: impl Iterator<Item = &'a ObjectRef>) -> Bundle {
        objects
            .filter_map(|object| self.live(object))
            .cloned()
            .collect()
    }

    /// Objects that were seen to change since this was asked last.
    pub(crate) fn take_changed(&mut self) -> BTreeSet<ObjectRef> {
        std::mem::take(&mut self.changed)
    }

    pub(crate) fn is_listed(&self, scope: &Scope) -> bool {
        self.listed.contains(scope)
    }

    /// Whoever is asked must be looked at anew.
    pub(crate) fn forget(&mut self, object: &ObjectRef) {
        if let Some(Some(known)) = self.objects.remove(object) {
            self.forgotten.insert(object.clone(), known);
        }
    }

    /// An object as an answer or a watch has it; an older one than is known is not taken.
    pub(crate) fn update(&mut self, manifest: &Manifest) {
        let object = manifest.object();
        match object.kind.as_str() {
            "Pod" => drop(self.pods.insert(object.clone(), Pod::of(manifest))),
            "ReplicaSet" => self.update_replica_set(manifest),
            "EndpointSlice" => drop(self.slices.insert(object.clone(), Slice::of(manifest))),
            _ => {}
        }
        if !WATCHED.contains(&object.kind.as_str()) || self.planned.contains(object) {
            self.update_object(manifest);
        }
    }

    /// A read of just this one and the watch of all may come in any order.
    fn update_replica_set(&mut self, manifest: &Manifest) {
        let known = self.replica_sets.get(manifest.object());
        let newer = known.is_some_and(|known| {
            uid(&known.manifest) == uid(manifest) && version(&known.manifest) > version(manifest)
        });
        if !newer {
            let set = ReplicaSet::of(manifest);
            self.replica_sets.insert(manifest.object().clone(), set);
        }
    }

    fn update_object(&mut self, manifest: &Manifest) {
        let object = manifest.object();
        let known = self.live(object).or_else(|| self.forgotten.get(object));
        let newer = known.is_some_and(|known| version(known) > version(manifest));
        let gone = self
            .gone
            .get(object)
            .is_some_and(|gone| gone.as_deref() == uid(manifest));
        if !newer && !gone {
            self.forgotten.remove(object);
            let seen = self.unpaused(manifest);
            self.objects.insert(object.clone(), Some(seen));
            self.changed.insert(object.clone());
        }
    }

    /// The object as if the run had not paused it.
    fn unpaused(&mut self, manifest: &Manifest) -> Manifest {
        let object = manifest.object();
        if self.held.contains(object) && Deployment::of(manifest).is_paused() {
            self.paused.insert(object.clone());
            return manifest.without(Deployment::PAUSED);
        }
        self.paused.remove(object);
        manifest.clone()
    }

    /// From now on the run pauses these Deployments by itself, and no others.
    pub(crate) fn hold(&mut self, held: BTreeSet<ObjectRef>) {
        self.held = held;
    }

    /// What a controller does not find of these routes is not waited for.
    pub(crate) fn excuse(&mut self, routes: BTreeSet<ObjectRef>) {
        self.excused = routes;
    }

    /// Whether a controller did not find all that a route names before the run began.
    pub(crate) fn is_excused(&self, route: &ObjectRef) -> bool {
        self.excused.contains(route)
    }

    /// Whether the run has paused a Deployment, and it still is.
    pub(crate) fn is_paused(&self, object: &ObjectRef) -> bool {
        self.paused.contains(object) && self.live(object).is_some()
    }

    /// An object as a read of just this object has it, which was not known when it was asked for.
    pub(crate) fn read(&mut self, object: &ObjectRef, found: Option<&Manifest>) {
        match found {
            Some(manifest) => self.update(manifest),
            // A watch has told of it meanwhile: the answer may be older.
            None if self.live(object).is_some() => self.forget(object),
            None => self.remove(object),
        }
    }

    /// An object that is gone.
    pub(crate) fn remove(&mut self, object: &ObjectRef) {
        self.replica_sets.remove(object);
        let known = self.objects.insert(object.clone(), None).flatten();
        let forgotten = self.forgotten.remove(object);
        self.gone.extend(
            known
                .or(forgotten)
                .map(|known| (object.clone(), uid(&known).map(Into::into))),
        );
        self.changed.insert(object.clone());
    }

    /// An object that a watch saw go.
    pub(crate) fn update_gone(&mut self, manifest: &Manifest) {
        let object = manifest.object();
        self.pods.remove(object);
        self.replica_sets.remove(object);
        self.slices.remove(object);
        if let Some(known) = self.objects.get_mut(object)
            && known
                .as_ref()
                .is_none_or(|known| version(known) <= version(manifest))
        {
            *known = None;
            self.gone
                .insert(object.clone(), uid(manifest).map(Into::into));
            self.changed.insert(object.clone());
        }
    }

    /// All objects of a scope. One that was known and is not among them may be newer than the list:
    /// it is looked at again.
    pub(crate) fn replace_all(&mut self, scope: &Scope, manifests: &[Manifest]) {
        let names: BTreeSet<&ObjectRef> = manifests.iter().map(Manifest::object).collect();
        let stays = |object: &ObjectRef| !scope.holds(object) || names.contains(object);
        self.pods.retain(|object, _| stays(object));
        self.replica_sets.retain(|object, _| stays(object));
        self.slices.retain(|object, _| stays(object));
        self.objects
            .retain(|object, known| stays(object) || known.is_none());
        manifests.iter().for_each(|manifest| self.update(manifest));
        self.listed.insert(scope.clone());
    }

    /// Of these, whichever is not known although its scope has been listed is gone, where nothing
    /// else was seen of it.
    pub(crate) fn settle<'a>(&mut self, objects: impl Iterator<Item = &'a ObjectRef>) {
        for object in objects {
            self.objects.entry(object.clone()).or_insert(None);
        }
    }
}

#[cfg(test)]
mod tests;
