use cutover_manifest::Manifest;
use serde_json::json;

use super::*;
use crate::ends::Ends;
use crate::release::Release;

/// A Deployment whose manifest says a number of pods, or none.
fn set(name: &str, number: Option<u32>) -> Manifest {
    let set = Manifest::new(json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
        "spec": {"selector": {"matchLabels": {"app": name}}, "template": {
            "metadata": {"labels": {"app": name}}, "spec": {"containers": [{"name": name, "image": "hello:1"}]}}},
    }))
    .unwrap();
    match number {
        Some(number) => Deployment::of(&set).scaled(number),
        None => set,
    }
}

fn hpa() -> Manifest {
    Manifest::new(json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "hello"},
        "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "hello"}, "maxReplicas": 9},
    }))
    .unwrap()
}

fn parsed(texts: &[&str]) -> Vec<Replicas> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

/// A failure means that a plan counts on a number that nobody gave, or forgets that it was given.
#[test]
fn a_number_is_given_where_the_manifests_say_none() {
    let check = |ends: Ends, numbers: [Option<u32>; 2], is_given: bool| {
        let release = Release::new(ends.given(&parsed(&["7"]), &[]).unwrap()).unwrap();
        let object = set("hello", None).object().clone();
        let found = [release.from(), release.to()].map(|end| {
            let number = end
                .get(&object)
                .unwrap()
                .pointer(Deployment::REPLICAS.pointer());
            number.map(|number| u32::try_from(number.as_u64().unwrap()).unwrap())
        });
        assert_eq!((found, release.is_given(&object)), (numbers, is_given));
    };
    let ends = |from, to| Ends::new(bundle(from), bundle(to));
    fn bundle(number: Option<u32>) -> Bundle {
        [set("hello", number)].into_iter().collect()
    }
    check(ends(None, None), [Some(7), Some(7)], true);
    check(ends(Some(3), None), [Some(3), Some(7)], true);
    // What is wanted is said.
    check(ends(None, Some(5)), [Some(7), Some(5)], true);
    check(ends(Some(3), Some(5)), [Some(3), Some(5)], false);
    let hold = Some(OnAutoscaler::Hold);
    let scaled = |from, to| {
        let end = |number| [set("hello", number), hpa()].into_iter().collect();
        Ends::new(end(from), end(to))
    };
    // Its number stays live.
    check(scaled(Some(3), Some(3)), [Some(3), Some(3)], false);
    check(scaled(None, None), [None, None], false);
    let held = |from, to| scaled(from, to).with_autoscalers(hold);
    check(held(None, None), [Some(7), Some(7)], true);
    check(held(Some(3), Some(3)), [Some(7), Some(7)], true);
    check(held(Some(3), Some(3)).scaled(), [Some(7), Some(3)], true);
    // The autoscaler goes: what is wanted says the number at the end.
    let leaving = |from, to| {
        let scaled = [set("hello", from), hpa()].into_iter().collect();
        Ends::new(scaled, bundle(to)).pruned()
    };
    check(leaving(Some(3), Some(5)), [Some(7), Some(5)], true);
    check(leaving(None, Some(5)), [Some(7), Some(5)], true);
}

/// A failure means that a number goes to a Deployment that it is not for.
#[test]
fn what_is_given_by_name_goes_before_what_is_given_for_all() {
    let bundle: Bundle = [set("a", None), set("b", None), set("c", Some(1))]
        .into_iter()
        .collect();
    let check = |texts: &[&str], meant: &[&str], expect: Result<&[(&str, u32)], &str>| {
        let meant: Vec<WorkloadName> = meant.iter().map(|name| name.parse().unwrap()).collect();
        let given = given([&bundle, &bundle], &parsed(texts), &meant);
        let given = given.map_err(|refused| refused.first().reason().to_owned());
        let expect = expect.map_err(str::to_owned).map(|numbers| {
            let numbers = numbers.iter().copied();
            let named = numbers.map(|(name, number)| (set(name, None).object().clone(), number));
            named.collect::<BTreeMap<_, _>>()
        });
        assert_eq!(given, expect, "{texts:?} {meant:?}");
    };
    check(&[], &[], Ok(&[]));
    check(&["2"], &[], Ok(&[("a", 2), ("b", 2)]));
    check(&["2"], &["b"], Ok(&[("b", 2)]));
    check(&["b=4", "2", "3"], &[], Ok(&[("a", 3), ("b", 4)]));
    check(&["b=4"], &["a"], Ok(&[("b", 4)]));
    check(&["2"], &["c"], Ok(&[]));
    check(&["c=2"], &[], Err("the manifest says how many pods run"));
    check(
        &["d=2"],
        &[],
        Err("deployment/d: there is no such Deployment"),
    );
}

#[test]
fn what_gives_no_number_is_refused() {
    for text in ["", "three", "-1", "hello=", "hello=x", "service/hello=3"] {
        assert!(text.parse::<Replicas>().is_err(), "{text:?}");
    }
}
