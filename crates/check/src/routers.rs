//! Whether workloads name what sends them requests, and call a preview only what is one.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_plan::{Change, Plan, Step};
use cutover_traffic::{backends, makes_lasting_pods, services_by_owner};
use cutover_workload::{Deployment, Routed, Workload};

use crate::broken::{Broken, Place};

/// Who sends requests to the plan's sets, over all states of the way forward.
pub(crate) struct Requests<'a> {
    plan: &'a Plan,
    /// The objects of `from`.
    start: BTreeSet<&'a ObjectRef>,
    /// The workload of each set.
    workloads: BTreeMap<&'a ObjectRef, &'a Workload>,
    /// By which ways requests come to each set in some state, previews aside.
    pub(crate) serving: BTreeMap<ObjectRef, BTreeSet<Way>>,
    /// The sets that each preview selects in some state.
    shown: BTreeMap<ObjectRef, BTreeSet<ObjectRef>>,
    /// Previews that select a set in some state which the other routers leave out.
    shows: BTreeSet<ObjectRef>,
    /// Services that a route of their workload names in some state.
    passed_to: BTreeSet<ObjectRef>,
    /// Services, and routes, and the workloads that do not name them.
    left_out: BTreeMap<(ObjectRef, &'a str), Place>,
    /// Routers that lead to pods of what the plan makes beside their workloads, and do not say so.
    sharing: BTreeMap<(ObjectRef, &'a str), Place>,
    changed: BTreeSet<&'a ObjectRef>,
}

impl<'a> Requests<'a> {
    pub(crate) fn new(plan: &'a Plan) -> Self {
        let workloads = plan.spec.workloads.iter();
        let sets =
            workloads.flat_map(|workload| workload.objects().map(move |set| (set, workload)));
        Self {
            plan,
            start: plan.spec.from.iter().map(Manifest::object).collect(),
            workloads: sets.collect(),
            serving: BTreeMap::new(),
            shown: BTreeMap::new(),
            shows: BTreeSet::new(),
            passed_to: BTreeSet::new(),
            left_out: BTreeMap::new(),
            sharing: BTreeMap::new(),
            changed: plan.changed(),
        }
    }

    /// Whether a step may lead requests elsewhere: it does more than to scale sets and to replace
    /// their pods by others with the same labels.
    pub(crate) fn may_move(step: &Step, [before, after]: [&Bundle; 2]) -> bool {
        let labels = |set: &Manifest| Deployment::of(set).labels();
        step.changes.iter().map(Change::object).any(|object| {
            let [was, is] = [before, after].map(|state| state.get(object).map(labels));
            !Deployment::is(object) || was != is
        })
    }

    /// Looks at a state of the way forward.
    pub(crate) fn look(&mut self, state: &Bundle, place: Place) {
        self.look_at_routes(state, place);
        for (set, services) in services_by_owner(state) {
            let Some(workload) = self.workloads.get(&set) else {
                self.look_at_stranger(state.get(&set), &services, place);
                continue;
            };
            let named = |service: &&ObjectRef| is_named(workload, service);
            let (named, others): (Vec<_>, Vec<_>) = services.iter().partition(named);
            // One that the release adds has no client yet, and to who is promised nothing, nobody owes
            // to be named.
            let others = others.into_iter();
            let others = others.filter(|service| self.start.contains(*service));
            for service in others.filter(|_| workload.floor() > 0) {
                let left_out = (service.clone(), workload.name.as_str());
                self.left_out.entry(left_out).or_insert(place);
            }
            let serves = |service: &&ObjectRef| {
                let mut serving = workload.serving();
                serving.any(|router| router.object == **service)
            };
            let is_served = workload.serving().next().is_some();
            if is_served && !named.iter().any(serves) {
                self.shows
                    .extend(named.iter().map(|service| (*service).clone()));
            }
            for router in &workload.routers {
                if !named.contains(&&router.object) {
                    continue;
                }
                if router.preview {
                    let shown = self.shown.entry(router.object.clone()).or_default();
                    shown.insert(set.clone());
                } else {
                    let ways = self.serving.entry(set.clone()).or_default();
                    ways.insert(Way::of(router));
                }
            }
        }
    }

    /// What the plan makes of no workload may get requests, and the share of those that do is another
    /// one then.
    fn look_at_stranger(
        &mut self,
        stranger: Option<&Manifest>,
        services: &[ObjectRef],
        place: Place,
    ) {
        let made = stranger.filter(|stranger| self.changed.contains(stranger.object()));
        if !made.is_some_and(makes_lasting_pods) {
            return;
        }
        for workload in &self.plan.spec.workloads {
            for router in workload.serving().filter(|router| !router.shared) {
                if services.contains(&router.object) {
                    let sharing = (router.object.clone(), workload.name.as_str());
                    self.sharing.entry(sharing).or_insert(place);
                }
            }
        }
    }

    /// A route to what is promised less than other Services are is a route of the workload: its
    /// shares are counted.
    fn look_at_routes(&mut self, state: &Bundle, place: Place) {
        let plan = self.plan;
        let is_lesser = |router: &&Routed| router.by_route || router.preview;
        for route in state.iter() {
            let backends = backends(route);
            if backends.is_empty() {
                continue;
            }
            let passes_to = |object: &ObjectRef| {
                let mut named = backends.iter();
                named.any(|backend| backend.service == *object)
            };
            for workload in &plan.spec.workloads {
                let lesser = workload.routers.iter().filter(is_lesser);
                let mut named = lesser.filter(|router| passes_to(&router.object)).peekable();
                let is_route = workload.routes().any(|own| own == route.object());
                if named.peek().is_some() && !is_route {
                    let left_out = (route.object().clone(), workload.name.as_str());
                    self.left_out.entry(left_out).or_insert(place);
                }
                if is_route {
                    self.passed_to
                        .extend(named.map(|router| router.object.clone()));
                }
            }
        }
    }

    /// Whether a preview shows a set of the plan's that no other router ever leads to: it is the one
    /// way to that.
    fn hides(&self, preview: &ObjectRef) -> bool {
        let mut shown = self.shown.get(preview).into_iter().flatten();
        shown.any(|set| self.changed.contains(set) && !self.serving.contains_key(set))
    }

    /// What does not hold, once all states were looked at.
    pub(crate) fn broken(&self) -> Vec<Broken> {
        let mut broken = Vec::new();
        for ((service, workload), place) in &self.left_out {
            broken.push(Broken::Named {
                place: *place,
                object: Box::new(service.clone()),
                workload: (*workload).to_owned(),
                reason: "it sends requests to",
                rest: ", which does not name it",
            });
        }
        for ((service, workload), place) in &self.sharing {
            broken.push(Broken::Named {
                place: *place,
                object: Box::new(service.clone()),
                workload: (*workload).to_owned(),
                reason: "it sends requests to pods of others than",
                rest: ", and does not say so",
            });
        }
        let there = self.plan.objects();
        for workload in &self.plan.spec.workloads {
            let mut routers: BTreeSet<&ObjectRef> = BTreeSet::new();
            for router in &workload.routers {
                let object = &router.object;
                let reason = if !there.contains(object) {
                    "it is in no state of the plan"
                } else if !routers.insert(object) {
                    "it is a router twice"
                } else if router.preview && !self.shows.contains(object) {
                    "it is called a preview, and sends requests where the others do"
                } else if router.preview && self.hides(object) {
                    "it is called a preview, and no other router ever leads to what it shows"
                } else if router.by_route && !self.passed_to.contains(object) {
                    "it is said to be reached by routes alone, and no route of the workload names it"
                } else {
                    continue;
                };
                broken.push(Broken::object(Place::Plan, object, reason));
            }
        }
        broken
    }
}

/// By what requests come to a set: routes that share them out between Services are one way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    Service(ObjectRef),
    Routes,
}

