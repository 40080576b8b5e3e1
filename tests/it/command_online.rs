//! The commands that talk to a cluster, against a server that only answers reads.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]
#![expect(
    clippy::disallowed_types,
    reason = "a server on 127.0.0.1 that the command asks"
)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use cutover_cli::Exit;
use serde_json::{Value, json};

use crate::support::Folder;

/// How many requests a server answers before it ends by itself.
const REQUESTS: usize = 40;

/// A folder with a kubeconfig of a server that has these objects, each list by its path.
fn folder(answers: BTreeMap<&'static str, (u16, Value)>) -> Folder {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().take(REQUESTS).flatten() {
            answer(stream, &answers);
        }
    });
    let folder = Folder::empty();
    folder.put(
        "kubeconfig",
        &format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: test\n\
             clusters: [{{name: test, cluster: {{server: 'http://{address}'}}}}]\n\
             contexts: [{{name: test, context: {{cluster: test, user: '', namespace: shop}}}}]\n"
        ),
    );
    folder
}

fn answer(mut stream: TcpStream, answers: &BTreeMap<&'static str, (u16, Value)>) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let Some(Ok(first)) = lines.next() else {
        return;
    };
    while lines
        .next()
        .is_some_and(|line| line.is_ok_and(|line| !line.is_empty()))
    {}
    let path = first.split(' ').nth(1).unwrap_or_default();
    let none = (
        404,
        json!({ "kind": "Status", "code": 404, "reason": "NotFound", "message": "not found" }),
    );
    let (code, body) = answers.get(path).unwrap_or(&none);
    let body = body.to_string();
    let length = body.len();
    let head =
        format!("HTTP/1.1 {code} X\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
    stream.write_all((head + &body).as_bytes()).unwrap();
}

fn list(items: &[Value]) -> (u16, Value) {
    (
        200,
        json!({ "kind": "List", "metadata": { "resourceVersion": "7" }, "items": items }),
    )
}

const DEPLOYMENTS: &str = "/apis/apps/v1/namespaces/shop/deployments";
const SERVICES: &str = "/api/v1/namespaces/shop/services";
const BUDGETS: &str = "/apis/policy/v1/namespaces/shop/poddisruptionbudgets";
const STATEFUL: &str = "/apis/apps/v1/namespaces/shop/statefulsets";
const HISTORY: &str = "/apis/apps/v1/namespaces/shop/replicasets";

/// A Deployment as a server has it; its items of lists say no kind.
fn deployment() -> Value {
    json!({
        "metadata": {
            "name": "hello", "namespace": "shop", "uid": "u-1", "resourceVersion": "12", "generation": 4,
            "annotations": { "deployment.kubernetes.io/revision": "2", "team": "web" },
            "managedFields": [{ "manager": "kubectl" }],
        },
        "spec": {
            "replicas": 3, "selector": { "matchLabels": { "app": "hello" } },
            "strategy": { "rollingUpdate": { "maxSurge": 1, "maxUnavailable": 0 } },
            "template": {
                "metadata": { "labels": { "app": "hello" } },
                "spec": { "containers": [{ "name": "hello", "image": "hello:1.0.0", "unheardOf": true }] },
            },
        },
        "status": { "replicas": 3 },
    })
}

fn cluster() -> BTreeMap<&'static str, (u16, Value)> {
    let service = json!({
        "metadata": { "name": "hello", "namespace": "shop" },
        "spec": { "selector": { "app": "hello" }, "ports": [{ "port": 80 }], "clusterIP": "10.96.0.7" },
    });
    BTreeMap::from([
        (DEPLOYMENTS, list(&[deployment()])),
        (SERVICES, list(&[service])),
    ])
}

const PLAN: &str = "cutover plan canary deployment/hello --steps 50 --image hello=hello:2.0.0 --kubeconfig kubeconfig";

