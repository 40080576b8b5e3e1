//! All Leases of a run: one runner holds each workload, and a second one hears who.

use cutover_manifest::ObjectRef;
use cutover_plan::Plan;
use jiff::SignedDuration;

use super::lease::{Lease, Terms};
use crate::api::effect::Request;
use crate::api::event::Answer;
use crate::journal::Journal;
use crate::namespace::DefaultNamespace;
use crate::now::{Now, Steady};

/// The Leases of a plan's workloads, which its runner holds; `namespace` is the one of manifests
/// that name none.
///
/// ```
/// # use cutover_manifest::{Bundle, Manifest};
/// # use cutover_planner::{Options, Waypoints, from_fn, plan};
/// # use cutover_release::{Ends, Release};
/// # use serde_json::json;
/// let deployment = |image: &str| Manifest::new(json!({
///     "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "hello" },
///     "spec": { "replicas": 1, "selector": { "matchLabels": { "app": "hello" } }, "template": {
///         "metadata": { "labels": { "app": "hello" } },
///         "spec": { "containers": [{ "name": "hello", "image": image }] },
///     }},
/// }));
/// let (from, to): (Bundle, Bundle) =
///     ([deployment("hello:1")?].into_iter().collect(), [deployment("hello:2")?].into_iter().collect());
/// let release = Release::new(Ends::new(from, to))?;
/// let own = from_fn("own", |release| Waypoints::direct(release, "update", &Default::default()));
/// let plan = plan(&release, &own, &Options::default())?;
/// let leases = cutover_run::lease_objects(&plan, "prod");
/// assert_eq!(leases[0].to_string(), "Lease prod/cutover-hello");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn lease_objects(plan: &Plan, namespace: &str) -> Vec<ObjectRef> {
    let lease = |workload: &cutover_workload::Workload| {
        // The workload's own name may have its namespace in it.
        let first = workload.objects().next();
        let name = first.map_or(&workload.name, |set| &set.name);
        let name = cutover_manifest::short_name(&format!("cutover-{name}"), "");
        let object = ObjectRef::new(
            "coordination.k8s.io/v1",
            "Lease",
            workload.namespace(),
            &name,
        );
        DefaultNamespace::new(namespace).object(&object)
    };
    match plan.spec.workloads.is_empty() {
        true => vec![of_plan(plan, namespace)],
        false => plan.spec.workloads.iter().map(lease).collect(),
    }
}

/// Of a plan without workloads, as of a Service alone: beside its journal, with the same name.
fn of_plan(plan: &Plan, namespace: &str) -> ObjectRef {
    let journal = Journal::object(plan, namespace);
    let near = journal.namespace.as_deref();
    ObjectRef::new("coordination.k8s.io/v1", "Lease", near, &journal.name)
}

/// The Leases that a runner must hold, all of them, before it writes: they are asked for by
/// [`next`](Self::next), again and again, and held as long as the answers say so.
#[derive(Debug)]
pub struct Leases {
    leases: Vec<Lease>,
    terms: Terms,
    /// Why they cannot be had.
    refused: Option<String>,
}

impl Leases {
    /// None of them is held yet; each lasts for so long when it is not renewed.
    pub fn new(objects: Vec<ObjectRef>, holder: &str, duration: SignedDuration) -> Self {
        Self {
            leases: objects.into_iter().map(Lease::new).collect(),
            terms: Terms::new(holder, duration),
            refused: None,
        }
    }

    /// Whether all of them are held now.
    pub fn held(&self, now: Steady) -> bool {
        self.deadline().is_none_or(|until| until > now)
    }

    /// Until when all of them are held; none where there are none.
    pub fn deadline(&self) -> Option<Steady> {
        let never = Steady::default();
        let held = self
            .leases
            .iter()
            .map(|lease| lease.held().unwrap_or(never));
        held.min()
    }

    /// Who else holds one of them, in words.
    pub fn rival(&self) -> Option<String> {
        self.leases.iter().find_map(Lease::rival)
    }

    /// Why they cannot be had, once.
    pub fn take_refusal(&mut self) -> Option<String> {
        self.refused.take()
    }

    /// When there is something to ask again.
    pub fn wake(&self) -> Option<Steady> {
        let leases = self.leases.iter();
        leases.filter_map(|lease| lease.wake(&self.terms)).min()
    }

    /// The next request, and which Lease it is about.
    pub fn next(&mut self, now: Now) -> Option<(usize, Request)> {
        for (index, lease) in self.leases.iter_mut().enumerate() {
            match lease.next(&self.terms, now) {
                Ok(Some(request)) => return Some((index, request)),
                Ok(None) => {}
                Err(error) => {
                    self.refused = Some(format!("{}: {error}", lease.object()));
                    return None;
                }
            }
        }
        None
    }

    /// Takes in what came of the request about a Lease, by its place among them.
    pub fn answer(&mut self, index: usize, answer: Answer, now: Steady) {
        if let Err(reason) = self.leases[index].answer(answer, &self.terms, now) {
            self.refused = Some(reason);
        }
    }

    /// Requests that give them back.
    pub fn release(&mut self) -> Vec<Request> {
        self.leases.iter_mut().filter_map(Lease::release).collect()
    }
}

#[cfg(test)]
mod tests;
