//! What a second set, or a pod more, may meet beside the plan: said in numbers.

use cutover_release::{counted, discriminator, sibling};
use cutover_workload::{Allowance, Role};

use super::*;
use crate::Waypoint;

/// The notes of a plan that puts one pod of another version beside three of `hello`.
fn check(beside: Value, edit: impl Fn(&mut Value), expect: &[&str]) {
    let ends = ["hello:1", "hello:2"].map(|tag| {
        let hello = deployment("hello", |value| {
            set("/spec/template/spec/containers/0/image", json!(tag))(value);
            edit(value);
        });
        bundle(&[hello, beside.clone()])
    });
    let [from, to] = ends;
    let release = Release::new(Ends::new(from, to)).unwrap();
    let canary = from_fn("canary", |release| {
        let object = release.changed().remove(0);
        let mut workload = counted(release, &object, &Allowance::default())?;
        let canary = sibling(
            release,
            &object,
            Role::Canary,
            discriminator(release, &object)?,
        )?;
        workload.add(Role::Canary, canary.set.object().clone());
        let mut bundle = release.transition()?;
        canary.insert_into(&mut bundle, 1);
        Ok(Waypoints {
            workloads: vec![workload],
            points: vec![
                Waypoint::new("try", bundle),
                Waypoint::new("update", release.to().clone()),
            ],
            ..Waypoints::default()
        })
    });
    let plan = plan(&release, &canary, &Options::default()).unwrap();
    let notes: Vec<&str> = plan
        .spec
        .notes
        .iter()
        .map(|note| note.message.as_str())
        .collect();
    assert_eq!(notes, expect, "{beside}");
}

fn object(kind: &str, spec: Value) -> Value {
    let version = match kind {
        "ResourceQuota" => "v1",
        "NetworkPolicy" => "networking.k8s.io/v1",
        _ => "policy/v1",
    };
    json!({"apiVersion": version, "kind": kind, "metadata": {"name": "few"}, "spec": spec})
}

#[test]
fn a_budget_says_how_many_pods_it_lets_go() {
    let budget = |field: &str, amount: Value| {
        let mut spec = json!({"selector": {"matchLabels": {"app": "hello"}}});
        spec[field] = amount;
        object("PodDisruptionBudget", spec)
    };
    let told = |numbers: &str| {
        format!(
            "it selects by labels, and counts the pods of every set of hello while the plan runs: {numbers}"
        )
    };
    let tables = [
        (
            "minAvailable",
            json!(2),
            "of up to 4 pods it lets 2 be evicted, all of one set where they come so; of 3 it lets 1",
        ),
        (
            "minAvailable",
            json!("50%"),
            "of up to 4 pods it lets 2 be evicted, all of one set where they come so; of 3 it lets 1",
        ),
        (
            "maxUnavailable",
            json!("50%"),
            "of up to 4 pods it lets 2 be evicted, all of one set where they come so; of 3 it lets 2",
        ),
        (
            "maxUnavailable",
            json!(1),
            "of up to 4 pods it lets 1 be evicted, all of one set where they come so; of 3 it lets 1",
        ),
    ];
    for (field, amount, numbers) in tables {
        check(budget(field, amount), |_| {}, &[&told(numbers)]);
    }
    let others = json!({"minAvailable": 2, "selector": {"matchLabels": {"app": "other"}}});
    check(object("PodDisruptionBudget", others), |_| {}, &[]);
    let policy = json!({"podSelector": {"matchLabels": {"app": "hello"}}});
    check(
        object("NetworkPolicy", policy),
        |_| {},
        &["it selects by labels, and counts the pods of every set of hello while the plan runs"],
    );
}

#[test]
fn a_quota_says_what_it_lacks() {
    let asks = |value: &mut Value| {
        let asked = json!({"requests": {"cpu": "500m", "memory": "1Gi"}});
        set("/spec/template/spec/containers/0/resources", asked)(value);
    };
    let quota = |hard: Value| object("ResourceQuota", json!({"hard": hard}));
    check(
        quota(json!({"pods": "3", "requests.cpu": "1800m", "memory": "4Gi"})),
        asks,
        &[
            "it allows 3 pods, and the Deployments of its namespace ask for up to 4 while the plan runs",
            "it allows 1800m CPU, and the Deployments of its namespace ask for up to 2 while the plan runs",
        ],
    );
    check(quota(json!({"pods": 4, "cpu": 2})), asks, &[]);
    check(
        quota(json!({"pods": 4, "cpu": "many"})),
        asks,
        &["its limit of CPU, \"many\", is not a quantity, and was not compared"],
    );
    let scoped = json!({"hard": {"pods": 1}, "scopes": ["Terminating"]});
    check(object("ResourceQuota", scoped), asks, &[]);
}

#[test]
fn pods_that_are_spread_by_the_labels_of_both_sets() {
    let spread = |edit: Value| {
        move |value: &mut Value| {
            let mut constraint = json!({"maxSkew": 1, "topologyKey": "zone",
                "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {"matchLabels": {"app": "hello"}}});
            constraint
                .as_object_mut()
                .unwrap()
                .extend(edit.as_object().unwrap().clone());
            set("/spec/template/spec/topologySpreadConstraints", json!([]))(value);
            value["spec"]["template"]["spec"]["topologySpreadConstraints"] = json!([constraint]);
        }
    };
    let quota = || object("ResourceQuota", json!({}));
    check(
        quota(),
        spread(json!({})),
        &[
            "its pods are spread over zone with a skew of 1 at most, and the pods of every set count: a new one may find no node",
        ],
    );
    check(
        quota(),
        spread(json!({"whenUnsatisfiable": "ScheduleAnyway"})),
        &[],
    );
    check(
        quota(),
        spread(json!({"matchLabelKeys": ["pod-template-hash"]})),
        &[],
    );
    check(
        quota(),
        spread(json!({"labelSelector": {"matchLabels": {"app": "other"}}})),
        &[],
    );
}
