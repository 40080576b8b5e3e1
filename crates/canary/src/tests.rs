//! Weights as tables, and the planner's worked cases, state by state.

use cutover_manifest::{Bundle, Manifest};
use cutover_plan::{Amount, Deployment, Move, Options, Plan, Release, plan};
use cutover_traffic::{Percent, Share};
use serde_json::json;

use crate::{Canary, Counts, Error, Step, split, waypoints};

fn percent(value: u64) -> Percent {
    Percent::new(value).unwrap()
}

fn check_split(replicas: u32, surge: u32, weight: u64, expect: Option<(u32, u32)>) {
    let expect = expect.map(|(stable, canary)| Counts { stable, canary });
    assert_eq!(
        split(replicas, surge, percent(weight)),
        expect,
        "{replicas} replicas, surge {surge}, {weight} %"
    );
}

#[test]
fn the_nearest_share_keeps_a_pod_of_each_version() {
    check_split(3, 1, 25, Some((3, 1)));
    check_split(3, 1, 50, Some((2, 2)));
    check_split(3, 0, 1, Some((2, 1)));
    check_split(10, 3, 10, Some((9, 1)));
    check_split(10, 3, 8, Some((12, 1)));
    check_split(1, 1, 50, Some((1, 1)));
    check_split(1, 1, 99, Some((1, 1)));
    check_split(1, 0, 50, None);
    check_split(5, 2, 0, Some((5, 0)));
    check_split(5, 2, 100, Some((0, 5)));
}

/// At these places Argo Rollouts scales the canary to zero.
#[test]
fn no_weight_scales_the_canary_away() {
    check_split(2, 0, 75, Some((1, 1)));
    check_split(5, 0, 90, Some((1, 4)));
    check_split(10, 0, 95, Some((1, 9)));
    check_split(25, 0, 98, Some((1, 24)));
    check_split(50, 0, 99, Some((1, 49)));
}

/// A failure means that some other number of pods within the surge would have come nearer to the
/// weight, or that a tie went to more pods or a larger canary.
#[test]
fn nothing_nearer_exists() {
    for (replicas, surge, weight) in
        (2..=20).flat_map(|r| (0..=4).flat_map(move |s| (1..=99).map(move |w| (r, s, w))))
    {
        let found = split(replicas, surge, percent(weight)).unwrap();
        let all = (replicas..=replicas + surge)
            .flat_map(|total| (1..total).map(move |canary| (total, canary)));
        let share = |canary: u32, total: u32| Share::of(canary.into(), total.into()).unwrap();
        let best = all.min_by_key(|(total, canary)| {
            (
                share(*canary, *total).distance(percent(weight).share()),
                *total,
                *canary,
            )
        });
        assert_eq!(
            best,
            Some((found.stable + found.canary, found.canary)),
            "{replicas} {surge} {weight}"
        );
    }
}

fn hello(
    replicas: u32,
    surge: serde_json::Value,
    unavailable: serde_json::Value,
    image: &str,
) -> Bundle {
    let deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello"},
        "spec": {
            "replicas": replicas, "selector": {"matchLabels": {"app": "hello"}},
            "strategy": {"rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}},
            "template": {
                "metadata": {"labels": {"app": "hello", "track": "stable"}},
                "spec": {"containers": [{"name": "hello", "image": image}]}}},
    });
    let service = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"},
        "spec": {"selector": {"app": "hello"}, "ports": [{"port": 80}]},
    });
    [deployment, service]
        .into_iter()
        .map(|value| Manifest::new(value).unwrap())
        .collect()
}

fn canary(weights: &[u64]) -> Canary {
    Canary {
        steps: weights
            .iter()
            .map(|weight| Step::SetWeight(percent(*weight)))
            .collect(),
        ..Canary::default()
    }
}

fn planned(from: &Bundle, to: &Bundle, canary: &Canary) -> Result<Plan, Error> {
    let release = Release::new(from, to, false)?;
    Ok(plan(
        &release,
        "canary",
        waypoints(&release, canary)?,
        &Options::default(),
    )?)
}

/// A state as the planner's documentation writes it: stable+canary, `*` for the new version.
fn written(state: &Bundle) -> String {
    let set = |name: &str| {
        let manifest = state.get(&Deployment::reference(None, name))?;
        let set = Deployment::of(manifest);
        let new = set.template()?.pointer("/spec/containers/0/image") == Some(&json!("hello:2"));
        Some(format!(
            "{}{}",
            set.replicas()?,
            if new && name == "hello" { "*" } else { "" }
        ))
    };
    let sets = [set("hello"), set("hello-canary")];
    sets.into_iter().flatten().collect::<Vec<_>>().join("+")
}

