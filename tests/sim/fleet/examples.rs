//! Each law is broken by a short trace, and not by one that is as it should be.

use std::collections::BTreeMap;

use cutover::fleet::{
    ClusterState, Course, Ending, GateId, Name, Outcome, Position, Reason, Scope, Stage, Standing,
    When,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::facts::Facts;
use super::laws::{self, Law};
use super::scenario::two_waves;
use super::trace::{Moment, What};

/// Plays a trace to a law, each moment so many seconds after the first; a failure names what should
/// have been found, or what should not.
fn check(law: Law, trace: Vec<(i64, usize, What)>, expect: Result<(), &str>) {
    let told = tell(law, trace);
    match (expect, &told) {
        (Ok(()), Ok(())) => {}
        (Err(words), Err(reason)) if reason.contains(words) => {}
        _ => panic!("{expect:?} is expected, and it says {told:?}"),
    }
}

fn tell(law: Law, trace: Vec<(i64, usize, What)>) -> Result<(), String> {
    let mut facts = Facts::new(&two_waves());
    for (second, runner, what) in trace {
        let now = at(second);
        let moment = Moment { now, runner, what };
        law(&facts, &moment)?;
        facts.see(&moment);
    }
    Ok(())
}

fn at(second: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second)
}

fn name(name: &str) -> Name {
    Name::new(name).unwrap()
}

fn started(cluster: &str) -> What {
    let cluster = name(cluster);
    What::Started { cluster }
}

fn undo_started(cluster: &str) -> What {
    let cluster = name(cluster);
    What::UndoStarted { cluster }
}

fn ended(cluster: &str, ending: Ending) -> What {
    let cluster = name(cluster);
    What::Ended { cluster, ending }
}

fn failed() -> Ending {
    Ending::Failed("it did not hold".to_owned())
}

/// The journal of runner 0: at a stage of a wave, with clusters as JSON.
fn wrote(course: Course, place: (usize, Stage), clusters: Value) -> What {
    wrote_by(0, 1, course, place, clusters)
}

fn wrote_by(
    runner: usize,
    epoch: u64,
    course: Course,
    (wave, stage): (usize, Stage),
    clusters: Value,
) -> What {
    let position = json!({
        "run": at(0), "epoch": epoch, "digest": two_waves().digest.to_string(),
        "by": format!("runner-{runner}"), "course": course, "wave": wave, "stage": stage,
        "since": at(0), "clusters": clusters,
    });
    let position = Position::parse(&position.to_string()).unwrap();
    What::Wrote {
        position: Box::new(position),
    }
}

const WORK: (usize, Stage) = (0, Stage::Work);

fn begun() -> Value {
    json!(ClusterState::Begun { since: at(0) })
}

fn done() -> Value {
    json!(ClusterState::Done)
}

fn forward(place: (usize, Stage), clusters: Value) -> What {
    wrote(Course::Forward, place, clusters)
}

fn over(outcome: Outcome, standings: [(&str, Standing); 3]) -> What {
    let standings = standings.into_iter();
    let standings: BTreeMap<Name, Standing> = standings
        .map(|(cluster, standing)| (name(cluster), standing))
        .collect();
    What::Over { outcome, standings }
}

/// The first wave has a1 and a2, one at once, and a soak of a minute; the second has b1.
#[test]
fn no_more_at_once_than_may() {
    let law = laws::at_once;
    let one = vec![
        (0, 0, started("a1")),
        (9, 0, ended("a1", failed())),
        (9, 0, started("a2")),
    ];
    check(law, one, Ok(()));
    let both = vec![(0, 0, started("a1")), (1, 0, started("a2"))];
    check(law, both, Err("a2 beside"));
    let soaking = vec![
        (0, 0, forward(WORK, json!({ "a1": begun() }))),
        (0, 0, started("a1")),
        (9, 0, ended("a1", Ending::Done)),
        (10, 0, started("a2")),
    ];
    check(law, soaking, Err("a2 beside"));
    let back = vec![(0, 0, undo_started("a1")), (1, 0, undo_started("a2"))];
    check(law, back, Err("a2 beside"));
}

#[test]
fn one_run_a_cluster() {
    let law = laws::one_run;
    let again = vec![
        (0, 0, started("a1")),
        (1, 0, ended("a1", failed())),
        (2, 0, started("a1")),
    ];
    check(law, again, Ok(()));
    let twice = vec![(0, 0, started("a1")), (1, 0, started("a1"))];
    check(law, twice, Err("a1 has one under way"));
    let is_done = vec![
        (0, 0, forward(WORK, json!({ "a1": done() }))),
        (1, 0, started("a1")),
    ];
    check(law, is_done, Err("a1 is done"));
}

