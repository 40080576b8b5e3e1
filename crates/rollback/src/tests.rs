//! Rollbacks of an application as kubectl prints it, with its history and its Service.

use cutover_manifest::{Bundle, Manifest};
use cutover_plan::Plan;
use cutover_planner::{Options, Strategy, plan};
use cutover_release::{Ends, Refusals, Release};
use cutover_report::step_name;
use serde_json::{Value, json};

use crate::Rollback;

/// Pods of the image `shop:REVISION`; the first ones lack the label `tier` and the port `http`.
fn template(revision: u64) -> Value {
    let mut template = json!({
        "metadata": {"labels": {"app": "shop", "tier": "x"}},
        "spec": {"containers": [{"name": "shop", "image": format!("shop:{revision}"), "ports": [{"name": "http", "containerPort": 80}]}]},
    });
    if revision == 1 {
        template["metadata"]["labels"] = json!({"app": "shop"});
        template["spec"]["containers"][0]["ports"] = json!([]);
    }
    template
}

fn object(kind: &str, name: &str, revision: u64) -> Value {
    let mut object = json!({
        "apiVersion": "apps/v1", "kind": kind,
        "metadata": {"name": name, "annotations": {"deployment.kubernetes.io/revision": revision.to_string()}},
        "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "shop"}}, "template": template(revision)},
    });
    if kind == "Deployment" {
        object["metadata"]["uid"] = json!("u-1");
        return object;
    }
    let hash = revision.to_string();
    object["metadata"]["ownerReferences"] = json!([{"apiVersion": "apps/v1", "kind": "Deployment", "name": "shop", "uid": "u-1", "controller": true}]);
    object["spec"]["selector"]["matchLabels"]["pod-template-hash"] = json!(hash);
    object["spec"]["template"]["metadata"]["labels"]["pod-template-hash"] = json!(hash);
    object
}

fn service(selector: Value, port: Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "shop"},
        "spec": {"selector": selector, "ports": [{"port": 80, "targetPort": port}]}})
}

/// The third revision runs, with its history, behind this Service.
fn shop(service: Value) -> Vec<Value> {
    let sets = (1..=3).map(|revision| object("ReplicaSet", &format!("shop-{revision}"), revision));
    sets.chain([object("Deployment", "shop", 3), service])
        .collect()
}

fn by_tier() -> Value {
    service(json!({"app": "shop", "tier": "x"}), json!(80))
}

/// How the steps of a rollback to a revision begin, or where it is refused and why.
fn check(objects: &[Value], revision: u64, expect: Result<&str, (&str, &str)>) {
    let from: Bundle = objects
        .iter()
        .map(|value| Manifest::new(value.clone()).unwrap())
        .collect();
    match (rolled_back(&from, revision), expect) {
        (Ok(steps), Ok(expect)) => assert!(steps.join("; ").starts_with(expect), "{steps:?}"),
        (Err(refused), Err((pointer, reason))) => {
            let text = refused.to_string();
            assert_eq!(refused.first().pointer(), pointer, "{text}");
            assert!(text.contains(reason) && text.contains("\nhint: "), "{text}");
        }
        (found, expect) => panic!("{found:?}, expected {expect:?}"),
    }
}

fn planned(from: &Bundle, revision: u64) -> Result<Plan, Refusals> {
    let rollback = Rollback {
        to_revision: Some(revision),
        ..Rollback::default()
    };
    let release = Release::new(rollback.wanted(Ends::unchanged(from.clone()))?)?;
    match plan(&release, &rollback, &Options::default()) {
        Err(cutover_planner::Error::Refused(refusals)) => Err(refusals),
        plan => Ok(plan.unwrap()),
    }
}

fn rolled_back(from: &Bundle, revision: u64) -> Result<Vec<String>, Refusals> {
    let plan = planned(from, revision)?;
    let mut walk = plan.walk();
    let mut names = Vec::new();
    while let Some(step) = walk.advance().unwrap() {
        names.push(step_name(step, walk.before(), walk.state()));
    }
    Ok(names)
}

#[test]
fn a_service_that_would_lose_all_its_pods_is_refused() {
    let lost = Err((
        "/spec/selector",
        "`app=shop,tier=x` matches no pods any more",
    ));
    check(&shop(by_tier()), 1, lost);
    let by_name = service(json!({"app": "shop"}), json!("http"));
    check(
        &shop(by_name),
        1,
        Err((
            "/spec/ports",
            "the port `http` is on no container of Deployment shop",
        )),
    );
    // Pods that the present ReplicaSet has made are no others.
    let mut pod = object("ReplicaSet", "shop-3-a", 3);
    pod["kind"] = json!("Pod");
    pod["apiVersion"] = json!("v1");
    pod["metadata"]["labels"] = json!({"app": "shop", "tier": "x"});
    pod["metadata"]["ownerReferences"][0]["kind"] = json!("ReplicaSet");
    pod["metadata"]["ownerReferences"][0]["name"] = json!("shop-3");
    let mut all = shop(by_tier());
    all.push(pod);
    check(&all, 1, lost);
}

#[test]
fn revisions_that_nobody_asked_for_refuse_nothing() {
    let done = Ok("image of Deployment shop 3 → 2");
    check(&shop(by_tier()), 2, done);
    check(&shop(by_tier()), 0, done);
    check(
        &shop(service(json!({"app": "shop"}), json!("http"))),
        2,
        done,
    );
    check(
        &shop(service(json!({"app": "shop"}), json!(80))),
        1,
        Ok("image of Deployment shop 3 → 1, and spec.template"),
    );
}

/// A failure means that a person's next `kubectl apply` undoes a rollback without a word.
#[test]
fn what_kubectl_apply_has_made_is_warned_about() {
    let notes = |annotation: &str| {
        let mut all = shop(by_tier());
        all[3]["metadata"]["annotations"][annotation] = json!("{}");
        let from: Bundle = all
            .into_iter()
            .map(|value| Manifest::new(value).unwrap())
            .collect();
        let notes = planned(&from, 2).unwrap().spec.notes;
        notes
            .iter()
            .map(|note| note.message.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(notes("another"), Vec::<String>::new());
    assert_eq!(
        notes("kubectl.kubernetes.io/last-applied-configuration"),
        ["kubectl apply manages it, and its file still says what is rolled back"]
    );
}

#[test]
fn what_another_controls_is_no_history() {
    let edited = |edit: fn(&mut Value)| {
        let mut all = shop(by_tier());
        edit(&mut all[1]);
        all
    };
    let missing = Err((
        "",
        "unable to find specified revision 2 in history\nhint: there are 1, 3",
    ));
    check(
        &edited(|set| set["metadata"]["ownerReferences"][0]["uid"] = json!("u-0")),
        2,
        missing,
    );
    check(
        &edited(|set| set["metadata"]["ownerReferences"][0]["name"] = json!("other")),
        2,
        missing,
    );
    check(
        &edited(|set| set["metadata"]["ownerReferences"][0]["controller"] = json!(false)),
        2,
        missing,
    );
    check(
        &edited(|set| set["metadata"]["namespace"] = json!("prod")),
        2,
        missing,
    );
    // Its pods are others', and answer for the Service.
    let of_other = edited(|set| set["metadata"]["ownerReferences"][0]["uid"] = json!("u-0"));
    check(
        &of_other,
        1,
        Ok("image of Deployment shop 3 → 1, and spec.template"),
    );
}
