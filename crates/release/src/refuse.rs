//! What cannot be planned is refused when the plan is made (rule 10 of the planner).

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Bundle, Manifest, ObjectRef, pod_references};
use cutover_traffic::{Owned, PodIndex, Service, backends};
use cutover_workload::{Deployment, Rollout, Selector, Workload, deployments};

use crate::deployment::{check, selector};
use crate::hint::Hint;
use crate::kinds;
use crate::ports::{Served, has_ports};
use crate::refusal::{Gathered, Refusals, refuse};
use crate::release::Release;
use crate::update_strategy::update_strategy;

/// Refuses a release that no strategy can carry out. What was so before and stays so is nobody's
/// wish here, and never refused.
pub(crate) fn refuse_release(release: &Release) -> Result<(), Refusals> {
    what_can_be_read(release)?;
    let mut refused = Gathered::default();
    for to in release.to().iter() {
        refused.note(immutable(release.from().get(to.object()), to));
    }
    for set in deployments(release.to()) {
        let to = set.manifest();
        refused.note(update_strategy(release.from().get(to.object()), to));
    }
    for set in deployments(release.from()) {
        refused.note(changed_configuration(set, release));
    }
    refused.note(one_version(release));
    refused.note(services(release.to(), release.from(), &[]));
    refused.note(routes(release));
    refused.judge()
}

/// What all other rules rely on.
fn what_can_be_read(release: &Release) -> Result<(), Refusals> {
    let mut refused = Gathered::default();
    for bundle in [release.from(), release.to()] {
        for set in deployments(bundle) {
            refused.note(check(set.manifest()));
        }
    }
    refused.judge()?;
    equal_selectors(release)
}

/// Refuses a Service that is left without pods, whose named ports its pods newly lack, or that would
/// newly send requests to pods of a Deployment that is no part of what it served.
pub fn services(bundle: &Bundle, from: &Bundle, workloads: &[Workload]) -> Result<(), Refusals> {
    let (index, before) = (PodIndex::of(bundle), PodIndex::of(from));
    let kin = kin(workloads);
    let mut refused = Gathered::default();
    for manifest in bundle.of_kind("Service") {
        let service = Service::read(manifest)?;
        if service.selector.is_empty() {
            continue;
        }
        let selected = index.selected(manifest.object().namespace.as_deref(), &service.selector);
        let served = Served::of(from, &before, &service.object)?;
        if !served.pods.is_empty() || !served.was_there() {
            refused.note(matches_something(&service, &selected));
        }
        for pods in &selected {
            refused.note(has_ports(&service, pods, &served));
        }
        refused.note(no_strangers(&service, &selected, &served.pods, from, &kin));
    }
    refused.judge()
}

/// Refuses a leg that replaces the pods of a Deployment which is paused at one of its ends: its
/// controller would not do so, on the way there or on the way back.
pub fn paused(from: &Bundle, to: &Bundle) -> Result<(), Refusals> {
    let stuck = |set: &Deployment<'_>| {
        let before = from.get(set.manifest().object()).map(Deployment::of);
        let turns = before.and_then(Deployment::template) != set.template();
        turns && (set.is_paused() || before.is_some_and(Deployment::is_paused))
    };
    deployments(to).find(stuck).map_or(Ok(()), |set| {
        Err(refuse(
            kinds::PAUSED,
            set.manifest().object(),
            "/spec/paused",
            "a paused Deployment does not roll out",
            Hint::Resume,
        ))
    })
}

/// Refuses to resume a Deployment by a budget that its own strategy does not keep. Undo in the
/// middle of that roll pauses it again and gives it its own strategy back, and a paused one that
/// stands half rolled is scaled to all that its own surge allows, up or down.
///
/// # Errors
///
/// The Deployment that would leave the budget.
pub fn resumed(release: &Release, workloads: &[Workload]) -> Result<(), Refusals> {
    let counting = workloads
        .iter()
        .filter(|workload| workload.rollout != Rollout::Recreate);
    for workload in counting {
        for object in workload.objects() {
            let [from, to] = [release.from(), release.to()].map(|end| end.get(object));
            let (Some(from), Some(to)) = (from.map(Deployment::of), to.map(Deployment::of)) else {
                continue;
            };
            let rolls = from.is_paused() && to.rolls_after(from);
            if let Some((field, reason)) = beyond(from, workload).filter(|_| rolls) {
                return Err(refuse(
                    kinds::PAUSED,
                    object,
                    &format!("/spec/strategy/rollingUpdate/{field}"),
                    reason,
                    Hint::Resume,
                ));
            }
        }
    }
    Ok(())
}

