//! Whether workloads name what sends them requests, and call a preview only what is one.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_plan::{Change, Plan, Step};
use cutover_traffic::{backends, services_by_owner};
use cutover_workload::{Deployment, Routed, Workload};

use crate::broken::{Broken, Place};

/// Who sends requests to the plan's sets, over all states of the way forward.
pub(crate) struct Requests<'a> {
    plan: &'a Plan,
    /// The objects of `from`.
    start: BTreeSet<&'a ObjectRef>,
    /// The workload of each set.
    workloads: BTreeMap<&'a ObjectRef, &'a Workload>,
    /// The sets that a router of their workload selects in some state.
    pub(crate) served: BTreeSet<ObjectRef>,
    /// Previews that select a set in some state which the other routers leave out.
    shows: BTreeSet<ObjectRef>,
    /// Services that a route of their workload names in some state.
    passed_to: BTreeSet<ObjectRef>,
    /// Services, and routes, and the workloads that do not name them.
    left_out: BTreeMap<(ObjectRef, &'a str), Place>,
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
            served: BTreeSet::new(),
            shows: BTreeSet::new(),
            passed_to: BTreeSet::new(),
            left_out: BTreeMap::new(),
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
            if !named.is_empty() {
                self.served.insert(set);
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

fn is_named(workload: &Workload, service: &ObjectRef) -> bool {
    let mut routers = workload.routers.iter();
    routers.any(|router| router.object == *service)
}
