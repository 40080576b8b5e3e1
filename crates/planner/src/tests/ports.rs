//! Where requests come in, and where they go: ports of Services, of pods and of routes.

use super::*;

/// The steps from one end to the other, and back from the last.
fn check(from: &[Value], to: &[Value], forward: &[&str], back: &[&str]) {
    let plan = direct(&bundle(from), &bundle(to)).unwrap();
    assert_eq!(ways(&plan), [forward, back]);
}

fn pods(tag: &'static str, ports: &[(&'static str, i32)]) -> Value {
    let ports = ports
        .iter()
        .map(|(name, number)| json!({"name": name, "containerPort": number}))
        .collect::<Vec<_>>();
    deployment("hello", |value| {
        image(tag)(value);
        set("/spec/template/spec/containers/0/ports", json!(ports))(value);
    })
}

fn serving(ports: Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"},
        "spec": {"selector": {"app": "hello"}, "ports": ports}})
}

fn ingress(port: Value) -> Value {
    json!({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "hello"},
        "spec": {"defaultBackend": {"service": {"name": "hello", "port": port}}}})
}

/// A route that sends copies of its requests to a port of a Service.
fn mirrored(service: &str, port: i32) -> Value {
    let mirror = json!({"type": "RequestMirror",
        "requestMirror": {"backendRef": {"name": service, "port": port}}});
    json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "hello"},
        "spec": {"rules": [{"backendRefs": [{"name": "hello", "port": 80}], "filters": [mirror]}]}})
}

fn http(number: i32) -> Value {
    json!({"name": "http", "port": number, "targetPort": "http"})
}

const SAME: &[(&str, i32)] = &[("http", 80)];
const MORE: &[(&str, i32)] = &[("http", 80), ("grpc", 90)];
const ROLL: &str = "image of Deployment hello 1 → 2";
const UNROLL: &str = "image of Deployment hello 2 → 1";
const GROWN: &str = "image of Deployment hello 1 → 2, and spec.template.spec.containers[name=hello].ports[containerPort=90]";
const BACK: &str = "image of Deployment hello 2 → 1, and spec.template.spec.containers[name=hello].ports[containerPort=90]";

/// A failure means that requests meet a port that is not there.
#[test]
fn a_route_follows_a_port_of_its_service() {
    let route = "change spec.defaultBackend.service.port.number of Ingress hello";
    check(
        &[
            pods("hello:1", SAME),
            serving(json!([http(80)])),
            ingress(json!({"number": 80})),
        ],
        &[
            pods("hello:2", SAME),
            serving(json!([http(81)])),
            ingress(json!({"number": 81})),
        ],
        &[
            "change spec.ports[port=81] and spec.ports[port=80].name of Service hello",
            ROLL,
            route,
            "change spec.ports[port=80] of Service hello",
        ],
        &[
            "change spec.ports[port=80] of Service hello",
            route,
            UNROLL,
            "change spec.ports[port=81] and spec.ports[port=80].name of Service hello",
        ],
    );
}

/// A failure means that copies of requests are sent to a port before it is there or after it has
/// gone, or that a release is refused for a mirror that leads nowhere.
#[test]
fn a_mirror_follows_a_port_of_its_service() {
    let mirror = "change spec.rules[0].filters[0].requestMirror.backendRef.port of HTTPRoute hello";
    let two =
        |number: i32| json!([http(80), {"name": "copy", "port": number, "targetPort": "http"}]);
    let end = |tag, copy, port| [pods(tag, SAME), serving(two(copy)), mirrored("hello", port)];
    check(
        &end("hello:1", 81, 81),
        &end("hello:2", 82, 82),
        &[
            "change spec.ports[port=82] and spec.ports[port=81].name of Service hello",
            ROLL,
            mirror,
            "change spec.ports[port=81] of Service hello",
        ],
        &[
            "change spec.ports[port=81] of Service hello",
            mirror,
            UNROLL,
            "change spec.ports[port=82] and spec.ports[port=81].name of Service hello",
        ],
    );
    check(
        &end("hello:1", 81, 99),
        &end("hello:2", 81, 98),
        &[mirror, ROLL],
        &[mirror, UNROLL],
    );
    let mut shadow = serving(json!([http(80)]));
    shadow["metadata"]["name"] = json!("shadow");
    let here = [pods("hello:1", SAME), serving(json!([http(80)]))];
    let there = [here.to_vec(), vec![mirrored("shadow", 80), shadow]].concat();
    check(
        &here,
        &there,
        &["create Service shadow", "create HTTPRoute hello"],
        &["delete HTTPRoute hello; delete Service shadow"],
    );
}

