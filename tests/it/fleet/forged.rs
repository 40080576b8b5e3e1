//! Fleet plans that somebody has forged and digested again: they are refused, or it is seen.

use cutover::manifest::Digest;
use cutover_report::{Screen, fleet_markdown, show_fleet};
use serde_json::{Value, json};

use super::{digested, planned, recounted};

/// A fleet plan that is forged is refused, with these words.
#[track_caller]
fn refused(forge: impl FnOnce(&mut Value), words: &str) {
    let mut value = planned();
    forge(&mut value);
    let Err(reasons) = recounted(&digested(value)) else {
        panic!("it is believed: {words}")
    };
    let text = reasons.join("\n");
    assert!(text.contains(words), "no {words:?} in:\n{text}");
}

/// A fleet plan that is forged is another one, and a reviewer sees these words, or sees them no
/// more.
#[track_caller]
fn shown(forge: impl FnOnce(&mut Value), gone: &str, there: &str) {
    let before = recounted(&planned()).unwrap();
    let mut value = planned();
    forge(&mut value);
    let after = recounted(&digested(value)).unwrap();
    assert_ne!(before.digest, after.digest);
    let pages = |fleet| {
        [
            show_fleet(fleet, Screen::default().columns(1000)).unwrap(),
            fleet_markdown(fleet)
                .unwrap()
                .replace("| ", "")
                .replace(" |", ""),
        ]
    };
    for (before, after) in pages(&before).iter().zip(pages(&after)) {
        let words = |page: &str| page.split_whitespace().collect::<Vec<_>>().join(" ");
        let (before, after) = (words(before), words(&after));
        assert!(before.contains(gone), "no {gone:?} before in:\n{before}");
        assert!(after.contains(there), "no {there:?} in:\n{after}");
        assert_ne!(
            before.matches(gone).count(),
            after.matches(gone).count(),
            "{gone}"
        );
    }
}

fn waves(value: &mut Value) -> &mut Value {
    &mut value["spec"]["waves"]
}

fn plan_of(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).unwrap()["plan"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// A failure means that more of the fleet changes at once, or twice, than its reviewers were told.
#[test]
fn what_can_be_recounted_is_refused() {
    refused(
        |value| waves(value)[2]["maxConcurrency"] = json!(4),
        "maxConcurrency is 4, and it has 1 to 3",
    );
    refused(
        |value| waves(value)[2]["maxConcurrency"] = json!(0),
        "maxConcurrency is 0",
    );
    refused(
        |value| waves(value)[2]["undoMaxConcurrency"] = json!(9),
        "undoMaxConcurrency is 9",
    );
    refused(
        |value| waves(value)[2]["maxFailures"] = json!(4),
        "maxFailures is 4, and it has 3 clusters",
    );
    refused(
        |value| waves(value)[2]["maxFailures"] = json!(1),
        "wave main: 0 of 2 (0 %) may be left of us",
    );
    refused(
        |value| {
            let twice = waves(value)[1]["clusters"][0].clone();
            waves(value)[2]["clusters"]
                .as_array_mut()
                .unwrap()
                .push(twice);
        },
        "clusters eu-1: they are there twice",
    );
    refused(
        |value| waves(value)[1]["name"] = json!("main"),
        "waves main: they are there twice",
    );
    refused(
        |value| {
            waves(value)[1]["clusters"] = json!([]);
        },
        "waves canary: no cluster is in them",
    );
    refused(
        |value| waves(value)[2]["clusters"][1]["context"] = json!("eu-1"),
        "clusters eu-1, us-1: they have one context, `eu-1`",
    );
    refused(
        |value| {
            waves(value)[2]["clusters"][1]
                .as_object_mut()
                .unwrap()
                .remove("countedAs");
        },
        "clusters us-1: they have no label `region`",
    );
    refused(
        |value| {
            value["spec"].as_object_mut().unwrap().remove("budget");
        },
        "they are counted apart, and no budget asks for it",
    );
    refused(
        |value| value["spec"]["budget"]["minAvailable"] = json!("51%"),
        "51% are asked for",
    );
    refused(
        |value| value["spec"]["journal"]["cluster"] = json!("eu-9"),
        "journal: cluster eu-9: it is in no wave",
    );
    let gate = json!([{"settled": {"object": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}, "replicas": 0}}]);
    refused(
        |value| waves(value)[1]["gates"]["before"] = gate,
        "gates.before: it looks at an object",
    );
}

