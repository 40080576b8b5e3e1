use std::io::Write as _;

use base64::{Engine, engine::general_purpose::STANDARD};
use cutover_manifest::Digest;
use flate2::{Compression, GzBuilder};
use serde_json::json;

use super::*;
use crate::examples::{edited, rolling};

fn bound() -> Bound {
    let approved = rolling();
    Bound {
        plan: edited(&approved, |spec| spec.strategy = "bound".into()),
        approved: approved.digest,
    }
}

fn position(digest: &Digest) -> Position {
    let position = json!({
        "digest": digest, "direction": "forward", "from": 0, "to": 0, "halfway": false,
        "step": 1, "stage": "writing", "since": "2026-11-25T10:00:00Z",
        "started": "2026-11-25T10:00:00Z", "by": "me",
    });
    serde_json::from_value(position).unwrap()
}

fn journal() -> Manifest {
    let bound = bound();
    Journal::manifest(&bound, &position(&bound.approved), "prod").unwrap()
}

/// The journal with something else in the place of its plan.
fn with_plan(value: &Value) -> Manifest {
    let mut encoder = GzBuilder::new().write(Vec::new(), Compression::best());
    encoder.write_all(value.to_string().as_bytes()).unwrap();
    let packed = STANDARD.encode(encoder.finish().unwrap());
    journal().set("/binaryData/plan", packed.into()).unwrap()
}

#[test]
fn what_is_written_is_read() {
    let journal = journal();
    assert_eq!(journal.object().to_string(), "ConfigMap prod/cutover-hello");
    let read = Journal::parse(&journal).unwrap();
    assert_eq!(read.bound, bound());
    assert_eq!(read.position, position(&bound().approved));
}

/// A failure means that somebody asks a run to go back, and it goes on without a word.
#[test]
fn what_somebody_asks_and_cannot_be_read_is_told() {
    let wish = json!({ "by": "me", "at": "2026-11-25T10:00:00Z" }).to_string();
    let check = |key: &str, text: &str, expect: &[&str]| {
        let entry = format!("/data/{key}");
        let wishes = Wishes::of(&journal().set(&entry, text.into()).unwrap());
        assert_eq!(wishes.unreadable, expect);
    };
    check("abort", &wish, &[]);
    check("approve.2", &wish, &[]);
    check("note", "of somebody else", &[]);
    check(
        "abort",
        "yes",
        &[
            "ConfigMap prod/cutover-hello: `abort` cannot be read: expected value at line 1 column 1",
        ],
    );
    check(
        "approve.two",
        &wish,
        &["ConfigMap prod/cutover-hello: `approve.two` cannot be read: it names no step"],
    );
}

/// A failure means that a run goes on with a plan that nobody approved.
#[test]
fn a_plan_that_was_edited_is_refused() {
    let check = |manifest: &Manifest, expect: &str| {
        let error = Journal::parse(manifest).unwrap_err().to_string();
        assert!(error.contains(expect), "{error}");
    };
    let bound = bound();
    let plan = bound.plan.to_value().unwrap();
    let other = json!({"plan": plan, "approved": bound.plan.digest});
    check(&with_plan(&other), "its plan is not the one");
    let mut edited = json!({"plan": plan, "approved": bound.approved});
    edited["plan"]["spec"]["strategy"] = json!("other");
    check(
        &with_plan(&edited),
        "the plan is not the one that this digest was made of",
    );
    check(&with_plan(&plan), "unknown field");
    check(
        &with_plan(&json!({"plan": plan})),
        "missing field `approved`",
    );
    let position = position(&bound.plan.digest).text();
    check(
        &journal().set("/data/run", position.into()).unwrap(),
        "its plan is not the one",
    );
}
