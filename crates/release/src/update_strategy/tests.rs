//! Update strategies that a release brings, or that were there before.

use cutover_manifest::{Bundle, Manifest};
use serde_json::{Value, json};

use crate::{Ends, Refusals, Release};

fn web(strategy: &Value, image: &str) -> Manifest {
    let web = Manifest::new(json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "web"}}, "template": {
            "metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web", "image": image}]}}},
    }))
    .unwrap();
    match strategy {
        Value::Null => web,
        strategy => web.set("/spec/strategy", strategy.clone()).unwrap(),
    }
}

fn release(from: Option<&Value>, to: &Value) -> Result<Release, Refusals> {
    let from: Bundle = from
        .map(|strategy| web(strategy, "web:1"))
        .into_iter()
        .collect();
    let to: Bundle = [web(to, "web:2")].into_iter().collect();
    Release::new(Ends::new(from, to))
}

/// What is refused where the release brings it, and not where it was so before.
fn check_refused(strategy: Value, pointer: &str, reason: &str) {
    let good = json!({"rollingUpdate": {"maxSurge": 1}});
    for from in [None, Some(&Value::Null), Some(&good)] {
        let error = release(from, &strategy).unwrap_err();
        let text = error.to_string();
        assert!(text.contains(reason) && text.contains("\nhint: "), "{text}");
        assert_eq!(error.first().pointer(), pointer, "{text}");
        assert_eq!(error.first().object().unwrap().name, "web");
    }
    assert!(release(Some(&strategy), &strategy).is_ok(), "{strategy}");
    assert!(release(Some(&strategy), &good).is_ok(), "{strategy}");
}

const BUDGET: &str = "/spec/strategy/rollingUpdate/maxUnavailable";

#[test]
fn what_the_server_does_not_take_is_refused_where_the_release_brings_it() {
    let budget = |surge: Value, unavailable: Value| json!({"rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}});
    let zero = "maxSurge and maxUnavailable are both zero";
    check_refused(budget(json!(0), json!(0)), BUDGET, zero);
    check_refused(budget(json!("0%"), json!(0)), BUDGET, zero);
    check_refused(budget(json!("0%"), json!("0%")), BUDGET, zero);
    check_refused(
        budget(json!(1), json!("200%")),
        BUDGET,
        "maxUnavailable is 200%",
    );
    check_refused(
        budget(json!(0), json!("101%")),
        BUDGET,
        "maxUnavailable is 101%",
    );
    check_refused(
        json!({"type": "BlueGreen"}),
        "/spec/strategy/type",
        "`BlueGreen` is not an update strategy",
    );
    check_refused(
        json!({"type": "recreate"}),
        "/spec/strategy/type",
        "`recreate` is not an update strategy",
    );
    check_refused(
        json!({"type": "Recreate", "rollingUpdate": {"maxSurge": 1}}),
        "/spec/strategy/rollingUpdate",
        "has no budget",
    );
}

#[test]
fn what_the_server_takes_is_planned() {
    for strategy in [
        json!({"rollingUpdate": {"maxSurge": "200%", "maxUnavailable": "100%"}}),
        json!({"rollingUpdate": {"maxSurge": 0}}),
        json!({"rollingUpdate": {"maxUnavailable": 0}}),
        json!({"rollingUpdate": {"maxSurge": i32::MAX, "maxUnavailable": i32::MAX}}),
        json!({"type": "Recreate"}),
        json!({"type": "Recreate", "rollingUpdate": null}),
        json!({"type": "RollingUpdate", "rollingUpdate": null}),
        json!({"type": ""}),
        json!({}),
    ] {
        assert!(release(Some(&Value::Null), &strategy).is_ok(), "{strategy}");
        assert!(release(None, &strategy).is_ok(), "{strategy}");
    }
}

/// Another spelling of the same fault, or another one in its place.
#[test]
fn a_fault_that_stays_is_nobodys_wish_and_another_one_is() {
    let zero = json!({"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 0}});
    let spelled =
        json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "0%", "maxUnavailable": 0}});
    let above = json!({"rollingUpdate": {"maxSurge": 0, "maxUnavailable": "150%"}});
    let further = json!({"rollingUpdate": {"maxSurge": 0, "maxUnavailable": "300%"}});
    assert!(release(Some(&zero), &spelled).is_ok());
    assert!(release(Some(&zero), &above).is_err());
    assert!(release(Some(&above), &further).is_err());
    assert!(release(Some(&above), &zero).is_err());
}

#[test]
fn more_pods_than_the_server_counts_are_refused() {
    for replicas in [2_147_483_648_u32, 4_000_000_000, u32::MAX] {
        let to = web(&Value::Null, "web:2")
            .set("/spec/replicas", json!(replicas))
            .unwrap();
        let from: Bundle = [web(&Value::Null, "web:1")].into_iter().collect();
        let error = Release::new(Ends::new(from, Bundle::from_iter([to]))).unwrap_err();
        assert_eq!(error.first().pointer(), "/spec/replicas");
        assert!(
            error.to_string().ends_with("hint: say 2147483647 at most"),
            "{error}"
        );
    }
    let most = web(&Value::Null, "web:2")
        .set("/spec/replicas", json!(i32::MAX))
        .unwrap();
    let most: Bundle = [most].into_iter().collect();
    assert!(Release::new(Ends::unchanged(most)).is_ok());
}