#[test]
fn a_plan_is_made_of_what_runs() {
    let folder = folder(cluster());
    let plan: Value = serde_json::from_str(&folder.done(&format!("{PLAN} -o json"))).unwrap();
    let from = &plan["spec"]["from"][0];
    let metadata =
        json!({ "name": "hello", "namespace": "shop", "annotations": { "team": "web" } });
    assert_eq!(
        from["metadata"], metadata,
        "what the server keeps for itself is no part of a plan"
    );
    assert_eq!(from.get("status"), None);
    assert_eq!(
        from.pointer("/spec/template/spec/containers/0/unheardOf"),
        Some(&json!(true))
    );
    let first = &plan["spec"]["steps"][0]["changes"][0]["create"]["metadata"];
    assert_eq!(
        (&first["name"], &first["namespace"]),
        (&json!("hello-canary"), &json!("shop"))
    );
}

#[test]
fn rollback_reads_the_history() {
    let mut cluster = cluster();
    let revision = |name: &str, revision: &str, image: &str| {
        json!({
            "metadata": {
                "name": name, "namespace": "shop",
                "annotations": { "deployment.kubernetes.io/revision": revision },
                "ownerReferences": [{ "apiVersion": "apps/v1", "kind": "Deployment", "name": "hello", "uid": "u-1", "controller": true }],
            },
            "spec": { "template": {
                "metadata": { "labels": { "app": "hello", "pod-template-hash": "x" } },
                "spec": { "containers": [{ "name": "hello", "image": image }] },
            }},
        })
    };
    let history = [
        revision("hello-a", "1", "hello:0.9.0"),
        revision("hello-b", "2", "hello:1.0.0"),
    ];
    cluster.insert(HISTORY, list(&history));
    let folder = folder(cluster);
    let shown = folder.done("cutover plan rollback deployment/hello --kubeconfig kubeconfig");
    assert!(shown.contains("1.0.0 → 0.9.0"), "{shown}");
}

#[test]
fn what_may_not_be_looked_at_is_warned_about() {
    let mut cluster = cluster();
    let status = json!({ "kind": "Status", "code": 403, "reason": "Forbidden", "message": "budgets are forbidden" });
    cluster.insert(BUDGETS, (403, status));
    let check = |cluster: BTreeMap<&'static str, (u16, Value)>, kinds: &str| {
        let outcome = folder(cluster).run(PLAN);
        assert_eq!(outcome.exit, Exit::Done);
        let warning = format!(
            "warning: {kinds} cannot be listed: budgets are forbidden\n\
             hint: the plan is made as if there were none\n"
        );
        assert!(outcome.messages.contains(&warning), "{}", outcome.messages);
    };
    check(cluster.clone(), "PodDisruptionBudgets");
    // Told once.
    let status = cluster[BUDGETS].clone();
    cluster.insert(STATEFUL, status);
    check(cluster, "StatefulSets, PodDisruptionBudgets");
}

/// Beside Deployments others run pods, and may do so behind the same Service.
#[test]
fn what_else_runs_pods_is_looked_at() {
    let mut cluster = cluster();
    let set = json!({
        "metadata": { "name": "db", "namespace": "shop" },
        "spec": { "selector": { "matchLabels": { "app": "db" } }, "template": {
            "metadata": { "labels": { "app": "db" } },
            "spec": { "containers": [{ "name": "db", "image": "db:1" }] },
        }},
    });
    cluster.insert(STATEFUL, list(&[set]));
    let outcome = folder(cluster).run(
        &PLAN
            .replace("hello=", "db=")
            .replace("deployment/hello ", ""),
    );
    let error =
        "error: container db: only Deployments are planned yet, and StatefulSet shop/db has it\n";
    assert!(outcome.messages.starts_with(error), "{}", outcome.messages);
}

