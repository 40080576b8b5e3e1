//! Weights as tables, and the planner's worked cases, state by state.

use cutover_manifest::{Bundle, Manifest};
use cutover_plan::{Plan, walk};
use cutover_planner::{Options, plan};
use cutover_release::{Ends, Release};
use cutover_report::step_name;
use cutover_traffic::{Percent, Share};
use cutover_workload::{Amount, Deployment};
use proptest::prelude::{prop_assert_eq, proptest};
use serde_json::json;

use crate::{Canary, Counts, Step, split};

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

/// What [`split`] looked at once: every number of pods within the surge.
fn split_over_all(replicas: u32, surge: u32, weight: Percent) -> Option<Counts> {
    let totals = (replicas..=replicas + surge).filter(|total| *total >= 2);
    let candidates = totals.flat_map(|total| {
        let exact = u32::try_from(u64::from(total) * weight.value() / 100).unwrap();
        let below = exact.clamp(1, total - 1);
        [below, (below + 1).min(total - 1)].map(|canary| Counts {
            stable: total - canary,
            canary,
        })
    });
    candidates.min_by_key(|counts| counts.share().distance(weight.share()))
}

proptest! {
    /// A failure means that the totals which are left out matter: more than a hundred in a row must
    /// be looked at.
    #[test]
    fn a_hundred_totals_are_enough(replicas in 0..=400_u32, surge in 0..=500_u32, weight in 1..=99_u64) {
        let weight = percent(weight);
        prop_assert_eq!(split(replicas, surge, weight), split_over_all(replicas, surge, weight));
    }
}

#[test]
fn the_largest_numbers_take_no_longer() {
    let most = i32::MAX.unsigned_abs();
    check_split(3, most, 25, Some((3, 1)));
    check_split(3, u32::MAX, 1, Some((99, 1)));
    check_split(101, 99, 1, Some((198, 2)));
    check_split(2_000_000_000, 0, 33, Some((1_340_000_000, 660_000_000)));
    check_split(most, most, 50, Some((1_073_741_824, 1_073_741_824)));
    check_split(u32::MAX, u32::MAX, 99, Some((42_949_673, 4_252_017_622)));
    check_split(0, most, 50, Some((1, 1)));
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
    Canary::new(
        weights
            .iter()
            .map(|weight| Step::SetWeight(percent(*weight))),
    )
}

fn planned(from: &Bundle, to: &Bundle, canary: &Canary) -> Result<Plan, String> {
    let ends = Ends::new(from.clone(), to.clone());
    let release = Release::new(ends).map_err(|refused| refused.to_string())?;
    plan(&release, canary, &Options::default()).map_err(|error| error.to_string())
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
    let mut walk = plan.walk();
    let mut way = vec![written(walk.state())];
    while walk.advance().unwrap().is_some() {
        way.push(written(walk.state()));
    }
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
    let mut walk = walk(plan.state(6).unwrap(), &plan.spec.undo[5].steps);
    let mut names = Vec::new();
    while let Some(step) = walk.advance().unwrap() {
        names.push(step_name(step, walk.before(), walk.state()));
    }
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
        let set = paused.map(|paused| set.set("/spec/paused", json!(paused)).unwrap());
        bundle.iter().cloned().chain(set).collect::<Bundle>()
    };
    let paused = version("hello:1", Some(true));
    let check = |to: Bundle| {
        let error = planned(&paused, &to, &canary(&[50])).unwrap_err();
        assert!(error.contains("/spec/paused"), "{error}");
    };
    check(version("hello:2", Some(true)));
    check(version("hello:2", Some(false)));
    check(version("hello:2", None));
    let plan = planned(&paused, &version("hello:1", None), &canary(&[50])).unwrap();
    let [step] = plan.spec.steps.as_slice() else {
        panic!("{} steps", plan.len())
    };
    let name = step_name(step, &plan.start(), &plan.state(1).unwrap());
    assert_eq!(name, "resume Deployment hello");
    assert_eq!(step.gates.len(), 2);
}

fn check_refused(canary: &Canary, replicas: u32, expect: &str) {
    let (from, to) = (
        hello(replicas, json!(1), json!(0), "hello:1"),
        hello(replicas, json!(1), json!(0), "hello:2"),
    );
    let error = planned(&from, &to, canary).unwrap_err();
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
    check_refused(&canary(&[50]), 2_000_000_000, "more than 1000 steps");
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

/// What tells the canary's pods apart, where the selector has this expression too; `None` where
/// nothing does.
fn check_told_by(expressions: serde_json::Value, expect: Option<&str>) {
    let end = |image: &str| -> Bundle {
        let hello = hello(3, json!(1), json!(0), image);
        let expressed = |manifest: &Manifest| match manifest.object().kind.as_str() {
            "Deployment" => manifest
                .set("/spec/selector/matchExpressions", expressions.clone())
                .unwrap(),
            _ => manifest.clone(),
        };
        hello.iter().map(expressed).collect()
    };
    let plan = planned(&end("hello:1"), &end("hello:2"), &canary(&[25]));
    let Some(key) = expect else {
        let error = plan.unwrap_err();
        let reason = "/spec/selector/matchExpressions: it does not hold for";
        assert!(
            error.contains(reason) && error.contains("\nhint: "),
            "{error}"
        );
        return;
    };
    let state = plan.unwrap().state(1).unwrap();
    let canary = state.get(&Deployment::reference(None, "hello-canary"));
    let canary = Deployment::of(canary.unwrap());
    assert_eq!(canary.labels()[key], "canary", "{expressions}");
    assert!(
        canary.selector().unwrap().matches(&canary.labels()),
        "{expressions}"
    );
}

#[test]
fn the_canarys_selector_matches_its_own_pods() {
    let [track, own, last] = ["track", "cutover.dev/track", "cutover.dev/set"];
    let only = |key: &str, value: &str| json!({"key": key, "operator": "In", "values": [value]});
    let none = |key: &str| json!({"key": key, "operator": "DoesNotExist"});
    check_told_by(json!([]), Some(track));
    check_told_by(json!([only(track, "stable")]), Some(own));
    check_told_by(json!([only(track, "stable"), none(own)]), Some(last));
    let not_canary = json!({"key": track, "operator": "NotIn", "values": ["canary"]});
    check_told_by(json!([not_canary]), Some(own));
    check_told_by(json!([only(track, "stable"), none(own), none(last)]), None);
}
