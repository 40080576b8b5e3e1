use cutover_manifest::Digest;
use jiff::Timestamp;

use super::*;
use crate::api::effect::Write;

fn record() -> Record {
    Record::new(ObjectRef::new(
        "v1",
        "ConfigMap",
        Some("prod"),
        "cutover-hello",
    ))
}

/// A position at the beginning of a step, from 1.
fn at(step: usize) -> Position {
    let digest = Digest::of(&serde_json::json!({})).unwrap();
    let mut position = Position::first(&digest, "me", [].into_iter(), Timestamp::UNIX_EPOCH);
    position.begin(step, Timestamp::UNIX_EPOCH);
    position
}

/// A failure means that a change is made that the journal says nothing of, or that the journal is
/// written again and again.
#[test]
fn it_is_written_once_for_each_position() {
    let mut record = record();
    record.confirm(at(1).text());
    assert!(record.update(&at(1)).is_none());
    for _ in 0..2 {
        let Some((Question::WriteJournal(text), Request::Write { .. })) = record.update(&at(2))
        else {
            panic!("it is not written")
        };
        assert_eq!(text, at(2).text());
    }
    record.wrote(at(2).text());
    assert!(record.update(&at(2)).is_none());
}

/// A failure means that a run goes on over what another one has written, or stops at its own late
/// write.
#[test]
fn after_a_lost_answer_it_is_read() {
    let mut record = record();
    record.confirm(at(1).text());
    record.doubt(at(2).text());
    assert!(matches!(
        record.update(&at(2)),
        Some((Question::ReadJournal, Request::Get(_)))
    ));
    assert!(record.was_there());
    for (text, expect) in [(1, true), (2, true), (3, false)] {
        assert_eq!(record.has_written(&at(text).text()), expect, "{text}");
    }
}

/// A failure means that one which was never opened is taken for one that somebody has deleted.
#[test]
fn one_whose_creation_was_not_answered_may_not_be_there() {
    let mut record = record();
    record.doubt(at(1).text());
    assert!(!record.was_there());
}

/// A failure means that a run turns to an abort that was asked of the one before.
#[test]
fn wishes_are_dropped_once() {
    let mut record = record();
    record.confirm(at(1).text());
    let paths = |record: &mut Record, step| match record.update(&at(step)) {
        Some((
            _,
            Request::Write {
                write: Write::Patch { ops, .. },
                ..
            },
        )) => {
            let ops = serde_json::to_value(&ops).unwrap();
            ops[1]["path"].as_str().unwrap().to_owned()
        }
        other => panic!("{other:?}"),
    };
    record.drop_wishes();
    assert_eq!(paths(&mut record, 2), "/data");
    record.wrote(at(2).text());
    assert_eq!(paths(&mut record, 3), "/data/run");
}
