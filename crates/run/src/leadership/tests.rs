use cutover_manifest::Manifest;
use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::api::effect::Write;
use crate::api::event::Reply;
use crate::examples::rolling;
use crate::leadership::leases::lease_objects;

fn at(seconds: i64) -> Now {
    Now::simulated(Timestamp::from_second(seconds).unwrap())
}

/// Has the Leases asked for, by a server that answers at once and keeps what was written first.
fn renew(leadership: &mut Leadership, kept: &mut Option<Manifest>, now: Now) {
    while let Some((lease, request)) = leadership.next(now) {
        match request {
            Request::Get(_) => {}
            Request::Write {
                write: Write::Create(manifest),
                ..
            } => *kept = Some(manifest),
            Request::Write {
                write: Write::Patch { .. },
                ..
            } => {}
            other => panic!("{other:?}"),
        }
        let answer = Ok(Reply::Object(kept.clone()));
        leadership.answer(lease, answer, now.steady);
    }
}

fn leadership() -> Leadership {
    let objects = lease_objects(&rolling(), "prod");
    Leadership::new(Leases::new(objects, "me", SignedDuration::from_secs(15)))
}

/// A failure means that a runner which slept writes before it has looked who else was there.
#[test]
fn who_lost_the_leases_leads_once_the_journal_was_read() {
    let (mut leadership, mut kept) = (leadership(), None);
    renew(&mut leadership, &mut kept, at(100));
    assert!(leadership.leads(at(110).steady));
    assert!(!leadership.leads(at(200).steady));

    leadership.notice_loss(at(200).steady);
    assert!(!leadership.regains(at(200).steady), "it holds none");
    renew(&mut leadership, &mut kept, at(200));
    assert!(!leadership.leads(at(201).steady), "it has not looked");
    assert!(!leadership.confirm(), "nobody has read for it");
    assert!(leadership.regains(at(201).steady));
    assert!(!leadership.regains(at(201).steady), "it is read once");
    assert!(leadership.confirm());
    assert!(leadership.leads(at(201).steady));
}

/// A failure means that a runner goes on as if it had never been away.
#[test]
fn who_loses_them_while_it_reads_reads_again() {
    let (mut leadership, mut kept) = (leadership(), None);
    leadership.notice_loss(at(100).steady);
    renew(&mut leadership, &mut kept, at(100));
    assert!(leadership.regains(at(100).steady));
    leadership.notice_loss(at(200).steady);
    assert!(!leadership.confirm());
}
