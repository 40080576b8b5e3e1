//! The golden plans on any other cluster, as `cargo xtask e2e` says.
//!
//! What is not as in the golden files, beside what [`goldens`](crate::goldens) says: a kubelet may
//! run the pods, and nobody has their images. So every container has one that runs whatever its
//! arguments, and no probes; the image that it should have is a variable of it. Cases with
//! PersistentVolumeClaims are left out, since a test makes no volumes on a cluster that is not its
//! own.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]
#![expect(clippy::print_stderr, reason = "it takes long, and says how far it is")]

use std::process;
use std::sync::atomic::{AtomicUsize, Ordering};

use cutover::Ends;
use cutover::manifest::{Bundle, Field, Manifest};
use cutover_kube::Settings;
use serde_json::{Value, json};
use xtask::e2e::Options;
use xtask::golden::{Case, Request};

use crate::goldens::{Trial, carry_out, caught, side_by_side, trials};
use crate::lab::Lab;

/// Where the containers of what makes pods are.
const CONTAINERS: Field = Field::new("/spec/template/spec/containers");

#[test]
#[ignore = "it wants a cluster: `cargo xtask e2e --context CONTEXT`"]
fn golden_plans_on_another_cluster() {
    let options = Options::from_environment().unwrap();
    let cases = Case::all()
        .unwrap()
        .into_iter()
        .filter(|case| is_meant(case, &options));
    let all: Vec<Trial> = cases.flat_map(trials).collect();
    assert!(
        !all.is_empty(),
        "there are no cases {}",
        options.cases.join(", ")
    );
    let (count, done) = (all.len(), AtomicUsize::new(0));
    let named = all.into_iter().map(|trial| (trial.to_string(), trial));
    let failed = side_by_side(options.abreast, named.collect(), async |trial| {
        let result = try_out(&trial, &options).await;
        let number = done.fetch_add(1, Ordering::Relaxed) + 1;
        eprintln!(
            "{number} of {count}: {trial}: {}",
            if result.is_ok() { "ok" } else { "FAILED" }
        );
        result
    });
    assert!(
        failed.is_empty(),
        "{} failed:\n{}",
        failed.len(),
        failed.join("\n")
    );
}

fn is_meant(case: &Case, options: &Options) -> bool {
    let name = case.directory.to_string_lossy();
    let named = options.cases.is_empty() || options.cases.iter().any(|part| name.contains(part));
    named && case.from.of_kind("PersistentVolumeClaim").next().is_none()
}

/// Tries a case in namespaces of its own, which are gone afterwards whatever happens.
async fn try_out(trial: &Trial, options: &Options) -> Result<(), String> {
    let (kubeconfig, context) = (options.kubeconfig.clone(), Some(options.context.clone()));
    let settings = Settings {
        kubeconfig,
        context,
        ..Settings::default()
    };
    let lab = Lab::on(settings, &format!("cutover-e2e-{}", process::id())).await;
    let case = runnable(&trial.case, &options.image);
    let trial = Trial {
        case,
        turn: trial.turn,
    };
    let result = caught(Box::pin(carry_out(&lab, &trial))).await;
    lab.take_down(&trial.case.from).await;
    result
}

/// The case with pods that any kubelet runs.
fn runnable(case: &Case, image: &str) -> Case {
    let to = case.to.clone().unwrap_or_else(|| case.from.clone());
    let ends = Ends::new(case.from.clone(), to);
    let to = case.request.change(ends).unwrap().to().clone();
    let bundle = |bundle: &Bundle| {
        bundle
            .iter()
            .map(|manifest| with_image(manifest, image))
            .collect()
    };
    let request = Request {
        image: Vec::new(),
        set_env: Vec::new(),
        ..case.request.clone()
    };
    Case {
        from: bundle(&case.from),
        to: (to != case.from).then(|| bundle(&to)),
        request,
        ..case.clone()
    }
}

fn with_image(manifest: &Manifest, image: &str) -> Manifest {
    let Some(containers) = manifest
        .pointer(CONTAINERS.pointer())
        .and_then(Value::as_array)
    else {
        return manifest.clone();
    };
    let containers = containers
        .iter()
        .map(|container| with_image_of(container.clone(), image));
    manifest.with(CONTAINERS, containers.collect())
}

fn with_image_of(mut container: Value, image: &str) -> Value {
    let variable = json!({ "name": "IMAGE", "value": container["image"] });
    let fields = container.as_object_mut().unwrap();
    fields.insert("image".into(), image.into());
    fields.retain(|field, _| {
        !["readinessProbe", "livenessProbe", "startupProbe"].contains(&field.as_str())
    });
    fields
        .entry("env")
        .or_insert_with(|| json!([]))
        .as_array_mut()
        .unwrap()
        .push(variable);
    container
}
