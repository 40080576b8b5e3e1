use cutover::manifest::{Bundle, Manifest};
use cutover::{AnyStrategy, Ends, Options, Release};
use serde_json::{Value, json};

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
