//! Where a canary by route stands, step by step, and what it refuses.

use cutover_manifest::{Bundle, Manifest};
use cutover_plan::{Plan, walk};
use cutover_planner::{Options, plan};
use cutover_release::{Ends, Release};
use cutover_report::step_name;
use serde_json::{Value, json};

use crate::Canary;

/// An application behind a route; a case edits what it is about.
struct App {
    objects: Vec<Value>,
    wanted: Vec<Value>,
    canary: Value,
}

impl App {
    fn new(weights: &[u64]) -> Self {
        let steps: Vec<Value> = weights
            .iter()
            .map(|weight| json!({"setWeight": weight}))
            .collect();
        Self {
            objects: vec![deployment("hello:1"), service(), route()],
            wanted: vec![deployment("hello:2"), service(), route()],
            canary: json!({"steps": steps, "route": [{"kind": "HTTPRoute", "name": "hello"}]}),
        }
    }

    /// The same with another value at a pointer of an object, by its kind, at both ends.
    fn with(mut self, kind: &str, pointer: &str, value: Value) -> Self {
        for end in [&mut self.objects, &mut self.wanted] {
            for object in end.iter_mut().filter(|object| object["kind"] == kind) {
                let edited = Manifest::new(object.take()).unwrap();
                *object = edited.set(pointer, value.clone()).unwrap().into_value();
            }
        }
        self
    }

    /// The same with one object more at both ends.
    fn and(mut self, object: Value) -> Self {
        self.objects.push(object.clone());
        self.wanted.push(object);
        self
    }

    /// The same, told another thing.
    fn told(mut self, field: &str, value: Value) -> Self {
        self.canary[field] = value;
        self
    }

    fn plan(&self) -> Result<Plan, String> {
        let bundle = |values: &[Value]| -> Bundle {
            let values = values.iter().cloned();
            values.map(|value| Manifest::new(value).unwrap()).collect()
        };
        let ends = Ends::new(bundle(&self.objects), bundle(&self.wanted));
        let canary: Canary = serde_json::from_value(self.canary.clone()).unwrap();
        let release = Release::new(ends).unwrap();
        plan(&release, &canary, &Options::default()).map_err(|error| error.to_string())
    }

    /// What each step does, after its phase.
    #[track_caller]
    fn steps(&self, expect: &[&str]) {
        let plan = self.plan().unwrap();
        let mut along = walk(plan.start(), &plan.spec.steps);
        let mut steps = Vec::new();
        while let Some(step) = along.advance().unwrap() {
            let name = step_name(step, along.before(), along.state());
            steps.push(format!("{} · {name}", step.phase));
        }
        assert_eq!(steps, expect);
    }

    #[track_caller]
    fn refused(&self, expect: &str) {
        let refused = self.plan().unwrap_err();
        assert!(refused.contains(expect), "{refused}");
        assert!(refused.contains("\nhint: "), "{refused}");
    }
}

fn deployment(image: &str) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello"},
        "spec": {
            "replicas": 4, "selector": {"matchLabels": {"app": "hello"}},
            "strategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "template": {"metadata": {"labels": {"app": "hello", "track": "stable"}},
                "spec": {"containers": [{"name": "hello", "image": image}]}}},
    })
}

fn service() -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"},
        "spec": {"selector": {"app": "hello", "track": "stable"}, "ports": [{"port": 80}]},
    })
}

fn route() -> Value {
    json!({
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "hello"},
        "spec": {"parentRefs": [{"name": "shop"}], "rules": [{"name": "all", "backendRefs": [{"name": "hello", "port": 80}]}]},
    })
}

fn other_service(name: &str, selector: Value) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
        "spec": {"selector": selector, "ports": [{"port": 80}]},
    })
}

