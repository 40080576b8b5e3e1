//! The way back from every step.
//!
//! From the state after step k, or from anywhere on the way to it, the plan goes back over its
//! waypoints with the rules of the way forward, and (rule 11):
//!
//! - a waypoint where a set would gain pods of the new version is left out, and one where a route
//!   passes requests on to that, or to a Service that it no longer names;
//! - pods of the new version go first, as far as the others can carry the requests;
//! - no pod that step k itself adds is relied on, and only pods of the old version must become
//!   ready;
//! - a set that step k itself rolls goes back before anything else of its workload is waited for.
//!
//! As soon as it stands where the plan stood after an earlier step, that step's way back goes on
//! from there. So each entry is a step or two, and following entries always leads to smaller
//! numbers: it ends.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_plan::{Gate, Step, Undo};
use cutover_traffic::Share;
use cutover_workload::{Deployment, Workload};
use serde_json::Value;

use super::Forward;
use super::context::{Context, Inputs, Lost};
use super::leg::Leg;
use super::shares::{lost, parts, reached};
use super::workload_state::counts;
use crate::error::Error;
use crate::passed_over::PassedOver;
use crate::waypoint::Waypoint;

/// One entry a step.
pub(super) fn undo(
    inputs: &Inputs<'_>,
    points: &[Waypoint],
    forward: &Forward,
) -> Result<Vec<Undo>, Error> {
    (1..forward.states.len())
        .map(|from| way_back(inputs, points, forward, from))
        .collect()
}

fn way_back(
    inputs: &Inputs<'_>,
    points: &[Waypoint],
    forward: &Forward,
    from: usize,
) -> Result<Undo, Error> {
    let state = &forward.states[from];
    let mut path = RollbackPath {
        inputs,
        forward,
        from,
        here: state.bundle.clone(),
        steps: Vec::new(),
    };
    let mut context = inputs.context(true);
    context.unconfirmed = added(inputs, &forward.states[from - 1].bundle, &state.bundle);
    context.unfollowed = unfollowed(inputs, &forward.states[from - 1].bundle, &state.bundle);
    context.half_rolled = rolled(inputs, &forward.states[from - 1].bundle, &state.bundle);
    if state.bundle == forward.states[from - 1].bundle {
        return Ok(Undo {
            from,
            steps: Vec::new(),
            to: from - 1,
        });
    }
    let mut passed_over: Vec<&Waypoint> = Vec::new();
    for point in points[..state.leg].iter().rev() {
        let is_passed_over = gains(&path, point, &context) || exposes(&path, point);
        if is_passed_over && !is_start(inputs, point, &points[0]) {
            passed_over.push(point);
            continue;
        }
        let ports = PassedOver {
            points: &passed_over,
            is_moved: &|object| is_route(inputs, object),
            was_so: &|service| forward.has(service),
        };
        let before = ports.between(&path.here, point, &context.half_rolled);
        for point in before.iter().chain([point]) {
            if let Some(to) = path.go(point, &mut context)? {
                return Ok(Undo {
                    from,
                    steps: path.steps,
                    to,
                });
            }
        }
        passed_over.clear();
    }
    Ok(Undo {
        from,
        steps: path.steps,
        to: 0,
    })
}

/// Whether all sets stand at a waypoint as they do at the start: there is nowhere else to go back
/// to.
fn is_start(inputs: &Inputs<'_>, point: &Waypoint, start: &Waypoint) -> bool {
    let mut sets = inputs.workloads.iter().flat_map(Workload::objects);
    sets.all(|set| point.bundle.get(set) == start.bundle.get(set))
}

/// Whether a workload moves a route itself.
fn is_route(inputs: &Inputs<'_>, object: &ObjectRef) -> bool {
    let mut routes = inputs.workloads.iter().flat_map(Workload::routes);
    routes.any(|route| route == object)
}

struct RollbackPath<'a> {
    inputs: &'a Inputs<'a>,
    forward: &'a Forward,
    from: usize,
    here: Bundle,
    steps: Vec<Step>,
}

impl RollbackPath<'_> {
    /// Goes back to a waypoint; stops where the plan stood after an earlier step, and says which.
    fn go(&mut self, point: &Waypoint, context: &mut Context<'_>) -> Result<Option<usize>, Error> {
        let mut leg = Leg::new(self.inputs, &self.here, point, context)?;
        while let Some((step, after)) = leg.next(&self.here, context)? {
            context.settle(&self.here, &after);
            context.rely_on(step.gates.iter().filter_map(seen));
            self.here = after;
            let joined = self.forward.states[..self.from]
                .iter()
                .rposition(|state| state.digest == step.state);
            self.steps.push(step);
            if joined.is_some() {
                return Ok(joined);
            }
        }
        Ok(None)
    }
}

