//! What the API server says, request by request.

use cutover_manifest::Manifest;
use serde_json::{Value, json};

use super::{deployment, patch, service, standing};
use crate::{Model, Refused, Scope, Write};

const BARE: &str = "the server rejected our request due to an error in our request";

fn hello() -> Model {
    standing(1, &deployment(3, &json!(1), &json!(0)))
}

/// Code, reason, message and the causes' fields of what is refused.
fn worded(answer: Result<impl std::fmt::Debug, Refused>) -> (u16, String, String, Vec<String>) {
    let refused = answer.unwrap_err();
    let fields = refused.causes.into_iter().map(|(field, _)| field).collect();
    (refused.code, refused.reason, refused.message, fields)
}

#[test]
fn a_patch_that_does_not_fit_is_refused_without_a_word_why() {
    let check = |ops: Value| {
        let mut model = hello();
        let object = deployment(3, &json!(1), &json!(0)).object().clone();
        let before = model.server.get(&object).unwrap();
        let answer = worded(patch(&mut model, &object, ops.clone()));
        assert_eq!(
            answer,
            (422, "Invalid".into(), BARE.into(), vec![]),
            "{ops}"
        );
        assert_eq!(model.server.get(&object).unwrap(), before);
    };
    check(json!([{"op": "test", "path": "/spec/replicas", "value": 4}]));
    check(json!([{"op": "test", "path": "/spec/replicas", "value": 3.0}]));
    check(json!([{"op": "test", "path": "/metadata/uid", "value": "another"}]));
    check(json!([{"op": "test", "path": "/metadata/resourceVersion", "value": "1"}]));
    check(json!([{"op": "remove", "path": "/spec/paused"}]));
    check(json!([{"op": "add", "path": "/metadata/annotations/x/y", "value": 1}]));
}

#[test]
fn values_that_break_a_rule_are_refused_with_their_fields() {
    let check = |ops: Value, field: &str| {
        let mut model = hello();
        let object = deployment(3, &json!(1), &json!(0)).object().clone();
        let (code, reason, message, fields) = worded(patch(&mut model, &object, ops.clone()));
        assert_eq!((code, &*reason), (422, "Invalid"), "{ops}");
        assert!(
            message.starts_with("Deployment.apps \"hello\" is invalid: "),
            "{message}"
        );
        assert_eq!(fields, [field], "{ops}");
    };
    let put = |path: &str, value: Value| json!([{"op": "add", "path": path, "value": value}]);
    let rolling = "/spec/strategy/rollingUpdate";
    check(put("/spec/replicas", json!(-1)), "spec.replicas");
    check(put("/spec/replicas", json!("3")), "patch");
    check(
        put("/spec/selector/matchLabels", json!({})),
        "spec.selector",
    );
    check(
        put("/spec/template/metadata/labels", json!({"app": "x"})),
        "spec.template.metadata.labels",
    );
    check(
        put(&format!("{rolling}/maxSurge"), json!("3")),
        "spec.strategy.rollingUpdate.maxSurge",
    );
    check(
        put(&format!("{rolling}/maxSurge"), json!(0)),
        "spec.strategy.rollingUpdate.maxUnavailable",
    );
    check(
        put(&format!("{rolling}/maxUnavailable"), json!("101%")),
        "spec.strategy.rollingUpdate.maxUnavailable",
    );
    check(
        put("/spec/strategy/type", json!("Recreate")),
        "spec.strategy.rollingUpdate",
    );
    check(
        put("/spec/minReadySeconds", json!(600)),
        "spec.progressDeadlineSeconds",
    );
    check(
        put("/spec/template/spec/containers", json!([])),
        "spec.template.spec.containers",
    );
}

