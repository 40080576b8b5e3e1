//! From where the plan stands to a waypoint, step by step.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use cutover_manifest::{Bundle, Manifest, ObjectRef, rank};
use cutover_plan::{Change, Phase, Step, state_digest};
use cutover_traffic::{backends, services};
use cutover_workload::{Deployment, Workload, reconfigures};

use super::edit::{Edit, Head};
use super::gates::{awaited, gates, time_limit};
use super::lane::Lane;
use super::movement::Move;
use super::stand::{selector, selects, serves};
use super::{Ground, Journey, too_long};
use crate::error::Error;
use crate::waypoint::Waypoint;

/// The way from one state to a waypoint, made step by step by [`Leg::next`].
pub(super) struct Leg<'a> {
    ground: &'a Ground<'a>,
    point: &'a Waypoint,
    /// What is left for each lane to do, move by move; a group goes after the one before it.
    groups: VecDeque<Vec<VecDeque<Head>>>,
    /// What a lane moves; all else is an other object.
    moved: BTreeSet<ObjectRef>,
    /// Routes to Services that only come with this leg: they wait until the pods behind those are
    /// available.
    routes: BTreeSet<ObjectRef>,
    /// Configuration whose data changes, with the sets that read it and whose pods are replaced or
    /// added by the leg: it waits until the first of these is next.
    read: BTreeMap<ObjectRef, BTreeSet<ObjectRef>>,
}

/// Objects of no lane that the far end adds or changes, by when they go.
#[derive(Default)]
struct Others {
    /// As soon as they can.
    now: Vec<Edit>,
    /// Right before what reads it.
    configuration: Vec<Edit>,
    /// When nothing is left to expand.
    routes: Vec<Edit>,
}

impl<'a> Leg<'a> {
    pub(super) fn new(
        ground: &'a Ground<'a>,
        here: &Bundle,
        point: &'a Waypoint,
        journey: &Journey<'_>,
    ) -> Result<Self, Error> {
        let lanes = lanes(ground.workloads, here, &point.bundle);
        let sets = ground.workloads.iter().flat_map(Workload::objects).cloned();
        let moved = sets
            .chain(lanes.iter().flat_map(|lane| lane.services.iter().cloned()))
            .collect();
        let mut groups: VecDeque<Vec<VecDeque<Head>>> = VecDeque::new();
        for lane in &lanes {
            let way = way(lane, here, &point.bundle, journey)?;
            match groups
                .back_mut()
                .filter(|group| Some(group.len()) != ground.max_concurrent)
            {
                Some(group) => group.push(way),
                None => groups.push_back(vec![way]),
            }
        }
        if journey.back {
            // The last to go is the first to come back.
            groups.make_contiguous().reverse();
        }
        Ok(Self {
            ground,
            point,
            groups,
            moved,
            routes: routes(here, &point.bundle),
            read: read(ground.workloads, here, &point.bundle),
        })
    }

    /// The next step from `here`, and the state after it; `None` at the waypoint.
    ///
    /// The lane with the longest way ahead says which move it is; all lanes that are to make the
    /// same one make it too.
    pub(super) fn next(
        &mut self,
        here: &Bundle,
        journey: &Journey<'_>,
    ) -> Result<Option<(Step, Bundle)>, Error> {
        let there = &self.point.bundle;
        let others = self.others(here, there);
        self.groups
            .retain(|group| group.iter().any(|way| !way.is_empty()));
        let movement = match others.now.is_empty() {
            true => self.next_move(),
            false => Some(Move::Expand),
        };
        if !others.routes.is_empty() && movement != Some(Move::Expand) {
            return self.step(here, journey, others.routes).map(Some);
        }
        let Some(movement) = movement else {
            let removed = self.leavers(here, there);
            if removed.is_empty() {
                return Ok(None);
            }
            return self.step(here, journey, removed).map(Some);
        };
        let mut configuration = others.configuration;
        configuration.retain(|edit| self.is_read(&edit.object, movement, here));
        if movement != Move::Expand && !configuration.is_empty() {
            return self.step(here, journey, configuration).map(Some);
        }
        let mut edits = others.now;
        edits.extend(configuration);
        edits.extend(self.take(movement));
        if edits.iter().all(|edit| edit.after.is_none()) {
            edits.extend(
                self.leavers(here, there)
                    .into_iter()
                    .filter(|leaver| !self.moved.contains(&leaver.object)),
            );
        }
        self.step(here, journey, edits).map(Some)
    }

    /// Whether sets that read a configuration are rolled or made by what the lanes do that are to
    /// make this move next.
    fn is_read(&self, configuration: &ObjectRef, movement: Move, here: &Bundle) -> bool {
        let Some(readers) = self.read.get(configuration) else {
            return false;
        };
        let heads = self.groups.front().into_iter().flatten();
        let ready = heads.filter_map(|way| way.front().filter(|head| head.movement == movement));
        let mut edits = ready.flat_map(|head| &head.edits);
        edits.any(|edit| readers.contains(&edit.object) && edit.brings_pods(here))
    }