#[test]
fn what_cannot_be_asked_is_said() {
    let check = |line: &str, expected: &str| {
        let outcome = folder(BTreeMap::new()).run(line);
        assert_eq!(outcome.exit, Exit::Failed, "{line}");
        assert!(
            outcome.messages.starts_with(expected),
            "{line}\n{}",
            outcome.messages
        );
    };
    check(PLAN, "error: Deployments of shop: not found (404)\n");
    check(
        &format!("{PLAN} --context other"),
        "error: kubeconfig: failed to load current context: other\nhint: ",
    );
    check(
        &PLAN.replace(" kubeconfig", " none"),
        "error: kubeconfig: failed to read kubeconfig from",
    );
    let broken = folder(BTreeMap::new());
    broken.put(
        "kubeconfig",
        "apiVersion: v1\nkind: Config\ncurrent-context: test\n\
         clusters: [{name: test, cluster: {server: 'http://127.0.0.1:1'}}]\n\
         users: [{name: me, user: {token: \"hunter2\\nhunter3\"}}]\n\
         contexts: [{name: test, context: {cluster: test, user: me}}]\n",
    );
    let outcome = broken.run(PLAN);
    let said = "error: kubeconfig: the user's token is not on one line";
    assert!(outcome.messages.starts_with(said), "{}", outcome.messages);
    assert!(!outcome.messages.contains("hunter"), "{}", outcome.messages);
    let with_files = folder(cluster());
    let outcome = with_files.run(&format!("{PLAN} --to hello.yaml"));
    assert_eq!(
        outcome.exit,
        Exit::WrongUse,
        "files are compared with files"
    );
}

/// A folder with a plan that was made of what runs.
fn planned() -> Folder {
    let mut cluster = cluster();
    let live = |kind: &str, api_version: &str, mut value: Value| {
        value["kind"] = json!(kind);
        value["apiVersion"] = json!(api_version);
        (200, value)
    };
    let hello = live("Deployment", "apps/v1", deployment());
    cluster.insert("/apis/apps/v1/namespaces/shop/deployments/hello", hello);
    let service = cluster[SERVICES].1["items"][0].clone();
    cluster.insert(
        "/api/v1/namespaces/shop/services/hello",
        live("Service", "v1", service),
    );
    let folder = folder(cluster);
    folder.done(&format!("{PLAN} -o plan.yaml"));
    folder
}

#[test]
fn without_a_journal_the_objects_say_where_a_plan_stands() {
    let folder = planned();
    let line = "cutover status plan.yaml --kubeconfig kubeconfig";
    assert_eq!(
        folder.done(line),
        "plan hello: there is no run; the objects stand as before the first step\n"
    );
    let as_json: Value = serde_json::from_str(&folder.done(&format!("{line} -o json"))).unwrap();
    assert_eq!(as_json, json!({ "journal": null, "states": [0] }));
}

/// A failure means that somebody who asks something of a run hears nothing of that there is none.
#[test]
fn nobody_can_ask_anything_of_what_does_not_run() {
    let folder = planned();
    let check = |command: &str, plan: &str, hint: &str| {
        let line = format!("cutover {command} {plan} --kubeconfig kubeconfig");
        let outcome = folder.run(&line);
        let error = "error: there is no run of plan hello in namespace shop\n";
        let expected = format!("{error}hint: {hint}\n");
        assert_eq!((outcome.exit, outcome.messages), (Exit::Failed, expected));
    };
    let lists = "`cutover status` lists the runs of the namespace, and -n names another";
    for command in ["approve", "abort", "pause", "resume"] {
        check(command, "plan.yaml", "`cutover apply` begins one");
        check(command, "hello", lists);
    }
    check("status", "hello", lists);
    check("status -w", "plan.yaml", "`cutover apply` begins one");
}

#[test]
fn a_namespace_without_runs_says_so() {
    let selector = "labelSelector=app.kubernetes.io%2Fmanaged-by%3Dcutover";
    let here = format!("/api/v1/namespaces/shop/configmaps?{selector}");
    let everywhere = format!("/api/v1/configmaps?{selector}");
    let check = |path: String, line: &str, output: &str, messages: &str| {
        let folder = folder(BTreeMap::from([(&*path.leak(), list(&[]))]));
        let outcome = folder.run(&format!("cutover status {line} --kubeconfig kubeconfig"));
        assert_eq!(outcome.exit, Exit::Done, "{}", outcome.messages);
        assert_eq!((&*outcome.output, &*outcome.messages), (output, messages));
    };
    check(here, "", "", "note: there is no run\n");
    check(everywhere.clone(), "-A", "", "note: there is no run\n");
    check(everywhere, "-A -o json", "{\"runs\":[]}\n", "");
}