/// A failure means that a cluster gets another plan than was reviewed, or one that keeps nothing.
#[test]
fn plans_that_do_not_fit_are_refused() {
    refused(
        |value| {
            waves(value)[0]["clusters"][0]["plan"] = json!(format!("sha256:{}", "0".repeat(64)))
        },
        "clusters berlin: their plan is not there",
    );
    refused(
        |value| {
            let other = plan_of(value, "/spec/waves/2/clusters/0");
            waves(value)[0]["clusters"][0]["plan"] = json!(other);
        },
        "no cluster has them",
    );
    refused(
        |value| {
            let (own, other) = (
                plan_of(value, "/spec/waves/0/clusters/0"),
                plan_of(value, "/spec/waves/1/clusters/0"),
            );
            let plans = &mut value["spec"]["plans"];
            plans[&own] = plans[&other].clone();
        },
        "clusters berlin: plan: it is not the plan that it stands for",
    );
    refused(
        |value| {
            let own = plan_of(value, "/spec/waves/1/clusters/0");
            value["spec"]["plans"][&own]["spec"]["steps"][0]["gates"] = json!([]);
        },
        "plan: digest: the plan is not the one that this digest was made of",
    );
    refused(
        |value| {
            let own = plan_of(value, "/spec/waves/1/clusters/0");
            let mut plan = value["spec"]["plans"]
                .as_object_mut()
                .unwrap()
                .remove(&own)
                .unwrap();
            let step = plan.pointer_mut("/spec/steps/0").unwrap();
            step.as_object_mut().unwrap().remove("gates");
            let plan = digested(plan);
            let digest = plan["digest"].as_str().unwrap().to_owned();
            waves(value)[1]["clusters"][0]["plan"] = json!(digest);
            value["spec"]["plans"][&digest] = plan;
        },
        "clusters eu-1: step 2: web: 3 pods may answer, and 4 are promised",
    );
    let mut edited = planned();
    edited["spec"]["onFailure"] = json!("stop");
    let reasons = recounted(&edited).unwrap_err();
    assert!(
        reasons[0].contains("is not the one that this digest was made of"),
        "{reasons:?}"
    );
}

/// A failure means that somebody takes a safeguard out, and nobody who looks sees it.
#[test]
fn what_cannot_be_recounted_is_seen() {
    let remove = |pointer: &'static str, field: &'static str| {
        move |value: &mut Value| {
            let parent = value.pointer_mut(pointer).unwrap();
            parent.as_object_mut().unwrap().remove(field);
        }
    };
    shown(
        remove("/spec/waves/1", "soak"),
        "6 1 0 1 – 1h",
        "6 1 0 1 – –",
    );
    shown(
        remove("/spec/waves/1", "gates"),
        "after canary: a person",
        "Fleet shop",
    );
    shown(
        remove("/spec/waves/0", "progressDeadlineSeconds"),
        "30m",
        "Fleet shop",
    );
    shown(
        |value| {
            waves(value)[1]["gates"]["after"][0]["metric"]["successCondition"] =
                json!("result[0] < 1")
        },
        "0.01",
        "metric error-rate",
    );
    shown(
        |value| waves(value)[1]["clusters"][0]["context"] = json!("stolen"),
        "eu-1 canary eu-1",
        "eu-1 canary stolen",
    );
    shown(
        |value| waves(value)[1]["clusters"][0]["weight"] = json!(2),
        "eu 2 of 3",
        "eu 2 of 4",
    );
    shown(
        remove("/spec", "onFailure"),
        "all that was begun is taken back",
        "those at work end",
    );
    shown(
        |value| value["spec"]["unreachable"] = json!("skip"),
        "counts as failed",
        "is left out",
    );
    shown(
        remove("/spec", "journal"),
        "in cluster berlin, namespace ops",
        "does not say where the journal",
    );
    shown(
        |value| value["spec"]["budget"]["minAvailable"] = json!("1%"),
        "At least 50%",
        "At least 1%",
    );
    shown(
        |value| waves(value)[2]["undoMaxConcurrency"] = json!(3),
        "1 2 0 2",
        "1 2 0 3",
    );
    shown(
        |value| {
            let (one, other) = (
                plan_of(value, "/spec/waves/2/clusters/0"),
                plan_of(value, "/spec/waves/2/clusters/1"),
            );
            waves(value)[2]["clusters"][0]["plan"] = json!(other);
            waves(value)[2]["clusters"][1]["plan"] = json!(one);
        },
        "of us-1, us-2",
        "of eu-2, us-2",
    );
}

/// A failure means that a name gets into a path, a line or a request that obeys it.
#[test]
fn names_are_safe() {
    for name in ["../eu", "eu\n1", "eu\u{1b}[2J", "", &"a".repeat(254)] {
        refused(
            |value| waves(value)[1]["clusters"][0]["name"] = json!(name),
            "is not a name",
        );
        refused(
            |value| waves(value)[1]["name"] = json!(name),
            "is not a name",
        );
    }
    refused(
        |value| waves(value)[1]["clusters"][0]["context"] = json!("eu\n1"),
        "is not a name",
    );
    refused(
        |value| value["metadata"]["name"] = json!("../shop"),
        "metadata.name",
    );
    refused(
        |value| waves(value)[1]["clusters"][0]["countedAs"] = json!("eu\u{202e}"),
        "clusters eu-1",
    );
    refused(
        |value| value["spec"]["journal"] = json!({"file": "a\nb"}),
        "is not a path",
    );
    refused(
        |value| value["spec"]["secret"] = json!(1),
        "unknown field `secret`",
    );
    refused(
        |value| value["kind"] = json!("Plan"),
        "`Plan` is not `FleetPlan`",
    );
    refused(
        |value| value["apiVersion"] = json!("cutover.dev/v2"),
        "is not `cutover.dev/v1alpha1`",
    );
}

/// A failure means that a default which is spelled out makes another fleet plan of the same.
#[test]
fn a_default_spelled_out_is_the_same_fleet_plan() {
    let before = recounted(&planned()).unwrap();
    let mut value = planned();
    value["spec"]["unreachable"] = json!("fail");
    waves(&mut value)[0]["clusters"][0]["weight"] = json!(1);
    waves(&mut value)[0]["gates"] = json!({"before": []});
    let after = recounted(&value).unwrap();
    assert_eq!(before, after);
    let digest: Digest = before.digest.clone();
    assert_eq!(digest.to_string().len(), "sha256:".len() + 64);
}
