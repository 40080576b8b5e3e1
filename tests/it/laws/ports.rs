//! Ports of a Service, and the routes that lead to them: what holds in every state, forward and
//! back.

use cutover::manifest::{Bundle, Manifest, ObjectRef};
use cutover::planning::walk;
use cutover::{AnyStrategy, Checked, Ends, Options, Release, plan};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

/// A Service with its ports, an Ingress and a route, at one end of a release.
#[derive(Clone, Debug)]
struct End {
    ports: Vec<u16>,
    /// To which of the ports the Ingress leads, and the route.
    led: [usize; 2],
    /// Where the route sends copies, whether the Service has that port or not.
    mirror: u16,
}

fn ends() -> impl Strategy<Value = End> {
    let ports = subsequence(vec![80, 81, 82], 1..=3);
    let led = any::<[prop::sample::Index; 2]>();
    (ports, led, 80..=83_u16).prop_map(|(ports, led, mirror)| End {
        led: led.map(|index| index.index(ports.len())),
        ports,
        mirror,
    })
}

impl End {
    fn bundle(&self, image: &str) -> Bundle {
        let port = |number: &u16| json!({"name": format!("p{number}"), "port": number, "targetPort": "http"});
        let ports: Vec<Value> = self.ports.iter().map(port).collect();
        let [ingress, route] = self.led.map(|at| self.ports[at]);
        let mirror = json!({"requestMirror": {"backendRef": {"name": "web", "port": self.mirror}}});
        let objects = [
            json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
                "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {"containers": [{"name": "web", "image": image,
                        "ports": [{"name": "http", "containerPort": 8080}]}]}}}}),
            json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
                "spec": {"selector": {"app": "web"}, "ports": ports}}),
            json!({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "web"},
                "spec": {"defaultBackend": {"service": {"name": "web", "port": {"number": ingress}}}}}),
            json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "web"},
                "spec": {"rules": [{"filters": [mirror], "backendRefs": [{"name": "web", "port": route}]}]}}),
        ];
        objects
            .into_iter()
            .map(|value| Manifest::new(value).unwrap())
            .collect()
    }
}

proptest! {
    #![proptest_config(super::config())]

    /// A failure means that requests meet a port which is not there, that a release is refused for
    /// ports which can go in an order, or that a reader refuses the planner's own order.
    #[test]
    fn a_route_leads_to_ports_that_its_service_has(from in ends(), to in ends(), way in ways()) {
        let ends = [from.bundle("web:1"), to.bundle("web:2")];
        let made = planned(&ends, way).map_err(TestCaseError::fail)?;
        for state in states(&made) {
            // A plan has no objects that it does not touch.
            let mut whole = ends[0].clone();
            whole.extend(state);
            let dead = dead_ends(&whole);
            let known: Vec<_> = ends.iter().flat_map(dead_ends).collect();
            let new = dead.into_iter().find(|dead| !known.contains(dead));
            prop_assert_eq!(new, None);
        }
    }
}

/// By a strategy whose ways back go over the waypoints of the way forward, and by one whose ways
/// back leave some out.
fn ways() -> impl Strategy<Value = Value> {
    let canary = json!({"canary": {"steps": [{"setWeight": 25}, {"setWeight": 50}]}});
    select(vec![json!({"rolling": {}}), canary])
}

fn planned([from, to]: &[Bundle; 2], way: Value) -> Result<Checked, String> {
    let ends = Ends::new(from.clone(), to.clone());
    let release = Release::new(ends).map_err(|refused| refused.to_string())?;
    let strategy: AnyStrategy = serde_json::from_value(way).unwrap();
    plan(&release, &strategy, &Options::default()).map_err(|error| error.to_string())
}

/// All states of a plan, on the way forward and on every way back.
fn states(plan: &Checked) -> Vec<Bundle> {
    let mut states = vec![plan.start()];
    for from in 1..=plan.len() {
        states.push(plan.state(from).unwrap());
        let back: Vec<_> = plan.way_back(from).unwrap().into_iter().cloned().collect();
        let mut walk = walk(plan.state(from).unwrap(), &back);
        while walk.advance().unwrap().is_some() {
            states.push(walk.state().clone());
        }
    }
    states
}

/// Who leads to a port of the Service that it does not have, and to which.
fn dead_ends(state: &Bundle) -> Vec<(ObjectRef, String, Value)> {
    let service = state.of_kind("Service").next().unwrap();
    let ports = service.pointer("/spec/ports").unwrap().as_array().unwrap();
    let leads = [
        ("Ingress", "/spec/defaultBackend/service/port/number"),
        ("HTTPRoute", "/spec/rules/0/backendRefs/0/port"),
        (
            "HTTPRoute",
            "/spec/rules/0/filters/0/requestMirror/backendRef/port",
        ),
    ];
    let mut dead = Vec::new();
    for (kind, pointer) in leads {
        let route = state.of_kind(kind).next().unwrap();
        let port = route.pointer(pointer).unwrap();
        if !ports.iter().any(|entry| entry["port"] == *port) {
            dead.push((route.object().clone(), pointer.to_owned(), port.clone()));
        }
    }
    dead
}
