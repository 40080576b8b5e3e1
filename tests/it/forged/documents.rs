//! Documents that are no plan, or more than one can hold.

use cutover::Plan;
use cutover::manifest::Digest;
use cutover::patch::{CopyOperation, MoveOperation, PatchOperation};
use cutover::planning::{Change, Note, Spec, Undo};
use serde_json::{Value, json};

use super::{golden, refused, service, step};

/// A golden plan's document, edited and digested again, is not read.
#[track_caller]
fn unread(edit: impl FnOnce(&mut Value), words: &str) {
    let mut value = golden("canary/hello").to_value().unwrap();
    edit(&mut value);
    let mut document = value.clone();
    document.as_object_mut().unwrap().remove("digest");
    value["digest"] = Digest::of(&document).unwrap().to_string().into();
    let error = Plan::parse(&value).unwrap_err().to_string();
    assert!(error.contains(words), "no {words:?} in:\n{error}");
}

#[test]
fn unknown_fields() {
    let check = |pointer: &str, place: &str| {
        let add = |value: &mut Value| value.pointer_mut(pointer).unwrap()["more"] = json!(1);
        unread(add, &format!("plan{place}: unknown field `more`"));
    };
    check("", ": more");
    check("/metadata", ": metadata.more");
    check("/spec", ": spec.more");
    check("/spec/workloads/0", ": spec.workloads[0].more");
    check(
        "/spec/workloads/0/bounds",
        ": spec.workloads[0].bounds.more",
    );
    check(
        "/spec/workloads/0/sets/0",
        ": spec.workloads[0].sets[0].more",
    );
    check(
        "/spec/workloads/0/routers/0/object",
        ": spec.workloads[0].routers[0].object.more",
    );
    check("/spec/steps/0", ": spec.steps[0].more");
    check(
        "/spec/steps/0/gates/0/available",
        ": spec.steps[0].gates[0].available.more",
    );
    check(
        "/spec/steps/1/changes/0/patch",
        ": spec.steps[1].changes[0].patch.more",
    );
    check(
        "/spec/steps/1/changes/0/patch/ops/1",
        ": spec.steps[1].changes[0].patch.ops[1]",
    );
    check(
        "/spec/steps/1/changes/0/patch/inverse/0",
        ": spec.steps[1].changes[0].patch.inverse[0]",
    );
    check("/spec/undo/0", ": spec.undo[0].more");
}

#[test]
fn other_versions_and_kinds() {
    let check =
        |field: &str, text: &str, words: &str| unread(|value| value[field] = json!(text), words);
    check(
        "apiVersion",
        "cutover.dev/v1",
        "plan: apiVersion: `cutover.dev/v1` is not `cutover.dev/v1alpha1`",
    );
    check("apiVersion", "", "plan: apiVersion: `` is not");
    check(
        "apiVersion",
        "apps/v1",
        "plan: apiVersion: `apps/v1` is not",
    );
    check("kind", "Fleet", "plan: kind: `Fleet` is not `Plan`");
    check("kind", "plan", "plan: kind: `plan` is not `Plan`");
}

#[test]
fn operations_that_a_plan_has_not() {
    let pointer = "/spec/steps/1/changes/0/patch/ops";
    let check = |operation: Value, words: &str| {
        let add = |value: &mut Value| {
            let ops = value.pointer_mut(pointer).unwrap();
            ops.as_array_mut().unwrap().push(operation);
        };
        unread(add, words);
    };
    let place = "plan: spec.steps[1].changes[0].patch.ops[2]";
    let copy = json!({"op": "copy", "from": "/spec", "path": "/metadata/annotations"});
    check(copy, &format!("{place}.op: unknown variant `copy`"));
    check(
        json!({"op": "merge", "path": "/spec"}),
        &format!("{place}.op: unknown variant `merge`"),
    );
    check(
        json!({"op": "add", "path": "/spec"}),
        &format!("{place}: missing field `value`"),
    );
    check(json!({"op": "add", "path": "spec", "value": 1}), place);
}