/// A failure means that the order of a canary by route is another one.
#[test]
fn the_canary_comes_before_its_share_and_goes_after_it() {
    App::new(&[25, 50]).steps(&[
        "beside · create Deployment hello-canary with 1 pod; create Service hello-canary",
        "beside · name hello-canary in HTTPRoute hello, without a share",
        "canary-25 · shares of HTTPRoute hello: hello 75 %, hello-canary 25 %",
        "canary-50 · scale Deployment hello-canary 1 → 2",
        "canary-50 · shares of HTTPRoute hello: hello 50 %, hello-canary 50 %",
        "promote · image of Deployment hello 1 → 2",
        "cleanup · shares of HTTPRoute hello: hello 100 %",
        "cleanup · take hello-canary, without a share, out of HTTPRoute hello",
        "cleanup · scale Deployment hello-canary 2 → 0",
        "cleanup · delete Deployment hello-canary; delete Service hello-canary",
    ]);
}

#[test]
fn at_a_hundred_the_old_set_is_rolled_with_nobody_on_it() {
    App::new(&[100]).steps(&[
        "beside · create Deployment hello-canary with 4 pods; create Service hello-canary",
        "beside · name hello-canary in HTTPRoute hello, without a share",
        "canary-100 · shares of HTTPRoute hello: hello-canary 100 %",
        "promote · image of Deployment hello 1 → 2",
        "cleanup · shares of HTTPRoute hello: hello 100 %",
        "cleanup · take hello-canary, without a share, out of HTTPRoute hello",
        "cleanup · scale Deployment hello-canary 4 → 0",
        "cleanup · delete Deployment hello-canary; delete Service hello-canary",
    ]);
}

#[test]
fn requests_come_back_by_steps_where_that_is_asked_for() {
    let app = || App::new(&[100]).told("promotionSteps", json!([25, 100]));
    app().steps(&[
        "beside · create Deployment hello-canary with 4 pods; create Service hello-canary",
        "beside · name hello-canary in HTTPRoute hello, without a share",
        "canary-100 · shares of HTTPRoute hello: hello-canary 100 %",
        "promote · image of Deployment hello 1 → 2",
        "promote-25 · shares of HTTPRoute hello: hello 25 %, hello-canary 75 %",
        "cleanup · shares of HTTPRoute hello: hello 100 %",
        "cleanup · take hello-canary, without a share, out of HTTPRoute hello",
        "cleanup · scale Deployment hello-canary 4 → 0",
        "cleanup · delete Deployment hello-canary; delete Service hello-canary",
    ]);
    App::new(&[50])
        .told("promotionSteps", json!([100]))
        .refused("promotionSteps: the old set keeps a share at 50 %");
    app()
        .told("promotionSteps", json!([50, 25]))
        .refused("the weight falls from 50 % to 25 %");
}

#[test]
fn a_canary_has_as_many_pods_as_its_share_takes_and_as_is_said() {
    let counts = |app: App| {
        let plan = app.plan().unwrap();
        let mut along = walk(plan.start(), &plan.spec.steps);
        let mut counts = vec![plan.spec.workloads[0].ceiling().to_string()];
        while along.advance().unwrap().is_some() {
            let sets = along.state().of_kind("Deployment");
            let canary = sets.filter(|set| set.object().name == "hello-canary");
            counts.extend(canary.map(|set| set.pointer("/spec/replicas").unwrap().to_string()));
        }
        counts.dedup();
        counts.join(" ")
    };
    assert_eq!(counts(App::new(&[1, 26, 75])), "8 1 2 3 0");
    let two = |weights: &[u64]| App::new(weights).told("minPodsPerReplicaSet", json!(2));
    assert_eq!(counts(two(&[1, 26, 75])), "8 2 3 0");
}

#[test]
fn a_service_that_picks_both_sets_is_narrowed_first() {
    let wide = json!({"app": "hello"});
    let steps = |app: App| {
        let plan = app.plan().unwrap();
        let mut along = walk(plan.start(), &plan.spec.steps);
        let step = along.advance().unwrap().unwrap();
        let name = step_name(step, along.before(), along.state());
        format!("{} · {name}", step.phase)
    };
    let tracked = App::new(&[25]).with("Service", "/spec/selector", wide.clone());
    assert_eq!(
        steps(tracked),
        "adopt · switch Service hello to app=hello,track=stable"
    );
    let bare = App::new(&[25])
        .with("Service", "/spec/selector", wide)
        .with(
            "Deployment",
            "/spec/template/metadata/labels",
            json!({"app": "hello"}),
        );
    assert_eq!(
        steps(bare),
        "adopt · change spec.template.metadata.labels[\"cutover.dev/track\"] of Deployment hello"
    );
}

