//! The plans of all cases do what they did before the format of plans changed.
//!
//! What is compared is what a plan does: the changes of its steps, their gates, and the ways back.
//! The plans of then are kept in `tests/fixtures/plans-62dcbf7.json.gz`, and go with this file once
//! the format stands.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::io::Read;

use cutover::Plan;
use cutover::planning::{Change, Step};
use flate2::read::GzDecoder;
use serde_json::{Map, Value, json};

use crate::golden::cases;

const BEFORE: &[u8] = include_bytes!("../fixtures/plans-62dcbf7.json.gz");

/// Cases whose plans are meant to differ, and why.
const DIFFERENT: &[(&str, &str)] = &[
    ("blue-green/with-analysis", DEFAULTS),
    ("canary/with-analysis", DEFAULTS),
    ("canary/secrets-stay-sealed", SEALS),
    ("pause/hello", ROLL),
    ("pause/one-of-two", ROLL),
    ("pause/seven-with-a-third", ROLL),
    ("pause/two-namespaces", ROLL),
    ("resume/hello", ROLL),
    ("resume/one-of-two", ROLL),
    ("resume/seven-with-a-third", ROLL),
    ("resume/two-namespaces", ROLL),
];

const DEFAULTS: &str = "a gate says only what is not the default";
const SEALS: &str = "a Secret's seal is no bare digest";
const ROLL: &str = "a resume is a roll, and waits for all that a roll waits for";

#[test]
fn plans_do_what_they_did() {
    let before = before();
    let mut compared = 0;
    for case in cases() {
        let name = case.name();
        let (Ok(plan), Some(before)) = (case.plan(), before.get(&name)) else {
            continue;
        };
        let same = without_tests(does(&plan)) == without_tests(before.clone());
        let reason = DIFFERENT.iter().find(|(case, _)| *case == name);
        assert_eq!(
            same,
            reason.is_none(),
            "{name}: {reason:?}\n{}",
            does(&plan)
        );
        compared += 1;
    }
    assert_eq!(compared, before.len(), "a case of then is gone");
}

/// The same without the tests of patches: each patch opens with one since.
fn without_tests(value: Value) -> Value {
    match value {
        Value::Array(items) => {
            let others = items.into_iter().filter(|item| item["op"] != "test");
            others.map(without_tests).collect()
        }
        Value::Object(fields) => {
            let fields = fields.into_iter();
            fields
                .map(|(key, value)| (key, without_tests(value)))
                .collect()
        }
        scalar => scalar,
    }
}

fn before() -> Map<String, Value> {
    let mut text = String::new();
    GzDecoder::new(BEFORE).read_to_string(&mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn does(plan: &Plan) -> Value {
    let undo = plan.spec.undo.iter();
    let undo: Vec<Value> = undo
        .map(|undo| json!({"from": undo.from, "to": undo.to, "steps": steps(&undo.steps)}))
        .collect();
    json!({"steps": steps(&plan.spec.steps), "undo": undo})
}

fn steps(steps: &[Step]) -> Vec<Value> {
    let steps = steps.iter();
    steps
        .map(|step| {
            let changes: Vec<Value> = step.changes.iter().map(change).collect();
            json!({"phase": step.phase, "changes": changes, "gates": step.gates})
        })
        .collect()
}

fn change(change: &Change) -> Value {
    match change {
        Change::Create(manifest) => json!({ "create": manifest }),
        Change::Delete(object) => json!({ "delete": object }),
        Change::Patch(patch) => json!({ "patch": patch }),
        Change::Replace(replace) => json!({ "replace": replace }),
    }
}
