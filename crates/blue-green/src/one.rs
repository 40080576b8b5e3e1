//! One Deployment in the input: green stands beside it for the length of the plan.

use cutover_manifest::{Bundle, Manifest, ObjectRef, Warning};
use cutover_planner::{Waypoint, Waypoints};
use cutover_release::{
    Release, beside, refuse, slot_label, with_pod_label, with_selector, workload,
};
use cutover_workload::{Deployment, Role, Workload};
use serde_json::json;

use crate::error::Error;
use crate::layout::{Layout, edit_services, selector};
use crate::spec::BlueGreen;

const GREEN: &str = "green";

pub(crate) fn waypoints(
    release: &Release,
    spec: &BlueGreen,
    layout: &Layout,
) -> Result<Waypoints, Error> {
    let stage = Stage::new(release, spec, layout)?;
    let end = stage.adopted(release.to());
    let [labelled, adopted] = stage.adopt(release.from());
    let preview = stage.preview(release, stage.adopted(&release.transit()?), layout);
    let switch = stage.switch(release, &preview.bundle);
    let back = stage.back(&switch.bundle, &end);
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
        warnings: stage.warnings(release),
        workloads: vec![stage.workload],
    })
}

/// All that the waypoints are made of.
struct Stage<'a> {
    spec: &'a BlueGreen,
    workload: Workload,
    base: ObjectRef,
    green: Manifest,
    /// The Services that switch.
    services: Vec<ObjectRef>,
    /// The label by which they pick, its value on the base, and whether the base's pods lack it so
    /// far.
    key: &'static str,
    value: String,
    lacking: bool,
}

impl<'a> Stage<'a> {
    fn new(release: &Release, spec: &'a BlueGreen, layout: &Layout) -> Result<Self, Error> {
        let base = layout.active.clone();
        let (key, value) = slot_label(release, &base)?;
        let mut workload = workload(release, &base, &spec.allowance())?;
        let wanted = release
            .to()
            .get(&base)
            .and_then(|set| Deployment::of(set).replicas())
            .unwrap_or(0);
        if workload.replicas() == 0 || wanted == 0 {
            return Err(Error::NoPods(base));
        }
        let green = Deployment::of(&beside(release, &base, Role::Green, key)?).scaled(wanted);
        workload.sets = Vec::new();
        workload.add(Role::Blue, base.clone());
        workload.add(Role::Green, green.object().clone());
        let beside = wanted.max(spec.preview_replica_count.unwrap_or(0));
        let mut workload = workload.with_more(beside);
        if let Some(preview) = layout.preview(spec) {
            workload.preview(preview);
        }
        let services = workload
            .serving()
            .map(|router| router.object.clone())
            .collect();
        let lacking = value.is_none();
        let value = value.unwrap_or_else(|| "blue".into());
        if value == GREEN {
            let hint = "let its pods have another value, as `stable`";
            return Err(refuse(
                &base,
                "/spec/template/metadata/labels",
                format!("its pods have `{key}: green`, which tells the new set apart"),
                hint,
            )
            .into());
        }
        Ok(Self {
            spec,
            workload,
            base,
            green,
            services,
            key,
            value,
            lacking,
        })
    }

    /// First the pods get the label, then the Services pick by it: not both in one step, or for a
    /// moment they would pick nobody.
    fn adopt(&self, start: &Bundle) -> [Waypoint; 2] {
        let mut labelled = start.clone();
        if let Some(set) = start.get(&self.base) {
            labelled.insert(self.labelled(set));
        }
        [labelled, self.adopted(start)].map(|bundle| Waypoint::new("adopt", bundle).adopting())
    }

    /// What is wanted, read with the same adoption: it stays.
    fn adopted(&self, to: &Bundle) -> Bundle {
        let mut end = to.clone();
        if let Some(set) = to.get(&self.base) {
            end.insert(self.labelled(set));
        }
        edit_services(&mut end, &self.services, |service| {
            with_selector(service, self.key, &self.value)
        });
        end
    }

    fn labelled(&self, set: &Manifest) -> Manifest {
        if self.lacking {
            with_pod_label(set, self.key, &self.value)
        } else {
            set.clone()
        }
    }

    fn preview(&self, release: &Release, mut bundle: Bundle, layout: &Layout) -> Waypoint {
        let wanted = Deployment::of(&self.green).replicas().unwrap_or(0);
        bundle.insert(
            Deployment::of(&self.green).scaled(self.spec.preview_replica_count.unwrap_or(wanted)),
        );
        let active = bundle.get(&layout.service).cloned();
        if let (Some(name), Some(active)) = (&self.spec.preview_service, active) {
            bundle.insert(self.preview_service(name, release, &active));
        }
        Waypoint::new("preview", bundle)
    }

    /// The Service of that name, or a copy of the active one, before green.
    fn preview_service(&self, name: &str, release: &Release, active: &Manifest) -> Manifest {
        let object = ObjectRef {
            name: name.into(),
            ..active.object().clone()
        };
        let service = release
            .to()
            .get(&object)
            .cloned()
            .unwrap_or_else(|| active.copy_as(name));
        with_selector(
            &service.set("/spec/selector", json!(selector(active))),
            self.key,
            GREEN,
        )
    }

    fn switch(&self, release: &Release, preview: &Bundle) -> Waypoint {
        let mut bundle = preview.clone();
        bundle.insert(self.green.clone());
        edit_services(&mut bundle, &self.services, |service| {
            with_selector(
                release.to().get(service.object()).unwrap_or(service),
                self.key,
                GREEN,
            )
        });
        Waypoint::new("switch", bundle)
    }

    /// The base takes the new template while it serves nobody, and then serves again.
    fn back(&self, switched: &Bundle, end: &Bundle) -> Waypoint {
        let mut bundle = switched.clone();
        edit_services(&mut bundle, &self.services, |service| {
            with_selector(service, self.key, &self.value)
        });
        for object in [&self.base].into_iter().chain(&self.services) {
            bundle.extend(end.get(object).cloned());
        }
        Waypoint::new("return", bundle)
    }

    /// Which lines the files should get.
    fn warnings(&self, release: &Release) -> Vec<Warning> {
        let line = format!("{}: {}", self.key, self.value);
        let labels = self.lacking.then(|| {
            adoption(
                &self.base,
                format!(
                    "its pods get the label `{line}`, by a rolling update before another set exists"
                ),
                &format!("spec.template.metadata.labels: add `{line}`"),
            )
        });
        let says = |service: &&ObjectRef| {
            release
                .to()
                .get(service)
                .is_some_and(|wanted| selector(wanted).get(self.key) == Some(&self.value))
        };
        let services = self
            .services
            .iter()
            .filter(|service| !says(service))
            .map(|service| {
                adoption(
                    service,
                    format!("it selects by `{line}` too from now on"),
                    &format!("spec.selector: add `{line}`"),
                )
            });
        labels.into_iter().chain(services).collect()
    }
}

fn adoption(object: &ObjectRef, message: String, line: &str) -> Warning {
    Warning {
        object: Some(object.clone()),
        place: None,
        message,
        hint: Some(format!(
            "let the file say so, or the next apply of it takes it back: {line}"
        )),
    }
}
