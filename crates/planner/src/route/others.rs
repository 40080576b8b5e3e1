//! What the rules do about objects that no workload moves.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_release::follows_another;
use cutover_traffic::{called_by_the_server, led_to};
use cutover_workload::{Deployment, Workload, reconfigures};

use super::cohort::Cohort;
use super::edit::Edit;
use super::movement::Move;

/// All that the far end adds or changes, as soon as it can.
pub(super) fn introduce(turn: &Turn<'_>) -> Vec<Edit> {
    left(turn, Kind::Plain)
}

/// The API server ceases to call a Service that goes while somebody still answers there.
pub(super) fn call_off(turn: &Turn<'_>) -> Vec<Edit> {
    let goes = |service: &ObjectRef| !has_service(turn.there, service);
    let lacking = turn.here.iter();
    let lacking = lacking.filter(|manifest| !turn.there.contains(manifest.object()));
    let calling = lacking.filter(|manifest| called_by_the_server(manifest).iter().any(goes));
    calling
        .map(|manifest| Edit::gone(manifest.object().clone()))
        .collect()
}

/// Routes lead to new Services once the pods behind these are there, and the API server calls them.
pub(super) fn lead(turn: &Turn<'_>) -> Vec<Edit> {
    if turn.movement == Some(Move::Expand) {
        return Vec::new();
    }
    left(turn, Kind::Route)
}

/// Configuration changes right before the first set that reads it gets new pods.
pub(super) fn configure(turn: &Turn<'_>) -> Vec<Edit> {
    let mut edits = left(turn, Kind::Configuration);
    edits.retain(|edit| is_read(turn, &edit.object));
    edits
}

/// An autoscaler follows another of its set once that is gone.
pub(super) fn succeed(turn: &Turn<'_>) -> Vec<Edit> {
    let mut edits = left(turn, Kind::Successor);
    edits.retain(|edit| {
        let comes = edit.after.as_ref();
        !comes.is_some_and(|comes| follows_another(comes, turn.here, turn.there))
    });
    edits
}

/// What the far end lacks goes with workloads that only remove, or after all of them.
pub(super) fn clear(turn: &Turn<'_>) -> Vec<Edit> {
    let only_removes = turn.ready.iter().all(|edit| edit.after.is_none());
    let has_arrived = turn.movement.is_none();
    if !(has_arrived || only_removes && !turn.ready.is_empty()) {
        return Vec::new();
    }
    let lacking = turn
        .here
        .objects()
        .filter(|object| !turn.there.contains(object));
    let others = lacking.filter(|object| !turn.others.moved.contains(object));
    let unused = others.filter(|object| !is_named(turn, object));
    unused.cloned().map(Edit::gone).collect()
}

/// Whether a route that workloads move still names a Service.
fn is_named(turn: &Turn<'_>, service: &ObjectRef) -> bool {
    let moved = turn.here.iter();
    let mut moved = moved.filter(|manifest| turn.others.moved.contains(manifest.object()));
    moved.any(|route| {
        let mut named = led_to(route).into_iter();
        named.any(|backend| backend.service == *service)
    })
}

/// Where a leg is, when its next step is made.
pub(super) struct Turn<'a> {
    pub(super) here: &'a Bundle,
    pub(super) there: &'a Bundle,
    pub(super) others: &'a Others,
    /// Other objects that the far end adds or changes, as they are there.
    pub(super) left: Vec<(Kind, &'a Manifest)>,
    /// The next move; none where the workloads have arrived.
    pub(super) movement: Option<Move>,
    /// What the workloads do that make this move next.
    pub(super) ready: Vec<&'a Edit>,
}

/// What kind of other object it is: when it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Read by pods: with the first that read it anew.
    Configuration,
    /// With pods that read configuration which is still to change: after that it is as any other.
    Reader,
    /// Anything else: it goes at once.
    Plain,
    /// To a Service that comes with the leg, or that is called there: after its pods.
    Route,
    /// Of a set that another scales, which goes: after that.
    Successor,
}

/// What a leg has to know of objects that no workload moves.
pub(super) struct Others {
    /// What the workloads move; all else is an other object.
    moved: BTreeSet<ObjectRef>,
    /// Routes to Services that only come with this leg, and what has these called: they wait until the
    /// pods behind those are available.
    routes: BTreeSet<ObjectRef>,
    /// Configuration whose data changes, with the sets that read it and whose pods are replaced or
    /// added by the leg: it waits until the first of these is next.
    readers: BTreeMap<ObjectRef, BTreeSet<ObjectRef>>,
    /// Autoscalers that come for a set whose other one goes.
    successors: BTreeSet<ObjectRef>,
}