/// The same where it does not come from a document.
#[test]
fn copies_and_moves() {
    let check = |operations: Vec<PatchOperation>, words: &str| {
        let add = |spec: &mut Spec| {
            let Change::Patch(patch) = &mut spec.steps[1].changes[0] else {
                panic!("it patches")
            };
            patch.ops.0.extend(operations);
        };
        refused("canary/hello", add, &[words]);
    };
    let copy = |from: &str, path: &str| {
        let (from, path) = (from.try_into().unwrap(), path.try_into().unwrap());
        PatchOperation::Copy(CopyOperation { from, path })
    };
    let relocate = |from: &str, path: &str| {
        let (from, path) = (from.try_into().unwrap(), path.try_into().unwrap());
        PatchOperation::Move(MoveOperation { from, path })
    };
    let words = "step 2: Deployment hello: /spec/a: a plan has no `copy`";
    check(vec![copy("/spec", "/spec/a")], words);
    // Twice as large each time.
    let doubled = (0..40).map(|_| copy("/spec", "/spec/a"));
    check(doubled.collect(), words);
    // One level deeper each time.
    let deeper = (0..100_000).map(|_| relocate("/spec/a", "/spec/b/a"));
    check(
        deeper.collect(),
        "operations in one patch, and 50000 are allowed",
    );
    let deeper = (0..40_000).map(|_| relocate("/spec/a", "/spec/b/a"));
    check(
        deeper.collect(),
        "step 2: Deployment hello: /spec/b/a: a `move` leads no deeper",
    );
    check(
        vec![relocate("/spec", "/metadata/annotations/a")],
        "a `move` leads no deeper",
    );
}

#[test]
fn too_deep() {
    let nested = |levels: usize| (0..levels).fold(json!(1), |value, _| json!([value]));
    let annotation = |levels: usize| {
        move |value: &mut Value| value["spec"]["from"][0]["spec"]["more"] = nested(levels)
    };
    unread(annotation(251), "plan: it is more than 255 levels deep");
    unread(annotation(600), "plan: it is more than 255 levels deep");
    let pointer = "/spec/steps/1/changes/0/patch/ops/1/value";
    let added = |value: &mut Value| *value.pointer_mut(pointer).unwrap() = nested(300);
    unread(added, "plan: it is more than 255 levels deep");
}

#[test]
fn too_many_steps() {
    let forward = |spec: &mut Spec| {
        let (idle, end) = (step(Vec::new()), spec.steps.len());
        for from in end + 1..=1_001 {
            spec.steps.push(idle.clone());
            let (to, steps) = (from - 1, Vec::new());
            spec.undo.push(Undo { from, to, steps });
        }
    };
    refused(
        "canary/hello",
        forward,
        &["step 1001: there are 1001 steps, and 1000 are allowed"],
    );
    let back = |spec: &mut Spec| {
        let idle = std::iter::repeat_n(step(Vec::new()), 1_001);
        spec.undo[2].steps.splice(0..0, idle);
    };
    refused(
        "canary/hello",
        back,
        &["undo from step 3, step 1001: there are 1002 steps, and 1000 are allowed"],
    );
}

#[test]
fn texts_without_end() {
    let long = || json!("a".repeat(100_000));
    let check = |pointer: &str, words: &str| {
        unread(|value| *value.pointer_mut(pointer).unwrap() = long(), words);
    };
    let longer = "it is longer than 65536 bytes";
    check("/metadata/name", &format!("plan: metadata.name: {longer}"));
    check("/spec/strategy", &format!("plan: spec.strategy: {longer}"));
    check(
        "/spec/workloads/0/name",
        &format!("plan: spec.workloads[0].name: {longer}"),
    );
    check(
        "/spec/steps/0/phase",
        &format!("plan: spec.steps[0].phase: {longer}"),
    );
    check(
        "/spec/steps/0/gates/0/available/object/name",
        &format!("plan: spec.steps[0].gates[0].available.object.name: {longer}"),
    );
    check(
        "/spec/from/0/metadata/name",
        "plan: spec.from[0].metadata.name: a name has 253 bytes at most",
    );
    let note = |value: &mut Value| {
        value["spec"]["notes"] = json!([{"message": "short", "hint": long()}]);
    };
    unread(note, &format!("plan: spec.notes[0].hint: {longer}"));
    let body = |value: &mut Value| {
        let texts: Value = (0..1000).map(|_| json!("a".repeat(100))).collect();
        let webhook = json!({"webhook": {"url": "http://a.example/", "body": {"texts": texts}}});
        value["spec"]["steps"][0]["gates"][0] = webhook;
    };
    let place = "plan: spec.steps[0].gates[0].webhook.body";
    unread(body, &format!("{place}: {longer}"));
}

