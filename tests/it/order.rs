//! Workloads that move one after the other: `after`.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use cutover::manifest::{Bundle, Manifest};
use cutover::planning::{Step, walk};
use cutover::{After, AnyStrategy, Ends, Options, Plan, Release, Strategy, plan};
use cutover_report::step_name;
use serde_json::{Value, json};

/// What the steps do in their phases, where every Deployment gets another image and every ConfigMap
/// other data; or the code of why there is no plan, with the reason.
#[track_caller]
fn check(application: &[Value], strategy: Value, after: Value, expect: &[&str]) {
    check_to(application, upgraded(application), strategy, after, expect);
}

/// The same, where a strategy says itself what is wanted.
#[track_caller]
fn check_itself(application: &[Value], strategy: Value, after: Value, expect: &[&str]) {
    check_to(application, application.to_vec(), strategy, after, expect);
}

#[track_caller]
fn check_to(from: &[Value], to: Vec<Value>, strategy: Value, after: Value, expect: &[&str]) {
    let steps = match made(from, to, strategy, after) {
        Ok(plan) => steps(&plan),
        Err(error) => {
            let refusal = error.refusals().next().unwrap();
            vec![format!("{}: {}", refusal.kind(), refusal.message())]
        }
    };
    assert_eq!(steps, expect);
}

fn made(
    from: &[Value],
    to: Vec<Value>,
    strategy: Value,
    after: Value,
) -> Result<Plan, cutover::Error> {
    let bundle = |values: &[Value]| -> Bundle {
        let manifests = values.iter().map(|value| Manifest::new(value.clone()));
        manifests.map(Result::unwrap).collect()
    };
    let strategy: AnyStrategy = serde_json::from_value(strategy).unwrap();
    let ends = strategy.wanted(Ends::new(bundle(from), bundle(&to)).pruned())?;
    let after: After = serde_json::from_value(after).unwrap();
    let options = Options::default().after(after);
    Ok(plan(&Release::new(ends)?, &strategy, &options)?.into_plan())
}

fn steps(plan: &Plan) -> Vec<String> {
    let mut walk = plan.walk();
    let mut steps = Vec::new();
    while let Some(step) = walk.advance().unwrap() {
        let name = step_name(step, walk.before(), walk.state());
        steps.push(format!("{}: {name}", step.phase));
    }
    steps
}

fn deployment(name: &str, edit: impl Fn(&mut Value)) -> Value {
    let mut value = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
        "spec": {"replicas": 2, "selector": {"matchLabels": {"app": name}}, "template": {
            "metadata": {"labels": {"app": name}},
            "spec": {"containers": [{"name": name, "image": "app:1"}]}}},
    });
    edit(&mut value);
    value
}

fn plain(name: &str) -> Value {
    deployment(name, |_| ())
}

fn service(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
        "spec": {"selector": {"app": name}, "ports": [{"port": 80}]}})
}

/// The same application, where every Deployment has another image and every ConfigMap other data.
fn upgraded(application: &[Value]) -> Vec<Value> {
    let mut upgraded = application.to_vec();
    for value in &mut upgraded {
        if let Some(image) = value.pointer_mut("/spec/template/spec/containers/0/image") {
            *image = json!("app:2");
        }
        if let Some(colour) = value.pointer_mut("/data/colour") {
            *colour = json!("blue");
        }
    }
    upgraded
}

fn rolling() -> Value {
    json!({"rolling": {}})
}

/// A failure means that workloads move side by side that are to move one after the other, or that
/// some wait for nothing.
#[test]
fn workloads_move_in_stages() {
    let three = &[plain("api"), plain("db"), plain("web")];
    let all = "update: image of 3 Deployments 1 → 2 (api, db, web)";
    check(three, rolling(), json!({}), &[all]);
    check(three, rolling(), json!({"web": []}), &[all]);
    check(
        three,
        rolling(),
        json!({"web": ["api"]}),
        &[
            "stage-1-update: image of 2 Deployments 1 → 2 (api, db)",
            "stage-2-update: image of Deployment web 1 → 2",
        ],
    );
    check(
        three,
        rolling(),
        json!({"web": ["api"], "api": ["db"]}),
        &[
            "stage-1-update: image of Deployment db 1 → 2",
            "stage-2-update: image of Deployment api 1 → 2",
            "stage-3-update: image of Deployment web 1 → 2",
        ],
    );
}

