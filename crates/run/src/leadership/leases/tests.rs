use jiff::Timestamp;

use super::*;
use crate::api::effect::Write;
use crate::api::event::Reply;
use crate::examples::{edited, rolling};

const HOLDER: &str = "me";

fn lease() -> ObjectRef {
    ObjectRef::new(
        "coordination.k8s.io/v1",
        "Lease",
        Some("prod"),
        "cutover-hello",
    )
}

fn steady(seconds: i64) -> Steady {
    Steady::new(SignedDuration::from_secs(seconds))
}

/// The clocks at a moment; the wall clock is set now and then.
fn at(wall: i64, steady: i64) -> Now {
    Now {
        wall: Timestamp::from_second(wall).unwrap(),
        steady: self::steady(steady),
    }
}

/// A failure means that a run waits for a Lease that nobody asks for.
#[test]
fn one_that_cannot_be_made_is_refused() {
    let bad = ObjectRef {
        name: "a/b".into(),
        ..lease()
    };
    let mut leases = Leases::new(vec![bad], HOLDER, SignedDuration::from_secs(15));
    leases.next(at(100, 100));
    leases.answer(0, Ok(Reply::Object(None)), steady(100));
    assert_eq!(leases.next(at(100, 100)), None);
    let refused = leases.take_refusal().unwrap();
    assert!(refused.starts_with("Lease prod/a/b: "), "{refused}");
}

/// A Lease that was asked for at 100 by both clocks, and lasts 15 seconds.
fn held() -> Leases {
    let mut leases = Leases::new(vec![lease()], HOLDER, SignedDuration::from_secs(15));
    let asked = leases.next(at(100, 100));
    assert_eq!(asked, Some((0, Request::Get(lease()))));
    leases.answer(0, Ok(Reply::Object(None)), steady(100));
    answer_write(&mut leases, at(100, 100), steady(109));
    leases
}

/// Lets the server carry out the write that is asked for.
fn answer_write(leases: &mut Leases, asked: Now, answered: Steady) {
    let Some((0, Request::Write { write, .. })) = leases.next(asked) else {
        panic!("nothing is written at {asked:?}")
    };
    let stored = match write {
        Write::Create(manifest) => manifest,
        Write::Patch { ops, .. } => {
            let known = leases.leases[0].known();
            let mut value = known.value().clone();
            cutover_patch::apply(&mut value, &ops).unwrap();
            known.with_content(value)
        }
        Write::Delete { .. } => panic!("it is deleted"),
    };
    let stored = stored.set("/metadata/resourceVersion", "1".into()).unwrap();
    leases.answer(0, Ok(Reply::Object(Some(stored))), answered);
}

#[test]
fn it_lasts_by_the_steady_clock_from_when_it_was_asked_for() {
    let check = |now: Now, expect: bool| {
        let leases = held();
        assert_eq!(leases.held(now.steady), expect, "{now:?}");
    };
    check(at(100, 100), true);
    check(at(114, 114), true);
    check(at(115, 115), false);
    // Nine seconds passed before the answer came: they count.
    check(at(120, 120), false);
    // The machine was suspended, and its wall clock was set meanwhile.
    check(at(101, 131), false);
    check(at(-3600, 120), false);
    check(at(3600, 110), true);
}

#[test]
fn it_is_renewed_by_the_steady_clock() {
    let check = |now: Now, renews: bool| {
        let mut leases = held();
        assert_eq!(leases.next(now).is_some(), renews, "{now:?}");
    };
    check(at(104, 104), false);
    check(at(105, 105), true);
    check(at(3600, 104), false);
    check(at(-3600, 106), true);
}

#[test]
fn a_read_does_not_prolong_it() {
    let mut leases = held();
    let known = leases.leases[0].known().clone();
    leases.leases[0].forget();
    assert!(matches!(
        leases.next(at(110, 110)),
        Some((0, Request::Get(_)))
    ));
    leases.answer(0, Ok(Reply::Object(Some(known))), steady(111));
    assert_eq!(leases.deadline(), Some(steady(115)));
    answer_write(&mut leases, at(112, 112), steady(113));
    assert_eq!(leases.deadline(), Some(steady(127)));
}

/// A failure means that two runs hold a workload at once, or that the server takes no Lease.
#[test]
fn a_lease_is_named_by_the_first_set() {
    let check = |workload: &str, namespace: Option<&str>, expect: &str| {
        let plan = edited(&rolling(), |spec| {
            spec.workloads[0].name = workload.into();
            spec.workloads[0].sets[0].object.namespace = namespace.map(Into::into);
        });
        let leases = lease_objects(&plan, "default");
        let names: Vec<String> = leases.iter().map(ToString::to_string).collect();
        assert_eq!(names, [expect]);
    };
    check("hello", None, "Lease default/cutover-hello");
    check("hello", Some("prod"), "Lease prod/cutover-hello");
    check("prod/hello", Some("prod"), "Lease prod/cutover-hello");
}
