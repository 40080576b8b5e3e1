//! Deployments that the API server would not take.

use cutover_manifest::{Bundle, Manifest};
use serde_json::{Value, json};

use crate::{Ends, Refusals, Release};

/// A Deployment of pods with `app: web` and `track: stable`.
fn web(name: &str, selector: Value) -> Manifest {
    Manifest::new(json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
        "spec": {"replicas": 3, "selector": selector, "template": {
            "metadata": {"labels": {"app": "web", "track": "stable"}},
            "spec": {"containers": [{"name": "web", "image": "web:1"}]}}},
    }))
    .unwrap()
}

fn release(to: impl IntoIterator<Item = Manifest>) -> Result<Release, Refusals> {
    Release::new(Ends::new(Bundle::new(), to.into_iter().collect()))
}

fn check_deployment(expression: Value, expect: Result<(), &str>) {
    let selector = json!({"matchLabels": {"app": "web"}, "matchExpressions": [expression]});
    let found = release([web("web", selector.clone())]);
    match (found, expect) {
        (found, Ok(())) => assert!(found.is_ok(), "{selector}"),
        (found, Err(place)) => {
            let error = found.unwrap_err();
            assert_eq!(error.first().pointer(), place, "{error}");
            assert!(error.to_string().contains("\nhint: "), "{error}");
        }
    }
}

#[test]
fn a_deployments_whole_selector_has_to_match_its_pods() {
    let track = |operator: &str, values: &[&str]| json!({"key": "track", "operator": operator, "values": values});
    check_deployment(track("In", &["stable", "canary"]), Ok(()));
    check_deployment(track("Exists", &[]), Ok(()));
    check_deployment(track("NotIn", &["canary"]), Ok(()));
    check_deployment(track("In", &["canary"]), Err("/spec/selector"));
    check_deployment(track("NotIn", &["stable"]), Err("/spec/selector"));
    check_deployment(track("DoesNotExist", &[]), Err("/spec/selector"));
    check_deployment(
        json!({"key": "tier", "operator": "Exists"}),
        Err("/spec/selector"),
    );
    check_deployment(
        track("Is", &["stable"]),
        Err("/spec/selector/matchExpressions/0/operator"),
    );
    check_deployment(
        track("In", &[]),
        Err("/spec/selector/matchExpressions/0/values"),
    );
}

#[test]
fn equal_selectors_are_found_in_any_order() {
    let [app, track] = ["app", "track"].map(|key| json!({"key": key, "operator": "Exists"}));
    let selector = |expressions: [&Value; 2]| json!({"matchExpressions": expressions});
    let twins = [
        web("one", selector([&app, &track])),
        web("other", selector([&track, &app])),
    ];
    let error = release(twins).unwrap_err().to_string();
    assert!(
        error.contains("Deployment one has the same selector"),
        "{error}"
    );
    let apart = [
        web("one", json!({"matchExpressions": [app]})),
        web("other", json!({"matchExpressions": [track]})),
    ];
    assert!(release(apart).is_ok());
}
