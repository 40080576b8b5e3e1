//! Both slots in the input: the idle one takes the release, and stays.

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_planner::{Waypoint, Waypoints};
use cutover_release::{
    Hint, Refusals, Release, counted, kinds, refuse, replicas, with_pod_label, with_selector,
};
use cutover_traffic::{backends, services};
use cutover_workload::{Deployment, Role, Workload};
use serde_json::Value;

use crate::error;
use crate::layout::Layout;
use crate::selecting::{edit_services, preview_service};
use crate::spec::BlueGreen;

pub(crate) fn waypoints(
    release: &Release,
    spec: &BlueGreen,
    layout: &Layout,
    idle: &ObjectRef,
    label: &str,
) -> Result<Waypoints, Refusals> {
    let slots = Slots::new(release, spec, layout, idle, label)?;
    let preview = slots.preview(release)?;
    let switched = slots.switch(&preview);
    let end = slots.end(release, &switched);
    Ok(Waypoints {
        points: vec![
            Waypoint::new("preview", preview)
                .gate(spec.approval())
                .analyses(&spec.pre_promotion_analysis),
            Waypoint::new("switch", switched)
                .gate(spec.delay())
                .analyses(&spec.post_promotion_analysis),
            Waypoint::new("cleanup", end),
        ],
        workloads: vec![slots.workload],
        ..Waypoints::default()
    })
}

/// The two slots, and what the idle one becomes.
struct Slots<'a> {
    spec: &'a BlueGreen,
    layout: &'a Layout,
    workload: Workload,
    /// The idle slot with the release.
    next: Manifest,
    /// The label by which the Service picks, and its value on the idle slot.
    label: &'a str,
    value: String,
    /// Pods of the slot that serves, and of the idle one, before the release.
    serving: u32,
    standing: u32,
}

impl<'a> Slots<'a> {
    fn new(
        release: &Release,
        spec: &'a BlueGreen,
        layout: &'a Layout,
        idle: &ObjectRef,
        label: &'a str,
    ) -> Result<Self, Refusals> {
        let (serving, standing) = counts(release, &layout.active, idle)?;
        if serving == 0 {
            return Err(error::no_pods(&layout.active));
        }
        own_configuration(release, &layout.active)?;
        let mut workload = counted(release, &layout.active, &spec.allowance())?;
        let beside = serving
            .max(standing)
            .max(spec.preview_replica_count.unwrap_or(0));
        workload.sets = Vec::new();
        workload.add(Role::Blue, layout.active.clone());
        workload.add(Role::Green, idle.clone());
        let mut workload = workload.with_more(beside);
        if let Some(preview) = layout.preview(spec) {
            workload.preview(preview);
        }
        let next = next_version(release, layout, idle, label)?;
        let value = Deployment::of(&next)
            .labels()
            .remove(label)
            .unwrap_or_default();
        Ok(Self {
            spec,
            layout,
            workload,
            next,
            label,
            value,
            serving,
            standing,
        })
    }

    fn preview(&self, release: &Release) -> Result<Bundle, Refusals> {
        let mut bundle = release.transition()?;
        bundle.extend(release.wanted([self.next.object()]));
        let looked_at = self.spec.preview_replica_count.unwrap_or(self.serving);
        bundle.insert(Deployment::of(&self.next).scaled(looked_at));
        if let (Some(service), Some(active)) =
            (self.preview_service(), bundle.get(&self.layout.service))
        {
            let label = (self.label, self.value.as_str());
            let shown = preview_service(&service, &bundle, active, label)?;
            bundle.insert(shown);
        }
        Ok(bundle)
    }

    fn switch(&self, preview: &Bundle) -> Bundle {
        let mut bundle = preview.clone();
        bundle.insert(Deployment::of(&self.next).scaled(self.serving));
        let services = self.workload.serving().map(|router| router.object.clone());
        let services: Vec<ObjectRef> = services.collect();
        edit_services(&mut bundle, &services, |service| {
            with_selector(service, self.label, &self.value)
        });
        bundle
    }

