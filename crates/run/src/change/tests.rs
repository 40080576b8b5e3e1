use cutover_patch::Segment;
use cutover_plan::Plan;
use serde_json::{Value, json};

use super::*;
use crate::course::Course;
use crate::examples::{greetings, manifest, rolling};
use crate::options::Options;

/// The greeting as the cluster has it, with more than the plan says.
fn greeting(text: &str) -> Manifest {
    manifest(json!({
        "apiVersion": "v1", "kind": "ConfigMap", "data": {"text": text, "own": "of somebody"},
        "metadata": {"name": "greeting", "uid": "7", "resourceVersion": "9"},
    }))
}

fn is_deleted(mut live: Manifest) -> Manifest {
    let mut value = live.value().clone();
    value["metadata"]["deletionTimestamp"] = json!("2026-11-29T10:00:00Z");
    live = Manifest::new(value).unwrap();
    live
}

fn state(path: &Path, object: &ObjectRef, live: Option<&Manifest>) -> ChangeState {
    let options = Options::new("default", "me");
    change_state(path, 1, object, live, options.as_secrets())
}

/// In a word or in the words of a drift.
fn told(state: &ChangeState) -> String {
    match state {
        ChangeState::Done => "done".to_owned(),
        ChangeState::Pending(Write::Create(_)) => "create".to_owned(),
        ChangeState::Pending(Write::Delete { .. }) => "delete".to_owned(),
        ChangeState::Pending(Write::Patch { .. }) => "patch".to_owned(),
        ChangeState::Terminating => "terminating".to_owned(),
        ChangeState::Drifted(drift) => drift.reason.message().to_owned(),
    }
}

/// A failure means that a change is made twice, left out, or made over what somebody else has
/// written.
#[test]
fn an_object_that_is_patched() {
    let path = Path::forward(&greetings(&["hello", "hi"])).unwrap();
    let object = greeting("").object().clone();
    let check = |live: Option<Manifest>, expect: &str| {
        assert_eq!(told(&state(&path, &object, live.as_ref())), expect);
    };
    check(Some(greeting("hello")), "patch");
    check(Some(greeting("hi")), "done");
    check(
        Some(greeting("ahoy")),
        "ConfigMap greeting: data.text is \"ahoy\", and the plan has \"hello\"",
    );
    check(None, "ConfigMap greeting: it is gone");
    check(
        Some(is_deleted(greeting("hello"))),
        "ConfigMap greeting: it is being deleted",
    );
}

/// A failure means that a run which turned round in the middle of a step stops, or leaves behind
/// what the step had done.
#[test]
fn on_a_rollback_from_the_middle_it_is_in_one_of_two_states() {
    let plan = greetings(&["hello", "hi", "hey"]);
    let (from, to, halfway) = (2, 1, true);
    let path = Path::of(&plan, Course::Back { from, to, halfway }).unwrap();
    let object = greeting("").object().clone();
    let check = |text: &str, expect: &str| {
        assert_eq!(told(&state(&path, &object, Some(&greeting(text)))), expect);
    };
    check("hey", "patch");
    check("hi", "done");
    check(
        "hello",
        "ConfigMap greeting: data.text is \"hello\", and the plan has \"hey\"",
    );
}

/// The step of a plan that does so to a ConfigMap, as a path whose first step it is.
fn path_to(plan: &Plan, does: fn(&cutover_plan::Change) -> bool) -> (Path, usize, ObjectRef) {
    for (index, step) in plan.spec.steps.iter().enumerate() {
        let mut changes = step.changes.iter().filter(|change| does(change));
        let change = changes.find(|change| change.object().kind == "ConfigMap");
        if let Some(change) = change {
            let path = Path::forward(plan).unwrap();
            return (path, index + 1, change.object().clone());
        }
    }
    panic!("no step does")
}

fn settings(version: u32, text: &str) -> Manifest {
    let name = format!("hello-{version}");
    manifest(json!({
        "apiVersion": "v1", "kind": "ConfigMap", "data": {"greeting": text},
        "metadata": {"name": name, "uid": "7", "resourceVersion": "9"},
    }))
}

/// A failure means that an object is created over a stranger's, or before the one of its name that
/// goes is gone.
#[test]
fn an_object_that_is_created() {
    let creates = |change: &cutover_plan::Change| matches!(change, cutover_plan::Change::Create(_));
    let (path, number, object) = path_to(&rolling(), creates);
    let options = Options::new("default", "me");
    let check = |live: Option<Manifest>, expect: &str| {
        let state = change_state(&path, number, &object, live.as_ref(), options.as_secrets());
        assert_eq!(told(&state), expect);
    };
    check(None, "create");
    check(Some(settings(2, "hello, 2")), "done");
    check(Some(is_deleted(settings(2, "hello, 2"))), "terminating");
    check(
        Some(settings(2, "ahoy")),
        "ConfigMap hello-2: data.greeting is \"ahoy\", and the plan has \"hello, 2\"",
    );
}

