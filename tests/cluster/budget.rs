//! The budget of a plan, watched from outside: every change of every pod, and what is wrong at any
//! moment.
//!
//! All kinds are watched side by side; their resourceVersions say in which order the changes were
//! made.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use cutover::Checked;
use cutover::manifest::{Manifest, ObjectRef};
use cutover::planning::{Bounds, Deployment, Role, Workload};
use cutover_run::Event;
use futures::StreamExt;
use serde_json::Value;
use tokio::task::JoinHandle;

use crate::lab::{Lab, scope};

const KINDS: [(&str, &str); 4] = [
    ("v1", "Pod"),
    ("apps/v1", "ReplicaSet"),
    ("apps/v1", "Deployment"),
    ("v1", "Service"),
];

/// What happens in a lab from now on.
pub(crate) struct Watcher {
    record: Arc<Mutex<Record>>,
    tasks: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Record {
    listed: usize,
    start: Vec<Manifest>,
    changes: Vec<Seen>,
}

/// A change: what became of an object, or that it is gone.
#[derive(Clone)]
struct Seen {
    version: u64,
    gone: bool,
    manifest: Manifest,
}

impl Watcher {
    /// Watches, from a moment when all is settled.
    pub(crate) async fn new(lab: &Lab, plan: &Checked) -> Self {
        let record = Arc::new(Mutex::new(Record::default()));
        let mut tasks = Vec::new();
        for namespace in lab.namespaces(plan) {
            for (api_version, kind) in KINDS {
                let mut events = Box::pin(lab.cluster.watch(scope(api_version, kind, &namespace)));
                let record = record.clone();
                tasks.push(tokio::spawn(async move {
                    while let Some(event) = events.next().await {
                        record.lock().unwrap().note(event);
                    }
                }));
            }
        }
        while record.lock().unwrap().listed < tasks.len() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        Self { record, tasks }
    }

    /// Pods of some images that were made after a time, by name.
    pub(crate) fn pods_since(
        &self,
        since: jiff::Timestamp,
        images: &BTreeSet<String>,
    ) -> BTreeSet<String> {
        let record = self.record.lock().unwrap();
        let pods = record
            .changes
            .iter()
            .map(|seen| &seen.manifest)
            .filter(|pod| pod.object().kind == "Pod");
        let new = pods.filter(|pod| {
            let made = pod
                .pointer("/metadata/creationTimestamp")
                .and_then(Value::as_str)
                .unwrap();
            made.parse::<jiff::Timestamp>().unwrap() > since
                && images_of(pod).any(|image| images.contains(image))
        });
        new.map(|pod| pod.object().name.clone()).collect()
    }

