//! Sets whose selectors match their own pods.

use cutover_workload::{Deployment, deployments};
use serde_json::{Value, json};

use super::{deployment, planned, service, shop, states};

/// The label by which the Service picks, where the base's selector has these expressions too;
/// `None` where no label is left.
fn check_picks_by(labels: Value, expressions: Value, expect: Option<&str>) {
    let mut active = deployment("shop", labels.clone(), "shop:1");
    active["spec"]["selector"] =
        json!({"matchLabels": {"app": "shop"}, "matchExpressions": expressions});
    let mut wide = service("shop", &active);
    wide["spec"]["selector"] = json!({"app": "shop"});
    let from = [active, wide];
    let mut to = from.clone();
    to[0]["spec"]["template"]["spec"]["containers"][0]["image"] = json!("shop:2");
    let plan = planned(&from, &to, &shop());
    let Some(key) = expect else {
        let error = plan.unwrap_err();
        let reason = "/spec/selector/matchExpressions: it does not hold for";
        assert!(
            error.contains(reason) && error.contains("\nhint: "),
            "{error}"
        );
        return;
    };
    let plan = plan.unwrap();
    for state in states(&plan) {
        for set in deployments(&state) {
            assert!(
                set.selector().unwrap().matches(&set.labels()),
                "{labels} {expressions}"
            );
        }
    }
    let green = Deployment::reference(None, "shop-green");
    let states = states(&plan);
    let green = states.iter().find_map(|state| state.get(&green)).unwrap();
    assert_eq!(
        Deployment::of(green).labels()[key],
        "green",
        "{labels} {expressions}"
    );
}

#[test]
fn greens_selector_matches_its_own_pods() {
    let [track, own, last] = ["track", "cutover.dev/track", "cutover.dev/set"];
    let stable = || json!({"track": "stable"});
    let one_of =
        |key: &str, values: &[&str]| json!({"key": key, "operator": "In", "values": values});
    let never =
        |key: &str, value: &str| json!({"key": key, "operator": "NotIn", "values": [value]});
    let there = |key: &str| json!({"key": key, "operator": "Exists"});
    let absent = |key: &str| json!({"key": key, "operator": "DoesNotExist"});
    check_picks_by(stable(), json!([]), Some(track));
    check_picks_by(stable(), json!([there(track)]), Some(track));
    check_picks_by(
        stable(),
        json!([one_of(track, &["stable", "green"])]),
        Some(track),
    );
    check_picks_by(stable(), json!([one_of(track, &["stable"])]), Some(own));
    check_picks_by(stable(), json!([never(track, "green")]), Some(own));
    check_picks_by(json!({}), json!([]), Some(own));
    check_picks_by(json!({}), json!([absent(own)]), Some(last));
    check_picks_by(json!({}), json!([never(own, "blue")]), Some(last));
    check_picks_by(
        stable(),
        json!([one_of(track, &["stable"]), never(own, "green")]),
        Some(last),
    );
    check_picks_by(
        stable(),
        json!([one_of(track, &["stable"]), absent(own), absent(last)]),
        None,
    );
}

/// The idle slot takes the other's pods, which its own selector has to match.
#[test]
fn a_slot_whose_selector_would_not_match_its_new_pods_is_refused() {
    let active = deployment("shop", json!({"slot": "blue", "version": "1"}), "shop:1");
    for (operator, values) in [("In", json!(["0"])), ("NotIn", json!(["1"]))] {
        let mut idle = deployment(
            "shop-green",
            json!({"slot": "green", "version": "0"}),
            "shop:0",
        );
        idle["spec"]["selector"] = json!({"matchLabels": {"app": "shop", "slot": "green"},
            "matchExpressions": [{"key": "version", "operator": operator, "values": values}]});
        let mut front = service("shop", &active);
        front["spec"]["selector"]
            .as_object_mut()
            .unwrap()
            .remove("version");
        let from = [active.clone(), front, idle];
        let mut to = from.clone();
        to[0]["spec"]["template"]["spec"]["containers"][0]["image"] = json!("shop:2");
        let error = planned(&from, &to, &shop()).unwrap_err().to_string();
        let expected = "Deployment shop-green: /spec/selector: the selector does not match";
        assert!(error.contains(expected), "{error}");
    }
}
