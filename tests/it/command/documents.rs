//! What is printed: manifests, plans, patches and states.

use cutover_cli::Exit;
use serde_json::{Value, json};

use super::{json, planned};
use crate::support::Folder;

#[test]
fn manifests_are_read_as_kubectl_reads_them() {
    let folder = Folder::empty();
    let text =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  debug: no\n  mode: 0440\n";
    let yaml = folder.run_with("cutover read -f -", text);
    assert_eq!(
        yaml.output,
        "apiVersion: v1\ndata:\n  debug: false\n  mode: 288\nkind: ConfigMap\nmetadata:\n  name: a\n"
    );
    assert_eq!(
        yaml.messages,
        "warning: stdin:5:10: `no` is false for kubectl and \"no\" for kustomize\n\
         hint: quote it if it is meant as text\n"
    );
    let list = json(&folder.run_with("cutover read -f - -o json", text).output);
    assert_eq!(
        (&list["kind"], &list["items"][0]["data"]["mode"]),
        (&json!("List"), &json!(288))
    );
}

#[test]
fn what_kubectl_accepts_is_read_with_a_warning() {
    let folder = Folder::empty();
    let outcome = folder.run_with("cutover read -f -", "kind: a\nkind: b\n");
    assert_eq!(
        (outcome.exit, outcome.output.as_str()),
        (Exit::Done, "kind: b\n")
    );
    assert!(
        outcome
            .messages
            .contains("warning: stdin:2:1: the key `kind` is already defined"),
        "{}",
        outcome.messages
    );
}

#[test]
fn directories_are_read_by_name_and_plans_in_them_passed_over() {
    let folder = planned();
    folder.done("cutover render plan.yaml --step 0 -R -f .");
    let list = json(&folder.done("cutover read -R -f hello -o json"));
    let names: Vec<String> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| format!("{}/{}", item["kind"], item["metadata"]["name"]))
        .collect();
    assert_eq!(
        names.join(" ").replace('"', ""),
        "Deployment/auth Deployment/frontend Deployment/hello Service/auth Service/frontend Service/hello"
    );
}

#[test]
fn a_plan_is_shown_as_it_was_made() {
    let folder = planned();
    let table = folder.done("cutover show plan.yaml");
    for columns in [60, 80, 200] {
        let table = folder.done(&format!("cutover show plan.yaml --width {columns}"));
        let mut lines = table.lines().filter(|line| !line.starts_with("sha256:"));
        assert!(lines.all(|line| line.chars().count() <= columns), "{table}");
    }
    let raw = |when: &str| folder.raw(&format!("cutover show plan.yaml --color {when}"), "");
    assert!(raw("always").output.contains('\u{1b}'));
    assert!(!raw("never").output.contains('\u{1b}'));
    assert!(table.contains("create Deployment hello-canary"), "{table}");
    assert!(
        folder
            .done("cutover show plan.yaml -o markdown")
            .contains("create Deployment hello-canary")
    );
    assert_eq!(
        folder.done("cutover show plan.yaml -o yaml"),
        folder.text("plan.yaml")
    );
    let document = json(&folder.done("cutover show plan.yaml -o json"));
    assert_eq!(document["spec"]["steps"].as_array().unwrap().len(), 8);
    folder.put("plan.json", &document.to_string());
    assert_eq!(
        folder.done("cutover show plan.json -o yaml"),
        folder.text("plan.yaml")
    );
    assert_eq!(
        folder
            .run_with("cutover show -", &folder.text("plan.yaml"))
            .output,
        table
    );
}

#[test]
fn a_diff_is_of_one_step_or_of_all() {
    let folder = planned();
    let all = folder.done("cutover diff plan.yaml");
    let step = folder.done("cutover diff plan.yaml --step 5");
    assert!(
        all.len() > step.len() && step.contains("hello:2.0.0"),
        "{step}"
    );
}

#[test]
fn a_diff_is_a_document_too() {
    let folder = planned();
    assert_eq!(
        json(&folder.done("cutover diff plan.yaml -o json"))["steps"]
            .as_array()
            .unwrap()
            .len(),
        8
    );
    let object = |name: &str| json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": name});
    assert_eq!(
        json(&folder.done("cutover diff plan.yaml --step 2 -o json")),
        json!({
            "onFailure": "stop",
            "steps": [{
                "step": 2,
                "phase": "canary-50",
                "name": "scale Deployment hello 3 → 2",
                "changes": [{
                    "verb": "patch",
                    "object": object("hello"),
                    "differences": [{"path": "spec.replicas", "before": 3, "after": 2}],
                }],
                "gates": [
                    {"available": {"object": object("hello"), "replicas": 2}},
                    {"available": {"object": object("hello-canary"), "replicas": 1}},
                ],
                "within": "10m",
            }],
            "back": [],
            "notes": [],
        })
    );
    let gone = json(&folder.done("cutover diff plan.yaml --step 8 -o json"));
    let change = &gone["steps"][0]["changes"][0];
    assert_eq!(
        (&change["verb"], &change["object"]),
        (&json!("delete"), &object("hello-canary"))
    );
    assert_eq!(change["manifest"]["spec"]["replicas"], json!(0));
    let yaml = folder.done("cutover diff plan.yaml --step 2 -o yaml");
    assert!(
        yaml.contains("  - differences:\n    - after: 2\n"),
        "{yaml}"
    );
}

