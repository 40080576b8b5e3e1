//! A journal in a ConfigMap of one of the clusters.

use cutover_manifest::{Manifest, ObjectRef, short_name};
use cutover_patch::jsonptr::PointerBuf;
use cutover_patch::{AddOperation, Patch, PatchOperation, ReplaceOperation, TestOperation};
use cutover_run::{Reply, Request, Write};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};

use super::store::{Store, Stored, words};
use crate::cluster::Cluster;

/// The entry of the runner, and that of people.
const POSITION: &str = "run";
const WISHES: &str = "wishes";

/// A journal in a ConfigMap, beside a Lease of the same name.
pub struct ConfigMapStore {
    cluster: Cluster,
    object: ObjectRef,
}

impl ConfigMapStore {
    /// The journal of a fleet of this name, in a namespace of a cluster (default: the cluster's).
    pub fn new(cluster: Cluster, fleet: &str, namespace: Option<&str>) -> Self {
        let namespace = namespace.unwrap_or_else(|| cluster.namespace()).to_owned();
        let name = short_name(&format!("cutover-fleet-{fleet}"), "");
        let object = ObjectRef::new("v1", "ConfigMap", Some(&namespace), &name);
        Self { cluster, object }
    }

    async fn found(&self) -> Result<Option<Manifest>, String> {
        match self.cluster.ask(Request::Get(self.object.clone())).await {
            Ok(Reply::Object(found)) => Ok(found),
            Ok(other) => Err(format!("{}: answered by {other:?}", self.object)),
            Err(fault) => Err(format!("{}: {}", self.object, words(&fault))),
        }
    }

    /// Writes an entry if it says what it said last; the server refuses what has changed meanwhile.
    async fn put(&self, key: &str, last: Option<&str>, text: &str) -> Result<bool, String> {
        let found = self.found().await?;
        let says = found.as_ref().and_then(|found| entry(found, key));
        if says.as_deref() != last {
            return Ok(false);
        }
        let write = match &found {
            Some(found) => self.patch(found, key, says.is_some(), text),
            None => self.create(key, text)?,
        };
        let request = Request::Write {
            write,
            dry_run: false,
        };
        match self.cluster.ask(request).await {
            Ok(_) => Ok(true),
            Err(fault) => Err(format!("{}: {}", self.object, words(&fault))),
        }
    }

    fn create(&self, key: &str, text: &str) -> Result<Write, String> {
        let object = &self.object;
        let manifest = json!({
            "apiVersion": object.api_version, "kind": object.kind,
            "metadata": {
                "name": object.name, "namespace": object.namespace,
                "labels": { "app.kubernetes.io/managed-by": "cutover" },
            },
            "data": { key: text },
        });
        let manifest = Manifest::new(manifest).map_err(|error| error.to_string())?;
        Ok(Write::Create(manifest))
    }

    fn patch(&self, found: &Manifest, key: &str, is_there: bool, text: &str) -> Write {
        let path = || PointerBuf::from_tokens(["data", key]);
        let version = found.pointer("/metadata/resourceVersion");
        let test = PatchOperation::Test(TestOperation {
            path: PointerBuf::from_tokens(["metadata", "resourceVersion"]),
            value: version.cloned().unwrap_or_default(),
        });
        let value = Value::from(text);
        let put = match is_there {
            true => PatchOperation::Replace(ReplaceOperation {
                path: path(),
                value,
            }),
            false => PatchOperation::Add(AddOperation {
                path: path(),
                value,
            }),
        };
        Write::Patch {
            object: self.object.clone(),
            ops: Patch(vec![test, put]),
        }
    }
}

impl Store for ConfigMapStore {
    fn read(&self) -> BoxFuture<'_, Result<Stored, String>> {
        async {
            let found = self.found().await?;
            let entry = |key| found.as_ref().and_then(|found| entry(found, key));
            Ok(Stored {
                position: entry(POSITION),
                wishes: entry(WISHES),
            })
        }
        .boxed()
    }

    fn replace<'s>(
        &'s self,
        last: Option<&'s str>,
        position: &'s str,
    ) -> BoxFuture<'s, Result<bool, String>> {
        self.put(POSITION, last, position).boxed()
    }

    fn wish<'s>(
        &'s self,
        last: Option<&'s str>,
        wishes: &'s str,
    ) -> BoxFuture<'s, Result<bool, String>> {
        self.put(WISHES, last, wishes).boxed()
    }

    fn lease(&self) -> Option<(&Cluster, ObjectRef)> {
        let object = &self.object;
        let near = object.namespace.as_deref();
        let lease = ObjectRef::new("coordination.k8s.io/v1", "Lease", near, &object.name);
        Some((&self.cluster, lease))
    }
}

fn entry(found: &Manifest, key: &str) -> Option<String> {
    let text = found.pointer(&format!("/data/{key}"))?;
    text.as_str().map(str::to_owned)
}