/// A failure means that what somebody has edited is deleted.
#[test]
fn an_object_that_is_deleted() {
    let deletes = |change: &cutover_plan::Change| matches!(change, cutover_plan::Change::Delete(_));
    let (path, number, object) = path_to(&rolling(), deletes);
    let options = Options::new("default", "me");
    let check = |live: Option<Manifest>, expect: &str| {
        let state = change_state(&path, number, &object, live.as_ref(), options.as_secrets());
        assert_eq!(told(&state), expect);
    };
    check(Some(settings(1, "hello, 1")), "delete");
    check(None, "done");
    check(Some(is_deleted(settings(1, "hello, 1"))), "done");
    check(
        Some(settings(1, "ahoy")),
        "ConfigMap hello-1: data.greeting is \"ahoy\", and the plan has \"hello, 1\"",
    );
    let noted = settings(1, "hello, 1").set("/metadata/annotations", json!({"by": "kubectl"}));
    check(Some(noted.unwrap()), "delete");
}

/// A failure means that a person is not told who stands in the way.
#[test]
fn drift_names_the_field_and_its_last_writer() {
    let path = Path::forward(&greetings(&["hello", "hi"])).unwrap();
    let options = Options::new("default", "me");
    let object = greeting("").object().clone();
    let check = |managed: Value, expect: &str| {
        let mut value = greeting("ahoy").into_value();
        value["metadata"]["managedFields"] = managed;
        let live = Manifest::new(value).unwrap();
        let drift = drift(
            &path,
            path.after(1),
            &object,
            Some(&live),
            options.as_secrets(),
        );
        let field = "ConfigMap greeting: data.text is \"ahoy\", and the plan has \"hi\"";
        assert_eq!(drift.unwrap().reason.message(), format!("{field}{expect}"));
    };
    let entry = |manager: &str, time: &str, fields: Value| json!({"manager": manager, "time": time, "fieldsV1": fields});
    let text = json!({"f:data": {"f:text": {}}});
    let other = json!({"f:data": {"f:own": {}}});
    let (early, late) = ("2026-11-29T10:00:00Z", "2026-11-29T11:00:00Z");
    check(json!([]), "");
    check(json!([entry("cutover", late, text.clone())]), "");
    // Whoever owns the field, and not whoever came last.
    check(
        json!([entry("vim", early, text), entry("argo", late, other)]),
        "; last written by vim at 2026-11-29T10:00:00Z",
    );
}

/// A failure means that of several fields one is kept back, or that its writer is taken for that of
/// another.
#[test]
fn drift_has_a_line_a_field_each_with_its_writer() {
    let live = manifest(json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "greeting", "managedFields": [
            {"manager": "vim", "fieldsV1": {"f:data": {"f:text": {}}}},
            {"manager": "argo", "fieldsV1": {"f:data": {"f:own": {}}}},
        ]},
    }));
    let field = |name: &str| Difference {
        path: cutover_patch::Path(
            ["data", name]
                .map(|name| Segment::Field(name.into()))
                .to_vec(),
        ),
        before: Some("hi".into()),
        after: None,
    };
    let drift = Drift::of_fields(&live, vec![field("text"), field("own")]);
    let lines = [
        "ConfigMap greeting: data.text is nothing, and the plan has \"hi\"; last written by vim",
        "ConfigMap greeting: data.own is nothing, and the plan has \"hi\"; last written by argo",
    ];
    assert_eq!(drift.reason.message(), lines.join("\n"));
}

/// A failure means that a run stops over a field that the plan does not have, or goes on over one
/// that it has.
#[test]
fn drift_is_of_planned_fields_alone() {
    let path = Path::forward(&greetings(&["hello", "hi"])).unwrap();
    let options = Options::new("default", "me");
    let object = greeting("").object().clone();
    let check = |done: usize, live: Option<Manifest>, expect: bool| {
        let state = path.after(done);
        let found = drift(&path, state, &object, live.as_ref(), options.as_secrets());
        assert_eq!(found.is_some(), expect, "{done} {live:?}: {found:?}");
    };
    check(0, Some(greeting("hello")), false);
    check(1, Some(greeting("hi")), false);
    check(1, Some(greeting("hello")), true);
    check(0, None, true);
    check(0, Some(is_deleted(greeting("hello"))), true);
}