impl Way {
    fn of(router: &Routed) -> Self {
        match router.by_route {
            true => Self::Routes,
            false => Self::Service(router.object.clone()),
        }
    }
}

/// A router that a change takes away though it is there again later: meanwhile nobody is sent
/// anywhere.
pub(crate) fn leaves(
    plan: &Plan,
    workload: &Workload,
    change: &Change,
    place: Place,
) -> Option<Broken> {
    let Change::Delete(object) = change else {
        return None;
    };
    let mut serving = workload.serving();
    let serves = workload.floor() > 0 && serving.any(|router| router.object == *object);
    let comes_back = match place {
        Place::Plan | Place::Undo { .. } => {
            let mut start = plan.spec.from.iter();
            start.any(|manifest| manifest.object() == object)
        }
        Place::Step(number) => is_made(plan, object, number),
    };
    let reason = "it sends requests to a workload, and is away for a while";
    (serves && comes_back).then(|| Broken::object(place, object, reason))
}

/// Whether a step after this one makes an object.
fn is_made(plan: &Plan, object: &ObjectRef, number: usize) -> bool {
    let later = plan.spec.steps.iter().skip(number);
    let mut changes = later.flat_map(|step| &step.changes);
    changes.any(|change| matches!(change, Change::Create(made) if made.object() == object))
}

fn is_named(workload: &Workload, service: &ObjectRef) -> bool {
    let mut routers = workload.routers.iter();
    routers.any(|router| router.object == *service)
}