/// What a gate has seen that can be relied on from then on.
fn seen(gate: &Gate) -> Option<&ObjectRef> {
    match gate {
        Gate::Available(gate) => Some(&gate.object),
        Gate::Routed(gate) => Some(&gate.object),
        Gate::Drained(_)
        | Gate::Endpoints(_)
        | Gate::Held(_)
        | Gate::Job(_)
        | Gate::Metric(_)
        | Gate::Pause(_)
        | Gate::Settled(_)
        | Gate::Smoke(_)
        | Gate::Webhook(_)
        | Gate::Window(_) => None,
    }
}

/// The routes in which a step takes a share, or a part of one, or a name from a Service: in the middle
/// of it requests may still go there.
fn unfollowed(inputs: &Inputs<'_>, before: &Bundle, after: &Bundle) -> BTreeMap<ObjectRef, Lost> {
    let mut unfollowed = BTreeMap::new();
    for workload in inputs.workloads {
        for route in workload.routes() {
            let lost = lost(route, workload, before, after);
            unfollowed.extend(lost.map(|lost| (route.clone(), lost)));
        }
    }
    unfollowed
}

/// The pods that a step asks for: in the middle of it nobody knows whether they are there.
fn added(inputs: &Inputs<'_>, before: &Bundle, after: &Bundle) -> BTreeMap<ObjectRef, u32> {
    let mut added = BTreeMap::new();
    for workload in inputs.workloads {
        let was = counts(before, workload);
        for (object, is) in counts(after, workload) {
            let more = is.saturating_sub(was.get(&object).copied().unwrap_or(0));
            if more > 0 {
                added.insert(object, more);
            }
        }
    }
    added
}

/// The sets whose pods a step replaces: in the middle of it pods of both versions are there.
fn rolled(inputs: &Inputs<'_>, before: &Bundle, after: &Bundle) -> BTreeSet<ObjectRef> {
    let mut rolled = BTreeSet::new();
    for workload in inputs.workloads {
        let turned = |object: &ObjectRef| match (before.get(object), after.get(object)) {
            (Some(was), Some(is)) => {
                let runs = workload.pods_of(was) > 0 && workload.pods_of(is) > 0;
                runs && Deployment::of(is).rolls_after(Deployment::of(was))
            }
            _ => false,
        };
        rolled.extend(workload.objects().filter(|object| turned(object)).cloned());
    }
    rolled
}

/// Whether a route passes requests on to the new version at a waypoint, or would have to name a Service
/// anew: shares go to the version of before at once.
fn exposes(path: &RollbackPath<'_>, point: &Waypoint) -> bool {
    let is_new = |set: &Manifest| !path.inputs.is_old(set);
    path.inputs.workloads.iter().any(|workload| {
        let names = |state: &Bundle| -> BTreeSet<ObjectRef> {
            let routes = workload.routes().filter_map(|route| state.get(route));
            let parts = routes.flat_map(|route| parts(route, workload)).flatten();
            parts.map(|(service, _)| service).collect()
        };
        let is_passed_on = reached(workload, &point.bundle, &is_new) > Share::NONE;
        is_passed_on || !names(&point.bundle).is_subset(&names(&path.here))
    })
}

/// Whether a set would get more pods of the new version on the way to a waypoint.
fn gains(path: &RollbackPath<'_>, point: &Waypoint, context: &Context<'_>) -> bool {
    path.inputs.workloads.iter().any(|workload| {
        let is = counts(&path.here, workload);
        counts(&point.bundle, workload)
            .into_iter()
            .any(|(object, wanted)| {
                let now = path.here.get(&object);
                let fresh = context.is_new(point.bundle.get(&object));
                let kept = context.is_new(now)
                    && is.get(&object).is_some_and(|count| *count >= wanted)
                    // Nobody can wait for so many pods of a count that others own, ready or not.
                    && (!workload.is_live() || template(now) == template(point.bundle.get(&object)));
                fresh && wanted > 0 && !kept
            })
    })
}

fn template(set: Option<&Manifest>) -> Option<&Value> {
    set.and_then(|set| Deployment::of(set).template())
}