    /// What the lanes do that are to make this move next.
    fn take(&mut self, movement: Move) -> Vec<Edit> {
        let ways = self.groups.front_mut().into_iter().flatten();
        let ready = ways.filter(|way| way.front().is_some_and(|head| head.movement == movement));
        ready
            .filter_map(VecDeque::pop_front)
            .flat_map(|head| head.edits)
            .collect()
    }

    /// What the lane with the longest way ahead does next.
    fn next_move(&self) -> Option<Move> {
        let group = self.groups.front()?;
        let longest = group.iter().rev().max_by_key(|way| way.len())?;
        Some(longest.front()?.movement)
    }

    /// (a) Other objects that the far end adds or changes.
    fn others(&self, here: &Bundle, there: &Bundle) -> Others {
        let mut others = Others::default();
        for manifest in there.iter() {
            let object = manifest.object();
            if self.moved.contains(object) || here.get(object) == Some(manifest) {
                continue;
            }
            let edits = if self.routes.contains(object) {
                &mut others.routes
            } else if self.read.contains_key(object) {
                &mut others.configuration
            } else {
                &mut others.now
            };
            edits.push(Edit::to(manifest));
        }
        others
    }

    /// (e) Other objects that the far end lacks.
    fn leavers(&self, here: &Bundle, there: &Bundle) -> Vec<Edit> {
        let leaving = here.objects().filter(|object| !there.contains(object));
        leaving
            .map(|object| Edit {
                object: object.clone(),
                after: None,
            })
            .collect()
    }

    fn step(
        &self,
        here: &Bundle,
        journey: &Journey<'_>,
        mut edits: Vec<Edit>,
    ) -> Result<(Step, Bundle), Error> {
        edits.sort_by_cached_key(order);
        let after = made(here, &edits);
        let (idle, edits): (Vec<Edit>, Vec<Edit>) =
            edits.into_iter().partition(|edit| edit.is_idle(here));
        let change = |edit: &Edit| Change::between(here.get(&edit.object), edit.after.as_ref());
        let changes: Vec<Change> = edits.iter().filter_map(change).collect();
        let mut gates = gates(self.ground, here, &after, &changes, journey);
        gates.extend(awaited(
            self.ground,
            &after,
            idle.iter().map(|edit| &edit.object),
        ));
        let step = Step {
            phase: Phase::new(&*self.point.phase)?,
            within: time_limit(&after, &gates),
            changes,
            shares: Vec::new(),
            gates,
            state: state_digest(&after)?,
        };
        Ok((step, after))
    }
}

/// The routes that lead, at the far end, to a Service which is not there yet.
fn routes(here: &Bundle, there: &Bundle) -> BTreeSet<ObjectRef> {
    let comes = |manifest: &&Manifest| {
        backends(manifest)
            .iter()
            .any(|backend| !here.contains(&backend.service))
    };
    there
        .iter()
        .filter(comes)
        .map(|manifest| manifest.object().clone())
        .collect()
}

/// Configuration whose data the leg changes, with the sets that read it and that the leg makes, or
/// whose pods it replaces.
fn read(
    workloads: &[Workload],
    here: &Bundle,
    there: &Bundle,
) -> BTreeMap<ObjectRef, BTreeSet<ObjectRef>> {
    let mut read: BTreeMap<ObjectRef, BTreeSet<ObjectRef>> = BTreeMap::new();
    for after in there.iter() {
        let before = here.get(after.object());
        if before.is_some_and(|before| reconfigures(before, after)) {
            read.insert(after.object().clone(), BTreeSet::new());
        }
    }
    if read.is_empty() {
        return read;
    }
    for object in workloads.iter().flat_map(Workload::objects) {
        let Some(after) = there.get(object) else {
            continue;
        };
        if !Edit::to(after).brings_pods(here) {
            continue;
        }
        for configuration in Deployment::of(after).configuration() {
            if let Some(readers) = read.get_mut(&configuration) {
                readers.insert(object.clone());
            }
        }
    }
    read.retain(|_, readers| !readers.is_empty());
    read
}

/// Existing objects come before what refers to them, and leave in the reverse order.
fn order(edit: &Edit) -> (bool, i16, ObjectRef) {
    let rank = i16::from(rank(&edit.object));
    let removal = edit.after.is_none();
    (
        removal,
        if removal { -rank } else { rank },
        edit.object.clone(),
    )
}