    /// Where the budget of a workload did not hold; nothing is watched any more.
    pub(crate) fn breaches(self, plan: &Checked, lab: &Lab) -> Vec<String> {
        self.tasks.iter().for_each(JoinHandle::abort);
        let mut record = self.record.lock().unwrap();
        record.changes.sort_by_key(|seen| seen.version);
        let mut moment = Moment::default();
        record
            .start
            .iter()
            .for_each(|manifest| moment.see(manifest, false));
        let mut found = Vec::new();
        for seen in &record.changes {
            moment.see(&seen.manifest, seen.gone);
            found.extend(
                plan.spec
                    .workloads
                    .iter()
                    .filter_map(|workload| moment.breach(workload, lab)),
            );
        }
        found.dedup();
        found
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Record {
    fn note(&mut self, event: Event) {
        match event {
            Event::Listed(_, manifests) => {
                self.listed += 1;
                self.start.extend(manifests);
            }
            Event::Changed(_, manifest) => self.push(manifest, false),
            Event::Gone(_, manifest) => self.push(manifest, true),
            other => panic!("{other:?}"),
        }
    }

    fn push(&mut self, manifest: Manifest, gone: bool) {
        let version = manifest
            .pointer("/metadata/resourceVersion")
            .and_then(Value::as_str)
            .unwrap();
        self.changes.push(Seen {
            version: version.parse().unwrap(),
            gone,
            manifest,
        });
    }
}

/// The cluster at a moment.
#[derive(Default)]
struct Moment {
    pods: BTreeMap<ObjectRef, Manifest>,
    services: BTreeMap<ObjectRef, Manifest>,
    /// The Deployment of each ReplicaSet that ever was, by uid.
    owners: BTreeMap<String, String>,
    /// How many pods each ReplicaSet is to have, by uid.
    wanted: BTreeMap<String, usize>,
    /// How many pods each Deployment asks for.
    asked: BTreeMap<ObjectRef, u32>,
}

impl Moment {
    /// How many pods of each ReplicaSet of each Deployment there are, and how many there are to be.
    fn by_set<'a>(
        &'a self,
        pods: &[&'a Manifest],
    ) -> BTreeMap<&'a str, BTreeMap<&'a str, (usize, usize)>> {
        let mut found: BTreeMap<&str, BTreeMap<&str, (usize, usize)>> = BTreeMap::new();
        for pod in pods {
            let uid = pod
                .pointer("/metadata/ownerReferences/0/uid")
                .and_then(Value::as_str)
                .unwrap();
            let sets = found.entry(&self.owners[uid]).or_default();
            sets.entry(uid).or_insert_with(|| (0, self.wanted[uid])).0 += 1;
        }
        found
    }

    fn see(&mut self, manifest: &Manifest, gone: bool) {
        let object = manifest.object().clone();
        match (object.kind.as_str(), gone) {
            ("Pod", true) => drop(self.pods.remove(&object)),
            ("Pod", false) => drop(self.pods.insert(object, manifest.clone())),
            ("Service", true) => drop(self.services.remove(&object)),
            ("Service", false) => drop(self.services.insert(object, manifest.clone())),
            ("Deployment", false) => {
                let asked = Deployment::of(manifest).replicas().unwrap_or(1);
                self.asked.insert(object, asked);
            }
            ("ReplicaSet", false) => {
                let owner = manifest
                    .pointer("/metadata/ownerReferences/0/name")
                    .and_then(Value::as_str);
                let uid = manifest
                    .pointer("/metadata/uid")
                    .and_then(Value::as_str)
                    .unwrap();
                let wanted = manifest.pointer("/spec/replicas").and_then(Value::as_u64);
                self.wanted.insert(
                    uid.to_owned(),
                    usize::try_from(wanted.unwrap_or(1)).unwrap(),
                );
                self.owners
                    .extend(owner.map(|owner| (uid.to_owned(), owner.to_owned())));
            }
            _ => {}
        }
    }

    fn breach(&self, workload: &Workload, lab: &Lab) -> Option<String> {
        let pods = self.pods_of(workload, lab);
        let workload = &self.counted(workload, lab);
        let (name, floor, ceiling) = (
            &workload.name,
            workload.floor() as usize,
            workload.ceiling() as usize,
        );
        let sets = self.by_set(&pods);
        let alive: usize = sets.values().map(|deployment| alive(deployment)).sum();
        if alive > ceiling {
            return Some(format!(
                "{name}: {alive} pods alive, and {ceiling} are allowed: {sets:?}"
            ));
        }
        let available: Vec<&Manifest> = pods.into_iter().filter(|pod| is_ready(pod)).collect();
        let answering = self.answering(workload, &available, lab);
        (answering < floor)
            .then(|| format!("{name}: {answering} pods available, and {floor} are promised"))
    }

    /// A workload with the bounds that it promises where so many pods are asked for as now.
    fn counted(&self, workload: &Workload, lab: &Lab) -> Workload {
        let mut counted = workload.clone();
        if let Some(live) = workload.bounds.live() {
            let place = |set: &ObjectRef| ObjectRef {
                namespace: set
                    .namespace
                    .clone()
                    .or_else(|| Some(lab.namespace.clone())),
                ..set.clone()
            };
            let asked = workload
                .objects()
                .filter_map(|set| self.asked.get(&place(set)));
            let pods = asked.sum();
            counted.bounds = Bounds::within(live.budget(), pods, pods);
        }
        counted
    }

    /// The active pods of a workload.
    fn pods_of(&self, workload: &Workload, lab: &Lab) -> Vec<&Manifest> {
        let namespace = workload.namespace().unwrap_or(&lab.namespace);
        let own = |pod: &&Manifest| {
            let owner = pod
                .pointer("/metadata/ownerReferences/0/uid")
                .and_then(Value::as_str);
            let set = owner.and_then(|owner| self.owners.get(owner));
            set.is_some_and(|set| workload.objects().any(|own| own.name == *set))
                && pod.object().namespace.as_deref() == Some(namespace)
                && is_active(pod)
        };
        self.pods.values().filter(own).collect()
    }

    /// Of a workload whose Services are switched: the fewest pods behind any of them.
    fn answering(&self, workload: &Workload, available: &[&Manifest], lab: &Lab) -> usize {
        if !workload.has(Role::Green) {
            return available.len();
        }
        let behind = workload.serving().filter_map(|router| {
            let service = router.object.clone();
            let namespace = service
                .namespace
                .clone()
                .or_else(|| Some(lab.namespace.clone()));
            let live = self.services.get(&ObjectRef {
                namespace,
                ..service
            })?;
            Some(available.iter().filter(|pod| selects(live, pod)).count())
        });
        behind.min().unwrap_or(available.len())
    }
}

/// The pods of a Deployment, by ReplicaSet: those that there are, and those that there are to be.
///
/// While its controller replaces pods it counts what it has told the ReplicaSets, so a pod whose
/// removal is decided may live a moment beside its successor: no plan can keep Kubernetes from
/// that, and such a pod is not counted. A Deployment with pods of one ReplicaSet is changed by the
/// plan's own steps, and all of its pods count.
fn alive(sets: &BTreeMap<&str, (usize, usize)>) -> usize {
    let rolls = sets.len() > 1;
    sets.values()
        .map(|(there, wanted)| if rolls { *there.min(wanted) } else { *there })
        .sum()
}

fn is_active(pod: &Manifest) -> bool {
    let over = matches!(
        pod.pointer("/status/phase").and_then(Value::as_str),
        Some("Failed" | "Succeeded")
    );
    pod.pointer("/metadata/deletionTimestamp").is_none() && !over
}

pub(crate) fn is_ready(pod: &Manifest) -> bool {
    let conditions = pod.pointer("/status/conditions").and_then(Value::as_array);
    conditions
        .into_iter()
        .flatten()
        .any(|one| one["type"] == "Ready" && one["status"] == "True")
}

fn selects(service: &Manifest, pod: &Manifest) -> bool {
    let selector = service.pointer("/spec/selector").and_then(Value::as_object);
    let labels = pod.pointer("/metadata/labels");
    selector.is_some_and(|all| {
        all.iter()
            .all(|(key, value)| labels.is_some_and(|labels| labels[key] == *value))
    })
}

/// The images of a pod, or of what makes pods.
pub(crate) fn images_of(pod: &Manifest) -> impl Iterator<Item = &str> {
    let containers = ["/spec/containers", "/spec/template/spec/containers"]
        .iter()
        .filter_map(|at| pod.pointer(at));
    containers
        .filter_map(Value::as_array)
        .flatten()
        .filter_map(|container| container["image"].as_str())
}
