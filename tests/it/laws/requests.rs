//! Laws on where requests go: to pods that are there, and that can carry them.

use std::collections::BTreeSet;

use cutover::manifest::{Bundle, Manifest, ObjectRef};
use cutover::planning::{Workload, deployments};
use serde_json::Value;

use super::case::Way;
use super::documents::walk;
use super::laws;
use super::model::{labels, matches, replicas, selector, sets};
use super::planned::Planned;

laws! {
    /// A failure means that a Service which had pods has none for a while, though it is to have
    /// some again and the budget has room for a second pod.
    fn a_service_never_runs_out_of_pods(planned) {
        let end = &planned.states[planned.states.len() - 1];
        let lasting = |service: &&Manifest| {
            let there = end.get(service.object());
            pods(service, &planned.states[0]) > 0 && there.is_some_and(|there| pods(there, end) > 0)
        };
        let needed: Vec<&Manifest> =
            planned.states[0].of_kind("Service").filter(lasting).filter(|one| promised(planned, one)).collect();
        let needed: Vec<&Manifest> = needed.into_iter().filter(|one| !renamed(planned, one)).collect();
        let needed: Vec<&Manifest> = needed.into_iter().filter(|one| roomy(planned, one)).collect();
        each_state(planned, |state| {
            let mut services = needed.iter().filter_map(|service| state.get(service.object()));
            let empty = services.find(|service| pods(service, state) == 0);
            empty.map_or(Ok(()), |service| Err(format!("{} has no pods", service.object())))
        })
    }

    /// A failure means that a Service leads, for a while, to a port that some of its pods do not have:
    /// requests to them fail, or the others get theirs too.
    fn pods_have_the_ports_of_their_services(planned) {
        let ends = [&planned.states[0], &planned.states[planned.states.len() - 1]];
        let silent = planned.plan.spec.workloads.iter().filter(|workload| workload.floor() == 0);
        let silent: BTreeSet<&ObjectRef> = silent.flat_map(Workload::objects).collect();
        let deaf = |service: &Manifest, state: &Bundle| deaf(service, state, &silent);
        let is_whole = |service: &ObjectRef| {
            ends.iter().all(|end| end.get(service).is_none_or(|service| deaf(service, end).is_none()))
        };
        each_state(planned, |state| {
            let kept = state.of_kind("Service").filter(|service| promised(planned, service));
            let mut services = kept.filter(|service| is_whole(service.object()));
            let deaf = services.find_map(|service| Some((service.object(), deaf(service, state)?)));
            deaf.map_or(Ok(()), |(service, set)| Err(format!("{service} leads to no port of {set}")))
        })
    }

    /// A failure means that some pods get more requests than a pod may get.
    fn no_set_gets_more_than_it_can_carry(planned) {
        each_state(planned, |state| {
            let mut workloads = planned.plan.spec.workloads.iter().filter(|workload| !planned.recreates(workload));
            workloads.try_for_each(|workload| carried(workload, state))
        })
    }

    /// A failure means that requests go to pods that are not there yet.
    fn a_service_is_pointed_only_at_pods_that_are_there(planned) {
        for states in planned.states.windows(2) {
            pointed(planned, &states[0], &states[1])?;
        }
        for undo in &planned.plan.spec.undo {
            let mut before = planned.states[undo.from].clone();
            for step in &undo.steps {
                let after = walk(&before, [step])?;
                pointed(planned, &before, &after).map_err(|reason| format!("undo from {}: {reason}", undo.from))?;
                before = after;
            }
        }
        Ok(())
    }

    /// A failure means that a release of one workload takes requests from another, or sends it
    /// strangers' requests.
    fn other_workloads_keep_their_requests(planned) {
        let sets = planned.plan.spec.workloads.iter().flat_map(Workload::objects);
        let moved: BTreeSet<ObjectRef> = sets.cloned().collect();
        let all = planned.release.from().iter().filter(|set| set.object().kind == "Deployment");
        let others = all.filter(|set| !moved.contains(set.object()));
        let steady: Vec<&Manifest> =
            others.filter(|set| planned.release.to().get(set.object()) == Some(set)).collect();
        each_state(planned, |state| steady.iter().try_for_each(|set| keeps(planned, set, state)))
    }
}

/// A Service that answers for a workload, or one that only shows the new version and is not changed
/// by the release.
fn promised(planned: &Planned, service: &Manifest) -> bool {
    let mut own = planned
        .plan
        .spec
        .workloads
        .iter()
        .flat_map(Workload::serving);
    own.any(|own| own.object == *service.object())
        || planned.release.to().get(service.object()) == Some(service)
}

/// Whether a Deployment behind a Service makes way for one of the same selector.
fn renamed(planned: &Planned, service: &Manifest) -> bool {
    let (from, to) = (planned.release.from(), planned.release.to());
    let selector = |set: &Manifest| set.pointer("/spec/selector").cloned();
    let comes = |goes: &Manifest| {
        let mut sets = deployments(to).map(|set| set.manifest());
        sets.any(|set| !from.contains(set.object()) && selector(set) == selector(goes))
    };
    behind(service, from).any(|set| !to.contains(set.object()) && comes(set))
}

