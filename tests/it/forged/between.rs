//! What is otherwise for a while than at both ends, and what goes with it.

use cutover::manifest::Manifest;
use cutover::planning::{Change, Spec};
use serde_json::{Value, json};

use super::{back_by_inverses, manifest, of, refused, state, step};

/// An object is changed before the first step of the golden plan, and changed back.
fn for_a_while(before: Manifest, after: Option<Manifest>) -> impl FnOnce(&mut Spec) {
    move |spec: &mut Spec| {
        if !state(spec, 0).contains(before.object()) {
            spec.from.push(before.clone());
        }
        let there = Change::between(Some(&before), after.as_ref()).unwrap();
        let back = Change::between(after.as_ref(), Some(&before)).unwrap();
        spec.steps
            .splice(0..0, [step(vec![there]), step(vec![back])]);
        back_by_inverses(spec);
    }
}

fn check(before: &Manifest, pointer: &str, value: Value, words: &str) {
    let after = before.set(pointer, value).unwrap();
    refused(
        "canary/hello",
        for_a_while(before.clone(), Some(after)),
        &[words],
    );
}

#[test]
fn a_service_is_not_reached_for_a_while() {
    let spec = super::golden("canary/hello").spec;
    let hello = of(&state(&spec, 0), "Service", "hello");
    let words = "step 1: Service hello: it is without a port for a while";
    check(&hello, "/spec/ports", json!([]), words);
    let other = |port: u16, protocol: &str| json!([{"port": port, "protocol": protocol}]);
    check(&hello, "/spec/ports", other(8888, "TCP"), words);
    check(&hello, "/spec/ports", other(80, "UDP"), words);
    let words = "step 1: Service hello: it is otherwise for a while than at both ends";
    check(&hello, "/spec/publishNotReadyAddresses", json!(true), words);
    check(&hello, "/spec/clusterIP", json!("None"), words);
    check(&hello, "/spec/sessionAffinity", json!("ClientIP"), words);
    let elsewhere = json!({"service.kubernetes.io/service-proxy-name": "nobody"});
    check(&hello, "/metadata/labels", elsewhere, words);
    let time = json!("2026-11-24T10:00:00Z");
    check(&hello, "/metadata/deletionTimestamp", time, words);
}

#[test]
fn a_route_leads_elsewhere_for_a_while() {
    let ingress = manifest(json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "front"},
        "spec": {"defaultBackend": {"service": {"name": "hello", "port": {"number": 80}}}},
    }));
    let words = "step 1: Ingress front: it leads requests elsewhere for a while";
    let service = "/spec/defaultBackend/service/name";
    check(&ingress, service, json!("nobody"), words);
    let words = "step 1: Ingress front: it is there at both ends, and goes for a while";
    refused("canary/hello", for_a_while(ingress, None), &[words]);
}

#[test]
fn what_holds_others_goes() {
    let namespace = manifest(json!({
        "apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "prod"},
    }));
    let words = "step 1: Namespace prod: it goes, and what is in it with it";
    refused(
        "canary/hello",
        for_a_while(namespace.clone(), None),
        &[words],
    );
    let at_the_end = |spec: &mut Spec| {
        spec.from.push(namespace.clone());
        let gone = Change::between(Some(&namespace), None).unwrap();
        spec.steps.push(step(vec![gone]));
        back_by_inverses(spec);
    };
    let words = "Namespace prod: it goes, and what is in it with it";
    refused("canary/hello", at_the_end, &[words]);
}

#[test]
fn addresses_come_that_are_no_pods() {
    let check = |object: Value| {
        let object = manifest(object);
        let forge = |spec: &mut Spec| {
            let made = Change::between(None, Some(&object)).unwrap();
            spec.steps[0].changes.push(made);
            back_by_inverses(spec);
        };
        refused(
            "canary/hello",
            forge,
            &["it puts addresses behind a Service"],
        );
    };
    check(json!({
        "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
        "metadata": {"name": "hello-x", "labels": {"kubernetes.io/service-name": "hello"}},
        "endpoints": [{"addresses": ["192.0.2.6"]}], "ports": [],
    }));
    check(json!({
        "apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": "hello"}, "subsets": [],
    }));
}
