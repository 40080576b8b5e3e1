//! Deployments that are paused and resumed, step by step, forward and back.

use cutover_manifest::{Bundle, Manifest};
use cutover_plan::{Gate, Plan, Step, walk};
use cutover_planner::{Options, Strategy, plan};
use cutover_release::{Ends, Release};
use cutover_report::step_name;
use cutover_workload::Amount;
use serde_json::{Value, json};

use crate::wanted::{pause, resume};
use crate::{Pause, Recreate, Resume, Rolling};

/// Three pods behind a Service, one of which may be too many.
fn hello(edit: impl Fn(&mut Value)) -> Bundle {
    let mut spec = json!({
        "replicas": 3, "selector": {"matchLabels": {"app": "hello"}},
        "strategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
        "template": {"metadata": {"labels": {"app": "hello"}}, "spec": {"containers": [{"name": "hello", "image": "hello:1"}]}},
    });
    edit(&mut spec);
    let objects = [
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello"}, "spec": spec}),
        json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"},
            "spec": {"selector": {"app": "hello"}, "ports": [{"port": 80}]}}),
    ];
    objects
        .into_iter()
        .map(|value| Manifest::new(value).unwrap())
        .collect()
}

fn paused() -> Bundle {
    hello(|spec| spec["paused"] = json!(true))
}

/// A plan from one bundle to another, or why there is none.
fn planned(from: &Bundle, to: &Bundle, strategy: &dyn Strategy) -> Result<Plan, String> {
    let ends = Ends::new(from.clone(), to.clone());
    let release = Release::new(ends).map_err(|refused| refused.to_string())?;
    plan(&release, strategy, &Options::default()).map_err(|error| error.to_string())
}

/// Checks the steps forward, and those back from the last one, each with its gates.
fn check(plan: Result<Plan, String>, forward: &[&str], back: &[&str]) {
    let plan = plan.unwrap();
    assert_eq!(told(&plan.start(), &plan.spec.steps), forward);
    assert_eq!(back_from(&plan, plan.len()), back, "back");
}

fn back_from(plan: &Plan, step: usize) -> Vec<String> {
    told(&plan.state(step).unwrap(), &plan.undo(step).unwrap().steps)
}

fn told(from: &Bundle, steps: &[Step]) -> Vec<String> {
    let mut walk = walk(from.clone(), steps);
    let mut told = Vec::new();
    while let Some(step) = walk.advance().unwrap() {
        let name = step_name(step, walk.before(), walk.state());
        let gates = step.gates.iter().map(|gate| match gate {
            Gate::Available(gate) => format!("{} available", gate.replicas.unwrap()),
            Gate::Endpoints(_) => "endpoints".into(),
            other => format!("{other:?}"),
        });
        told.push(format!("{name} → {}", gates.collect::<Vec<_>>().join(", ")));
    }
    told
}

const RESUMED: &str = "resume Deployment hello → 3 available, endpoints";
const PAUSED_AGAIN: &str = "pause Deployment hello → ";

#[test]
fn a_deployment_that_is_resumed_rolls() {
    let to = resume(&paused(), &Resume::default()).unwrap();
    check(
        planned(&paused(), &to, &Resume::default()),
        &[RESUMED],
        &[PAUSED_AGAIN],
    );
    // By any strategy, absent or false.
    check(
        planned(&paused(), &to, &Rolling::default()),
        &[RESUMED],
        &[PAUSED_AGAIN],
    );
    let no = hello(|spec| spec["paused"] = json!(false));
    check(
        planned(&paused(), &no, &Rolling::default()),
        &[RESUMED],
        &[PAUSED_AGAIN],
    );
    // Whatever else changes in the same patch.
    let more = hello(|spec| spec["minReadySeconds"] = json!(5));
    let step = "change spec.minReadySeconds and spec.paused of Deployment hello → ";
    check(
        planned(&paused(), &more, &Rolling::default()),
        &[&format!("{step}3 available, endpoints")],
        &[step],
    );
}

#[test]
fn a_deployment_that_is_paused_does_not_roll_and_its_way_back_waits_for_what_it_changed_alone() {
    let from = hello(|_| {});
    let to = pause(&from, &Pause::default()).unwrap();
    // What the controller goes on with was begun before the plan, and may hang.
    check(
        planned(&from, &to, &Rolling::default()),
        &["pause Deployment hello → "],
        &["resume Deployment hello → "],
    );
    let grown = hello(|spec| {
        spec["paused"] = json!(true);
        spec["replicas"] = json!(4);
    });
    check(
        planned(&from, &grown, &Rolling::default()),
        &["pause Deployment hello, scale 3 → 4 → 4 available, endpoints"],
        &[
            "resume Deployment hello → 4 available, endpoints",
            "scale Deployment hello 4 → 3 → 3 available",
        ],
    );
}

#[test]
fn a_resume_stands_at_exactly_the_replicas() {
    let grown = hello(|spec| spec["replicas"] = json!(5));
    check(
        planned(&paused(), &grown, &Rolling::default()),
        &[
            RESUMED,
            "scale Deployment hello 3 → 5 → 5 available, endpoints",
        ],
        &[
            "pause Deployment hello → ",
            "scale Deployment hello 5 → 3 → 3 available",
        ],
    );
    let shrunk = hello(|spec| spec["replicas"] = json!(2));
    check(
        planned(&paused(), &shrunk, &Rolling::default()),
        &[RESUMED, "scale Deployment hello 3 → 2 → 2 available"],
        &["pause Deployment hello, scale 2 → 3 → 3 available, endpoints"],
    );
    let empty = |edit: fn(&mut Value)| {
        hello(move |spec| {
            spec["replicas"] = json!(0);
            edit(spec);
        })
    };
    let asleep = empty(|spec| spec["paused"] = json!(true));
    check(
        planned(&asleep, &empty(|_| {}), &Rolling::default()),
        &["resume Deployment hello → "],
        &["pause Deployment hello → "],
    );
}