/// All that a lane does from one state to another, when it is alone.
fn way(
    lane: &Lane<'_>,
    here: &Bundle,
    there: &Bundle,
    journey: &Journey<'_>,
) -> Result<VecDeque<Head>, Error> {
    let objects = own_objects(lane);
    let own = |bundle: &Bundle| -> Bundle {
        objects
            .iter()
            .filter_map(|object| bundle.get(object))
            .cloned()
            .collect()
    };
    let (mut at, there) = (own(here), own(there));
    let mut journey = journey.only(&objects);
    let mut way = VecDeque::new();
    while let Some(head) = lane.next(&at, &there, &journey)? {
        let after = made(&at, &head.edits);
        journey.settle(&at, &after);
        journey.rely_on(
            head.edits
                .iter()
                .filter(|edit| edit.is_idle(&at))
                .map(|edit| &edit.object),
        );
        at = after;
        way.push_back(head);
        too_long(way.len())?;
    }
    Ok(way)
}

/// The objects that a lane moves or looks at.
fn own_objects(lane: &Lane<'_>) -> BTreeSet<ObjectRef> {
    let mut objects: BTreeSet<ObjectRef> = lane.services.iter().cloned().collect();
    for workload in &lane.workloads {
        objects.extend(workload.objects().cloned());
        objects.extend(workload.routers.iter().map(|router| router.object.clone()));
    }
    objects
}

fn made(here: &Bundle, edits: &[Edit]) -> Bundle {
    let mut after = here.clone();
    for edit in edits {
        match &edit.after {
            Some(manifest) => drop(after.insert(manifest.clone())),
            None => drop(after.remove(&edit.object)),
        }
    }
    after
}

/// Workloads by what ties them together: the Services that the leg changes.
fn lanes<'a>(workloads: &'a [Workload], here: &Bundle, there: &Bundle) -> Vec<Lane<'a>> {
    let mut lanes: Vec<Lane<'a>> = workloads
        .iter()
        .map(|workload| Lane {
            workloads: vec![workload],
            services: Vec::new(),
        })
        .collect();
    let handed_over = handed_over(workloads, here, there);
    for service in changed_services(here, there).into_iter().chain(handed_over) {
        let (mut tied, apart): (Vec<_>, Vec<_>) = lanes
            .into_iter()
            .partition(|lane| touches(&service, lane, here, there));
        lanes = apart;
        if !tied.is_empty() {
            tied[0].services.push(service);
            lanes.push(tied.into_iter().reduce(join).unwrap_or(Lane {
                workloads: Vec::new(),
                services: Vec::new(),
            }));
        }
    }
    lanes.sort_by_key(|lane| {
        lane.workloads
            .first()
            .and_then(|workload| workload.objects().next())
    });
    lanes
}

fn join<'a>(mut left: Lane<'a>, right: Lane<'a>) -> Lane<'a> {
    left.workloads.extend(right.workloads);
    left.services.extend(right.services);
    left
}

fn changed_services(here: &Bundle, there: &Bundle) -> Vec<ObjectRef> {
    let services = services(here).map(|manifest| manifest.object());
    services
        .filter(|object| {
            there
                .get(object)
                .is_some_and(|after| here.get(object) != Some(after))
        })
        .cloned()
        .collect()
}

/// Services before a workload that comes or goes with the leg: what else they send requests to
/// comes before it goes.
fn handed_over(workloads: &[Workload], here: &Bundle, there: &Bundle) -> Vec<ObjectRef> {
    let stands = |bundle: &Bundle, workload: &Workload| {
        workload.objects().any(|object| bundle.contains(object))
    };
    let passing = workloads
        .iter()
        .filter(|workload| stands(here, workload) != stands(there, workload));
    let near = |workload: &Workload| -> Vec<ObjectRef> {
        let services = services(here).map(|manifest| manifest.object());
        let same = services.filter(|object| {
            object.namespace.as_deref() == workload.namespace()
                && here.get(object) == there.get(object)
        });
        same.filter(|object| {
            [here, there]
                .iter()
                .any(|bundle| selected(object, workload, bundle))
        })
        .cloned()
        .collect()
    };
    passing
        .flat_map(near)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}

/// Whether a Service sends requests to a lane's pods, at either end of the leg.
fn touches(service: &ObjectRef, lane: &Lane<'_>, here: &Bundle, there: &Bundle) -> bool {
    lane.workloads.iter().any(|workload| {
        let serves = serves(workload, service);
        let near = workload.namespace() == service.namespace.as_deref();
        let selected = || {
            [here, there]
                .into_iter()
                .any(|bundle| selected(service, workload, bundle))
        };
        serves || near && selected()
    })
}

fn selected(service: &ObjectRef, workload: &Workload, bundle: &Bundle) -> bool {
    let Some(selector) = bundle.get(service).map(selector) else {
        return false;
    };
    let sets = workload.objects().filter_map(|object| bundle.get(object));
    sets.map(|set| Deployment::of(set).labels())
        .any(|labels| selects(&selector, &labels))
}
