//! A namespace of a test's own in the shared cluster, what runs there, and runs of plans on it.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use cutover::manifest::{Bundle, Field, Manifest, MergeKeys, ObjectRef, Sealer};
use cutover::patch::{Patch, lacking};
use cutover::planning::{self, Gate, Pause};
use cutover::{Checked, Plan, check};
use cutover_kube::{Cluster, Settings};
use cutover_run::{Goal, Journal, Options, Reply, Request, Scope, Write};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::time::sleep;

const ANNOTATIONS: Field = Field::new("/metadata/annotations");

/// What a controller writes, and where a Service that is made anew differs.
const GONE: [Field; 3] = [
    planning::Deployment::REVISION,
    Field::new("/spec/clusterIP"),
    Field::new("/spec/clusterIPs"),
];

/// How long what a test waits for may take.
const PATIENCE: Duration = Duration::from_secs(90);

/// A namespace of a test's own.
pub(crate) struct Lab {
    pub(crate) cluster: Cluster,
    pub(crate) namespace: String,
}

impl Lab {
    /// An empty namespace on the cluster of this kubeconfig.
    pub(crate) async fn new(kubeconfig: &Path) -> Self {
        let settings = Settings {
            kubeconfig: Some(kubeconfig.into()),
            ..Settings::default()
        };
        Self::on(settings, "lab").await
    }

    /// An empty namespace on any cluster, by the begin of its name.
    pub(crate) async fn on(settings: Settings, name: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let namespace = format!("{name}-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let settings = Settings {
            namespace: Some(namespace.clone()),
            ..settings
        };
        let lab = Self {
            cluster: Cluster::connect(&settings).await.unwrap(),
            namespace,
        };
        lab.make_namespace(&lab.namespace).await;
        lab
    }

    async fn make_namespace(&self, name: &str) {
        let metadata = json!({ "name": name, "labels": { "cutover.dev/test": "true" } });
        let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": metadata });
        self.write(Write::Create(Manifest::new(namespace).unwrap()))
            .await;
    }

    /// Deletes this lab's own namespaces, and does not wait until all in them is gone.
    pub(crate) async fn take_down(&self, case: &Bundle) {
        let named = case
            .objects()
            .filter_map(|object| object.namespace.as_ref());
        let names: BTreeSet<String> = named.map(|name| self.renamed(name)).collect();
        for name in names.iter().chain([&self.namespace]) {
            let object = ObjectRef::new("v1", "Namespace", None, name);
            if let Some(live) = self.live(&object).await {
                let uid = live
                    .pointer("/metadata/uid")
                    .and_then(Value::as_str)
                    .unwrap()
                    .to_owned();
                self.write(Write::Delete {
                    object,
                    uid,
                    version: None,
                })
                .await;
            }
        }
    }

    /// Another name for a namespace that manifests name, so that tests do not meet there.
    pub(crate) fn renamed(&self, namespace: &str) -> String {
        format!("{}-{namespace}", self.namespace)
    }

    /// The objects in this lab's own namespaces.
    pub(crate) fn own(&self, bundle: &Bundle) -> Bundle {
        let own = |manifest: &Manifest| match manifest.object().namespace.clone() {
            Some(namespace) => manifest
                .set("/metadata/namespace", self.renamed(&namespace).into())
                .unwrap(),
            None => manifest.clone(),
        };
        bundle.iter().map(own).collect()
    }

    /// Creates what runs before a plan, and waits until all of it does. A Deployment that is paused
    /// has pods from before.
    pub(crate) async fn set_up(&self, start: &Bundle) {
        let named = start
            .iter()
            .filter_map(|manifest| manifest.object().namespace.clone());
        for namespace in named.collect::<BTreeSet<_>>() {
            self.make_namespace(&namespace).await;
        }
        for manifest in start {
            self.write(Write::Create(manifest.without(Field::new("/spec/paused"))))
                .await;
        }
        for claim in start.of_kind("PersistentVolumeClaim") {
            self.write(Write::Create(self.volume(claim))).await;
        }
        self.settled(start).await;
        for manifest in start
            .iter()
            .filter(|manifest| manifest.pointer("/spec/paused") == Some(&true.into()))
        {
            self.patch(
                manifest.object(),
                json!([{ "op": "add", "path": "/spec/paused", "value": true }]),
            )
            .await;
        }
        self.settled(start).await;
    }

    /// A volume for a claim; nobody provides any here.
    fn volume(&self, claim: &Manifest) -> Manifest {
        let namespace = claim.object().namespace.as_ref().unwrap_or(&self.namespace);
        let name = &claim.object().name;
        let volume = json!({
            "apiVersion": "v1", "kind": "PersistentVolume", "metadata": { "name": format!("{namespace}-{name}") },
            "spec": {
                "accessModes": claim.pointer("/spec/accessModes"),
                "capacity": claim.pointer("/spec/resources/requests"),
                "claimRef": { "namespace": namespace, "name": name },
                "storageClassName": claim.pointer("/spec/storageClassName").cloned().unwrap_or_default(),
                "hostPath": { "path": "/nowhere" },
            },
        });
        Manifest::new(volume.clone()).unwrap_or_else(|error| panic!("{error}: {volume}"))
    }

    /// Waits until every Deployment has all its pods, and no other ones.
    pub(crate) async fn settled(&self, bundle: &Bundle) {
        let begun = Instant::now();
        for manifest in bundle.of_kind("Deployment") {
            loop {
                let live = self.live(manifest.object()).await.unwrap();
                if is_settled(live.value()) {
                    break;
                }
                assert!(
                    begun.elapsed() < PATIENCE,
                    "{}: {}",
                    manifest.object(),
                    live.value()["status"]
                );
                sleep(Duration::from_millis(200)).await;
            }
        }
    }

