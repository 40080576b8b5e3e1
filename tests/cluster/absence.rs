//! Runners that are away for longer than their Lease lasts: stopped as a laptop that sleeps, or cut
//! off from the API server.

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use crate::command::Running;
use crate::greeter::{Greeter, hello};
use crate::runner::read;
use crate::wire::Wire;

/// A canary that waits for a person at 25 % and at 50 %.
const CANARY: [&str; 3] = ["canary", "--steps", "25,50"];

/// A Lease that does not last long.
const SHORT: [&str; 2] = ["--lease-duration", "3s"];

/// Longer than a Lease lasts that nobody has set.
const OUTAGE: Duration = Duration::from_secs(31);

/// A failure means that a runner rolls out again what somebody has taken back while it slept, or
/// takes back what somebody else has carried on.
#[test]
fn a_runner_that_was_stopped_gives_way_to_who_took_over() {
    let back = "took over while this runner was away, and has taken it back";
    let check = |namespace: &str, verb: &[&str], words: &str| {
        let (greeter, plan) = served(namespace);
        let mut first = greeter.begin("apply", &plan, &SHORT);
        first.until_pause();
        greeter.approve(&plan);
        first.until_pause();
        first.stop();
        let other = greeter.carry_out(verb[0], &plan, &[&verb[1..], &SHORT].concat());
        other.assert_done();
        gives_way(&greeter, first, Running::resume, words);
    };
    thread::scope(|scope| {
        scope.spawn(|| check("stopped-abort", &["abort"], back));
        scope.spawn(|| check("stopped-undo", &["undo"], back));
        scope.spawn(|| check("stopped-step", &["undo", "--to-step", "1"], back));
    });
}

/// Whatever direction the other one took.
#[test]
fn a_runner_that_was_stopped_gives_way_to_who_carried_it_on() {
    let (greeter, plan) = served("stopped-apply");
    let mut first = greeter.begin("apply", &plan, &SHORT);
    first.until_pause();
    first.stop();
    let mut other = greeter.begin("apply", &plan, &SHORT);
    other.until_pause();
    greeter.approve(&plan);
    other.until_pause();
    greeter.approve(&plan);
    other.end().assert_done();
    let words = "took over while this runner was away, and has carried it on";
    gives_way(&greeter, first, Running::resume, words);
}

/// The connection hangs, and what is on its way arrives late.
#[test]
fn a_runner_that_was_cut_off_gives_way_to_who_took_over() {
    let (greeter, plan) = served("cut-abort");
    let wire = Wire::new(&greeter);
    let mut first = greeter.begin_as(&wire.kubeconfig, "apply", &plan, &[]);
    first.until_pause();
    wire.cut();
    let started = Instant::now();
    greeter.carry_out("abort", &plan, &[]).assert_done();
    thread::sleep(OUTAGE.saturating_sub(started.elapsed()));
    let words = "took over while this runner was away, and has taken it back";
    gives_way(&greeter, first, |_| wire.mend(), words);
}

/// The Lease was lost and is had again, and nobody else has done anything.
#[test]
fn a_runner_goes_on_where_nobody_took_over() {
    let check = |namespace: &str, away: &dyn Fn(&Running, &Wire)| {
        let (greeter, plan) = served(namespace);
        let wire = Wire::new(&greeter);
        let mut run = greeter.begin_as(&wire.kubeconfig, "apply", &plan, &SHORT);
        run.until_pause();
        away(&run, &wire);
        greeter.approve(&plan);
        run.until_pause();
        greeter.approve(&plan);
        run.end().assert_done();
        let steps = read(&plan).len();
        greeter.assert_state(&plan, steps);
        assert_eq!(greeter.writes().len(), steps, "each change is made once");
    };
    let stopped = |run: &Running, _: &Wire| {
        run.stop();
        thread::sleep(Duration::from_secs(8));
        run.resume();
    };
    let cut_off = |_: &Running, wire: &Wire| {
        wire.cut();
        thread::sleep(OUTAGE);
        wire.mend();
    };
    thread::scope(|scope| {
        scope.spawn(|| check("back-from-sleep", &stopped));
        scope.spawn(|| check("back-from-outage", &cut_off));
    });
}

fn served(namespace: &str) -> (Greeter, PathBuf) {
    let greeter = Greeter::new(namespace);
    greeter.serve(&hello());
    let plan = greeter.plan_live(&CANARY);
    (greeter, plan)
}

/// Who comes back writes nothing, says who took over, and gives the Lease back.
fn gives_way(greeter: &Greeter, run: Running, come_back: impl FnOnce(&Running), words: &str) {
    let writes = || {
        let journal = greeter.count("patch", "configmaps", Some(200));
        (greeter.writes(), journal)
    };
    let before = (greeter.objects(), writes());
    come_back(&run);
    run.end().assert_failed(&[words, "administrator on "]);
    assert_eq!((greeter.objects(), writes()), before);
    let holder = [
        "get",
        "lease",
        "cutover-hello",
        "-o=jsonpath={.spec.holderIdentity}",
    ];
    assert_eq!(greeter.kubectl(&holder), "");
}