#[test]
fn names_that_would_be_paths() {
    let check = |pointer: &str, text: &str, words: &str| {
        unread(
            |value| *value.pointer_mut(pointer).unwrap() = json!(text),
            words,
        );
    };
    check(
        "/metadata/name",
        "../../ci",
        "plan: metadata.name: it may not contain '/'",
    );
    check(
        "/metadata/name",
        "a\u{1b}[2J",
        "plan: metadata.name: it may not contain '\\u{1b}'",
    );
    check(
        "/spec/strategy",
        "..",
        "plan: spec.strategy: it may not be `..`",
    );
    check(
        "/spec/workloads/0/name",
        "../hello",
        "plan: spec.workloads[0].name: it may not be `..`",
    );
    let object = "/spec/workloads/0/sets/0/object";
    check(
        &format!("{object}/name"),
        "../hello",
        "spec.workloads[0].sets[0].object: `name` is \"../hello\"",
    );
    check(
        &format!("{object}/kind"),
        "../ci",
        "spec.workloads[0].sets[0].object: `kind` is \"../ci\"",
    );
    check(
        &format!("{object}/apiVersion"),
        "../../v1",
        "spec.workloads[0].sets[0].object: `apiVersion` is",
    );
    let gate = "/spec/steps/0/gates/0/available/object";
    check(
        &format!("{gate}/name"),
        "a\nb",
        "spec.steps[0].gates[0].available.object: `name` is",
    );
    let delete = "/spec/steps/7/changes/0/delete";
    check(
        &format!("{delete}/name"),
        "..",
        "spec.steps[7].changes[0].delete: `name` is \"..\"",
    );
    let created = "/spec/steps/0/changes/0/create";
    check(
        &format!("{created}/apiVersion"),
        "apps/v1/..",
        "spec.steps[0].changes[0].create: `apiVersion` is",
    );
}

#[test]
fn objects_that_are_there_twice() {
    let again = |spec: &mut Spec| {
        let again = spec.from[1].set("/spec/type", json!("NodePort")).unwrap();
        spec.from.push(again);
    };
    refused(
        "canary/hello",
        again,
        &["plan: spec.from: Service hello is there twice"],
    );
    let same = |spec: &mut Spec| spec.from.push(spec.from[0].clone());
    refused(
        "canary/hello",
        same,
        &["plan: spec.from: Deployment hello is there twice"],
    );
    let version = |spec: &mut Spec| {
        let other = spec.from[0]
            .set("/apiVersion", json!("apps/v1beta1"))
            .unwrap();
        spec.from.push(other);
    };
    refused(
        "canary/hello",
        version,
        &["plan: Deployment hello is there twice"],
    );
    let made = |spec: &mut Spec| {
        let other = spec.from[0]
            .set("/apiVersion", json!("apps/v1beta2"))
            .unwrap();
        spec.steps[0].changes.push(Change::Create(other.clone()));
        let gone = Change::Delete(other.object().clone());
        spec.undo[0].steps[0].changes.push(gone);
    };
    refused(
        "canary/hello",
        made,
        &["plan: Deployment hello is there twice"],
    );
    let present = |spec: &mut Spec| {
        let present = spec.from[1].clone();
        spec.steps[0].changes.push(Change::Create(present));
    };
    refused(
        "canary/hello",
        present,
        &["step 1: Service hello is there already"],
    );
}

/// A digest that was not made again.
#[test]
fn digests() {
    let mut plan = golden("canary/hello");
    plan.spec.notes.push(Note {
        object: Some(service("hello")),
        pointer: String::new(),
        message: "all is well".into(),
        hint: None,
    });
    let broken = cutover::check(plan).unwrap_err();
    let words = "plan: digest: the plan is not the one that this digest was made of";
    assert!(broken[0].to_string().contains(words), "{broken:?}");
}

/// kubectl takes them for the kinds that they look like.
#[test]
fn kinds_in_another_spelling() {
    let check = |kind: &str, meant: &str| {
        let spelt = |value: &mut Value| {
            let objects = value["spec"]["from"].as_array_mut().unwrap();
            let mut objects = objects.iter_mut();
            let object = objects.find(|object| object["kind"] == meant).unwrap();
            object["kind"] = json!(kind);
        };
        unread(spelt, &format!("Kubernetes calls it `{meant}`"));
    };
    check("deployment", "Deployment");
    check("Deployments", "Deployment");
    check("services", "Service");
    let core = |value: &mut Value| {
        let objects = value["spec"]["from"].as_array_mut().unwrap();
        let mut objects = objects.iter_mut();
        let service = objects.find(|object| object["kind"] == "Service").unwrap();
        service["apiVersion"] = json!("core/v1");
    };
    unread(core, "Kubernetes calls it `v1`");
}