#[test]
fn conflicts_are_named() {
    let mut model = hello();
    let object = deployment(3, &json!(1), &json!(0)).object().clone();
    let conflict = |message: &str| (409, "Conflict".to_owned(), message.to_owned(), vec![]);
    let stale = json!([{"op": "replace", "path": "/metadata/resourceVersion", "value": "1"}]);
    assert_eq!(
        worded(patch(&mut model, &object, stale)),
        conflict(
            "Operation cannot be fulfilled on deployments.apps \"hello\": the object has been modified; please apply \
             your changes to the latest version and try again"
        )
    );
    let uid = model.server.uid(&object).unwrap();
    let other = Write::Delete {
        object: object.clone(),
        uid: Some("another".into()),
        version: None,
    };
    assert_eq!(
        worded(model.write(&other, "test", false)),
        conflict(&format!(
            "Operation cannot be fulfilled on Deployment.apps \"hello\": the UID in the precondition (another) does not \
             match the UID in record ({uid}). The object might have been deleted and then recreated"
        ))
    );
    let again = Write::Create(deployment(3, &json!(1), &json!(0)));
    let exists = "deployments.apps \"hello\" already exists";
    assert_eq!(
        worded(model.write(&again, "test", false)),
        (409, "AlreadyExists".into(), exists.into(), vec![])
    );
    let older = Write::Delete {
        object: object.clone(),
        uid: None,
        version: Some("1".into()),
    };
    let stored = model
        .get(&object)
        .unwrap()
        .pointer("/metadata/resourceVersion")
        .unwrap()
        .clone();
    let stored = stored.as_str().unwrap();
    assert_eq!(
        worded(model.write(&older, "test", false)),
        conflict(&format!(
            "Operation cannot be fulfilled on Deployment.apps \"hello\": the ResourceVersion in the precondition (1) does \
             not match the ResourceVersion in record ({stored}). The object might have been modified"
        ))
    );
    let named = Write::Delete {
        object: object.clone(),
        uid: Some(uid.to_string()),
        version: Some(stored.into()),
    };
    assert_eq!(model.write(&named, "test", false), Ok(None));
    let missing = (
        404,
        "NotFound".into(),
        "deployments.apps \"hello\" not found".into(),
        vec![],
    );
    assert_eq!(worded(model.get(&object)), missing);
    assert_eq!(worded(model.write(&named, "test", false)), missing);
    assert_eq!(worded(patch(&mut model, &object, json!([]))), missing);
}

#[test]
fn a_patch_that_changes_nothing_is_no_write() {
    let mut model = hello();
    let object = deployment(3, &json!(1), &json!(0)).object().clone();
    let before = model.server.get(&object).unwrap();
    let same = json!([{"op": "replace", "path": "/spec/replicas", "value": 3}]);
    assert_eq!(patch(&mut model, &object, same), Ok(Some(before.clone())));
    assert_eq!(model.server.get(&object).unwrap(), before);
}

#[test]
fn a_dry_run_counts_the_generation_in_its_answer_only() {
    let mut model = hello();
    let object = deployment(3, &json!(1), &json!(0)).object().clone();
    let before = model.server.get(&object).unwrap();
    let ops =
        serde_json::from_value(json!([{"op": "replace", "path": "/spec/replicas", "value": 5}]))
            .unwrap();
    let answer = model
        .write(
            &Write::Patch {
                object: object.clone(),
                ops,
            },
            "test",
            true,
        )
        .unwrap()
        .unwrap();
    assert_eq!(answer.pointer("/metadata/generation"), Some(&json!(2)));
    assert_eq!(answer.pointer("/spec/replicas"), Some(&json!(5)));
    assert_eq!(
        answer.pointer("/metadata/resourceVersion"),
        before.pointer("/metadata/resourceVersion")
    );
    assert_eq!(model.server.get(&object).unwrap(), before);
    assert!(
        model.enabled().is_empty(),
        "a dry run has given controllers work"
    );
}

#[test]
fn writers_are_named() {
    let mut model = hello();
    let object = deployment(3, &json!(1), &json!(0)).object().clone();
    patch(
        &mut model,
        &object,
        json!([{"op": "replace", "path": "/spec/replicas", "value": 5}]),
    )
    .unwrap();
    let deployment = model.server.get(&object).unwrap();
    let entries = deployment
        .pointer("/metadata/managedFields")
        .unwrap()
        .as_array()
        .unwrap();
    let managers: Vec<_> = entries
        .iter()
        .map(|entry| (&entry["manager"], entry.get("subresource")))
        .collect();
    assert_eq!(
        managers,
        [
            (&json!("kube-controller-manager"), Some(&json!("status"))),
            (&json!("test"), None)
        ]
    );
}

#[test]
fn a_namespace_is_created_first() {
    let mut model = hello();
    model.server.policy.missing_namespaces.insert("prod".into());
    let create = Write::Create(service().set("/metadata/namespace", json!("prod")).unwrap());
    let missing = (
        404,
        "NotFound".into(),
        "namespaces \"prod\" not found".into(),
        vec![],
    );
    assert_eq!(worded(model.write(&create, "test", false)), missing);
    let prod = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "prod"}});
    model
        .write(&Write::Create(Manifest::new(prod).unwrap()), "test", false)
        .unwrap();
    assert!(model.write(&create, "test", false).is_ok());
}