#[test]
fn patches_are_what_kubectl_takes() {
    let folder = planned();
    let outcome = folder.run("cutover patches plan.yaml --step 2");
    assert_eq!(
        json(&outcome.output),
        json!({
            "step": 2,
            "name": "scale Deployment hello 3 → 2",
            "verb": "patch",
            "object": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "hello"},
            "patch": [
                {"op": "test", "path": "/spec/replicas", "value": 3},
                {"op": "replace", "path": "/spec/replicas", "value": 2},
            ],
        })
    );
    assert!(
        outcome
            .messages
            .contains("note: these patches fit the files"),
        "{}",
        outcome.messages
    );
    let create = json(&folder.done("cutover patches plan.yaml --step 1"));
    assert_eq!(
        (&create["verb"], &create["manifest"]["metadata"]["name"]),
        (&json!("create"), &json!("hello-canary"))
    );
}

#[test]
fn the_way_back_is_whole_and_numbered() {
    let lines = planned().done("cutover patches plan.yaml --step 3 --undo");
    let lines: Vec<Value> = lines.lines().map(json).collect();
    let verbs: Vec<&str> = lines
        .iter()
        .filter_map(|line| line["verb"].as_str())
        .collect();
    let steps: Vec<u64> = lines
        .iter()
        .filter_map(|line| line["step"].as_u64())
        .collect();
    assert_eq!(verbs.last(), Some(&"delete"));
    assert!(steps.is_sorted() && steps[0] == 1, "{steps:?}");
}

#[test]
fn patches_of_live_objects_say_so() {
    let folder = Folder::hello();
    folder.change(
        "hello/deployments/hello.yaml",
        "  labels: {app: hello}",
        "  uid: 8a1c",
    );
    folder.done(&format!(
        "cutover plan rolling -R -f hello {} -o plan.yaml",
        super::IMAGE
    ));
    let messages = folder.run("cutover patches plan.yaml --step 1").messages;
    assert!(
        messages.contains("note: these patches fit the live objects"),
        "{messages}"
    );
}

#[test]
fn states_are_rendered_alone_or_among_all_manifests() {
    let folder = planned();
    let kinds = |line: &str| {
        let list = json(&folder.done(line));
        let items = list["items"].as_array().unwrap().clone();
        items
            .iter()
            .map(|item| format!("{} {}", item["kind"], item["metadata"]["name"]).replace('"', ""))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        kinds("cutover render plan.yaml --step 1 -o json"),
        [
            "Service hello",
            "Deployment hello",
            "Deployment hello-canary"
        ]
    );
    assert_eq!(
        kinds("cutover render plan.yaml --step 1 -R -f hello -o json"),
        [
            "Deployment auth",
            "Deployment frontend",
            "Deployment hello",
            "Service auth",
            "Service frontend",
            "Service hello",
            "Deployment hello-canary"
        ]
    );
    assert_eq!(
        folder.done("cutover render plan.yaml --step 0 -R -f hello"),
        folder.done("cutover read -R -f hello")
    );
    let end = folder.done("cutover render plan.yaml --step 8");
    assert!(
        end.contains("hello:2.0.0") && !end.contains("canary"),
        "{end}"
    );
}

#[test]
fn secrets_are_rendered_from_the_files_alone() {
    let folder = Folder::hello();
    let secret =
        "apiVersion: v1\nkind: Secret\nmetadata: {name: key}\nstringData: {token: hunter2}\n";
    folder.put("new/secret.yaml", secret);
    folder.done("cutover plan rolling -R -f hello --to new -o plan.yaml");
    assert!(!folder.text("plan.yaml").contains("hunter2"));
    let alone = folder.run("cutover render plan.yaml --step 1");
    assert!(
        !alone.output.contains("hunter2")
            && alone
                .messages
                .contains("a plan does not hold a Secret's values")
    );
    folder.put("hello/secret.yaml", secret);
    assert!(
        folder
            .done("cutover render plan.yaml --step 1 -R -f hello")
            .contains("hunter2")
    );
}
