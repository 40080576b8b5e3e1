use cutover_check::check;
use cutover_manifest::ObjectRef;
use cutover_patch::apply;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::*;
use crate::api::effect::Effect;
use crate::api::event::{Event, Fault};
use crate::examples::{greetings, manifest};
use crate::now::Now;
use crate::options::Options;

/// The greeting as the server has stored it for the n-th time, each time with another text.
fn stored(version: u32) -> Manifest {
    let text = ["a", "c", "d", "e", "f"][version as usize % 5];
    manifest(json!({
        "apiVersion": "v1", "kind": "ConfigMap", "data": {"text": text},
        "metadata": {
            "name": "greeting", "namespace": "default", "uid": "1",
            "resourceVersion": version.to_string(),
        },
    }))
}

/// What the server makes of a patch.
fn patched(live: &Manifest, write: &Write) -> Answer {
    let Write::Patch { ops, .. } = write else {
        unreachable!("{write:?}")
    };
    let mut value = live.value().clone();
    let refused = |_| fault();
    apply(&mut value, ops).map_err(refused)?;
    Ok(Reply::Object(Some(manifest(value))))
}

/// Tries a plan on a cluster whose object somebody edits under the first dry runs, and says how it
/// ended and how often the dry run was asked.
fn rehearsed_under(edits: u32) -> (Outcome, u32) {
    let options = Options {
        goal: Goal::Try,
        ..Options::new("default", "me")
    };
    let mut run = Run::new(check(greetings(&["a", "b"])).unwrap(), options);
    let (mut now, mut tried) = (Timestamp::UNIX_EPOCH, 0);
    let mut live = stored(0);
    run.handle_timeout(Now::simulated(now));
    while run.outcome().is_none() {
        match run.poll_effect() {
            Some(Effect::Ask {
                ticket, request, ..
            }) => {
                let answer = match request {
                    Request::Get(object) => {
                        // There is no journal.
                        let found = (object == *live.object()).then(|| live.clone());
                        Ok(Reply::Object(found))
                    }
                    Request::List(_) => Ok(Reply::Objects(vec![])),
                    Request::Review(_) => Ok(Reply::Allowed(true)),
                    Request::Write { write, .. } => {
                        tried += 1;
                        live = stored(tried.min(edits));
                        patched(&live, &write)
                    }
                    Request::Http(_) => unreachable!(),
                };
                run.handle_event(Event::Answered(ticket, answer), Now::simulated(now));
            }
            Some(Effect::Watch(scope)) => {
                let is_its = scope.kind == "ConfigMap";
                let listed = is_its.then(|| live.clone()).into_iter().collect();
                run.handle_event(Event::Listed(scope, listed), Now::simulated(now));
            }
            Some(_) => {}
            None => {
                now += SignedDuration::from_millis(250);
                run.handle_timeout(Now::simulated(now));
            }
        }
    }
    (run.outcome().unwrap().clone(), tried)
}

/// What the API server says of a patch whose `test` does not hold.
fn fault() -> Fault {
    Fault {
        code: 422,
        reason: "Invalid".into(),
        message: "the server rejected our request due to an error in our request".into(),
        ..Fault::default()
    }
}

/// A failure means that a run is refused since somebody edited an object while it began.
#[test]
fn an_object_that_changes_under_its_dry_run_is_read_again() {
    assert_eq!(rehearsed_under(0), (Outcome::Done, 1));
    assert_eq!(rehearsed_under(1), (Outcome::Done, 2));
    assert_eq!(rehearsed_under(3), (Outcome::Done, 4));
}

/// A failure means that a run asks for ever what the server refuses for good.
#[test]
fn a_dry_run_that_is_refused_each_time_is_refused() {
    let (outcome, tried) = rehearsed_under(100);
    let object = ObjectRef::new("v1", "ConfigMap", Some("default"), "greeting");
    let reason = format!(
        "{object}: the server would refuse it: {}",
        fault().in_words()
    )
    .into();
    assert_eq!((outcome, tried), (Outcome::Refused { reason }, 6));
}
