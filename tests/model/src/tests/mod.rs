//! What a client sees of the model, and what holds in it.

use cutover_manifest::{Manifest, ObjectRef};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{Model, Refused, Write};

mod answers;
mod autoscalers;
mod course;
mod laws;
mod routes;
mod selectors;

fn deployment(replicas: u32, surge: &Value, unavailable: &Value) -> Manifest {
    Manifest::new(json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello", "namespace": "default"},
        "spec": {
            "replicas": replicas, "selector": {"matchLabels": {"app": "hello"}},
            "strategy": {"type": "RollingUpdate",
                "rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}},
            "template": {
                "metadata": {"labels": {"app": "hello"}},
                "spec": {"containers": [{"name": "hello", "image": "hello:1.0.0",
                    "ports": [{"name": "http", "containerPort": 8080}]}]},
            },
        },
    }))
    .unwrap()
}

fn service() -> Manifest {
    Manifest::new(json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello", "namespace": "default"},
        "spec": {"selector": {"app": "hello"}, "ports": [{"name": "http", "port": 80, "targetPort": "http"}]},
    }))
    .unwrap()
}

/// A cluster in which a Deployment stands and a Service leads to it.
fn standing(seed: u64, deployment: &Manifest) -> Model {
    let mut model = Model::new(seed, Timestamp::UNIX_EPOCH);
    for manifest in [service(), deployment.clone()] {
        model
            .write(&Write::Create(manifest), "test", false)
            .unwrap();
    }
    assert!(model.drive_bounded(10_000));
    model
}

fn patch(model: &mut Model, object: &ObjectRef, ops: Value) -> Result<Option<Manifest>, Refused> {
    let ops = serde_json::from_value(ops).unwrap();
    model.write(
        &Write::Patch {
            object: object.clone(),
            ops,
        },
        "test",
        false,
    )
}

fn image(model: &mut Model, object: &ObjectRef, image: &str) {
    let path = "/spec/template/spec/containers/0/image";
    patch(
        model,
        object,
        json!([{"op": "replace", "path": path, "value": image}]),
    )
    .unwrap();
}