/// Whether a second pod may stand beside the first: where it may not, one has to go before another
/// comes.
fn roomy(planned: &Planned, service: &Manifest) -> bool {
    let mut workloads = planned.plan.spec.workloads.iter();
    workloads.all(|one| {
        let serves = one.serving().any(|own| own.object == *service.object());
        one.ceiling() > 1 || one.floor() > 0 || !serves
    })
}

/// Every state that the plan stands at, forward and back.
fn each_state(
    planned: &Planned,
    check: impl Fn(&Bundle) -> Result<(), String>,
) -> Result<(), String> {
    for (number, state) in planned.states.iter().enumerate() {
        check(state).map_err(|reason| format!("state {number}: {reason}"))?;
    }
    for undo in &planned.plan.spec.undo {
        let mut state = planned.states[undo.from].clone();
        for step in &undo.steps {
            state = walk(&state, [step])?;
            check(&state)
                .map_err(|reason| format!("undo from {}: `{}`: {reason}", undo.from, step.phase))?;
        }
    }
    Ok(())
}

/// The sets that a Service reaches.
fn behind<'a>(service: &Manifest, state: &'a Bundle) -> impl Iterator<Item = &'a Manifest> {
    let (selector, namespace) = (selector(service), service.object().namespace.clone());
    let near = state.iter().filter(move |set| {
        set.object().kind == "Deployment" && set.object().namespace == namespace
    });
    near.filter(move |set| matches(&selector, &labels(set)))
}

/// A set behind a Service whose pods do not have the port that the Service leads to, of those that need
/// answer.
fn deaf(service: &Manifest, state: &Bundle, silent: &BTreeSet<&ObjectRef>) -> Option<ObjectRef> {
    let target = service.pointer("/spec/ports/0/targetPort");
    let has = |set: &&Manifest| {
        let ports = set.pointer("/spec/template/spec/containers/0/ports");
        let mut ports = ports.and_then(Value::as_array).into_iter().flatten();
        ports.any(|port| [port.get("name"), port.get("containerPort")].contains(&target))
    };
    let sets = behind(service, state).filter(|set| replicas(set) > 0);
    let mut sets = sets.filter(|set| !silent.contains(set.object()));
    sets.find(|set| !has(set)).map(|set| set.object().clone())
}

fn pods(service: &Manifest, state: &Bundle) -> u32 {
    behind(service, state).map(replicas).sum()
}

/// For each set: pods / (replicas - unavailable) >= share of requests.
fn carried(workload: &Workload, state: &Bundle) -> Result<(), String> {
    for service in workload
        .serving()
        .filter_map(|router| state.get(&router.object))
    {
        let total = pods(service, state);
        for (object, set) in
            sets(workload, state).filter(|(_, set)| matches(&selector(service), &labels(set)))
        {
            let count = replicas(set);
            if u64::from(count) * u64::from(total) < u64::from(workload.floor()) * u64::from(count)
            {
                return Err(format!(
                    "{count} pods of {object} get {count}/{total} of the requests of {}",
                    service.object()
                ));
            }
        }
        if total < workload.floor() {
            return Err(format!("{total} pods behind {}", service.object()));
        }
    }
    Ok(())
}

/// A changed Service reaches only sets that stood before the step, and somebody where it reached
/// somebody.
fn pointed(planned: &Planned, before: &Bundle, after: &Bundle) -> Result<(), String> {
    for service in after.of_kind("Service") {
        let Some(was) = before
            .get(service.object())
            .filter(|was| selector(was) != selector(service))
        else {
            continue;
        };
        let known: BTreeSet<&ObjectRef> = behind(was, before).map(Manifest::object).collect();
        let newly = behind(service, after).filter(|set| !known.contains(set.object()));
        let moving = newly
            .filter(|set| before.get(set.object()) != Some(set))
            .map(Manifest::object)
            .next();
        if let Some(moving) = moving {
            return Err(format!(
                "{} is pointed at {moving} in the step that changes it",
                service.object()
            ));
        }
        if promised(planned, service) && pods(was, before) > 0 && pods(service, before) == 0 {
            return Err(format!("{} is pointed at nobody", service.object()));
        }
    }
    Ok(())
}

/// A Service that sends requests to a Deployment at both ends does so always, and one that does at
/// neither end never.
fn keeps(planned: &Planned, set: &Manifest, state: &Bundle) -> Result<(), String> {
    let reached = |bundle: &Bundle, service: &ObjectRef| {
        bundle.get(service).is_some_and(|service| {
            behind(service, bundle).any(|near| near.object() == set.object())
        })
    };
    for service in planned
        .release
        .from()
        .of_kind("Service")
        .map(Manifest::object)
    {
        let preview = matches!(planned.way, Way::BlueGreen { .. });
        let (was, is) = (
            reached(planned.release.from(), service),
            reached(planned.release.to(), service),
        );
        // A state has only the objects of the plan.
        let full: Bundle = planned
            .release
            .from()
            .iter()
            .chain(state.iter())
            .cloned()
            .collect();
        if was == is
            && full.contains(service)
            && state.contains(service)
            && reached(&full, service) != was
            && !(preview && was)
        {
            return Err(format!(
                "{service} {} {}",
                if was { "loses" } else { "reaches" },
                set.object()
            ));
        }
        if was && is && preview && state.contains(service) && !reached(&full, service) {
            return Err(format!("{service} loses {}", set.object()));
        }
    }
    Ok(())
}