/// A failure means that an autoscaler writes counts while the plan does, or that the end lacks the
/// count that is wanted.
#[test]
fn an_autoscaler_that_goes_goes_before_anything_is_counted() {
    let autoscaler = json!({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web"}, "spec": {"maxReplicas": 9,
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}}});
    let mut wanted = upgraded(&[plain("web")]);
    wanted[0]["spec"]["replicas"] = json!(4);
    check_to(
        &[plain("web"), autoscaler],
        wanted,
        rolling(),
        json!({}),
        &[
            "hold: delete HorizontalPodAutoscaler web",
            "update: image of Deployment web 1 → 2",
            "update: scale Deployment web 2 → 4",
        ],
    );
}

#[test]
fn every_strategy_goes_by_stages() {
    let two = &[plain("api"), plain("web")];
    let after = || json!({"web": ["api"]});
    check_itself(
        two,
        json!({"scale": {"replicas": 4, "maxStep": 1, "workloads": ["api", "web"]}}),
        after(),
        &[
            "stage-1-scale-3: scale Deployment api 2 → 3",
            "stage-1-scale-4: scale Deployment api 3 → 4",
            "stage-2-scale-3: scale Deployment web 2 → 3",
            "stage-2-scale-4: scale Deployment web 3 → 4",
        ],
    );
    check_itself(
        two,
        json!({"restart": {"at": "2026-11-24T10:00:00Z", "workloads": ["api", "web"]}}),
        after(),
        &[
            "stage-1-restart: restart Deployment api",
            "stage-2-restart: restart Deployment web",
        ],
    );
    check_itself(
        two,
        json!({"pause": {"workloads": ["api", "web"]}}),
        after(),
        &[
            "stage-1-pause: pause Deployment api",
            "stage-2-pause: pause Deployment web",
        ],
    );
    let served = &[plain("api"), plain("web"), service("web")];
    check(
        served,
        json!({"blueGreen": {"activeService": "web"}}),
        after(),
        &[
            "stage-1-cleanup: image of Deployment api 1 → 2",
            "stage-2-adopt: change spec.template.metadata.labels[\"cutover.dev/track\"] of Deployment web",
            "stage-2-adopt: switch Service web to app=web,cutover.dev/track=blue",
            "stage-2-preview: create Deployment web-green with 2 pods",
            "stage-2-switch: switch Service web to app=web,cutover.dev/track=green",
            "stage-2-return: image of Deployment web 1 → 2",
            "stage-2-return: switch Service web to app=web,cutover.dev/track=blue",
            "stage-2-cleanup: scale Deployment web-green 2 → 0",
            "stage-2-cleanup: delete Deployment web-green",
        ],
    );
}

/// Alone it is refused a canary; in a stage of its own it is recreated.
#[test]
fn what_recreates_its_pods_may_be_a_stage_of_a_canary() {
    let recreated = |value: &mut Value| value["spec"]["strategy"] = json!({"type": "Recreate"});
    let two = &[deployment("db", recreated), plain("web")];
    check(
        two,
        json!({"canary": {"steps": [{"setWeight": 50}]}}),
        json!({"web": ["db"]}),
        &[
            "stage-1-recreate: image of Deployment db 1 → 2",
            "stage-2-canary-50: create Deployment web-canary with 1 pod",
            "stage-2-canary-50: scale Deployment web 2 → 1",
            "stage-2-promote: image of Deployment web 1 → 2",
            "stage-2-cleanup: scale Deployment web 1 → 2",
            "stage-2-cleanup: scale Deployment web-canary 1 → 0",
            "stage-2-cleanup: delete Deployment web-canary",
        ],
    );
}

