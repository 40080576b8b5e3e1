use std::io::Write as _;

use base64::{Engine, engine::general_purpose::STANDARD};
use cutover_manifest::Digest;
use flate2::{Compression, GzBuilder};
use serde_json::json;

use super::*;
use crate::course::Course;
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

/// A journal of a run that is at its first step, with something else there.
fn asked(edit: impl FnOnce(&mut Position), person: bool) -> Manifest {
    let approved = rolling();
    let plan = edited(&approved, |spec| {
        let gates = &mut spec.steps[0].gates;
        gates.extend(person.then(|| Gate::Pause(Pause::person())));
    });
    let bound = Bound {
        plan,
        approved: approved.digest,
    };
    let mut position = position(&bound.approved);
    edit(&mut position);
    Journal::manifest(&bound, &position, "prod").unwrap()
}

fn made(write: Write, journal: &Manifest) -> Manifest {
    let Write::Patch { ops, .. } = write else {
        panic!("{write:?} is no patch");
    };
    let mut value = journal.value().clone();
    value["metadata"]["uid"] = json!(null);
    cutover_patch::apply(&mut value, &ops).unwrap();
    Manifest::new(value).unwrap()
}

/// A failure means that somebody approves what is not there to be seen, or twice.
#[test]
fn a_step_is_approved_once_its_gates_hold() {
    let now = Timestamp::UNIX_EPOCH;
    let check = |journal: &Manifest, step: Option<usize>, expect: Result<usize, &str>| {
        let approved = Journal::approve(journal, step, "ada", now);
        match (approved, expect) {
            (Ok((step, _)), Ok(expect)) => assert_eq!(step, expect),
            (Err(error), Err(words)) => assert!(error.to_string().contains(words), "{error}"),
            (found, expect) => panic!("{found:?}, and {expect:?} was expected"),
        }
    };
    let held = |position: &mut Position| position.held = Some(now);
    let journal = asked(held, true);
    check(&journal, None, Ok(1));
    check(&journal, Some(1), Ok(1));
    check(&journal, Some(2), Err("the run is at step 1, and not at 2"));
    check(&asked(|_| {}, true), None, Err("have not held yet"));
    check(&asked(held, false), None, Err("waits for no person"));
    let (_, write) = Journal::approve(&journal, None, "ada", now).unwrap();
    let approved = made(write, &journal);
    check(&approved, None, Err("was approved by ada already"));
}

/// A failure means that a run is paused for ever, or that nobody hears that it cannot be.
#[test]
fn a_run_is_paused_and_resumed() {
    let now = Timestamp::UNIX_EPOCH;
    let refused = |refused: Result<Write, Error>, words: &str| {
        let error = refused.unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    };
    let journal = asked(|_| {}, false);
    refused(Journal::resume(&journal), "is not paused");
    let paused = made(Journal::pause(&journal, "ada", now).unwrap(), &journal);
    let wishes = Journal::parse(&paused).unwrap().wishes;
    assert_eq!(wishes.pause.map(|wish| wish.by).as_deref(), Some("ada"));
    refused(Journal::pause(&paused, "bob", now), "paused by ada already");
    let resumed = made(Journal::resume(&paused).unwrap(), &paused);
    assert_eq!(Journal::parse(&resumed).unwrap().wishes, Wishes::default());
    let over = asked(
        |position| position.ended = Some(crate::Outcome::Done),
        false,
    );
    refused(Journal::pause(&over, "ada", now), "the run is over");
    let back = Course::Back {
        from: 1,
        to: 0,
        halfway: false,
    };
    let back = asked(|position| position.course = back, false);
    refused(Journal::pause(&back, "ada", now), "the run goes back");
}
