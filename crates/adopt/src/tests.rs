//! Which label is taken, in which order, and what is refused.

use cutover_manifest::{Bundle, Field, Manifest};
use cutover_planner::{Options, Strategy, plan};
use cutover_release::{Ends, Release};
use serde_json::{Value, json};

use crate::Adopt;

/// Three pods with these labels, behind a Service that selects by those.
fn hello(labels: Value, selector: Value) -> Bundle {
    let deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello"},
        "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "hello"}}, "template": {
            "metadata": {"labels": labels}, "spec": {"containers": [{"name": "hello", "image": "hello:1"}]}}},
    });
    let service = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"},
        "spec": {"selector": selector, "ports": [{"port": 80}]},
    });
    let objects = [deployment, service].into_iter();
    objects
        .map(|object| Manifest::new(object).unwrap())
        .collect()
}

/// What each step changes.
fn steps(from: Bundle) -> Result<Vec<String>, String> {
    let adopt = Adopt::default();
    let ends = adopt
        .wanted(Ends::unchanged(from))
        .map_err(|refused| refused.to_string())?;
    let release = Release::new(ends).map_err(|refused| refused.to_string())?;
    let plan = plan(&release, &adopt, &Options::default()).map_err(|error| error.to_string())?;
    let change = |change: &cutover_plan::Change| change.object().to_string();
    let steps = plan.spec.steps.iter();
    Ok(steps
        .map(|step| {
            step.changes
                .iter()
                .map(change)
                .collect::<Vec<_>>()
                .join(", ")
        })
        .collect())
}

fn check(labels: Value, selector: Value, expect: &[&str]) {
    assert_eq!(steps(hello(labels, selector)).unwrap(), expect);
}

#[test]
fn the_pods_come_before_the_service() {
    let app = || json!({"app": "hello"});
    check(app(), app(), &["Deployment hello", "Service hello"]);
}

#[test]
fn a_label_that_the_pods_have_is_taken() {
    let labels = json!({"app": "hello", "track": "stable"});
    check(labels.clone(), json!({"app": "hello"}), &["Service hello"]);
    let wanted = Adopt::default()
        .wanted(Ends::unchanged(hello(labels, json!({"app": "hello"}))))
        .unwrap();
    let service = wanted.to().of_kind("Service").next().unwrap();
    assert_eq!(
        service.pointer("/spec/selector"),
        Some(&json!({"app": "hello", "track": "stable"}))
    );
}

#[test]
fn what_is_adopted_or_has_no_service_is_refused() {
    let check = |from: Bundle, reason: &str| {
        let refused = steps(from).unwrap_err();
        assert!(refused.contains(reason), "{refused}");
    };
    let labels = || json!({"app": "hello", "track": "stable"});
    check(hello(labels(), labels()), "there is nothing to do");
    let alone = hello(labels(), labels())
        .into_iter()
        .filter(|manifest| manifest.object().kind == "Deployment");
    check(alone.collect(), "no Service of the input selects its pods");
    let paused =
        hello(labels(), json!({"app": "hello"}))
            .into_iter()
            .map(|manifest| match manifest.object().kind.as_str() {
                "Deployment" => manifest
                    .set("/spec/paused", json!(true))
                    .unwrap()
                    .without(Field::new("/spec/template/metadata/labels/track")),
                _ => manifest,
            });
    check(paused.collect(), "a paused Deployment does not roll out");
}
