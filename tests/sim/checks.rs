//! What must be true at every moment of a run, and at its end.

use cutover::Plan;
use cutover::manifest::{Bundle, Field, Manifest, MergeKeys, ObjectRef};
use cutover::patch::lacking;
use cutover::planning::{Deployment, Role, Workload};
use cutover_model::Model;
use cutover_run::{Answer, Request, as_written};

const ANNOTATIONS: Field = Field::new("/metadata/annotations");

use crate::routed::passes_on;
use crate::scenario::{scaled, workloads};
use crate::sealer;
use crate::stage::NAMESPACE;
use crate::trace::{object_of, write_of};

/// What a run has promised, and what it began with.
pub(crate) struct Checks {
    workloads: Vec<Workload>,
    seed: u64,
    /// Whether nobody else meddles, so that the budget is promised.
    strict: bool,
    start: Bundle,
    objects: Vec<ObjectRef>,
    /// Writes to the plan's objects that were carried out.
    pub(crate) writes: usize,
}

impl Checks {
    pub(crate) fn new(model: &Model, plan: &Plan, seed: u64, strict: bool) -> Self {
        let objects: Vec<ObjectRef> = plan.objects().iter().map(placed).collect();
        let start = live(model, &objects);
        Self {
            workloads: workloads(plan, seed),
            seed,
            strict,
            start,
            objects,
            writes: 0,
        }
    }

    /// The plan's objects as they are, with all that the server and others have written.
    pub(crate) fn known(&self, model: &Model) -> Bundle {
        let there = self.objects.iter();
        there
            .filter_map(|object| model.server.get(object).ok())
            .collect()
    }

    /// Whether it is an object of the plan.
    pub(crate) fn has(&self, object: &ObjectRef) -> bool {
        self.objects.contains(object)
    }

    /// From now on the budget is promised, or not, since others change the numbers of pods.
    pub(crate) fn promise(&mut self, strict: bool) {
        self.strict = strict;
    }

    /// Whether the budget of every workload holds at this moment, where it is promised.
    pub(crate) fn look(&self, model: &Model) -> Result<(), String> {
        match self.strict {
            true => self
                .within_budget(model)
                .map_err(|reason| format!("the budget holds: {reason}")),
            false => Ok(()),
        }
    }

    fn within_budget(&self, model: &Model) -> Result<(), String> {
        for workload in &self.workloads {
            let sets: Vec<ObjectRef> = workload.objects().map(placed).collect();
            let alive: u32 = sets.iter().map(|set| model.counted(set)).sum();
            if alive > workload.ceiling() {
                let (name, ceiling) = (&workload.name, workload.ceiling());
                return Err(format!(
                    "{name}: {alive} pods alive, and {ceiling} are allowed"
                ));
            }
            passes_on(model, workload).map_err(|reason| format!("{}: {reason}", workload.name))?;
            let available = self.answering(model, workload, &sets);
            if available < workload.floor() {
                let (name, floor) = (&workload.name, workload.floor());
                return Err(format!(
                    "{name}: {available} pods available, and {floor} are promised"
                ));
            }
        }
        Ok(())
    }

    /// The fewest available pods behind any of a workload's Services.
    fn answering(&self, model: &Model, workload: &Workload, sets: &[ObjectRef]) -> u32 {
        let all = sets.iter().map(|set| model.available(set)).sum();
        if !workload.has(Role::Green) {
            return all;
        }
        behind(model, workload, sets).unwrap_or(all)
    }

    /// Whether each Service of each workload has as many available pods behind it as are promised.
    pub(crate) fn look_behind(&self, model: &Model) -> Result<(), String> {
        for workload in &self.workloads {
            let sets: Vec<ObjectRef> = workload.objects().map(placed).collect();
            let (name, floor) = (&workload.name, workload.floor());
            if let Some(behind) = behind(model, workload, &sets)
                && behind < floor
            {
                return Err(format!(
                    "{name}: {behind} pods available behind a Service, and {floor} are promised"
                ));
            }
        }
        Ok(())
    }

    pub(crate) fn count(&mut self, request: &Request, answer: &Answer) {
        let written = write_of(request).filter(|_| answer.is_ok());
        let is_ours = written.is_some_and(|write| self.has(object_of(write)));
        self.writes += usize::from(is_ours);
    }

    /// The cluster stands where the plan ends, with as many pods as others say where it does not.
    pub(crate) fn is_done(&self, model: &Model, plan: &Plan) -> Result<(), String> {
        let end = scaled(plan.state(plan.len()).unwrap(), plan, self.seed);
        for object in &self.objects {
            let wanted = end
                .iter()
                .find(|manifest| placed(manifest.object()) == *object);
            match (wanted, model.server.get(object).ok()) {
                (None, None) => {}
                (Some(wanted), Some(live)) => {
                    let live = sealer().seal_like(&live, wanted);
                    let lacks = lacking(wanted.value(), live.value(), &MergeKeys);
                    if let Some(first) = lacks.first() {
                        return Err(format!(
                            "{object}: {} is {:?} at the end",
                            first.path, first.after
                        ));
                    }
                }
                (None, Some(_)) => return Err(format!("{object} is left at the end")),
                (Some(_), None) => return Err(format!("{object} is missing at the end")),
            }
        }
        Ok(())
    }

    /// The cluster stands where it stood before.
    pub(crate) fn is_undone(&self, model: &Model) -> Result<(), String> {
        let now = live(model, &self.objects);
        for object in &self.objects {
            if now.get(object) != self.start.get(object) {
                let (was, is) = (self.start.get(object), now.get(object));
                return Err(format!("{object} is not as it was:\n{was:#?}\n{is:#?}"));
            }
        }
        Ok(())
    }
}

/// The fewest available pods behind any of a workload's Services, where there is one.
fn behind(model: &Model, workload: &Workload, sets: &[ObjectRef]) -> Option<u32> {
    let services = workload
        .serving()
        .filter(|router| !router.by_route)
        .filter_map(|router| model.server.get(&placed(&router.object)).ok());
    let behind = services.map(|service| {
        let selected = sets.iter().filter(|set| {
            model
                .server
                .get(set)
                .is_ok_and(|set| selects(&service, &set))
        });
        selected.map(|set| model.available(set)).sum()
    });
    behind.min()
}

/// Objects without what the server and controllers write.
fn live(model: &Model, objects: &[ObjectRef]) -> Bundle {
    let written = |object: &ObjectRef| {
        let mut manifest =
            as_written(&model.server.get(object).ok()?).without(Deployment::REVISION);
        let bare = manifest.pointer("/metadata/annotations") == Some(&serde_json::json!({}));
        if bare {
            manifest = manifest.without(ANNOTATIONS);
        }
        Some(manifest)
    };
    objects.iter().filter_map(written).collect()
}

pub(crate) fn selects(service: &Manifest, set: &Manifest) -> bool {
    let selector = service
        .pointer("/spec/selector")
        .and_then(|selector| selector.as_object());
    let labels = Deployment::of(set).labels();
    selector.is_some_and(|selector| {
        !selector.is_empty()
            && selector
                .iter()
                .all(|(key, value)| labels.get(key).map(String::as_str) == value.as_str())
    })
}

/// The object with its namespace.
pub(crate) fn placed(object: &ObjectRef) -> ObjectRef {
    let namespace = object
        .namespace
        .clone()
        .or_else(|| Some(NAMESPACE.to_owned()));
    ObjectRef {
        namespace,
        ..object.clone()
    }
}
