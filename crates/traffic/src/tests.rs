//! Services as tables.

use std::collections::BTreeMap;

use cutover_manifest::Manifest;
use serde_json::{Value, json};

use crate::{Percent, Pods, Service, Share, Split};

fn service(spec: Value) -> Service {
    let manifest =
        json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}, "spec": spec});
    Service::read(&Manifest::new(manifest).unwrap()).unwrap()
}

fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn pods(set: &str, track: &str, count: u32) -> Pods {
    Pods { set: set.into(), labels: labels(&[("app", "hello"), ("track", track)]), count }
}

fn check_shares(selector: Value, expect: &[(&str, &str)]) {
    let all =
        [pods("hello", "stable", 2), pods("hello-canary", "canary", 1), pods("hello-green", "green", 0)];
    let shares = service(json!({ "selector": selector })).shares(&all);
    let shares: Vec<(String, String)> =
        shares.into_iter().map(|(set, share)| (set, share.to_string())).collect();
    let expect: Vec<(String, String)> =
        expect.iter().map(|(set, share)| ((*set).into(), (*share).into())).collect();
    assert_eq!(shares, expect);
}

#[test]
fn a_share_is_the_part_of_the_selected_pods() {
    check_shares(json!({"app": "hello"}), &[("hello", "2/3"), ("hello-canary", "1/3")]);
    check_shares(json!({"app": "hello", "track": "stable"}), &[("hello", "1/1")]);
    check_shares(json!({"app": "hello", "track": "green"}), &[]);
    check_shares(json!({"app": "other"}), &[]);
    check_shares(json!({}), &[]);
}

fn check_split(spec: Value, even: bool) {
    assert_eq!(service(spec.clone()).split == Split::Even, even, "{spec}");
}

#[test]
fn some_services_do_not_split_by_pods() {
    check_split(json!({}), true);
    check_split(json!({"sessionAffinity": "None", "internalTrafficPolicy": "Cluster"}), true);
    check_split(json!({"sessionAffinity": "ClientIP"}), false);
    check_split(json!({"clusterIP": "None"}), false);
    check_split(json!({"trafficDistribution": "PreferClose"}), false);
    check_split(json!({"internalTrafficPolicy": "Local"}), false);
    check_split(json!({"externalTrafficPolicy": "Local"}), false);
    check_split(json!({"publishNotReadyAddresses": true}), false);
}

fn check_percent(part: u64, whole: u64, expect: &str) {
    assert_eq!(Share::of(part, whole).unwrap().percent(), expect);
}

#[test]
fn people_read_whole_percents_but_never_a_false_none_or_all() {
    check_percent(1, 3, "33 %");
    check_percent(1, 4, "25 %");
    check_percent(1, 1000, "< 1 %");
    check_percent(999, 1000, "> 99 %");
    check_percent(0, 5, "0 %");
    check_percent(5, 5, "100 %");
}

#[test]
fn shares_and_percents_refuse_what_they_are_not() {
    assert_eq!(Share::of(1, 0), None);
    assert_eq!(Share::of(2, 1), None);
    assert!("5/4".parse::<Share>().is_err() && "x".parse::<Share>().is_err());
    assert!(serde_json::from_value::<Percent>(json!(101)).is_err());
    assert_eq!(serde_json::from_value::<Share>(json!("1/4")).unwrap(), Share::of(1, 4).unwrap());
}