    /// Writes; where no answer is heard, once more, and what is there already was made by the
    /// first.
    pub(crate) async fn write(&self, write: Write) -> Option<Manifest> {
        let ask = || {
            self.cluster.ask(Request::Write {
                write: write.clone(),
                dry_run: false,
            })
        };
        let answer = match ask().await {
            Err(fault) if fault.code == 0 => match ask().await {
                Err(fault) if fault.reason == "AlreadyExists" => Ok(Reply::Object(None)),
                answer => answer,
            },
            answer => answer,
        };
        match answer {
            Ok(Reply::Object(found)) => found,
            other => panic!("{write:?}: {other:?}"),
        }
    }

    pub(crate) async fn patch(&self, object: &ObjectRef, ops: Value) {
        let ops: Patch = serde_json::from_value(ops).unwrap();
        self.write(Write::Patch {
            object: object.clone(),
            ops,
        })
        .await;
    }

    pub(crate) async fn live(&self, object: &ObjectRef) -> Option<Manifest> {
        match self.cluster.ask(Request::Get(object.clone())).await {
            Ok(Reply::Object(found)) => found,
            other => panic!("{object}: {other:?}"),
        }
    }

    /// All objects of a kind in a namespace.
    pub(crate) async fn all(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
    ) -> Vec<Manifest> {
        let scope = scope(api_version, kind, namespace);
        match self.cluster.ask(Request::List(scope)).await {
            Ok(Reply::Objects(found)) => found,
            other => panic!("{kind}: {other:?}"),
        }
    }

    /// Somebody approves the step that a run waits at, as `cutover approve` does.
    pub(crate) async fn approve(&self, plan: &Checked) {
        let journal = Journal::object(plan, &self.namespace);
        for _ in 0..50 {
            let live = self.live(&journal).await.unwrap();
            if let Ok((_, write)) = Journal::approve(&live, None, "a test", Timestamp::now()) {
                self.write(write).await;
                return;
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// The objects of a plan as they are, without what the server and controllers write. A Service
    /// that was deleted and made anew has another address, which nobody has asked for.
    pub(crate) async fn written(&self, plan: &Checked) -> Bundle {
        let mut found = Bundle::new();
        for object in objects(plan) {
            if let Some(live) = self.live(&object).await {
                let mut written = cutover_run::as_written(&live);
                for gone in GONE {
                    written = written.without(gone);
                }
                if written.pointer(ANNOTATIONS.pointer()) == Some(&json!({})) {
                    written = written.without(ANNOTATIONS);
                }
                found.insert(written);
            }
        }
        found
    }

    /// Where the cluster is not as the plan says that it is after a step.
    pub(crate) async fn differences(&self, plan: &Checked, step: usize) -> Vec<String> {
        let state = plan.state(step).unwrap();
        let mut found = Vec::new();
        for object in objects(plan) {
            let live = self.live(&object).await;
            let deleted = live
                .as_ref()
                .is_some_and(|live| live.pointer("/metadata/deletionTimestamp").is_some());
            match (state.get(&object), live) {
                (None, None) => {}
                (None, Some(_)) if deleted => {}
                (Some(_), None) => found.push(format!("{object} is missing")),
                (None, Some(_)) => found.push(format!("{object} is left")),
                (Some(wanted), Some(live)) => {
                    let live = Sealer::default().seal_like(&live, wanted);
                    let lacks = lacking(wanted.value(), live.value(), &MergeKeys);
                    found.extend(
                        lacks
                            .iter()
                            .map(|lack| format!("{object}: {} is {:?}", lack.path, lack.after)),
                    );
                }
            }
        }
        found
    }

    pub(crate) fn options(&self, holder: &str) -> Options {
        // Tests go back, and forward again.
        Options::new(&self.namespace, format!("{holder} in {}", self.namespace)).goal(Goal::Again)
    }

    /// All namespaces of a plan.
    pub(crate) fn namespaces(&self, plan: &Checked) -> BTreeSet<String> {
        objects(plan)
            .into_iter()
            .map(|object| object.namespace.unwrap_or_else(|| self.namespace.clone()))
            .collect()
    }
}

/// All objects of a plan, in any of its states.
pub(crate) fn objects(plan: &Checked) -> BTreeSet<ObjectRef> {
    plan.objects()
}

pub(crate) fn scope(api_version: &str, kind: &str, namespace: &str) -> Scope {
    let namespace = Some(namespace.to_owned());
    Scope {
        api_version: api_version.into(),
        kind: kind.into(),
        namespace,
        name: None,
    }
}

/// The same plan with pauses of a second in the place of long ones, and without the gates that ask
/// other systems.
pub(crate) fn hurried(plan: &Checked) -> Checked {
    let mut spec = plan.spec.clone();
    let back = spec.undo.iter_mut().flat_map(|undo| &mut undo.steps);
    for step in spec.steps.iter_mut().chain(back) {
        step.gates
            .retain(|gate| gate.is_observed() || matches!(gate, Gate::Pause(_)));
        for gate in &mut step.gates {
            if let Gate::Pause(Pause {
                duration: Some(duration),
            }) = gate
            {
                *duration = planning::Duration::of_seconds(1);
            }
        }
    }
    check(Plan::new(&plan.metadata.name, spec).unwrap()).unwrap()
}

fn is_settled(live: &Value) -> bool {
    let status = |field: &str| live["status"][field].as_u64().unwrap_or(0);
    let replicas = live["spec"]["replicas"].as_u64().unwrap_or(1);
    let paused = live["spec"]["paused"] == true;
    status("observedGeneration") == live["metadata"]["generation"].as_u64().unwrap_or(0)
        && status("replicas") == replicas
        && status("availableReplicas") == replicas
        && (paused || status("updatedReplicas") == replicas)
}