#[test]
fn what_is_set_up_is_denied() {
    let mut model = hello();
    let object = deployment(3, &json!(1), &json!(0)).object().clone();
    let scale = json!([{"op": "replace", "path": "/spec/replicas", "value": 5}]);

    model
        .server
        .policy
        .denied
        .insert(("patch".into(), "deployments".into()));
    let forbidden = "deployments.apps \"hello\" is forbidden: User \"cutover\" cannot patch resource \"deployments\" in \
                     API group \"apps\" in the namespace \"default\"";
    let (code, reason, message, _) = worded(patch(&mut model, &object, scale.clone()));
    assert_eq!((code, &*reason, &*message), (403, "Forbidden", forbidden));
    assert_eq!(model.review("patch", "deployments"), Ok(false));
    assert_eq!(model.review("get", "deployments"), Ok(true));

    model.server.policy.denied.clear();
    model
        .server
        .policy
        .denied_by_webhook
        .insert("Deployment".into());
    let (code, _, message, _) = worded(patch(&mut model, &object, scale));
    assert_eq!(code, 403);
    assert!(message.starts_with("admission webhook "), "{message}");

    model
        .server
        .policy
        .not_served
        .insert(("keda.sh".into(), "ScaledObject".into()));
    let (code, ..) = worded(model.list(&Scope::new("keda.sh/v1alpha1", "ScaledObject", None)));
    assert_eq!(code, 404);
}

#[test]
fn a_quota_on_pods_shows_in_the_conditions() {
    let mut model = hello();
    let object = deployment(3, &json!(1), &json!(0)).object().clone();
    model.server.policy.pod_quota = Some(4);
    patch(
        &mut model,
        &object,
        json!([{"op": "replace", "path": "/spec/replicas", "value": 5}]),
    )
    .unwrap();
    model.drive(model.now + jiff::SignedDuration::from_mins(20));
    assert_eq!(model.available(&object), 4);
    let failed = model.server.get(&object).unwrap();
    let conditions = failed
        .pointer("/status/conditions")
        .unwrap()
        .as_array()
        .unwrap();
    assert!(
        conditions
            .iter()
            .any(|condition| condition["reason"] == "FailedCreate"),
        "{conditions:?}"
    );

    model.server.policy.pod_quota = None;
    assert!(model.drive_bounded(10_000));
    assert_eq!(model.available(&object), 5);
    let healed = model.server.get(&object).unwrap();
    let conditions = healed
        .pointer("/status/conditions")
        .unwrap()
        .as_array()
        .unwrap();
    assert!(
        conditions
            .iter()
            .all(|condition| condition["reason"] != "FailedCreate"),
        "{conditions:?}"
    );
}

#[test]
fn what_gets_lost_is_lost_where_the_fault_says() {
    let scale = json!([{"op": "replace", "path": "/spec/replicas", "value": 5}]);
    let check = |set: fn(&mut Model), code: u16, at_once: u32, later: u32| {
        let mut model = hello();
        let object = deployment(3, &json!(1), &json!(0)).object().clone();
        set(&mut model);
        assert_eq!(
            patch(&mut model, &object, scale.clone()).unwrap_err().code,
            code
        );
        let replicas = |model: &Model| {
            model
                .server
                .get(&object)
                .unwrap()
                .pointer("/spec/replicas")
                .cloned()
        };
        assert_eq!(replicas(&model), Some(at_once.into()));
        assert!(model.drive_bounded(10_000));
        assert_eq!(replicas(&model), Some(later.into()));
    };
    check(|model| model.faults.too_many_requests = 1000, 429, 3, 3);
    check(|model| model.faults.server_error = 1000, 500, 3, 3);
    check(|model| model.faults.server_error_after = 1000, 500, 5, 5);
    check(|model| model.faults.lost_request = 1000, 0, 3, 3);
    check(|model| model.faults.lost_answer = 1000, 0, 5, 5);
    check(|model| model.faults.late_write = 1000, 0, 3, 5);
}

#[test]
fn endpoints_follow_the_selector_and_the_named_port() {
    let mut model = hello();
    let object = service().object().clone();
    let slices = |model: &Model| {
        let slices = model
            .server
            .list(&Scope::new("discovery.k8s.io/v1", "EndpointSlice", None))
            .unwrap();
        let ready = |slice: &Value| {
            let endpoints = slice["endpoints"].as_array().unwrap();
            endpoints
                .iter()
                .filter(|endpoint| endpoint["conditions"]["ready"] == true)
                .count()
        };
        let shown = |slice: &Value| (slice.pointer("/ports/0/port").cloned(), ready(slice));
        slices
            .iter()
            .map(|slice| shown(slice.value()))
            .collect::<Vec<_>>()
    };
    assert_eq!(slices(&model), [(Some(json!(8080)), 3)]);

    // A port's name that the pods lack is left out, and a slice has no port then.
    patch(
        &mut model,
        &object,
        json!([{"op": "replace", "path": "/spec/ports/0/targetPort", "value": "x"}]),
    )
    .unwrap();
    assert!(model.drive_bounded(100));
    assert_eq!(slices(&model), [(None, 3)]);

    patch(
        &mut model,
        &object,
        json!([{"op": "add", "path": "/spec/selector/track", "value": "blue"}]),
    )
    .unwrap();
    assert!(model.drive_bounded(100));
    assert_eq!(slices(&model), [(None, 0)]);
}