#[test]
fn a_service_of_the_canary_that_is_there_stays() {
    let picks = json!({"app": "hello", "track": "canary"});
    let named = App::new(&[25])
        .and(other_service("hello-preview", picks))
        .told("canaryService", json!("hello-preview"));
    let plan = named.plan().unwrap();
    let end = plan.state(plan.len()).unwrap();
    let services = end.of_kind("Service").map(|service| &service.object().name);
    assert_eq!(services.collect::<Vec<_>>(), ["hello", "hello-preview"]);
    named.steps(&[
        "beside · create Deployment hello-canary with 1 pod",
        "beside · name hello-preview in HTTPRoute hello, without a share",
        "canary-25 · shares of HTTPRoute hello: hello 75 %, hello-preview 25 %",
        "promote · image of Deployment hello 1 → 2",
        "cleanup · shares of HTTPRoute hello: hello 100 %",
        "cleanup · take hello-preview, without a share, out of HTTPRoute hello",
        "cleanup · scale Deployment hello-canary 1 → 0",
        "cleanup · delete Deployment hello-canary",
    ]);
}

#[test]
fn several_routes_change_one_after_the_other() {
    let mut second = route();
    second["metadata"]["name"] = json!("inside");
    let both =
        json!([{"kind": "HTTPRoute", "name": "hello"}, {"kind": "httproute", "name": "inside"}]);
    App::new(&[25]).and(second).told("route", both).steps(&[
        "beside · create Deployment hello-canary with 1 pod; create Service hello-canary",
        "beside · name hello-canary in HTTPRoute hello, without a share",
        "beside · name hello-canary in HTTPRoute inside, without a share",
        "canary-25 · shares of HTTPRoute hello: hello 75 %, hello-canary 25 %",
        "canary-25 · shares of HTTPRoute inside: hello 75 %, hello-canary 25 %",
        "promote · image of Deployment hello 1 → 2",
        "cleanup · shares of HTTPRoute hello: hello 100 %",
        "cleanup · take hello-canary, without a share, out of HTTPRoute hello",
        "cleanup · shares of HTTPRoute inside: hello 100 %",
        "cleanup · take hello-canary, without a share, out of HTTPRoute inside",
        "cleanup · scale Deployment hello-canary 1 → 0",
        "cleanup · delete Deployment hello-canary; delete Service hello-canary",
    ]);
}

#[test]
fn gates_wait_as_long_as_the_route_and_its_controller_say() {
    let waits = |app: App| {
        let plan = app.plan().unwrap();
        let gates = plan.spec.steps.iter().flat_map(|step| &step.gates);
        let mut waits: Vec<String> = gates
            .filter_map(|gate| match serde_json::to_value(gate).unwrap() {
                Value::Object(fields) => fields.values().next().and_then(|gate| {
                    let length = gate.get("settle").or_else(|| gate.get("after"))?;
                    length.as_str().map(str::to_owned)
                }),
                _ => None,
            })
            .collect();
        waits.sort();
        waits.dedup();
        waits
    };
    assert_eq!(waits(App::new(&[25])), ["30s", "3s"]);
    let slow = App::new(&[25]).with(
        "HTTPRoute",
        "/spec/rules/0/timeouts",
        json!({"request": "90s"}),
    );
    assert_eq!(waits(slow), ["1m30s", "3s"]);
    let controller = json!("projectcontour.io/gateway-controller");
    let contour = App::new(&[25]).told("gatewayController", controller);
    assert_eq!(waits(contour), ["1s", "30s"]);
    let said = App::new(&[25])
        .told("routeSettle", json!("7s"))
        .told("drain", json!("45s"));
    assert_eq!(waits(said), ["45s", "7s"]);
}