fn check_way(
    replicas: u32,
    surge: serde_json::Value,
    unavailable: serde_json::Value,
    weights: &[u64],
    expect: &str,
) {
    let from = hello(replicas, surge.clone(), unavailable.clone(), "hello:1");
    let to = hello(replicas, surge, unavailable, "hello:2");
    let plan = planned(&from, &to, &canary(weights)).unwrap();
    let way: Vec<String> = plan.states().unwrap().iter().map(written).collect();
    assert_eq!(way.join(" "), expect);
}

#[test]
fn the_planners_worked_cases_come_out_as_documented() {
    check_way(
        3,
        json!(1),
        json!(0),
        &[25, 50],
        "3 3+1 2+1 2+2 2+1 2*+1 3*+1 3*+0 3*",
    );
    check_way(
        10,
        json!(3),
        json!("25%"),
        &[10, 50, 90],
        "10 10+1 9+1 9+4 5+4 5+5 5+8 1+8 1+9 1*+9 4*+9 4*+4 9*+4 9*+0 10*+0 10*",
    );
    check_way(
        4,
        json!(0),
        json!(1),
        &[25, 50],
        "4 3 3+1 2+1 2+2 2*+2 2*+1 3*+1 3*+0 4*+0 4*",
    );
    check_way(2, json!(1), json!(0), &[50], "2 2+1 1+1 1*+1 2*+1 2*+0 2*");
    check_way(1, json!(1), json!(0), &[50], "1 1+1 0+1 0*+1 1*+1 1*+0 1*");
}

/// The way back from where all pods are new and there is one too few: the update strategy is made
/// to fit first.
#[test]
fn undo_without_room_makes_the_strategy_fit() {
    let (from, to) = (
        hello(4, json!(0), json!(1), "hello:1"),
        hello(4, json!(0), json!(1), "hello:2"),
    );
    let plan = planned(&from, &to, &canary(&[25, 50])).unwrap();
    let names: Vec<&str> = plan.spec.undo[5]
        .steps
        .iter()
        .map(|step| step.name.as_str())
        .collect();
    assert_eq!(written(&plan.state(6).unwrap()), "2*+1");
    assert_eq!(
        names,
        [
            "update strategy of Deployment hello: maxSurge 1, maxUnavailable 0",
            "image of Deployment hello 2 → 1",
            "update strategy of Deployment hello: maxSurge 0, maxUnavailable 1",
        ]
    );
}

/// What is paused has no second set; what is only resumed rolls by its own controller.
#[test]
fn a_paused_deployment_has_no_canary() {
    let object = Deployment::reference(None, "hello");
    let version = |image: &str, paused: Option<bool>| {
        let bundle = hello(3, json!(1), json!(0), image);
        let set = bundle.get(&object).unwrap();
        let set = paused.map(|paused| set.set("/spec/paused", json!(paused)));
        bundle.iter().cloned().chain(set).collect::<Bundle>()
    };
    let paused = version("hello:1", Some(true));
    let check = |to: Bundle| {
        let error = planned(&paused, &to, &canary(&[50])).unwrap_err();
        assert!(error.to_string().contains("/spec/paused"), "{error}");
    };
    check(version("hello:2", Some(true)));
    check(version("hello:2", Some(false)));
    check(version("hello:2", None));
    let plan = planned(&paused, &version("hello:1", None), &canary(&[50])).unwrap();
    let [step] = plan.spec.steps.as_slice() else {
        panic!("{} steps", plan.len())
    };
    assert_eq!(step.name, "resume Deployment hello");
    assert_eq!((step.movement, step.gates.len()), (Some(Move::Roll), 2));
}

fn check_refused(canary: &Canary, replicas: u32, expect: &str) {
    let (from, to) = (
        hello(replicas, json!(1), json!(0), "hello:1"),
        hello(replicas, json!(1), json!(0), "hello:2"),
    );
    let error = planned(&from, &to, canary).unwrap_err().to_string();
    assert!(
        error.contains(expect) && error.contains("hint: "),
        "{error}"
    );
}

#[test]
fn what_cannot_be_is_refused_with_a_hint() {
    check_refused(&canary(&[50, 25]), 3, "the weight falls from 50 % to 25 %");
    check_refused(&canary(&[]), 3, "no weight above zero");
    check_refused(&canary(&[50]), 0, "zero replicas");
    check_refused(
        &Canary {
            max_surge: Some(Amount::Count(0)),
            max_unavailable: Some(Amount::Count(1)),
            ..canary(&[50])
        },
        1,
        "hint: allow one more with maxSurge: 1",
    );
    check_refused(
        &Canary {
            tolerance: Some(percent(5)),
            ..canary(&[5])
        },
        3,
        "20 percentage points off, where 5 are tolerated",
    );
}
