use serde_json::{Value, json};

use super::*;
use crate::ends::Ends;
use crate::kinds;
use crate::release::Release;
use crate::sets::replicas;

fn hello(count: Value) -> Manifest {
    let hello = Manifest::new(json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello"},
        "spec": {"replicas": count, "selector": {"matchLabels": {"app": "hello"}}, "template": {
            "metadata": {"labels": {"app": "hello"}}, "spec": {"containers": [{"name": "hello", "image": "hello:1"}]}}},
    }));
    let hello = hello.unwrap();
    match count_is_absent(&hello) {
        true => hello.without(Deployment::REPLICAS),
        false => hello,
    }
}

fn count_is_absent(manifest: &Manifest) -> bool {
    manifest.pointer(Deployment::REPLICAS.pointer()) == Some(&json!("absent"))
}

fn scaler(kind: &str, target: Value) -> Manifest {
    let version = match kind {
        "ScaledObject" => "keda.sh/v1alpha1",
        _ => "autoscaling/v2",
    };
    Manifest::new(json!({
        "apiVersion": version, "kind": kind, "metadata": {"name": "busy"},
        "spec": {"scaleTargetRef": target},
    }))
    .unwrap()
}

/// A failure means that a plan writes a count that an autoscaler or a person owns, or does not
/// write one that the manifests say.
#[test]
fn a_count_that_others_own_stays_as_it_is() {
    let check = |from: Value, to: Value, scaler: Option<&Manifest>, expect: Option<Value>| {
        let near = |count: &Value| {
            let set = [hello(count.clone())].into_iter();
            set.chain(scaler.cloned()).collect::<Bundle>()
        };
        let release = Release::new(Ends::new(near(&from), near(&to))).unwrap();
        let object = hello(json!(1)).object().clone();
        let kept = release
            .to()
            .get(&object)
            .unwrap()
            .pointer(Deployment::REPLICAS.pointer())
            .cloned();
        let noted = release.warnings().len();
        let is_live = release.is_live(&object);
        match expect {
            Some(count) => assert_eq!(
                (kept, is_live, noted),
                (Some(count), false, 0),
                "{from} {to}"
            ),
            None => {
                let stays = hello(from.clone())
                    .pointer(Deployment::REPLICAS.pointer())
                    .cloned();
                let differs = hello(from.clone()) != hello(to.clone());
                assert_eq!(
                    (kept, is_live, noted),
                    (stays, true, usize::from(differs)),
                    "{from} {to}"
                );
            }
        }
        replicas(&release, &object).map_err(|refused| refused.first().kind())
    };
    let absent = || json!("absent");
    let hpa = scaler(
        "HorizontalPodAutoscaler",
        json!({"kind": "Deployment", "name": "hello"}),
    );
    let keda = scaler("ScaledObject", json!({"name": "hello"}));
    let other = scaler(
        "HorizontalPodAutoscaler",
        json!({"kind": "Deployment", "name": "web"}),
    );
    let set = scaler(
        "HorizontalPodAutoscaler",
        json!({"kind": "StatefulSet", "name": "hello"}),
    );
    assert_eq!(check(json!(3), json!(5), None, Some(json!(5))), Ok((3, 5)));
    assert_eq!(
        check(json!(3), json!(5), Some(&other), Some(json!(5))),
        Ok((3, 5))
    );
    assert_eq!(
        check(json!(3), json!(5), Some(&set), Some(json!(5))),
        Ok((3, 5))
    );
    let unknown = Err(kinds::UNKNOWN_REPLICAS);
    for (from, to) in [
        (absent(), absent()),
        (json!(3), absent()),
        (absent(), json!(3)),
        (Value::Null, json!(3)),
    ] {
        assert_eq!(check(from, to, None, None), unknown);
    }
    for scaler in [&hpa, &keda] {
        for (from, to) in [
            (json!(3), json!(3)),
            (json!(3), json!(5)),
            (absent(), json!(3)),
        ] {
            assert_eq!(check(from, to, Some(scaler), None), Err(kinds::AUTOSCALER));
        }
    }
}
