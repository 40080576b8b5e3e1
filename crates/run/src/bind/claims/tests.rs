use cutover_manifest::{Digest, Sealer};
use cutover_plan::{Change, Gate, OnFailure, Pause, Undo};
use cutover_planner::{Options, Waypoint, Waypoints, from_fn, plan};
use cutover_release::{Ends, Release};
use cutover_workload::{Allowance, Bounds, Fixed};
use serde_json::json;

use super::*;
use crate::bind::bind;
use crate::bind::rebase::{Rebase, rebase};

const OLD: &str = "registry.example/hello:1.0.0";
const NEW: &str = "registry.example/hello:2.0.0";
const IMAGE: &str = "/spec/template/spec/containers/0/image";

fn hello(replicas: u32, image: &str) -> Manifest {
    let labels = json!({ "app": "hello" });
    let containers = json!([{ "name": "hello", "image": image }]);
    Manifest::new(json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "hello" },
        "spec": { "replicas": replicas, "selector": { "matchLabels": labels }, "template": {
            "metadata": { "labels": labels }, "spec": { "containers": containers },
        }},
    }))
    .unwrap()
}

/// Grows, and then rolls.
fn given() -> Plan {
    let bundle = |manifest| -> Bundle { [manifest].into_iter().collect() };
    let (from, to) = (bundle(hello(3, OLD)), bundle(hello(4, NEW)));
    let release = Release::new(Ends::new(from, to.clone())).unwrap();
    let points = vec![
        Waypoint::new("grow", bundle(hello(4, OLD))),
        Waypoint::new("update", to),
    ];
    let strategy = from_fn("own", |release| {
        Ok(Waypoints {
            points: points.clone(),
            ..Waypoints::direct(release, "update", &Allowance::default())?
        })
    });
    plan(&release, &strategy, &Options::default()).unwrap()
}

/// The plan over a live object with a default, an annotation and a sidecar of its own.
fn bound() -> Plan {
    let live = hello(3, OLD)
        .set("/metadata/namespace", json!("prod"))
        .unwrap()
        .set("/metadata/annotations", json!({ "note": "mine" }))
        .unwrap()
        .set("/spec/minReadySeconds", json!(7))
        .unwrap()
        .set(
            "/spec/template/spec/containers/1",
            json!({ "name": "sidecar", "image": "sidecar:1" }),
        )
        .unwrap();
    let live = [live].into_iter().collect();
    bind(&given(), &live, &Sealer::default(), "prod")
        .unwrap()
        .plan
}

/// The same plan with other objects, and all of its digests right.
struct Forge<F>(F);

impl<F: Fn(Manifest) -> Manifest> Rebase for Forge<F> {
    fn object(&self, object: &ObjectRef) -> ObjectRef {
        object.clone()
    }

    fn manifest(&self, manifest: &Manifest) -> Result<Manifest, cutover_plan::Error> {
        Ok((self.0)(manifest.clone()))
    }
}

fn forged(forge: impl Fn(Manifest) -> Manifest) -> Plan {
    rebase(&bound(), &Forge(forge)).unwrap()
}

fn edited(edit: impl FnOnce(&mut cutover_plan::Spec)) -> Plan {
    let mut spec = bound().spec;
    edit(&mut spec);
    Plan::new("hello", spec).unwrap()
}

fn fixed(spec: &mut cutover_plan::Spec) -> &mut Fixed {
    match &mut spec.workloads[0].bounds {
        Bounds::Fixed(fixed) => fixed,
        Bounds::Live(_) => unreachable!(),
    }
}

fn is_new(manifest: &Manifest) -> bool {
    manifest.pointer(IMAGE) == Some(&json!(NEW))
}

#[test]
fn what_binding_changes_is_believed_and_what_admission_does_is_a_claim() {
    let check = |kept: Plan, expect: &[(&str, &str)]| {
        let claims = claims(&given(), &kept, "prod").unwrap();
        let found = claims.iter().map(|claim| {
            let error = rejected(&claim.place, &claim.kept, &claim.bound);
            let Error::Kept { place, reason } = error else {
                unreachable!()
            };
            (place, reason)
        });
        let found: Vec<(String, String)> = found.collect();
        let found: Vec<(&str, bool)> = found
            .iter()
            .zip(expect)
            .map(|((place, reason), (_, words))| (place.as_str(), reason.contains(words)))
            .collect();
        let expect: Vec<(&str, bool)> = expect.iter().map(|(place, _)| (*place, true)).collect();
        assert_eq!(found, expect);
    };
    let image = |image: &'static str| {
        forged(move |manifest| match is_new(&manifest) {
            true => manifest.set(IMAGE, json!(image)).unwrap(),
            false => manifest,
        })
    };
    check(bound(), &[]);
    // A value of a state may be admission's, and is carried out once that is confirmed.
    check(image("registry.example/hello@sha256:2"), &[("step 2", "")]);
    check(image("evil.example/miner:1"), &[("step 2", "")]);
    let replicas = forged(|manifest| match is_new(&manifest) {
        true => manifest.set("/spec/replicas", json!(0)).unwrap(),
        false => manifest,
    });
    check(replicas, &[("step 2", "")]);
}