/// A failure means that a release is refused which adds a port and the pods that listen to it, or
/// that the port is there before they are.
#[test]
fn a_port_comes_after_the_pods_that_listen_to_it() {
    let grpc = |target: Value| json!({"name": "grpc", "port": 90, "targetPort": target});
    let port = "change spec.ports[port=90] of Service hello";
    for target in [json!("grpc"), json!(90)] {
        check(
            &[pods("hello:1", SAME), serving(json!([http(80)]))],
            &[
                pods("hello:2", MORE),
                serving(json!([http(80), grpc(target)])),
            ],
            &[GROWN, port],
            &[port, BACK],
        );
    }
    let mut other = serving(json!([grpc(json!("grpc"))]));
    other["metadata"]["name"] = json!("grpc");
    let mut route = ingress(json!({"name": "grpc"}));
    route["spec"]["defaultBackend"]["service"]["name"] = json!("grpc");
    check(
        &[pods("hello:1", SAME)],
        &[pods("hello:2", MORE), other, route],
        &[GROWN, "create Service grpc", "create Ingress hello"],
        &["delete Ingress hello; delete Service grpc", BACK],
    );
}

/// A failure means that a port is there after the pods that listened to it.
#[test]
fn a_port_leaves_before_the_pods_that_listen_to_it() {
    let grpc = json!({"name": "grpc", "port": 90, "targetPort": "grpc"});
    let port = "change spec.ports[port=90] of Service hello";
    check(
        &[pods("hello:1", MORE), serving(json!([http(80), grpc]))],
        &[pods("hello:2", SAME), serving(json!([http(80)]))],
        &[port, GROWN],
        &[BACK, port],
    );
}

/// A failure means that a release is refused which only names a port in another way.
#[test]
fn a_port_goes_by_another_name() {
    let aimed = |target: Value| serving(json!([{"port": 80, "targetPort": target}]));
    let change = "change spec.ports[port=80].targetPort of Service hello";
    let named = &[("web", 80)];
    let roll = "image of Deployment hello 1 → 2, and spec.template.spec.containers[name=hello].ports[containerPort=80].name";
    let unroll = "image of Deployment hello 2 → 1, and spec.template.spec.containers[name=hello].ports[containerPort=80].name";
    check(
        &[pods("hello:1", SAME), aimed(json!(80))],
        &[pods("hello:2", named), aimed(json!("web"))],
        &[roll, change],
        &[change, unroll],
    );
    check(
        &[pods("hello:1", SAME), aimed(json!("http"))],
        &[pods("hello:2", named), aimed(json!("web"))],
        &[change, roll, change],
        &[change, unroll, change],
    );
}

/// A failure means that a Service selects by a label that the pods do not have yet.
#[test]
fn a_service_selects_by_a_new_label_once_all_pods_have_it() {
    let labelled = deployment("hello", |value| {
        image("hello:2")(value);
        set("/spec/template/metadata/labels/name", json!("hello"))(value);
    });
    check(
        &[
            deployment("hello", |_| {}),
            service(json!({"app": "hello"}), json!(80)),
        ],
        &[labelled, service(json!({"name": "hello"}), json!(80))],
        &[
            "image of Deployment hello 1 → 2, and spec.template.metadata.labels.name",
            "switch Service hello to name=hello",
        ],
        &[
            "switch Service hello to app=hello",
            "image of Deployment hello 2 → 1, and spec.template.metadata.labels.name",
        ],
    );
}

/// A failure means that a route is left at a port that goes, or that one is refused which led
/// nowhere before.
#[test]
fn a_route_left_at_a_port_that_goes_is_refused() {
    let end = |tag, service: i32, route: i32| {
        [
            pods(tag, SAME),
            serving(json!([http(service)])),
            ingress(json!({"number": route})),
        ]
    };
    check_refused(
        &end("hello:1", 80, 80),
        &end("hello:2", 81, 80),
        "/spec/defaultBackend/service/port/number",
        "Service hello has no port 80",
    );
    check(
        &end("hello:1", 80, 99),
        &end("hello:2", 80, 99),
        &[ROLL],
        &[UNROLL],
    );
}