/// A failure means that a pipeline goes on past a person, or past a measurement.
#[test]
fn what_no_cluster_shows_is_not_waited_for_in_silence() {
    let folder = planned();
    let plan: Value = serde_json::from_str(&folder.done(&format!("{PLAN} -o json"))).unwrap();
    let mut steps = plan["spec"]["steps"].as_array().unwrap().iter();
    let asks = |step: &Value| {
        step["gates"]
            .as_array()
            .unwrap()
            .contains(&json!({ "pause": {} }))
    };
    let step = 1 + steps.position(asks).unwrap();
    let check = |line: &str, message: &str| {
        let line = format!("cutover wait plan.yaml {line} --timeout 1s --kubeconfig kubeconfig");
        let outcome = folder.run(&line);
        assert_eq!((outcome.exit, &*outcome.output), (Exit::Failed, ""));
        assert!(outcome.messages.contains(message), "{}", outcome.messages);
    };
    check(
        &format!("--step {step}"),
        &format!("step {step} waits for what no cluster shows: a person"),
    );
    check("--step 90", "the plan has no step 90");
}

/// A failure means that the Roles are for another namespace than the one that is worked in.
#[test]
fn rights_are_told_for_no_namespace_where_the_kubeconfig_cannot_be_read() {
    let folder = planned();
    folder.put("broken", "contexts: 1\n");
    let check = |kubeconfig: &str, message: &str| {
        let line = format!("cutover rights plan.yaml --kubeconfig {kubeconfig}");
        let outcome = folder.run(&line);
        assert_eq!((outcome.exit, outcome.output.as_str()), (Exit::Failed, ""));
        assert!(outcome.messages.contains(message), "{}", outcome.messages);
    };
    check("none", "error: kubeconfig: failed to read kubeconfig");
    check("broken", "error: kubeconfig: ");
}

#[test]
fn rights_are_roles_and_no_request_is_made_for_them() {
    let folder = planned();
    let roles = folder.done("cutover rights plan.yaml -n elsewhere -o json");
    let roles: Value = serde_json::from_str(&roles).unwrap();
    let kinds: Vec<&Value> = roles["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|role| &role["kind"])
        .collect();
    assert_eq!(kinds, ["Role"]);
    let namespace = &roles["items"][0]["metadata"]["namespace"];
    assert_eq!(namespace, "shop", "the plan's objects name theirs");
}

/// A failure means that the command panics over a token that no request can carry, or shows it.
#[test]
fn a_token_with_a_line_break_is_told_and_not_shown() {
    let folder = folder(BTreeMap::new());
    let credential = json!({"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
        "status": {"token": "hunter\ntwo"}});
    folder.put("credential.json", &credential.to_string());
    let file = folder.path("credential.json");
    let plugin = json!({"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "cat",
        "args": [file], "interactiveMode": "Never"}});
    let kubeconfig = folder.text("kubeconfig").replace("user: ''", "user: me");
    for user in [json!({"token": "hunter\ntwo"}), plugin] {
        let users = json!([{"name": "me", "user": user}]);
        folder.put("kubeconfig", &format!("{kubeconfig}users: {users}\n"));
        let outcome = folder.run(PLAN);
        assert_eq!(outcome.exit, Exit::Failed, "{}", outcome.messages);
        assert!(
            outcome
                .messages
                .contains("is not on one line of plain signs"),
            "{}",
            outcome.messages
        );
        assert!(!outcome.messages.contains("hunter"), "{}", outcome.messages);
    }
}
