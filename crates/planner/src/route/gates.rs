//! What must hold after a step before the next one.

use std::collections::BTreeSet;

use cutover_manifest::{Bundle, ObjectRef};
use cutover_plan::{Available, Change, Drained, Endpoints, Gate, Held, RoutedGate, Settled};
use cutover_traffic::{Service, backends};
use cutover_workload::{Autoscaler, Deployment, Workload, texts};

use super::context::{Context, Inputs, Lost};
use super::shares::lost;
use super::workload_state::{counts, selector, selects};
use crate::waypoint::Followed;

/// The gates of a step. Every step that changes pods ends with the pods of each set of the
/// workload, after shrinking too: the room that a removal makes is there only once it is seen. A
/// step that grows or rolls a set behind a Service, or changes a Service or a route to it, ends
/// with that Service's endpoints too, and one that holds an autoscaler with that.
///
/// On the way back only pods of the old version must be ready: an unhealthy new version is why one
/// goes back.
pub(super) fn gates(
    inputs: &Inputs<'_>,
    before: &Bundle,
    after: &Bundle,
    changes: &[Change],
    context: &Context<'_>,
) -> Vec<Gate> {
    let changed: BTreeSet<&ObjectRef> = changes.iter().map(Change::object).collect();
    let scalers = held(inputs, &changed, before, after);
    let mut pods: Vec<Gate> = scalers.iter().map(|scaler| is_held(*scaler)).collect();
    let mut services = BTreeSet::new();
    let mut known = BTreeSet::new();
    for workload in inputs.workloads {
        known.extend(workload.objects().cloned());
        let recounted = recount(workload, &scalers, after, context);
        if !recounted.is_empty() {
            pods.extend(recounted);
            services.extend(renewed_services(workload, &Bundle::new(), after, context));
        }
        if !workload.objects().any(|object| changed.contains(object)) {
            continue;
        }
        pods.extend(pod_gates(workload, before, after, context));
        services.extend(renewed_services(workload, before, after, context));
    }
    pods.extend(strangers(&changed, &known, before, after));
    services.extend(changed_services(&changed, after));
    pods.extend(
        services
            .into_iter()
            .map(|object| Gate::Endpoints(Endpoints { object })),
    );
    pods.extend(followed(inputs, &changed, before, after));
    pods
}

/// The routes that a step changes are seen to be followed, and, where a Service loses all that it had
/// of a rule, to have passed on the last request.
fn followed(
    inputs: &Inputs<'_>,
    changed: &BTreeSet<&ObjectRef>,
    before: &Bundle,
    after: &Bundle,
) -> Vec<Gate> {
    let mut gates = Vec::new();
    for workload in inputs.workloads {
        for route in inputs.routes {
            let object = &route.object;
            let is_own = workload.routes().any(|own| own == object);
            if !is_own || !changed.contains(object) {
                continue;
            }
            gates.extend(route_gates(route, lost(object, workload, before, after)));
        }
    }
    gates
}

/// The gates that wait for a route to be followed, and for requests to what has lost its share.
fn route_gates(route: &Followed, lost: Option<Lost>) -> Vec<Gate> {
    let object = &route.object;
    let routed = Gate::Routed(RoutedGate {
        object: object.clone(),
        settle: route.settle,
    });
    let drained = Gate::Drained(Drained {
        object: object.clone(),
        after: route.drain,
    });
    match lost {
        Some(Lost::Share) => vec![routed, drained],
        Some(Lost::Name | Lost::Part) | None => vec![routed],
    }
}

/// The autoscalers of counted sets that the step holds or takes away: before anything is counted
/// they are seen to write no count any more.
fn held<'a>(
    inputs: &Inputs<'_>,
    changed: &BTreeSet<&ObjectRef>,
    before: &'a Bundle,
    after: &'a Bundle,
) -> Vec<Autoscaler<'a>> {
    let counted = inputs.workloads.iter();
    let counted = counted.filter(|workload| !workload.is_live());
    let sets: Vec<&ObjectRef> = counted.flat_map(Workload::objects).collect();
    let scales = |scaler: &Autoscaler<'_>| sets.iter().any(|set| scaler.scales(set));
    let stands = |object: &ObjectRef| {
        [after, before]
            .into_iter()
            .find_map(|state| state.get(object))
    };
    let is_free = |object: &ObjectRef| {
        let scaler = after.get(object).and_then(Autoscaler::of);
        scaler.is_some_and(|scaler| !scaler.is_held())
    };
    let mut held = Vec::new();
    for object in changed.iter().filter(|object| !is_free(object)) {
        let scaler = stands(object).and_then(Autoscaler::of);
        held.extend(scaler.filter(scales));
    }
    held
}

fn is_held(scaler: Autoscaler<'_>) -> Gate {
    let object = scaler.object().clone();
    Gate::Held(Held { object })
}