#[test]
fn a_route_that_is_not_there_is_refused_with_the_text_of_one() {
    let app = App::new(&[25]).told("route", json!([{"kind": "HTTPRoute", "name": "web"}]));
    app.refused("httproute/web: there is no such route\nhint: write one, as {apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: web}");
    let ingress = json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "hello"},
        "spec": {"defaultBackend": {"service": {"name": "hello", "port": {"number": 80}}}},
    });
    let app = App::new(&[25])
        .and(ingress)
        .told("route", json!([{"kind": "Ingress", "name": "hello"}]));
    app.refused("Ingress hello: /kind: it is no route whose shares are known how to be shifted");
    let mesh = json!([{"kind": "Service", "group": "", "name": "hello"}]);
    App::new(&[25])
        .with("HTTPRoute", "/spec/parentRefs", mesh)
        .refused("HTTPRoute hello: /spec/parentRefs: its parent is a Service");
}

#[test]
fn a_route_that_gives_the_workload_nothing_is_refused() {
    let backends = "/spec/rules/0/backendRefs";
    App::new(&[25])
        .and(other_service("legacy", json!({"app": "legacy"})))
        .with(
            "HTTPRoute",
            backends,
            json!([{"name": "legacy", "port": 80}]),
        )
        .refused("HTTPRoute hello: /spec/rules: it names no Service of Deployment hello");
    let nothing = json!([{"name": "hello", "port": 80, "weight": 0}]);
    App::new(&[25])
        .with("HTTPRoute", backends, nothing)
        .refused("HTTPRoute hello: /spec/rules: none of its rules gives Service hello a share");
    let rule = |name: Value| json!([{"kind": "HTTPRoute", "name": "hello", "rules": [name]}]);
    App::new(&[25])
        .told("route", rule(json!("orders")))
        .refused("it has no rule `orders` that gives Service hello a share");
    App::new(&[25])
        .told("route", rule(json!(1)))
        .refused("it has no rule `1` that gives Service hello a share");
    assert!(
        App::new(&[25])
            .told("route", rule(json!("all")))
            .plan()
            .is_ok()
    );
    let database = json!({
        "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "db"},
        "spec": {"template": {"metadata": {"labels": {"app": "db"}}}},
    });
    App::new(&[25])
        .and(database)
        .and(other_service("db", json!({"app": "db"})))
        .with("HTTPRoute", backends, json!([{"name": "db", "port": 80}]))
        .refused("Service db leads to pods of StatefulSet db, which stand as one set");
}

#[test]
fn what_would_not_hold_for_the_canary_is_refused() {
    let mirror = json!([{"type": "RequestMirror", "requestMirror": {"backendRef": {"name": "hello", "port": 80}}}]);
    App::new(&[25])
        .with("HTTPRoute", "/spec/rules/0/filters", mirror)
        .refused("/spec/rules/0: a filter sends copies of requests to Service hello");
    let session = json!({"type": "Cookie"});
    App::new(&[25])
        .with("HTTPRoute", "/spec/rules/0/sessionPersistence", session)
        .refused("/spec/rules/0/sessionPersistence: clients stay where their session began");
    let policy = json!({
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "BackendTLSPolicy", "metadata": {"name": "tls"},
        "spec": {"targetRefs": [{"group": "", "kind": "Service", "name": "hello"}]},
    });
    App::new(&[25])
        .and(policy)
        .refused("BackendTLSPolicy tls: /spec: it holds for Service hello, and would not for Service hello-canary");
    let rule = json!({
        "apiVersion": "networking.istio.io/v1", "kind": "DestinationRule", "metadata": {"name": "tls"},
        "spec": {"host": "hello.default.svc.cluster.local"},
    });
    App::new(&[25])
        .and(rule)
        .refused("DestinationRule tls: /spec: it holds for Service hello");
    App::new(&[25])
        .told("drain", json!("10s"))
        .refused("10s are waited for the last request, which may take 30s");
}