    /// The slot that served keeps its version, and as many pods as the idle one had; all else is as
    /// wanted.
    fn end(&self, release: &Release, switched: &Bundle) -> Bundle {
        let wanted = |manifest: &&Manifest| release.to().contains(manifest.object());
        let mut end: Bundle = switched.iter().filter(wanted).cloned().collect();
        if let Some(set) = end.get(&self.layout.active).cloned() {
            end.insert(Deployment::of(&set).scaled(self.standing));
        }
        self.serve_as_wanted(release, &mut end);
        let slots = [&self.layout.active, self.next.object()];
        let mut others = release.changed();
        others.retain(|object| !slots.contains(&object));
        end.extend(release.wanted(&others));
        if let Some(service) = self.preview_service() {
            end.remove(&service);
            end.extend(release.to().get(&service).cloned());
        }
        end
    }

    /// What waited for the new pods comes: Services in all but the slot that they pick.
    fn serve_as_wanted(&self, release: &Release, end: &mut Bundle) {
        let services = services(release.to()).map(|service| service.object());
        for object in services {
            let wanted = release.to().get(object);
            let is_own = self
                .workload
                .serving()
                .any(|router| router.object == *object);
            end.extend(wanted.filter(|_| !is_own).cloned());
        }
        let own: Vec<ObjectRef> = self
            .workload
            .serving()
            .map(|router| router.object.clone())
            .collect();
        edit_services(end, &own, |service| {
            let wanted = release.to().get(service.object()).unwrap_or(service);
            with_selector(wanted, self.label, &self.value)
        });
        let routes = release
            .to()
            .iter()
            .filter(|route| !backends(route).is_empty());
        end.extend(routes.cloned());
    }

    fn preview_service(&self) -> Option<ObjectRef> {
        self.layout.preview(self.spec)
    }
}

/// Refuses new data for what the slot that serves reads: both slots stay, and so would both read it.
fn own_configuration(release: &Release, active: &ObjectRef) -> Result<(), Refusals> {
    let (running, _) = release.both_ends(active)?;
    let held = release.held_configuration();
    let mut read = Deployment::of(running).configuration().into_iter();
    let Some(shared) = read.find(|object| held.contains(object)) else {
        return Ok(());
    };
    let reason = format!("its data changes, and {active} reads it, which serves on as it is");
    let hint = format!(
        "give the new data to a {} of another name, and let the pods of the idle slot refer to that",
        shared.kind
    );
    Err(refuse(kinds::CONFIGURATION, &shared, "/data", reason, hint))
}

/// The pods of the slot that serves, and of the idle one; what is wanted has the same, or has them
/// swapped.
fn counts(release: &Release, active: &ObjectRef, idle: &ObjectRef) -> Result<(u32, u32), Refusals> {
    let ((serving, serving_to), (standing, standing_to)) =
        (replicas(release, active)?, replicas(release, idle)?);
    let wanted = (serving_to, standing_to);
    if wanted == (serving, standing) || wanted == (standing, serving) {
        return Ok((serving, standing));
    }
    let slot = if serving == serving_to { idle } else { active };
    let reason =
        "its number of pods changes with the version: the slots swap the numbers that they have";
    Err(refuse(
        error::SIZE_CHANGES,
        slot,
        "/spec/replicas",
        reason,
        Hint::Scale,
    ))
}

/// The idle slot with the release: what the files want of it, or, where they only change the one
/// that serves, that one's pods with the slot's own label.
fn next_version(
    release: &Release,
    layout: &Layout,
    idle: &ObjectRef,
    label: &str,
) -> Result<Manifest, Refusals> {
    let (_, slot) = release.both_ends(idle)?;
    if release.replaces_pods(idle) || !release.replaces_pods(&layout.active) {
        return Ok(slot.clone());
    }
    let (_, wanted) = release.both_ends(&layout.active)?;
    let own = Deployment::of(slot)
        .labels()
        .remove(label)
        .unwrap_or_default();
    let template = Deployment::of(wanted)
        .template()
        .cloned()
        .unwrap_or(Value::Null);
    Ok(with_pod_label(
        &slot.with(Deployment::TEMPLATE, template),
        label,
        &own,
    ))
}