/// The pods of the sets of a workload whose autoscalers have been held: their number is the plan's
/// from now on.
fn recount(
    workload: &Workload,
    scalers: &[Autoscaler<'_>],
    after: &Bundle,
    context: &Context<'_>,
) -> Vec<Gate> {
    let was_scaled = |set: &ObjectRef| scalers.iter().any(|scaler| scaler.scales(set));
    let counts = counts(after, workload).into_iter();
    let counts = counts.filter(|(object, count)| *count > 0 && was_scaled(object));
    counts
        .map(|(object, count)| pods_gate(workload, object, count, after, context))
        .collect()
}

/// The gates of sets and routes that a step does not change, but waits for: the pods of sets, and the
/// Services before them; that routes are followed.
pub(super) fn awaited<'a>(
    inputs: &Inputs<'_>,
    state: &Bundle,
    objects: impl Iterator<Item = &'a ObjectRef>,
    context: &Context<'_>,
) -> Vec<Gate> {
    let objects: BTreeSet<&ObjectRef> = objects.collect();
    let none = Bundle::new();
    let waiting = |workload: &&Workload| workload.objects().any(|object| objects.contains(object));
    let workloads = || inputs.workloads.iter().filter(waiting);
    let services: BTreeSet<_> = workloads()
        .flat_map(|workload| renewed_services(workload, &none, state, context))
        .collect();
    let own = |workload: &&'_ Workload| -> Vec<Gate> {
        let own = workload.objects().filter(|object| objects.contains(object));
        own.filter_map(|object| {
            let pods = workload.pods_of(state.get(object)?);
            Some(available(workload, object.clone(), pods))
        })
        .collect()
    };
    let pods = workloads().flat_map(|workload| own(&workload));
    let services = services.into_iter();
    let services = services.map(|object| Gate::Endpoints(Endpoints { object }));
    let routes = inputs.routes.iter();
    let routes = routes.filter(|route| objects.contains(&route.object));
    let routes = routes.flat_map(|route| {
        let lost = context.unfollowed.get(&route.object).copied();
        route_gates(route, lost)
    });
    pods.chain(services).chain(routes).collect()
}

fn pod_gates(
    workload: &Workload,
    before: &Bundle,
    after: &Bundle,
    context: &Context<'_>,
) -> Vec<Gate> {
    let (was, is) = (counts(before, workload), counts(after, workload));
    let moved = |object: &ObjectRef| was.get(object).unwrap_or(&0) != is.get(object).unwrap_or(&0);
    if !is
        .iter()
        .any(|(object, count)| moved(object) || *count > 0 && rolls(object, before, after, context))
    {
        return Vec::new();
    }
    let gate = |(object, replicas): (ObjectRef, u32)| match replicas {
        0 if !moved(&object) => None,
        0 => Some(Gate::Settled(Settled { object, replicas })),
        _ => Some(pods_gate(workload, object, replicas, after, context)),
    };
    is.clone().into_iter().filter_map(gate).collect()
}

/// The gate that waits for the pods of a set; on the way back those of the new version need not be
/// ready.
fn pods_gate(
    workload: &Workload,
    object: ObjectRef,
    replicas: u32,
    after: &Bundle,
    context: &Context<'_>,
) -> Gate {
    let fresh = context.back && context.is_new(after.get(&object));
    match fresh && !workload.is_live() {
        true => Gate::Settled(Settled { object, replicas }),
        false => available(workload, object, replicas),
    }
}

/// The gate that waits for all pods of a set; of a live count, for as many as it asks for then.
fn available(workload: &Workload, object: ObjectRef, replicas: u32) -> Gate {
    Gate::Available(match workload.is_live() {
        true => Available::as_asked(object),
        false => Available::all(object, replicas),
    })
}

/// The workload's Services that select a set which the step grew or rolled.
fn renewed_services(
    workload: &Workload,
    before: &Bundle,
    after: &Bundle,
    context: &Context<'_>,
) -> Vec<ObjectRef> {
    let (was, is) = (counts(before, workload), counts(after, workload));
    let renewed = is.iter().filter(|(object, count)| {
        let grown = was.get(object).unwrap_or(&0) < count;
        **count > 0 && (grown || rolls(object, before, after, context))
    });
    let labels: Vec<_> = renewed
        .filter_map(|(object, _)| after.get(object))
        .map(|set| Deployment::of(set).labels())
        .collect();
    let services = workload
        .serving()
        .filter_map(|router| after.get(&router.object));
    let selecting = services.filter(|service| {
        labels
            .iter()
            .any(|labels| selects(&selector(service), labels))
    });
    selecting.map(|service| service.object().clone()).collect()
}

/// Deployments of no workload: what is created must come up as well.
fn strangers<'a>(
    changed: &'a BTreeSet<&ObjectRef>,
    known: &'a BTreeSet<ObjectRef>,
    before: &'a Bundle,
    after: &'a Bundle,
) -> impl Iterator<Item = Gate> + 'a {
    let others = changed
        .iter()
        .filter(|object| Deployment::is(object) && !known.contains(**object));
    others
        .filter(|object| before.get(object) != after.get(object))
        .filter_map(|object| {
            let object = (*object).clone();
            let set = Deployment::of(after.get(&object)?);
            Some(Gate::Available(match set.replicas() {
                Some(replicas) => Available::all(object, replicas),
                None => Available::as_asked(object),
            }))
        })
}

fn changed_services(changed: &BTreeSet<&ObjectRef>, after: &Bundle) -> Vec<ObjectRef> {
    let services = changed
        .iter()
        .filter(|object| Service::is(object))
        .map(|object| (*object).clone());
    let routes = changed
        .iter()
        .filter_map(|object| after.get(object))
        .flat_map(backends);
    let behind = routes.map(|backend| backend.service);
    let is_selecting = |object: &ObjectRef| {
        after
            .get(object)
            .is_some_and(|service| !texts(service.pointer("/spec/selector")).is_empty())
    };
    services.chain(behind).filter(is_selecting).collect()
}

/// Whether pods of a set that stays are replaced, and the step answers for that.
fn rolls(object: &ObjectRef, before: &Bundle, after: &Bundle, context: &Context<'_>) -> bool {
    let ends = before.get(object).zip(after.get(object));
    ends.is_some_and(|(was, is)| {
        let rolls = Deployment::of(is).rolls_after(Deployment::of(was));
        rolls && !context.takes_back_a_pause(was, is)
    })
}
