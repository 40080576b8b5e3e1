//! Both slots in the input: the idle one takes the release, and stays.

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_plan::{
    Deployment, Release, Role, Waypoint, Waypoints, replicas, service_ref, with_pod_label, with_selector,
    workload,
};
use serde_json::{Value, json};

use crate::error::Error;
use crate::layout::{Layout, selector};
use crate::spec::BlueGreen;
use crate::waypoints::edit_services;

pub(crate) fn waypoints(
    release: &Release,
    spec: &BlueGreen,
    layout: &Layout,
    idle: &ObjectRef,
    label: &str,
) -> Result<Waypoints, Error> {
    let (serving, _) = replicas(release, &layout.active)?;
    let (standing, _) = replicas(release, idle)?;
    if serving == 0 {
        return Err(Error::NoPods(layout.active.clone()));
    }
    let mut workload = workload(release, &layout.active, &spec.allowance())?;
    let beside = serving.max(standing).max(spec.preview_replica_count.unwrap_or(0));
    workload.ceiling = workload.ceiling.saturating_add(beside);
    workload.sets = [(Role::Blue, layout.active.name.clone()), (Role::Green, idle.name.clone())].into();
    workload.services.retain(|name| spec.preview_service.as_ref() != Some(name));
    let services: Vec<ObjectRef> = workload.service_refs().collect();
    let next = next_version(release, layout, idle, label)?;

    let mut start = release.transit()?;
    for object in [&layout.active, idle] {
        start.extend(release.from().get(object).cloned());
    }
    let preview = preview(&start, spec, layout, &next, label, serving);
    let mut switched = preview.clone();
    switched.insert(Deployment::of(&next).scaled(serving));
    let value = Deployment::of(&next).labels().remove(label).unwrap_or_default();
    edit_services(&mut switched, &services, |service| with_selector(service, label, &value));
    let end = end(release, &switched, spec, layout, (idle, standing));
    Ok(Waypoints {
        points: vec![
            Waypoint::new("preview", preview).gate(spec.approval()),
            Waypoint::new("switch", switched).gate(spec.delay()),
            Waypoint::new("cleanup", end),
        ],
        workloads: vec![workload],
        warnings: Vec::new(),
    })
}

/// The idle slot with the release: what the files want of it, or, where they only change the one that serves, that
/// one's pods with the slot's own label.
fn next_version(
    release: &Release,
    layout: &Layout,
    idle: &ObjectRef,
    label: &str,
) -> Result<Manifest, Error> {
    let missing = |object: &ObjectRef| {
        cutover_plan::refuse(object, "", "is not on both ends of the release", "give manifests that have it")
    };
    let slot = release.to().get(idle).ok_or_else(|| missing(idle))?;
    if release.turns(idle) || !release.turns(&layout.active) {
        return Ok(slot.clone());
    }
    let wanted = release.to().get(&layout.active).ok_or_else(|| missing(&layout.active))?;
    let own = Deployment::of(slot).labels().remove(label).unwrap_or_default();
    let template = Deployment::of(wanted).template().cloned().unwrap_or(Value::Null);
    Ok(with_pod_label(&slot.set("/spec/template", template), label, &own))
}

fn preview(
    start: &Bundle,
    spec: &BlueGreen,
    layout: &Layout,
    next: &Manifest,
    label: &str,
    serving: u32,
) -> Bundle {
    let mut bundle = start.clone();
    bundle.insert(Deployment::of(next).scaled(spec.preview_replica_count.unwrap_or(serving)));
    if let (Some(name), Some(active)) = (&spec.preview_service, start.get(&layout.service)) {
        let object = service_ref(layout.service.namespace.as_deref(), name);
        let service = start.get(&object).cloned().unwrap_or_else(|| active.copy_as(name));
        let value = Deployment::of(next).labels().remove(label).unwrap_or_default();
        bundle.insert(with_selector(&service.set("/spec/selector", json!(selector(active))), label, &value));
    }
    bundle
}

/// The slot that served keeps its version, and as many pods as the idle one had; all else is as wanted.
fn end(
    release: &Release,
    switched: &Bundle,
    spec: &BlueGreen,
    layout: &Layout,
    idle: (&ObjectRef, u32),
) -> Bundle {
    let mut end = switched.clone();
    if let Some(set) = switched.get(&layout.active) {
        end.insert(Deployment::of(set).scaled(idle.1));
    }
    let others = release.changed().into_iter().filter(|object| *object != layout.active && object != idle.0);
    end.extend(others.filter_map(|object| release.to().get(&object).cloned()));
    if let Some(name) = &spec.preview_service {
        let object = service_ref(layout.service.namespace.as_deref(), name);
        match release.to().get(&object) {
            Some(service) => drop(end.insert(service.clone())),
            None => drop(end.remove(&object)),
        }
    }
    end
}