#[test]
fn a_route_without_room_is_refused() {
    let backends = |count: usize| {
        let mut backends = vec![json!({"name": "legacy", "port": 80}); count];
        backends.push(json!({"name": "hello", "port": 80}));
        Value::Array(backends)
    };
    let app = |count| {
        App::new(&[25])
            .and(other_service("legacy", json!({"app": "legacy"})))
            .with("HTTPRoute", "/spec/rules/0/backendRefs", backends(count))
    };
    app(15).refused("/spec/rules/0/backendRefs: it would have 17 backends, where 16 are the most");
    let heavy = json!([{"name": "hello", "port": 80, "weight": 99_991}]);
    App::new(&[25])
        .with("HTTPRoute", "/spec/rules/0/backendRefs", heavy)
        .plan()
        .unwrap();
}

#[test]
fn services_are_one_before_each_set() {
    App::new(&[25])
        .and(other_service("hello-canary", json!({"app": "other"})))
        .refused("Service hello-canary: the plan would make it, and it is there already");
    App::new(&[25])
        .told("canaryService", json!("hello-preview"))
        .refused("Service hello-preview: it is not there, or is the stable one");
    App::new(&[25])
        .and(other_service("hello-preview", json!({"app": "other"})))
        .told("canaryService", json!("hello-preview"))
        .refused("Service hello-preview: /spec/selector: it is said to be the canary's, and does not select by `track: canary`");
    let two = json!([{"name": "hello", "port": 80}, {"name": "greet", "port": 80}]);
    let app = || {
        App::new(&[25])
            .and(other_service(
                "greet",
                json!({"app": "hello", "track": "stable"}),
            ))
            .with("HTTPRoute", "/spec/rules/0/backendRefs", two.clone())
    };
    app().refused("more than one Service of the workload is meant: Service greet, Service hello");
    app()
        .told("stableService", json!("greet"))
        .refused("more than one Service of the workload is meant: Service greet, Service hello");
}

#[test]
fn a_service_of_another_namespace_must_be_granted() {
    let app = || {
        App::new(&[25])
            .with(
                "Deployment",
                "/metadata",
                json!({"name": "hello", "namespace": "shop"}),
            )
            .with(
                "Service",
                "/metadata",
                json!({"name": "hello", "namespace": "shop"}),
            )
            .with(
                "HTTPRoute",
                "/metadata",
                json!({"name": "hello", "namespace": "edge"}),
            )
            .with(
                "HTTPRoute",
                "/spec/rules/0/backendRefs",
                json!([{"name": "hello", "namespace": "shop", "port": 80}]),
            )
    };
    app().refused("HTTPRoute edge/hello: /spec/rules: no ReferenceGrant lets it name Service shop/hello-canary");
    let grant = |to: Value| {
        json!({
            "apiVersion": "gateway.networking.k8s.io/v1", "kind": "ReferenceGrant",
            "metadata": {"name": "routes", "namespace": "shop"},
            "spec": {
                "from": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": "edge"}],
                "to": [to]},
        })
    };
    app()
        .and(grant(
            json!({"group": "", "kind": "Service", "name": "hello"}),
        ))
        .refused("no ReferenceGrant lets it name Service shop/hello-canary");
    assert!(
        app()
            .and(grant(json!({"group": "", "kind": "Service"})))
            .plan()
            .is_ok()
    );
}

#[test]
fn one_deployment_takes_a_canary_by_route() {
    let mut app = App::new(&[25]);
    let other = |image: &str| {
        let mut other = deployment(image);
        other["metadata"]["name"] = json!("other");
        other["spec"]["selector"]["matchLabels"]["app"] = json!("other");
        other["spec"]["template"]["metadata"]["labels"]["app"] = json!("other");
        other
    };
    app.objects.push(other("other:1"));
    app.wanted.push(other("other:2"));
    app.refused("and the release of several: Deployment hello, Deployment other");
    let mut changed = App::new(&[25]);
    changed.wanted[2]["spec"]["hostnames"] = json!(["hello.example"]);
    changed
        .refused("HTTPRoute hello: the release changes it, and the canary shifts requests by it");
    let taken = json!({"app": "hello", "track": "canary"});
    App::new(&[25])
        .with("Service", "/spec/selector", taken.clone())
        .with("Deployment", "/spec/template/metadata/labels", taken)
        .refused("its pods have `track: canary`, which tells the new set apart");
}