/// A failure means that configuration changes before the workload that reads it is next, or that
/// pods start without what they need.
#[test]
fn objects_go_with_the_workloads_that_they_belong_to() {
    let settings = |name: &str| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"colour": "red"}});
    let reading = |name: &str, map: &'static str| {
        deployment(name, move |value| {
            let env = json!([{"configMapRef": {"name": map}}]);
            value["spec"]["template"]["spec"]["containers"][0]["envFrom"] = env;
        })
    };
    check(
        &[
            plain("api"),
            reading("web", "settings"),
            settings("settings"),
            settings("banner"),
        ],
        rolling(),
        json!({"web": ["api"]}),
        &[
            "stage-1-update: change data.colour of ConfigMap banner",
            "stage-1-update: image of Deployment api 1 → 2",
            "stage-2-update: change data.colour of ConfigMap settings",
            "stage-2-update: image of Deployment web 1 → 2",
        ],
    );
    check(
        &[
            reading("api", "settings"),
            reading("web", "settings"),
            settings("settings"),
        ],
        rolling(),
        json!({"web": ["api"]}),
        &[
            "stage-1-update: change data.colour of ConfigMap settings",
            "stage-1-update: image of Deployment api 1 → 2",
            "stage-2-update: image of Deployment web 1 → 2",
        ],
    );
}

#[test]
fn what_comes_and_goes_keeps_the_order() {
    let ingress = json!({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "front"},
        "spec": {"defaultBackend": {"service": {"name": "web", "port": {"number": 80}}}}});
    let scaler = json!({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web"},
        "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}, "maxReplicas": 5}});
    let from = [plain("api"), plain("legacy"), service("legacy")];
    let web = deployment("web", |value| {
        value["spec"].as_object_mut().unwrap().remove("replicas");
    });
    let mut to = upgraded(&from[..1]);
    to.extend([web, service("web"), ingress, scaler]);
    let plan = made(&from, to, rolling(), json!({"web": ["api"]})).unwrap();
    assert_eq!(
        steps(&plan),
        [
            "stage-1-update: image of Deployment api 1 → 2",
            "stage-2-update: create Deployment web; create Service web; create HorizontalPodAutoscaler web",
            "stage-2-update: create Ingress front",
            "stage-2-cleanup: scale Deployment legacy 2 → 0",
            "stage-2-cleanup: delete Deployment legacy; delete Service legacy",
        ]
    );
}

/// A failure means that undo takes back the workload that others rely on while they still do.
#[test]
fn undo_takes_the_last_one_back_first() {
    let two = [plain("api"), plain("web")];
    let plan = made(&two, upgraded(&two), rolling(), json!({"web": ["api"]})).unwrap();
    let end = plan.state(plan.len()).unwrap();
    let way: Vec<Step> = plan
        .way_back(plan.len())
        .unwrap()
        .into_iter()
        .cloned()
        .collect();
    let mut walk = walk(end, &way);
    let mut names = Vec::new();
    while let Some(step) = walk.advance().unwrap() {
        names.push(step_name(step, walk.before(), walk.state()));
    }
    let expected = [
        "image of Deployment web 2 → 1",
        "image of Deployment api 2 → 1",
    ];
    assert_eq!(names, expected);
}

#[test]
fn what_cannot_move_apart_is_refused() {
    let labelled = |name: &str, version: &str| {
        deployment(name, |value| {
            value["spec"]["template"]["metadata"]["labels"]["team"] = json!("shop");
            value["spec"]["template"]["metadata"]["labels"]["generation"] = json!(version);
        })
    };
    let shared = |version: &str| {
        json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "shop"},
            "spec": {"selector": {"team": "shop", "generation": version}, "ports": [{"port": 80}]}})
    };
    let end = |version| {
        vec![
            labelled("api", version),
            labelled("web", version),
            shared(version),
        ]
    };
    let refused = made(&end("1"), end("2"), rolling(), json!({"web": ["api"]})).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "Service shop: /spec/selector: its selector changes, and it sends requests to Deployment api, Deployment web, \
         which are to move one after the other\n\
         hint: change the selector in a release of its own, or leave the order out"
    );
    let slot = |name: &str, colour: &str| {
        deployment(name, |value| {
            value["spec"]["selector"]["matchLabels"] = json!({"app": "web", "slot": colour});
            value["spec"]["template"]["metadata"]["labels"] = json!({"app": "web", "slot": colour});
            value["spec"]["template"]["spec"]["containers"][0]["name"] = json!("web");
        })
    };
    let mut front = service("web");
    front["spec"]["selector"]["slot"] = json!("blue");
    check(
        &[
            plain("api"),
            slot("web-blue", "blue"),
            slot("web-green", "green"),
            front,
        ],
        json!({"blueGreen": {"activeService": "web"}}),
        json!({"web-green": ["api"]}),
        &[
            "tied: Deployment web-green: it is to move at another time than its other set: web-blue, web-green",
        ],
    );
}