/// Undo in the middle of the roll pauses it again before it gives the strategy back.
#[test]
fn another_strategy_is_for_the_roll_alone() {
    let bold = Rolling {
        max_unavailable: Some(Amount::Count(1)),
        ..Rolling::default()
    };
    let plan = planned(&paused(), &hello(|_| {}), &bold).unwrap();
    let own = "update strategy of Deployment hello: maxSurge 1, maxUnavailable 0 → ";
    assert_eq!(
        told(&plan.start(), &plan.spec.steps),
        [
            "update strategy of Deployment hello: maxSurge 1, maxUnavailable 1 → ",
            RESUMED,
            own
        ]
    );
    assert_eq!(back_from(&plan, 2), [PAUSED_AGAIN]);
    assert_eq!(plan.spec.undo[1].to, 1);

    let anew = planned(&paused(), &hello(|_| {}), &Recreate {}).unwrap();
    assert_eq!(told(&anew.start(), &anew.spec.steps)[1], RESUMED);
}

#[test]
fn what_is_no_resume_waits_for_nothing() {
    let no = hello(|spec| spec["paused"] = json!(false));
    let step = "change spec.paused of Deployment hello → ";
    check(
        planned(&no, &hello(|_| {}), &Rolling::default()),
        &[step],
        &[step],
    );
    let noted = hello(|spec| {
        spec["paused"] = json!(true);
        spec["revisionHistoryLimit"] = json!(3);
    });
    let step = "change spec.revisionHistoryLimit of Deployment hello → ";
    check(
        planned(&paused(), &noted, &Rolling::default()),
        &[step],
        &[step],
    );
}

fn check_refused(plan: Result<Plan, String>, reason: &str) {
    let text = plan.unwrap_err();
    assert!(
        text.contains(reason) && text.contains("\nhint: resume it first"),
        "{text}"
    );
}

#[test]
fn what_could_not_be_taken_back_is_refused() {
    let next = |paused: bool| {
        hello(move |spec| {
            spec["template"]["spec"]["containers"][0]["image"] = json!("hello:2");
            if paused {
                spec["paused"] = json!(true);
            }
        })
    };
    let reason = "/spec/paused: a paused Deployment does not roll out";
    check_refused(
        planned(&paused(), &next(false), &Rolling::default()),
        reason,
    );
    check_refused(planned(&paused(), &next(true), &Rolling::default()), reason);
    check_refused(
        planned(&hello(|_| {}), &next(true), &Rolling::default()),
        reason,
    );
    // Paused again, it would grow to its own surge.
    let careful = Rolling {
        max_surge: Some(Amount::Count(0)),
        max_unavailable: Some(Amount::Count(1)),
    };
    let plan = planned(&paused(), &hello(|_| {}), &careful);
    check_refused(
        plan,
        "/spec/strategy/rollingUpdate/maxSurge: undo pauses it again, and then its own maxSurge allows 4 pods",
    );
    // Or shrink to it, ready pods among them.
    let wide = Rolling {
        max_surge: Some(Amount::Count(2)),
        max_unavailable: Some(Amount::Count(0)),
    };
    let plan = planned(&paused(), &hello(|_| {}), &wide);
    check_refused(
        plan,
        "/spec/strategy/rollingUpdate/maxSurge: undo pauses it again, and then it comes to 4 pods",
    );
}

/// A failure means that a plan writes into a Deployment what says the same, and takes it out again.
#[test]
fn a_budget_of_the_same_numbers_is_not_patched() {
    let check = |own: Value, counts: [u32; 2], asked: [Amount; 2], expect: bool| {
        let end = |at: usize| {
            hello(|spec| {
                spec["replicas"] = json!(counts[at]);
                spec["strategy"] = own.clone();
                spec["template"]["spec"]["containers"][0]["image"] = json!(format!("hello:{at}"));
            })
        };
        let [max_surge, max_unavailable] = asked.map(Some);
        let rolling = Rolling {
            max_surge,
            max_unavailable,
        };
        let plan = planned(&end(0), &end(1), &rolling).unwrap();
        let patched = told(&plan.start(), &plan.spec.steps)
            .iter()
            .any(|step| step.contains("update strategy"));
        assert_eq!(patched, expect, "{own} {counts:?} {asked:?}");
    };
    let quarter = json!({"rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}});
    let (zero, one, two) = (Amount::Count(0), Amount::Count(1), Amount::Count(2));
    check(quarter.clone(), [4, 4], [one, one], false);
    check(Value::Null, [4, 4], [one, one], false);
    check(quarter.clone(), [3, 3], [one, zero], false);
    check(
        json!({"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}),
        [3, 3],
        [Amount::Percent(25), zero],
        false,
    );
    check(quarter.clone(), [3, 3], [one, one], true);
    check(quarter.clone(), [4, 4], [two, one], true);
    // Of one of the two counts it is another number.
    check(quarter.clone(), [4, 8], [one, one], true);
    check(quarter, [8, 4], [one, one], true);
}