impl Others {
    pub(super) fn new(
        workloads: &[Workload],
        cohorts: &[Cohort<'_>],
        here: &Bundle,
        there: &Bundle,
    ) -> Self {
        let mut moved: BTreeSet<ObjectRef> = BTreeSet::new();
        moved.extend(workloads.iter().flat_map(Workload::objects).cloned());
        moved.extend(workloads.iter().flat_map(Workload::routes).cloned());
        for cohort in cohorts {
            moved.extend(cohort.services.iter().cloned());
        }
        Self {
            moved,
            routes: routes(here, there),
            readers: readers(workloads, here, there),
            successors: successors(here, there),
        }
    }

    /// Other objects that the far end adds or changes, as they are there.
    pub(super) fn left<'a>(&self, here: &Bundle, there: &'a Bundle) -> Vec<(Kind, &'a Manifest)> {
        let mut left = Vec::new();
        for manifest in there.iter() {
            let object = manifest.object();
            if !self.moved.contains(object) && here.get(object) != Some(manifest) {
                left.push((self.kind(manifest), manifest));
            }
        }
        let changing = left.iter().filter(|(kind, _)| *kind == Kind::Configuration);
        let changing: BTreeSet<&ObjectRef> = changing.map(|(_, of)| of.object()).collect();
        for (kind, manifest) in &mut left {
            if *kind == Kind::Plain && reads(manifest, &changing) {
                *kind = Kind::Reader;
            }
        }
        left
    }

    fn kind(&self, manifest: &Manifest) -> Kind {
        let object = manifest.object();
        if self.routes.contains(object) {
            Kind::Route
        } else if self.successors.contains(object) {
            Kind::Successor
        } else if self.readers.contains_key(object) {
            Kind::Configuration
        } else {
            Kind::Plain
        }
    }
}

/// Whether pods that an object makes read some of this configuration.
fn reads(manifest: &Manifest, configuration: &BTreeSet<&ObjectRef>) -> bool {
    if configuration.is_empty() {
        return false;
    }
    let read = Deployment::of(manifest).configuration();
    read.iter().any(|read| configuration.contains(read))
}

/// What is left to do about objects of a kind.
fn left(turn: &Turn<'_>, kind: Kind) -> Vec<Edit> {
    let left = turn.left.iter().filter(|(of, _)| *of == kind);
    left.map(|(_, manifest)| Edit::to(manifest)).collect()
}

/// Whether sets that read a configuration are rolled or made by what the workloads do next.
fn is_read(turn: &Turn<'_>, configuration: &ObjectRef) -> bool {
    let Some(readers) = turn.others.readers.get(configuration) else {
        return false;
    };
    let mut ready = turn.ready.iter();
    ready.any(|edit| readers.contains(&edit.object) && edit.brings_pods(turn.here))
}

/// Whether a state has a Service, which may leave its namespace to who applies it.
fn has_service(state: &Bundle, service: &ObjectRef) -> bool {
    let unplaced = ObjectRef {
        namespace: None,
        ..service.clone()
    };
    state.contains(service) || state.contains(&unplaced)
}

/// What leads, at the far end, to a Service which is not there yet, or has it called.
fn routes(here: &Bundle, there: &Bundle) -> BTreeSet<ObjectRef> {
    let comes = |manifest: &&Manifest| {
        let mut led = led_to(manifest).into_iter();
        let mut called = called_by_the_server(manifest).into_iter();
        led.any(|backend| !here.contains(&backend.service))
            || called.any(|service| !has_service(here, &service))
    };
    there
        .iter()
        .filter(comes)
        .map(|manifest| manifest.object().clone())
        .collect()
}

/// The autoscalers that come, at the far end, in the place of others.
fn successors(here: &Bundle, there: &Bundle) -> BTreeSet<ObjectRef> {
    let coming = there.iter();
    let coming = coming.filter(|comes| follows_another(comes, here, there));
    coming.map(|comes| comes.object().clone()).collect()
}

/// Configuration whose data the leg changes, with the sets that read it and that the leg makes, or
/// whose pods it replaces: one that has none at both ends reads nothing.
fn readers(
    workloads: &[Workload],
    here: &Bundle,
    there: &Bundle,
) -> BTreeMap<ObjectRef, BTreeSet<ObjectRef>> {
    let mut readers: BTreeMap<ObjectRef, BTreeSet<ObjectRef>> = BTreeMap::new();
    for after in there.iter() {
        let before = here.get(after.object());
        if before.is_some_and(|before| reconfigures(before, after)) {
            readers.insert(after.object().clone(), BTreeSet::new());
        }
    }
    if readers.is_empty() {
        return readers;
    }
    let sets = |workload| Workload::objects(workload).map(move |set| (workload, set));
    for (workload, object) in workloads.iter().flat_map(sets) {
        let Some(after) = there.get(object) else {
            continue;
        };
        let mut ends = [here.get(object), Some(after)].into_iter().flatten();
        let has_pods = ends.any(|end| workload.pods_of(end) > 0);
        if !has_pods || !Edit::to(after).brings_pods(here) {
            continue;
        }
        for configuration in Deployment::of(after).configuration() {
            if let Some(sets) = readers.get_mut(&configuration) {
                sets.insert(object.clone());
            }
        }
    }
    readers.retain(|_, sets| !sets.is_empty());
    readers
}
