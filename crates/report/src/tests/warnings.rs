use cutover::manifest::{Bundle, Manifest};
use cutover::{AnyStrategy, Ends, Options, Release, Replicas};
use serde_json::{Value, json};

use super::example::{bundle, deployment, plan, service};
use crate::warnings;

/// What is warned about pods of these containers behind a Service on port 8080.
fn warned(containers: &[Value], init: &[Value]) -> Vec<String> {
    let end = |note: &str| {
        let deployment = json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
            "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "web"}}, "template": {
                "metadata": {"labels": {"app": "web"}, "annotations": {"note": note}},
                "spec": {"containers": containers, "initContainers": init}}},
        });
        let service = json!({
            "apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
            "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]},
        });
        [deployment, service].map(|value| Manifest::new(value).unwrap())
    };
    let [from, to] = ["a", "b"].map(|note| Bundle::from_iter(end(note)));
    let rolling: AnyStrategy = serde_json::from_value(json!({"rolling": {}})).unwrap();
    let release = Release::new(Ends::new(from, to)).unwrap();
    let plan = cutover::plan(&release, &rolling, &Options::default()).unwrap();
    let found = warnings(&plan).unwrap();
    found.into_iter().map(|warning| warning.message).collect()
}

/// A failure means that people are warned of what serves nobody, and learn to pass over warnings.
#[test]
fn the_container_that_serves_is_asked_for_its_probe_and_its_hook() {
    let ports = || json!([{"name": "http", "containerPort": 8080}]);
    let web = || {
        json!({"name": "web", "image": "web:1", "ports": ports(),
            "readinessProbe": {"tcpSocket": {"port": 8080}}, "lifecycle": {"preStop": {"sleep": {"seconds": 5}}}})
    };
    let bare = || json!({"name": "web", "image": "web:1", "ports": ports()});
    let logs = || json!({"name": "logs", "image": "logs:1"});
    let sidecar = |lifecycle: Value| json!({"name": "proxy", "image": "proxy:1", "restartPolicy": "Always", "lifecycle": lifecycle});
    let check = |containers: &[Value], init: &[Value], expect: &[&str]| {
        let warned = warned(containers, init);
        assert_eq!(warned.len(), expect.len(), "{warned:?}");
        for (message, part) in warned.iter().zip(expect) {
            assert!(message.contains(part), "{message}");
        }
    };
    let (probe, hook) = ("no readinessProbe", "no preStop hook");
    check(&[web(), logs()], &[], &[]);
    check(&[bare(), logs()], &[], &[probe, hook]);
    check(&[logs(), bare()], &[], &[probe, hook]);
    // Nobody says who serves.
    check(&[logs()], &[], &[probe, hook]);
    let holds = sidecar(json!({"preStop": {"sleep": {"seconds": 9}}}));
    check(&[bare()], &[holds], &[probe]);
    check(&[bare()], &[sidecar(json!({}))], &[probe, hook]);
}

/// What is warned about Deployments without a hook, each behind a Service, that go from one
/// specification to another.
fn check_hooks(strategy: Value, sets: &[(&str, Value, Value)], expect: &[&str]) {
    let end = |at: usize| -> Bundle {
        let objects = sets.iter().flat_map(|(name, from, to)| {
            let labels = json!({"app": name});
            let mut set = json!({
                "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
                "spec": {"replicas": 3, "selector": {"matchLabels": labels}, "template": {
                    "metadata": {"labels": labels},
                    "spec": {"containers": [{"name": "web", "image": "web:1", "readinessProbe": {}}]}}},
            });
            for (pointer, value) in [from, to][at].as_object().unwrap() {
                *set.pointer_mut(pointer).unwrap() = value.clone();
            }
            let service = json!({
                "apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
                "spec": {"selector": labels, "ports": [{"port": 80}]},
            });
            [set, service].map(|value| Manifest::new(value).unwrap())
        });
        objects.collect()
    };
    let strategy: AnyStrategy = serde_json::from_value(strategy).unwrap();
    let ends = cutover::Strategy::wanted(&strategy, Ends::new(end(0), end(1))).unwrap();
    let plan = cutover::plan(&Release::new(ends).unwrap(), &strategy, &Options::default()).unwrap();
    let found = warnings(&plan).unwrap();
    let hooks = found
        .iter()
        .filter(|warning| warning.message.contains("preStop"));
    let told: Vec<String> = hooks
        .map(|warning| warning.to_string().split(": if").next().unwrap().to_owned())
        .collect();
    assert_eq!(told, expect);
}

