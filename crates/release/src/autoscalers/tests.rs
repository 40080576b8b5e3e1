use cutover_manifest::Manifest;
use cutover_workload::{Budget, Workload};
use serde_json::{Value, json};

use super::*;
use crate::ends::Ends;
use crate::sets::replicas;

fn hello(count: Value) -> Manifest {
    Manifest::new(json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello"},
        "spec": {"replicas": count, "selector": {"matchLabels": {"app": "hello"}}, "template": {
            "metadata": {"labels": {"app": "hello"}}, "spec": {"containers": [{"name": "hello", "image": "hello:1"}]}}},
    }))
    .unwrap()
}

fn scaler(version: &str, kind: &str, metadata: Value) -> Manifest {
    Manifest::new(json!({
        "apiVersion": version, "kind": kind, "metadata": metadata,
        "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "hello"}, "maxReplicas": 9},
    }))
    .unwrap()
}

fn hpa(name: &str) -> Manifest {
    scaler(
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        json!({"name": name}),
    )
}

fn release(from: &[Manifest], to: &[Manifest], what: Option<OnAutoscaler>) -> Release {
    let end = |objects: &[Manifest]| objects.iter().cloned().collect::<Bundle>();
    let ends = Ends::new(end(from), end(to)).pruned();
    Release::new(ends.with_autoscalers(what)).unwrap()
}

const HOLD: Option<OnAutoscaler> = Some(OnAutoscaler::Hold);

/// A failure means that a plan counts pods that an autoscaler counts too, or that a release is
/// refused which could be planned.
#[test]
fn an_autoscaler_that_can_be_held_is_not_refused() {
    let check = |from: &[Manifest], to: &[Manifest], what, expect: Option<&str>| {
        let release = release(from, to, what);
        let object = hello(json!(3)).object().clone();
        let workloads = [Workload::new(object, Budget::default(), 3, 3)];
        let refused = autoscalers(&release, &workloads).err();
        let refused = refused.map(|refused| refused.first().message());
        match (refused, expect) {
            (None, None) => {}
            (Some(message), Some(words)) => assert!(message.contains(words), "{message}"),
            (refused, expect) => panic!("{refused:?} {expect:?}"),
        }
    };
    let set = hello(json!(3));
    let own = [set.clone(), hpa("own")];
    check(
        &own,
        &own,
        None,
        Some("HorizontalPodAutoscaler own scales it"),
    );
    check(&own, &own, HOLD, None);
    let other = [set.clone(), hpa("other")];
    check(&own, &other, HOLD, None);
    // It goes before anything is counted.
    let bare = [set.clone()];
    check(&own, &bare, None, None);
    let left = [hpa("own"), hpa("other")].into_iter().chain(bare.clone());
    check(&left.collect::<Vec<_>>(), &bare, None, None);
    check(
        &bare,
        &own,
        None,
        Some("HorizontalPodAutoscaler own scales it"),
    );
    let two = [set.clone(), hpa("own"), hpa("other")];
    check(
        &own,
        &two,
        HOLD,
        Some("and so does HorizontalPodAutoscaler"),
    );
    let owned =
        json!({"name": "made", "ownerReferences": [{"kind": "ScaledObject", "name": "busy"}]});
    let keda = scaler("keda.sh/v1alpha1", "ScaledObject", json!({"name": "busy"}));
    let made = scaler("autoscaling/v2", "HorizontalPodAutoscaler", owned);
    let live = [set.clone(), keda, made.clone()];
    check(&live, &live, HOLD, None);
    let alone = [set.clone(), made];
    check(
        &alone,
        &alone,
        HOLD,
        Some("KEDA made it for a ScaledObject"),
    );
    let first = scaler(
        "autoscaling/v1",
        "HorizontalPodAutoscaler",
        json!({"name": "own"}),
    );
    let first = [set, first];
    check(
        &first,
        &first,
        HOLD,
        Some("/apiVersion: autoscaling/v1 knows"),
    );
}

/// A failure means that a plan takes a number out of a stale file for one that is wanted, or forgets
/// one that is.
#[test]
fn a_count_of_a_held_autoscaler_is_as_it_runs() {
    let object = hello(json!(3)).object().clone();
    let end = |count: Value| [hello(count), hpa("own")];
    let held = release(&end(json!(7)), &end(json!(3)), HOLD);
    assert_eq!(replicas(&held, &object).unwrap(), (7, 7));
    assert!(!held.is_live(&object) && held.warnings().len() == 1);
    let unsaid = release(&end(Value::Null), &end(json!(3)), HOLD);
    let refused = replicas(&unsaid, &object).unwrap_err();
    assert_eq!(refused.first().kind(), kinds::UNKNOWN_REPLICAS);
    let ends = [json!(7), json!(3)].map(|count| end(count).into_iter().collect::<Bundle>());
    let [from, to] = ends;
    let wanted = Ends::new(from, to).with_autoscalers(HOLD).scaled();
    let scaled = Release::new(wanted).unwrap();
    assert_eq!(replicas(&scaled, &object).unwrap(), (7, 3));
}