#[test]
fn the_journal_names_a_cluster_first() {
    let law = laws::journal_first;
    let named = forward(WORK, json!({ "a1": begun() }));
    check(
        law,
        vec![(0, 0, named.clone()), (1, 0, started("a1"))],
        Ok(()),
    );
    check(law, vec![(0, 0, started("a1"))], Err("a1: it says None"));
    check(
        law,
        vec![(0, 0, named.clone()), (1, 1, started("a1"))],
        Err("a1"),
    );
    check(
        law,
        vec![(0, 0, named), (1, 0, undo_started("a1"))],
        Err("a1"),
    );
}

#[test]
fn waves_in_their_order() {
    let law = laws::in_order;
    let second = forward((1, Stage::Work), json!({}));
    check(law, vec![(0, 0, started("b1"))], Err("b1 of wave 1"));
    check(
        law,
        vec![(0, 0, second)],
        Err("wave 0 is over, and a1 is not"),
    );
    let settled =
        json!({ "a1": done(), "a2": json!(ClusterState::Failed { reason: String::new() }) });
    let whole = vec![
        (0, 0, started("a1")),
        (1, 0, ended("a1", Ending::Done)),
        (2, 0, started("a2")),
        (3, 0, ended("a2", failed())),
        (4, 0, forward((1, Stage::Work), settled)),
        (5, 0, started("b1")),
    ];
    // a1 and a2 are begun in the first wave, which no journal has told of here.
    check(law, whole[1..2].to_vec(), Ok(()));
    let mut told = vec![(0, 0, forward(WORK, json!({})))];
    told.extend(whole);
    check(law, told, Ok(()));
}

#[test]
fn a_soak_is_kept_and_begun_anew() {
    let law = laws::soaked;
    let (there, gone) = (
        What::Available {
            cluster: name("a1"),
        },
        What::Unavailable {
            cluster: name("a1"),
        },
    );
    let is_done = || forward(WORK, json!({ "a1": done() }));
    check(law, vec![(0, 0, there.clone()), (60, 0, is_done())], Ok(()));
    check(
        law,
        vec![(0, 0, there.clone()), (59, 0, is_done())],
        Err("a1 counts as done"),
    );
    check(law, vec![(60, 0, is_done())], Err("a1 counts as done"));
    let anew = |second| {
        vec![
            (0, 0, there.clone()),
            (30, 0, gone.clone()),
            (40, 0, there.clone()),
            (second, 0, is_done()),
        ]
    };
    check(law, anew(99), Err("a1 counts as done"));
    check(law, anew(100), Ok(()));
}

#[test]
fn failures_are_counted() {
    let law = laws::failures_counted;
    let failing = |ending| {
        vec![
            (0, 0, started("a1")),
            (1, 0, ended("a1", ending)),
            (2, 0, started("a2")),
        ]
    };
    check(law, failing(Ending::Done), Ok(()));
    check(law, failing(failed()), Err("a2 is begun"));
    check(
        law,
        failing(Ending::Lost(String::new())),
        Err("a2 is begun"),
    );
}

#[test]
fn a_wave_waits_for_its_gates() {
    let law = laws::gated;
    let gate = |index| GateId {
        wave: 0,
        when: When::Before,
        index,
    };
    let (wave, when) = (name("first"), When::Before);
    let work = || forward(WORK, json!({}));
    let asked = What::PersonAsked {
        wave: wave.clone(),
        when,
    };
    let approved = What::Approved { wave, when };
    let (smoke, window) = (What::Held { gate: gate(0) }, What::Held { gate: gate(2) });
    let all = vec![
        (0, 0, asked.clone()),
        (1, 0, smoke.clone()),
        (2, 0, approved.clone()),
        (3, 0, window.clone()),
        (4, 0, work()),
    ];
    check(law, all.clone(), Ok(()));
    for missing in 1..4 {
        let mut trace = all.clone();
        trace.remove(missing);
        check(law, trace, Err("does not hold"));
    }
    // Nobody had asked.
    check(law, all[1..].to_vec(), Err("does not hold"));
    let too_soon = vec![
        (0, 0, window),
        (1, 0, asked),
        (2, 0, smoke),
        (3, 0, approved),
        (4, 0, work()),
    ];
    check(law, too_soon, Err("asked too soon"));
}