/// A failure means that nine of ten plans carry a warning, or one that it does not concern.
#[test]
fn a_missing_hook_is_told_once_and_where_pods_end() {
    let image = || json!({"/spec/template/spec/containers/0/image": "web:2"});
    let replicas = |count: u32| json!({"/spec/replicas": count});
    let same = || json!({});
    let one = "Deployment a: a container behind a Service has no preStop hook";
    let rolling = || json!({"rolling": {}});
    check_hooks(rolling(), &[("a", same(), image())], &[one]);
    check_hooks(rolling(), &[("a", same(), replicas(2))], &[one]);
    check_hooks(rolling(), &[("a", same(), replicas(4))], &[]);
    check_hooks(
        rolling(),
        &[("a", same(), image()), ("b", same(), replicas(4))],
        &[one],
    );
    check_hooks(
        json!({"pause": {"workloads": ["a"]}}),
        &[("a", same(), same())],
        &[],
    );
    let canary = json!({"canary": {"steps": [{"setWeight": 25}]}});
    check_hooks(canary, &[("a", same(), image())], &[one]);
    let two = [("a", same(), image()), ("b", same(), image())];
    let both = "containers behind Services have no preStop hook, of Deployment a, Deployment b";
    check_hooks(rolling(), &two, &[both]);
    let many: Vec<_> = ["a", "b", "c", "d", "e", "f", "g"]
        .map(|name| (name, same(), image()))
        .into();
    let all = "containers behind Services have no preStop hook, of Deployment a, Deployment b, Deployment c, Deployment d, Deployment e and 2 more";
    check_hooks(rolling(), &many, &[all]);
}

/// A failure means that a reviewer takes a number of pods for the manifests' that is not.
#[test]
fn a_number_that_was_given_is_told_once_for_all_that_have_it() {
    let check = |replicas: &[&str], expect: &[&str]| {
        let end = |tag: &str| {
            let sets = ["web", "api", "worker"].map(|name| {
                let mut set = deployment(name, 3, tag);
                set["spec"].as_object_mut().unwrap().remove("replicas");
                set
            });
            bundle(&sets)
        };
        let replicas: Vec<Replicas> = replicas.iter().map(|text| text.parse().unwrap()).collect();
        let ends = Ends::new(end("1"), end("2")).given(&replicas, &[]).unwrap();
        let rolling: AnyStrategy = serde_json::from_value(json!({"rolling": {}})).unwrap();
        let release = Release::new(ends).unwrap();
        let plan = cutover::plan(&release, &rolling, &Options::default()).unwrap();
        let found = warnings(&plan).unwrap();
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), expect.len(), "{found:?}");
        for (message, expect) in found.iter().zip(expect) {
            assert!(message.contains(expect), "{message}");
        }
    };
    check(&[], &[]);
    check(
        &["api=3"],
        &[
            "Deployment api: the manifest does not say how many pods run; the plan was given the number 3",
        ],
    );
    check(
        &["4", "web=2"],
        &[
            "Deployment web: the manifest does not say how many pods run; the plan was given the number 2",
            "of Deployment api, Deployment worker; the plan was given the number 4 for each",
        ],
    );
}

/// A failure means that a hint sends people after something that is not there.
#[test]
fn what_is_changed_without_a_test_is_told_with_its_reason() {
    let check = |pointer: &str, before: Value, after: Value, expect: [&str; 2]| {
        let set = |value: Value| {
            let mut set = deployment("web", 3, "1");
            let container = &mut set["spec"]["template"]["spec"]["containers"][0];
            container[pointer] = value;
            set
        };
        let plan = plan(json!({"rolling": {}}), &[set(before)], &[set(after)]);
        let found = warnings(&plan).unwrap();
        let told = found
            .iter()
            .find(|warning| warning.message.contains("without a test"));
        let told = told.unwrap_or_else(|| panic!("{found:?}"));
        let [message, hint] = expect;
        assert!(told.message.ends_with(message), "{told}");
        assert!(told.hint.as_ref().unwrap().contains(hint), "{told}");
    };
    let limits = |cpu: &str| json!({"limits": {"cpu": cpu}});
    check(
        "resources",
        limits("0.2"),
        limits("300m"),
        ["the server stores it in another form", "200m for 0.2"],
    );
    check(
        "env",
        Value::Null,
        json!([{"name": "MODE", "value": "b"}]),
        ["the server stores no null", "leave a field out"],
    );
    check(
        "command",
        json!(["sh", "-c", "a && b"]),
        json!(["sh", "-c", "c"]),
        ["the server writes < > & as escapes", "a run of the plan"],
    );
}

/// A failure means that nobody hears of a Job that answers requests which are not meant for it.
#[test]
fn a_job_behind_a_service_is_told() {
    let job = |labels: Value, namespace: Value| {
        json!({
            "apiVersion": "batch/v1", "kind": "Job",
            "metadata": {"name": "migrate", "namespace": namespace},
            "spec": {"template": {"metadata": {"labels": labels}, "spec": {
                "restartPolicy": "Never", "containers": [{"name": "migrate", "image": "migrate:2"}]}}},
        })
    };
    let check = |labels: Value, namespace: Value, expect: bool| {
        let both = |tag| vec![deployment("hello", 3, tag), service("hello")];
        let to = [both("2"), vec![job(labels.clone(), namespace)]].concat();
        let found = warnings(&plan(json!({"rolling": {}}), &both("1"), &to)).unwrap();
        let told =
            "its pods have the labels that Service hello selects: they get requests while they run";
        let is_told = found.iter().any(|warning| warning.message == told);
        assert_eq!(is_told, expect, "{labels}: {found:?}");
    };
    check(json!({"app": "hello", "job": "migrate"}), Value::Null, true);
    check(json!({"app": "hello-migrate"}), Value::Null, false);
    check(json!({"app": "hello"}), "other".into(), false);
}