/// How a set under its own strategy would leave its workload's budget when it is paused half rolled.
fn beyond(set: Deployment<'_>, workload: &Workload) -> Option<(&'static str, String)> {
    let replicas = workload.replicas();
    let own = set.budget().of(replicas);
    let grown = replicas.saturating_add(own.surge);
    if grown > workload.ceiling() {
        let reason = format!("undo pauses it again, and then its own maxSurge allows {grown} pods");
        return Some(("maxSurge", reason));
    }
    let kept = replicas.saturating_sub(own.unavailable);
    if kept < workload.floor() {
        let reason = format!("undo pauses it again, and then its own strategy keeps {kept} pods");
        return Some(("maxUnavailable", reason));
    }
    match workload.rollout {
        Rollout::Budget(budget) if budget.of(replicas).surge > own.surge => {
            let reason = format!("undo pauses it again, and then it shrinks to {grown} pods");
            Some(("maxSurge", reason))
        }
        Rollout::Budget(_) | Rollout::Controller | Rollout::Recreate => None,
    }
}

/// Sets by the workload that they belong to.
fn kin(workloads: &[Workload]) -> BTreeMap<ObjectRef, usize> {
    let sets = workloads.iter().enumerate();
    sets.flat_map(|(at, workload)| workload.objects().map(move |object| (object.clone(), at)))
        .collect()
}