#[test]
fn anything_else_is_another_plan() {
    let check = |kept: Plan, expect: &str| {
        let error = claims(&given(), &kept, "prod").unwrap_err();
        let Error::Kept { place, reason } = &error else {
            panic!("{error}")
        };
        assert_eq!(format!("{place}: {reason}"), expect);
        let said = error.to_string();
        assert!(
            said.starts_with("the journal's plan is not the given one: "),
            "{said}"
        );
        assert!(said.contains("\nhint: nothing was written"), "{said}");
    };
    let command = "/spec/template/spec/containers/0/command";
    let field = forged(|manifest| match is_new(&manifest) {
        true => manifest.set(command, json!(["mine"])).unwrap(),
        false => manifest,
    });
    check(
        field,
        "step 2: Deployment prod/hello: spec.template.spec.containers[name=hello].command is [\"mine\"], \
         and should be nothing",
    );
    let start = forged(|manifest| match is_new(&manifest) {
        true => manifest,
        false => manifest.set(IMAGE, json!("evil.example/miner:1")).unwrap(),
    });
    check(
        start,
        "the start: Deployment prod/hello: spec.template.spec.containers[name=hello].image is \
         \"evil.example/miner:1\", and should be \"registry.example/hello:1.0.0\"",
    );
    let elsewhere = forged(|manifest| {
        manifest
            .set("/metadata/namespace", json!("kube-system"))
            .unwrap()
    });
    check(
        elsewhere,
        "the start: Deployment prod/hello is not there, and it is in the given plan",
    );
    let created = edited(|spec| {
        let manifest = hello(1, "evil.example/miner:1")
            .set("/metadata/name", json!("miner"))
            .unwrap();
        spec.steps[0].changes.push(Change::Create(manifest));
    });
    check(
        created,
        "step 1: Deployment miner is there, and it is not in the given plan",
    );
    check(
        edited(|spec| spec.steps.push(spec.steps[1].clone())),
        "the plan: it has 3 steps there, and 2 in the given plan",
    );
    check(
        edited(|spec| drop(spec.steps.pop())),
        "the plan: it has 1 steps there, and 2 in the given plan",
    );
    check(
        edited(|spec| drop(spec.undo.pop())),
        "the ways back: it has 1 steps there, and 2 in the given plan",
    );
    check(
        edited(|spec| spec.undo[1].steps.clear()),
        "the way back from step 2: it has 0 steps there, and 1 in the given plan",
    );
    let then = |undo: &mut Undo| undo.to = 0;
    check(
        edited(|spec| then(&mut spec.undo[1])),
        "the way back from step 2: to is 0, and should be 1",
    );
}

#[test]
fn gates_limits_and_budgets_are_as_given() {
    let check = |edit: fn(&mut cutover_plan::Spec), expect: &str| {
        let error = claims(&given(), &edited(edit), "prod").unwrap_err();
        let Error::Kept { place, reason } = error else {
            panic!("{error}")
        };
        let said = format!("{place}: {reason}");
        assert!(said.starts_with(expect), "{said}");
    };
    check(
        |spec| spec.steps[0].gates.clear(),
        "step 1: gates is nothing",
    );
    check(
        |spec| spec.steps[1].gates.push(Gate::Pause(Pause::person())),
        "step 2: gates[",
    );
    check(
        |spec| spec.undo[1].steps[0].gates.clear(),
        "the way back from step 2: steps[0].gates is nothing",
    );
    check(
        |spec| spec.steps[0].within = None,
        "step 1: within is nothing",
    );
    check(
        |spec| fixed(spec).floor = 0,
        "the plan: workloads[0].bounds.floor is 0",
    );
    check(
        |spec| fixed(spec).ceiling = 99,
        "the plan: workloads[0].bounds.ceiling is 99",
    );
    check(
        |spec| spec.on_failure = OnFailure::Undo,
        "the plan: onFailure is \"undo\"",
    );
    check(
        |spec| spec.steps[1].state = Digest::of(&json!("forged")).unwrap(),
        "step 2: state is ",
    );
}
