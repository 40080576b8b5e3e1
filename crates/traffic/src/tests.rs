//! Which pods a Service reaches and in what shares, and which Services a route names: as tables.

use std::collections::BTreeMap;

use cutover_manifest::Manifest;
use serde_json::{Value, json};

use crate::{Backend, Percent, Pods, Port, Service, Share, Split, backends, led_to, mirrors};

fn service(spec: Value) -> Service {
    let manifest =
        json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}, "spec": spec});
    Service::read(&Manifest::new(manifest).unwrap()).unwrap()
}

fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn pods(set: &str, track: &str, count: u32) -> Pods {
    Pods {
        set: set.into(),
        labels: labels(&[("app", "hello"), ("track", track)]),
        count,
    }
}

fn check_shares(selector: Value, expect: &[(&str, &str)]) {
    let all = [
        pods("hello", "stable", 2),
        pods("hello-canary", "canary", 1),
        pods("hello-green", "green", 0),
    ];
    let shares = service(json!({ "selector": selector })).shares(&all);
    let shares: Vec<(String, String)> = shares
        .into_iter()
        .map(|(set, share)| (set, share.to_string()))
        .collect();
    let expect: Vec<(String, String)> = expect
        .iter()
        .map(|(set, share)| ((*set).into(), (*share).into()))
        .collect();
    assert_eq!(shares, expect);
}

#[test]
fn a_share_is_the_part_of_the_selected_pods() {
    check_shares(
        json!({"app": "hello"}),
        &[("hello", "2/3"), ("hello-canary", "1/3")],
    );
    check_shares(
        json!({"app": "hello", "track": "stable"}),
        &[("hello", "1/1")],
    );
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
    check_split(
        json!({"sessionAffinity": "None", "internalTrafficPolicy": "Cluster"}),
        true,
    );
    check_split(json!({"sessionAffinity": "ClientIP"}), false);
    check_split(json!({"clusterIP": "None"}), false);
    check_split(json!({"trafficDistribution": "PreferClose"}), false);
    check_split(json!({"internalTrafficPolicy": "Local"}), false);
    check_split(json!({"externalTrafficPolicy": "Local"}), false);
    check_split(json!({"publishNotReadyAddresses": true}), false);
}

fn check_refused(manifest: Value, expect: &str) {
    let error = Service::read(&Manifest::new(manifest).unwrap()).unwrap_err();
    assert_eq!(error.to_string(), expect);
}

#[test]
fn other_apis_have_services_too() {
    let hello = |api_version: &str, kind: &str| json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "hello"}});
    check_refused(
        hello("serving.knative.dev/v1", "Service"),
        "Service hello: `/apiVersion`: invalid value: string \"serving.knative.dev/v1\", expected \"v1\"",
    );
    check_refused(
        hello("v1", "Endpoints"),
        "Endpoints hello: `/kind`: invalid value: string \"Endpoints\", expected \"Service\"",
    );
}

#[test]
fn a_port_leads_to_a_number_or_a_name() {
    let check = |port: Value, expect: Port| {
        assert_eq!(service(json!({ "ports": [port] })).ports, [expect]);
    };
    check(json!({"port": 80}), Port::Number(80));
    check(json!({"port": 80, "targetPort": null}), Port::Number(80));
    check(json!({"port": 80, "targetPort": 8080}), Port::Number(8080));
    check(
        json!({"port": 80, "targetPort": "http"}),
        Port::Name("http".into()),
    );
    check(json!({}), Port::Number(0));
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
    assert_eq!(
        serde_json::from_value::<Share>(json!("1/4")).unwrap(),
        Share::of(1, 4).unwrap()
    );
}

fn check_backends(api_version: &str, kind: &str, spec: Value, expect: &[(&str, &str)]) {
    let metadata = json!({"name": "hello", "namespace": "prod"});
    let manifest =
        json!({"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec});
    let found = backends(&Manifest::new(manifest).unwrap());
    let found: Vec<(String, String)> = found
        .into_iter()
        .map(|backend| (backend.pointer, backend.service.to_string()))
        .collect();
    let expect: Vec<(String, String)> = expect
        .iter()
        .map(|(pointer, name)| ((*pointer).into(), format!("Service prod/{name}")))
        .collect();
    assert_eq!(found, expect);
}

#[test]
fn a_route_names_the_services_of_its_namespace() {
    let ingress = json!({
        "defaultBackend": {"service": {"name": "rest", "port": {"number": 80}}},
        "rules": [{"host": "a"}, {"http": {"paths": [
            {"path": "/", "backend": {"service": {"name": "hello", "port": {"number": 80}}}},
            {"path": "/files", "backend": {"resource": {"kind": "Bucket", "name": "files"}}},
        ]}}],
    });
    let named = [
        ("/spec/rules/1/http/paths/0/backend/service/name", "hello"),
        ("/spec/defaultBackend/service/name", "rest"),
    ];
    check_backends("networking.k8s.io/v1", "Ingress", ingress.clone(), &named);
    check_backends("example.com/v1", "Ingress", ingress, &[]);
    let route = json!({"rules": [{"backendRefs": [
        {"name": "hello"},
        {"kind": "Service", "group": "", "namespace": "prod", "name": "own"},
        {"kind": "Bucket", "group": "example.com", "name": "files"},
        {"namespace": "other", "name": "theirs"},
    ]}, {}]});
    let named = [
        ("/spec/rules/0/backendRefs/0/name", "hello"),
        ("/spec/rules/0/backendRefs/1/name", "own"),
    ];
    check_backends(
        "gateway.networking.k8s.io/v1",
        "HTTPRoute",
        route.clone(),
        &named,
    );
    check_backends(
        "gateway.networking.k8s.io/v1alpha2",
        "TCPRoute",
        route.clone(),
        &named,
    );
    check_backends("gateway.networking.k8s.io/v1", "Gateway", route, &[]);
    check_backends("networking.k8s.io/v1", "Ingress", json!("none"), &[]);
}

/// A failure means that copies of requests are sent where nobody looks, or that they are taken for
/// requests.
#[test]
fn a_route_mirrors_to_services_of_its_namespace() {
    let mirror = |backend: Value| json!({"requestMirror": {"backendRef": backend}});
    let spec = json!({"rules": [{
        "filters": [
            {"type": "RequestHeaderModifier"},
            mirror(json!({"name": "shadow", "port": 80})),
            mirror(json!({"kind": "Bucket", "group": "example.com", "name": "files"})),
        ],
        "backendRefs": [{"name": "hello", "filters": [mirror(json!({"name": "copy"}))]}],
    }]});
    let route = Manifest::new(json!({
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "hello"}, "spec": spec}))
    .unwrap();
    let named = |backends: Vec<Backend>| -> Vec<(String, String)> {
        let backends = backends.into_iter();
        backends
            .map(|backend| (backend.pointer, backend.service.name))
            .collect()
    };
    let expect = |pointer: &str, name: &str| (pointer.to_owned(), name.to_owned());
    let hello = expect("/spec/rules/0/backendRefs/0/name", "hello");
    let copies = [
        expect(
            "/spec/rules/0/backendRefs/0/filters/0/requestMirror/backendRef/name",
            "copy",
        ),
        expect(
            "/spec/rules/0/filters/1/requestMirror/backendRef/name",
            "shadow",
        ),
    ];
    assert_eq!(named(backends(&route)), std::slice::from_ref(&hello));
    assert_eq!(named(mirrors(&route)), copies);
    let [copy, shadow] = copies;
    assert_eq!(named(led_to(&route)), [hello, copy, shadow]);
}