#[test]
fn undo_begins_none() {
    let law = laws::undo_begins_none;
    let back = wrote(Course::Back(Scope::All), WORK, json!({}));
    check(
        law,
        vec![(0, 0, back), (1, 0, started("a1"))],
        Err("a1 is begun"),
    );
    check(
        law,
        vec![(0, 0, undo_started("a1"))],
        Err("a1 was never begun"),
    );
    check(
        law,
        vec![(0, 0, started("a1")), (1, 0, undo_started("a1"))],
        Ok(()),
    );
}

#[test]
fn waves_go_back_in_reverse() {
    let law = laws::in_reverse;
    let back = |second: Value| {
        let clusters = json!({ "a1": json!(ClusterState::GoingBack), "b1": second });
        let all = wrote(Course::Back(Scope::All), (1, Stage::Work), clusters);
        vec![(0, 0, all), (1, 0, undo_started("a1"))]
    };
    check(law, back(done()), Err("a1 goes back before b1"));
    check(law, back(json!(ClusterState::Back)), Ok(()));
    let left = ClusterState::NotBack {
        reason: String::new(),
    };
    check(law, back(json!(left)), Ok(()));
}

#[test]
fn a_deadline_is_kept() {
    let law = laws::deadline_kept;
    let stop = What::StopAsked {
        cluster: name("a1"),
    };
    let late = (601, 0, ended("a1", Ending::Done));
    check(
        law,
        vec![(0, 0, started("a1")), late.clone()],
        Err("a1 has taken 601 s"),
    );
    let stopped = vec![(0, 0, started("a1")), (600, 0, stop), late];
    check(law, stopped, Ok(()));
}

#[test]
fn one_runner_one_epoch() {
    let law = laws::one_epoch;
    let by = |runner, epoch| wrote_by(runner, epoch, Course::Forward, WORK, json!({}));
    check(
        law,
        vec![(0, 0, by(0, 1)), (1, 0, by(0, 1)), (2, 1, by(1, 2))],
        Ok(()),
    );
    check(
        law,
        vec![(0, 0, by(0, 1)), (1, 1, by(1, 1))],
        Err("1 after 1"),
    );
    check(
        law,
        vec![(0, 1, by(1, 2)), (1, 0, by(0, 1))],
        Err("1 after 2"),
    );
    let superseded = vec![(0, 0, What::Superseded), (1, 0, started("a1"))];
    check(law, superseded, Err("another runner took over"));
}

#[test]
fn an_abort_is_heard() {
    let law = laws::abort_heard;
    check(
        law,
        vec![(0, 0, What::Aborted), (1, 0, started("a1"))],
        Err("a1 is begun"),
    );
    check(
        law,
        vec![(0, 0, What::Aborted), (1, 0, undo_started("a1"))],
        Ok(()),
    );
}

#[test]
fn the_outcome_is_what_happened() {
    let law = laws::outcome_true;
    let (done, undone, untouched) = (Standing::Done, Standing::Undone, Standing::Untouched);
    let all = |last: Standing| [("a1", done.clone()), ("a2", done.clone()), ("b1", last)];
    check(
        law,
        vec![(0, 0, over(Outcome::Done, all(done.clone())))],
        Ok(()),
    );
    check(
        law,
        vec![(0, 0, over(Outcome::Done, all(untouched.clone())))],
        Err("b1 is Untouched"),
    );
    let wave = name("first");
    let reached = Outcome::Reached { wave: wave.clone() };
    check(
        law,
        vec![(0, 0, over(reached, all(untouched.clone())))],
        Ok(()),
    );
    let back = [
        ("a1", undone.clone()),
        ("a2", untouched.clone()),
        ("b1", untouched),
    ];
    check(law, vec![(0, 0, over(Outcome::Undone, back))], Ok(()));
    check(
        law,
        vec![(0, 0, over(Outcome::Undone, all(undone.clone())))],
        Err("a1 is Done"),
    );
    let going_on = vec![
        (0, 0, started("b1")),
        (1, 0, over(Outcome::Done, all(done.clone()))),
    ];
    check(law, going_on, Err("b1 goes on"));
    let reason = Reason::Failures {
        wave,
        clusters: Vec::new(),
        allowed: 0,
    };
    let stopped = Outcome::Stopped { reason };
    // The fleet of these traces is to go back.
    check(
        law,
        vec![(0, 0, over(stopped, all(undone)))],
        Err("was to go back"),
    );
}
