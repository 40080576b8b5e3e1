//! One Deployment in the input: green stands beside it for the length of the plan.

use cutover_manifest::{Bundle, ObjectRef};
use cutover_planner::{Waypoint, Waypoints};
use cutover_release::{
    Adoption, Refusals, Release, Sibling, counted, refuse, sibling, with_selector,
};
use cutover_workload::{Deployment, Role, Workload};

use crate::error;
use crate::layout::Layout;
use crate::selecting::{edit_services, preview_service};
use crate::spec::BlueGreen;

const GREEN: &str = "green";

pub(crate) fn waypoints(
    release: &Release,
    spec: &BlueGreen,
    layout: &Layout,
) -> Result<Waypoints, Refusals> {
    let stage = Stage::new(release, spec, layout)?;
    let adoption = &stage.adoption;
    let end = adoption.adopted(release.to());
    // First the pods get the label, then the Services pick by it: not both in one step, or for a
    // moment they would pick nobody.
    let [labelled, adopted] = [
        adoption.labelled(release.from()),
        adoption.adopted(release.from()),
    ]
    .map(|bundle| Waypoint::new("adopt", bundle));
    let preview = stage.preview(release, adoption.adopted(&release.transition()?), layout)?;
    let switch = stage.switch(release, &preview.bundle);
    let back = stage.back(release, &switch.bundle, &end);
    Ok(Waypoints {
        points: vec![
            labelled,
            adopted,
            preview
                .gate(spec.approval())
                .analyses(&spec.pre_promotion_analysis),
            switch
                .gate(spec.delay())
                .analyses(&spec.post_promotion_analysis),
            back,
            Waypoint::new("cleanup", end),
        ],
        warnings: adoption.notes(release.to()),
        workloads: vec![stage.workload],
        ..Waypoints::default()
    })
}

/// All that the waypoints are made of.
struct Stage<'a> {
    spec: &'a BlueGreen,
    workload: Workload,
    base: ObjectRef,
    green: Sibling,
    /// How many pods are wanted.
    wanted: u32,
    /// The Services that switch, and the label by which they pick.
    adoption: Adoption,
}

impl<'a> Stage<'a> {
    fn new(release: &Release, spec: &'a BlueGreen, layout: &Layout) -> Result<Self, Refusals> {
        let base = layout.active.clone();
        let mut workload = counted(release, &base, &spec.allowance())?;
        let wanted = release
            .to()
            .get(&base)
            .and_then(|set| Deployment::of(set).replicas())
            .unwrap_or(0);
        if workload.replicas() == 0 || wanted == 0 {
            return Err(error::no_pods(&base));
        }
        let preview = layout.preview(spec);
        let mut services = Vec::new();
        for service in release.services_of(&base) {
            if preview.as_ref() != Some(service.object()) {
                services.push(service.object().clone());
            }
        }
        let adoption = Adoption::new(release, &base, services)?;
        let green = sibling(release, &base, Role::Green, adoption.key())?;
        workload.sets = Vec::new();
        workload.add(Role::Blue, base.clone());
        workload.add(Role::Green, green.set.object().clone());
        let beside = wanted.max(spec.preview_replica_count.unwrap_or(0));
        let mut workload = workload.with_more(beside);
        if let Some(preview) = preview {
            workload.preview(preview);
        }
        if adoption.value() == GREEN {
            let hint = "let its pods have another value, as `stable`";
            return Err(refuse(
                error::LABEL_TAKEN,
                &base,
                "/spec/template/metadata/labels",
                format!(
                    "its pods have `{}: green`, which tells the new set apart",
                    adoption.key()
                ),
                hint,
            ));
        }
        Ok(Self {
            spec,
            workload,
            base,
            green,
            wanted,
            adoption,
        })
    }

    fn preview(
        &self,
        release: &Release,
        mut bundle: Bundle,
        layout: &Layout,
    ) -> Result<Waypoint, Refusals> {
        let looked_at = self.spec.preview_replica_count.unwrap_or(self.wanted);
        self.green.insert_into(&mut bundle, looked_at);
        let active = bundle.get(&layout.service).cloned();
        if let (Some(name), Some(active)) = (&self.spec.preview_service, active) {
            let object = ObjectRef {
                name: name.clone(),
                ..active.object().clone()
            };
            let label = (self.adoption.key(), GREEN);
            bundle.insert(preview_service(&object, release.to(), &active, label)?);
        }
        Ok(Waypoint::new("preview", bundle))
    }

    fn switch(&self, release: &Release, preview: &Bundle) -> Waypoint {
        let mut bundle = preview.clone();
        self.green.insert_into(&mut bundle, self.wanted);
        edit_services(&mut bundle, self.adoption.services(), |service| {
            with_selector(
                release.to().get(service.object()).unwrap_or(service),
                self.adoption.key(),
                GREEN,
            )
        });
        Waypoint::new("switch", bundle)
    }

    /// The base takes the new template while it serves nobody, with what changes for its pods, and
    /// then serves again.
    fn back(&self, release: &Release, switched: &Bundle, end: &Bundle) -> Waypoint {
        let mut bundle = switched.clone();
        edit_services(&mut bundle, self.adoption.services(), |service| {
            with_selector(service, self.adoption.key(), self.adoption.value())
        });
        bundle.extend(release.wanted([&self.base]));
        for object in [&self.base].into_iter().chain(self.adoption.services()) {
            bundle.extend(end.get(object).cloned());
        }
        Waypoint::new("return", bundle)
    }
}
