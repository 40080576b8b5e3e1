use std::slice;

use cutover::Checked;
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::example::{canary, deployment, hello, patched, plan, with};
use crate::{Error, Style, diff, diff_document};

fn text(plan: &Checked) -> String {
    diff(plan, None, Style::Plain).unwrap()
}

#[test]
fn a_set_that_is_made_and_scaled() {
    let plan = canary();
    assert_snapshot!(diff(&plan, Some(1), Style::Plain).unwrap(), @r#"
step 1 · canary-25 · create Deployment hello-canary with 1 pod

create Deployment hello-canary, a copy of Deployment hello, but:
  spec.replicas: 3 → 1
+ spec.selector.matchLabels["cutover.dev/track"]: canary
+ spec.template.metadata.labels["cutover.dev/track"]: canary
  spec.template.spec.containers[name=hello].image: registry.example/hello:1.0.0 → registry.example/hello:2.0.0

within 10m its gates have to hold, else the run stops
"#);
    assert_snapshot!(diff(&plan, Some(2), Style::Plain).unwrap(), @r#"
step 2 · canary-50 · scale Deployment hello 3 → 2

patch Deployment hello
  spec.replicas: 3 → 2

within 10m its gates have to hold, else the run stops
"#);
}

#[test]
fn a_step_that_is_not_there() {
    let plan = hello(json!({"rolling": {}}));
    for step in [0, 2] {
        assert_eq!(
            diff(&plan, Some(step), Style::Plain),
            Err(Error::NoStep { step, steps: 1 })
        );
    }
}

#[test]
fn lists_maps_and_texts() {
    let probed = |env: Value, args: Value| {
        let job = with(job(), "/spec/template/spec/containers/0/lifecycle", args);
        with(job, "/spec/template/spec/containers/0/readinessProbe", env)
    };
    let from = [probed(
        json!({"env": [{"name": "a", "value": "1"}, {"name": "b"}]}),
        json!({"exec": {"x": [1]}}),
    )];
    let to = [probed(
        json!({"env": [{"name": "b", "value": "2"}, {"name": "a", "value": "1"}]}),
        json!(null),
    )];
    assert_snapshot!(changed(&from[0], &to[0]), @r#"
step 1 · update · change spec.template.spec.containers[name=hello].lifecycle and 2 more fields of Job hello

patch Job hello
- spec.template.spec.containers[name=hello].lifecycle:
-   exec:
-     x:
-     - 1
+ spec.template.spec.containers[name=hello].lifecycle: null
  spec.template.spec.containers[name=hello].readinessProbe.env: order a, b → b, a
+ spec.template.spec.containers[name=hello].readinessProbe.env[name=b].value: "2"
"#);
}

#[test]
fn a_long_text_shows_what_differs() {
    let map = |line: &str| {
        let script: String = (0..20)
            .map(|at| {
                if at == 10 {
                    format!("{line}\n")
                } else {
                    format!("line {at}\n")
                }
            })
            .collect();
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"script": script}})
    };
    assert_snapshot!(changed(&map("old"), &map("new")), @r#"
step 1 · update · change data.script of ConfigMap a

patch ConfigMap a
  data.script:
    line 7
    line 8
    line 9
-   old
+   new
    line 11
    line 12
    line 13
"#);
}

#[test]
fn a_secret_shows_only_that_it_changes() {
    let secret = |value: &str| {
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key", "annotations": {
            "kubectl.kubernetes.io/last-applied-configuration": format!("{{\"stringData\": \"{value}\"}}"),
        }}, "stringData": {"token": value}})
    };
    let planned = plan(
        json!({"rolling": {}}),
        &[secret("hunter2")],
        &[secret("hunter3")],
    );
    let document = diff_document(&planned, None).unwrap();
    assert_eq!(
        document["steps"][0]["changes"][0]["differences"][0]["path"],
        json!("data")
    );
    let planned = text(&planned);
    assert!(!planned.contains("hunter"), "{planned}");
    assert!(!document.to_string().contains("hunter"), "{document}");
    assert_snapshot!(planned, @r#"
step 1 · update · change the data of Secret key

patch Secret key
  data: sealed 4a1431a23aa7 → sealed 2ad8a408d693

back from step 1 · start · change the data of Secret key

patch Secret key
  data: sealed 2ad8a408d693 → sealed 4a1431a23aa7
"#);
}

#[test]
fn the_copy_of_kubectl_is_not_shown() {
    let job_applied = |applied: &str| {
        let mut job = job();
        job["metadata"]["annotations"] =
            json!({"kubectl.kubernetes.io/last-applied-configuration": applied});
        job
    };
    assert_snapshot!(changed(&job_applied("{\"a\": 1}"), &job_applied("{\"a\": 2}")), @r#"
step 1 · update · change metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"] of Job hello

patch Job hello
  metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]: not shown, 707e7bfbb2e9 → not shown, 20728f4f6daa
"#);
}

#[test]
fn nothing_in_a_manifest_reaches_the_terminal() {
    let map = |value: &str| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"k": value}});
    let shown = changed(&map("a\u{1b}[31m\nb"), &map("\u{202e}a\n\u{7}"));
    assert!(!shown.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{shown}");
}

/// Pods that no plan promises anything of.
fn job() -> Value {
    let job = with(deployment("hello", 1, "1"), "/kind", json!("Job"));
    with(job, "/apiVersion", json!("batch/v1"))
}

fn changed(from: &Value, to: &Value) -> String {
    let plan = patched(vec![], slice::from_ref(from), slice::from_ref(to));
    let text = text(&plan);
    let there = text.split("\nback from step 1").next();
    there.unwrap().to_owned()
}

#[test]
fn a_document_tells_what_was_absent_from_what_was_null() {
    let map = |data: Value| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": data});
    let (from, to) = (
        map(json!({"old": "1", "same": "1"})),
        map(json!({"new": null, "same": "1"})),
    );
    let plan = patched(vec![], &[from], &[to]);
    let document = diff_document(&plan, Some(1)).unwrap();
    assert_eq!(
        document["steps"][0]["changes"][0]["differences"],
        json!([{"path": "data.new", "after": null}, {"path": "data.old", "before": "1"}])
    );
    let missing = diff_document(&plan, Some(2));
    assert_eq!(missing, Err(Error::NoStep { step: 2, steps: 1 }));
}