fn matches_something(service: &Service, selected: &[&Owned<'_>]) -> Result<(), Refusals> {
    if !selected.is_empty() {
        return Ok(());
    }
    let selector = service
        .selector
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect::<Vec<_>>()
        .join(",");
    let hint = "give the pods these labels, or the Service the labels of its pods; leave out a Service whose pods are not in the input";
    Err(refuse(
        kinds::NO_PODS_BEHIND,
        &service.object,
        "/spec/selector",
        format!("`{selector}` matches no pods of the input"),
        hint,
    ))
}

/// A Service that served somebody may newly serve other sets of the same workload, and new objects,
/// but nobody else.
fn no_strangers(
    service: &Service,
    selected: &[&Owned<'_>],
    served: &[&Owned<'_>],
    from: &Bundle,
    kin: &BTreeMap<ObjectRef, usize>,
) -> Result<(), Refusals> {
    let known: BTreeSet<&ObjectRef> = served.iter().map(|pods| pods.owner).collect();
    let families: BTreeSet<&usize> = known.iter().filter_map(|owner| kin.get(*owner)).collect();
    let stranger = selected.iter().map(|pods| pods.owner).find(|owner| {
        let familiar = kin
            .get(*owner)
            .is_some_and(|family| families.contains(family));
        from.contains(owner) && !known.contains(owner) && !familiar
    });
    match stranger.filter(|_| !known.is_empty()) {
        Some(owner) => {
            let hint = "make the selector narrower, or give those pods other labels";
            Err(refuse(
                kinds::STRANGERS,
                &service.object,
                "/spec/selector",
                format!("it would newly send requests to {owner}"),
                hint,
            ))
        }
        None => Ok(()),
    }
}

/// Refuses a route that the release leads to no Service; one that did before is others' care.
fn routes(release: &Release) -> Result<(), Refusals> {
    let (from, bundle) = (release.from(), release.to());
    let all = bundle.iter().flat_map(|route| {
        backends(route)
            .into_iter()
            .map(move |backend| (route, backend))
    });
    let known = |route: &Manifest, service: &ObjectRef| {
        let before = from.get(route.object()).map(backends).unwrap_or_default();
        let leads_there = before.iter().any(|backend| backend.service == *service);
        leads_there && !from.contains(service)
    };
    let mut missing = all.filter(|(route, backend)| {
        !bundle.contains(&backend.service) && !known(route, &backend.service)
    });
    missing.next().map_or(Ok(()), |(route, backend)| {
        let reason = format!(
            "{} is not in the input: requests to it would fail",
            backend.service
        );
        let hint = "give the Service too, or let the route lead to one that is there";
        Err(refuse(
            kinds::NO_SERVICE,
            route.object(),
            &backend.pointer,
            reason,
            hint,
        ))
    })
}

/// Refuses two Deployments with one selector, where the release makes them so or changes one.
fn equal_selectors(release: &Release) -> Result<(), Refusals> {
    let stays = |object: &ObjectRef| release.from().get(object) == release.to().get(object);
    let mut seen: BTreeMap<(Option<&str>, Selector), &ObjectRef> = BTreeMap::new();
    for set in deployments(release.to()) {
        let object = set.manifest().object();
        let key = (object.namespace.as_deref(), selector(set)?);
        if let Some(other) = seen.insert(key, object) {
            if stays(object) && stays(other) {
                continue;
            }
            let reason = format!("{other} has the same selector");
            return Err(refuse(
                kinds::SAME_SELECTOR,
                object,
                "/spec/selector",
                reason,
                "give one of them a label more, in its selector and its pods",
            ));
        }
    }
    Ok(())
}

/// Fields that the API server never lets change (`pkg/registry/apps/deployment/strategy.go` and its
/// like).
fn immutable(from: Option<&Manifest>, to: &Manifest) -> Result<(), Refusals> {
    let Some(from) = from else { return Ok(()) };
    let fields: &[&str] = match to.object().kind.as_str() {
        "Deployment" | "ReplicaSet" | "DaemonSet" => &["/spec/selector"],
        "StatefulSet" => &[
            "/spec/selector",
            "/spec/serviceName",
            "/spec/volumeClaimTemplates",
            "/spec/podManagementPolicy",
        ],
        "Service" => &[
            "/spec/clusterIP",
            "/spec/clusterIPs",
            "/spec/loadBalancerClass",
        ],
        "Job" => &["/spec/template", "/spec/selector", "/spec/completionMode"],
        "PersistentVolumeClaim" => &[
            "/spec/storageClassName",
            "/spec/volumeName",
            "/spec/accessModes",
        ],
        _ => &[],
    };
    match fields
        .iter()
        .find(|field| from.pointer(field) != to.pointer(field))
    {
        Some(field) => Err(refuse(
            kinds::IMMUTABLE,
            to.object(),
            field,
            "the field is immutable",
            "keep it as it is, or make an object of another name",
        )),
        None => Ok(()),
    }
}

/// Refuses a plan that counts the pods of a set which an autoscaler scales.
pub fn autoscalers(release: &Release, workloads: &[Workload]) -> Result<(), Refusals> {
    let scalers = scalers(release);
    let sets = workloads.iter().flat_map(Workload::objects).cloned();
    sets.chain(release.changed())
        .try_for_each(|object| autoscaled(&object, &scalers))
}

/// One object under two versions of its API would be made and removed at once.
fn one_version(release: &Release) -> Result<(), Refusals> {
    let key = |object: &ObjectRef| {
        (
            object.group().to_owned(),
            object.kind.clone(),
            object.namespace.clone(),
            object.name.clone(),
        )
    };
    let mut known: BTreeMap<_, &ObjectRef> = BTreeMap::new();
    for object in release.from().objects().chain(release.to().objects()) {
        let other = *known.entry(key(object)).or_insert(object);
        if other.api_version != object.api_version {
            let reason = format!("the same object is there as {}", other.api_version);
            let hint = "write both ends with one apiVersion: the API server converts between them";
            return Err(refuse(
                kinds::TWO_VERSIONS,
                object,
                "/apiVersion",
                reason,
                hint,
            ));
        }
    }
    Ok(())
}

fn scalers(release: &Release) -> Vec<&Manifest> {
    let kinds = ["HorizontalPodAutoscaler", "ScaledObject"];
    let all = [release.from(), release.to()]
        .into_iter()
        .flat_map(Bundle::iter);
    all.filter(|manifest| kinds.contains(&manifest.object().kind.as_str()))
        .collect()
}

/// An autoscaler would change what the plan counts on.
fn autoscaled(object: &ObjectRef, scalers: &[&Manifest]) -> Result<(), Refusals> {
    let mut near = scalers
        .iter()
        .filter(|scaler| scaler.object().namespace == object.namespace);
    let scaler = near.find(|scaler| {
        let text = |field: &str| scaler.pointer("/spec/scaleTargetRef")?.get(field)?.as_str();
        text("name") == Some(&object.name) && text("kind").is_none_or(|kind| kind == object.kind)
    });
    match scaler {
        Some(scaler) => {
            let reason = format!(
                "{} scales it, and would change the counts that a plan relies on",
                scaler.object()
            );
            Err(refuse(
                kinds::AUTOSCALER,
                object,
                "/spec/replicas",
                reason,
                "take the autoscaler out for the release, and scale to a fixed number",
            ))
        }
        None => Ok(()),
    }
}

/// Both versions of the pods would read the changed values, and undo could not give the old ones
/// back in time.
fn changed_configuration(set: Deployment<'_>, release: &Release) -> Result<(), Refusals> {
    let (object, Some(template)) = (set.manifest().object(), set.template()) else {
        return Ok(());
    };
    let wanted = release
        .to()
        .get(object)
        .and_then(|set| Deployment::of(set).template());
    let still_read = wanted.map(pod_references).unwrap_or_default();
    for (kind, name) in pod_references(template) {
        let reference = ObjectRef::new("v1", &kind, object.namespace.as_deref(), &name);
        let (from, to) = (release.from().get(&reference), release.to().get(&reference));
        let kept = to.is_some() || still_read.contains(&(kind.clone(), name));
        if from.is_some() && content(from) != content(to) && kept {
            let reason = format!(
                "it changes, and pods of {object} read it: both versions would get the new values"
            );
            let hint = format!(
                "give the new values to a {kind} of another name, and let the new pods refer to that"
            );
            return Err(refuse(kinds::CONFIGURATION, &reference, "", reason, hint));
        }
    }
    Ok(())
}

/// What pods read of a ConfigMap or Secret: all but its metadata.
fn content(manifest: Option<&Manifest>) -> Option<Manifest> {
    let manifest = manifest?;
    let bare = manifest.without("/metadata/labels");
    Some(bare.without("/metadata/annotations"))
}
