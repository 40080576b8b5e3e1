use cutover::Checked;
use cutover::manifest::Quantity;
use serde_json::{Value, json};

use super::example::{canary, deployment, plan, service};
use crate::{Style, bounds, markdown, show, tightest};

/// Three pods that ask for this, with this image.
fn asking(tag: &str, cpu: &str, memory: &str) -> [Value; 2] {
    let mut hello = deployment("hello", 3, tag);
    let containers = &mut hello["spec"]["template"]["spec"]["containers"];
    containers[0]["resources"] = json!({"requests": {"cpu": cpu, "memory": memory}});
    [hello, service("hello")]
}

/// From pods that ask for 1 and 1Gi to others.
fn to(strategy: Value, cpu: &str, memory: &str) -> Checked {
    plan(
        strategy,
        &asking("1.0.0", "1", "1Gi"),
        &asking("2.0.0", cpu, memory),
    )
}

/// A failure means that a cluster has no room for a plan that was let pass.
#[test]
fn the_most_that_pods_ask_for() {
    let check = |strategy: Value, new: [&str; 2], cpu: &str, memory: &str| {
        let hello = &tightest(&to(strategy.clone(), new[0], new[1])).unwrap()[0];
        let told = [
            (hello.cpu, Quantity::cores as fn(_) -> _),
            (hello.memory, Quantity::bytes),
        ];
        let told = told.map(|(peak, amount)| {
            let peak = peak.unwrap();
            format!("{} at {}", amount(peak.amount), peak.place)
        });
        assert_eq!(told, [cpu, memory], "{strategy}");
    };
    let rolling = json!({"rolling": {}});
    // Four pods at once, the fourth of the new version or of the old one.
    check(
        rolling.clone(),
        ["1", "1Gi"],
        "4 at step 1",
        "4Gi at step 1",
    );
    check(rolling, ["2", "512Mi"], "7 at step 1", "3584Mi at step 1");
    // All old pods stop first.
    check(
        json!({"recreate": {}}),
        ["1", "1Gi"],
        "3 at plan",
        "3Gi at plan",
    );
    check(
        json!({"recreate": {}}),
        ["2", "1Gi"],
        "6 at step 2",
        "3Gi at plan",
    );
    // Twice of both beside each other, and one more while the first set rolls.
    let blue_green = json!({"blueGreen": {"activeService": "hello"}});
    check(blue_green, ["1", "1Gi"], "7 at step 5", "7Gi at step 5");
    let steps = json!([{"setWeight": 25}, {"pause": {}}]);
    check(
        json!({"canary": {"steps": steps}}),
        ["1", "1Gi"],
        "4 at step 1",
        "4Gi at step 1",
    );
}

#[test]
fn the_peak_is_shown() {
    let check = |plan: &Checked, words: &str| {
        let table = show(plan, Style::Plain).unwrap();
        assert!(
            table.contains(&format!("\nPods ask for at most {words}.\n")),
            "{table}"
        );
        let page = markdown(plan).unwrap();
        assert!(
            page.contains(&format!("\nPods ask for at most {words}.\n")),
            "{page}"
        );
    };
    let rolling = || json!({"rolling": {}});
    let plan = to(rolling(), "2", "1Gi");
    check(
        &plan,
        "7 of CPU (step 1; 3 before) and 4Gi of memory (step 1; 3Gi before)",
    );
    let recount = bounds(&plan).unwrap();
    assert!(
        recount.contains("\npods ask for at most 7 of CPU (step 1; 3 before) and"),
        "{recount}"
    );
    check(
        &to(json!({"recreate": {}}), "1", "1Gi"),
        "3 of CPU and 3Gi of memory",
    );
    let nothing = show(&canary(), Style::Plain).unwrap();
    assert!(!nothing.contains("Pods ask"), "{nothing}");
    let both = |tag| {
        let [mut web, _] = asking(tag, "100m", "1Gi");
        web["metadata"]["name"] = json!("web");
        web["spec"]["selector"] = json!({"matchLabels": {"app": "web"}});
        web["spec"]["template"]["metadata"]["labels"] = json!({"app": "web"});
        [web, deployment("worker", 2, tag)]
    };
    let two = super::example::plan(rolling(), &both("1"), &both("2"));
    let table = show(&two, Style::Plain).unwrap();
    assert!(
        table.contains("\nPods ask for at most:\n  web: 400m of CPU (step 1; 300m before) and"),
        "{table}"
    );
}

#[test]
fn what_is_no_quantity_is_told() {
    let plan = to(json!({"rolling": {}}), "2", "much");
    let place = "Deployment hello: /spec/template/spec/containers/0/resources/requests/memory: `much` is not a quantity";
    for error in [tightest(&plan).unwrap_err(), bounds(&plan).unwrap_err()] {
        assert!(error.to_string().starts_with(place), "{error}");
    }
    let table = show(&plan, Style::Plain).unwrap();
    assert!(
        table.contains(
            "\nHow much CPU and memory pods ask for is not known, since a quantity is none.\n"
        ),
        "{table}"
    );
}
