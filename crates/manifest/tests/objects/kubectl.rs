//! kubectl as the second opinion on edits: its own patch of the old file against the edited file.

use std::io::{self, Write};
#[expect(
    clippy::disallowed_types,
    reason = "kubectl is the second opinion, in tests only"
)]
use std::process::Command;
use std::process::Stdio;

use cutover_manifest::{bundle, edit, read};
use serde_json::{Value, json};

/// What kubectl prints; `None`, with a line, where there is no kubectl.
#[expect(
    clippy::disallowed_types,
    reason = "kubectl is the second opinion, in tests only"
)]
pub(crate) fn kubectl(arguments: &[&str], input: &[u8]) -> Option<Value> {
    let spawned = Command::new("kubectl")
        .args(arguments)
        .env("KUBECONFIG", "/dev/null")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut child = match spawned {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return skipped(),
        spawned => spawned.unwrap(),
    };
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "kubectl {arguments:?}");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[expect(clippy::print_stdout, reason = "a skipped test says so")]
fn skipped() -> Option<Value> {
    println!("skipped: kubectl is not installed");
    None
}

const FILE: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: hello
spec:
  replicas: 3
  selector: {matchLabels: {app: hello}}
  template:
    metadata: {labels: {app: hello}}
    spec:
      containers:
      - name: hello
        image: hello:1.0.0
        env:
        - name: A
          value: \"1\"
";

#[test]
fn an_edited_file_is_to_kubectl_what_its_own_patch_makes() {
    let container = "/spec/template/spec/containers/0";
    let check = |change: Value| {
        let patch = |text: &[u8], patch: &str| {
            kubectl(
                &[
                    "patch",
                    "--local",
                    "-f",
                    "-",
                    "--type=json",
                    "-p",
                    patch,
                    "-o",
                    "json",
                ],
                text,
            )
        };
        let Some(expect) = patch(FILE.as_bytes(), &json!([change]).to_string()) else {
            return;
        };
        assert_eq!(patch(&edited(&change), "[]").unwrap(), expect, "{change}");
    };
    check(json!({"op": "replace", "path": "/spec/replicas", "value": 5}));
    check(json!({"op": "replace", "path": format!("{container}/image"), "value": "hello:2.0.0"}));
    check(json!({"op": "remove", "path": format!("{container}/env/0")}));
    check(
        json!({"op": "add", "path": "/spec/strategy", "value": {"rollingUpdate": {"maxSurge": "25%"}}}),
    );
    for text in [
        "yes", "y", "0400", "1_000", "~", "", "a: b", "a\nb\n", "#", "é 😀", "1e3", "<<", "\ta",
    ] {
        check(json!({"op": "replace", "path": format!("{container}/env/0/value"), "value": text}));
        check(json!({"op": "add", "path": format!("{container}/env/0"), "value": {"name": text}}));
        check(json!({"op": "add", "path": "/metadata/annotations", "value": {text: text}}));
    }
}

#[test]
fn an_image_is_set_as_kubectl_sets_it() {
    let set = |image: &str, text: &[u8]| {
        kubectl(
            &[
                "set",
                "image",
                "--local",
                "-f",
                "-",
                &format!("hello={image}"),
                "-o",
                "json",
            ],
            text,
        )
    };
    let Some(expect) = set("hello:2.0.0", FILE.as_bytes()) else {
        return;
    };
    let image = "/spec/template/spec/containers/0/image";
    let edited = edited(&json!({"op": "replace", "path": image, "value": "hello:2.0.0"}));
    assert_eq!(expect.pointer(image), Some(&json!("hello:2.0.0")));
    // Once more on both, since kubectl's types add fields, and it prints only what it changes.
    assert_eq!(
        set("hello:3", &edited).unwrap(),
        set("hello:3", expect.to_string().as_bytes()).unwrap()
    );
}

fn edited(change: &Value) -> Vec<u8> {
    let loaded = bundle(vec![read("a.yaml", FILE.as_bytes()).unwrap()]).unwrap();
    let (object, source) = loaded.sources.first_key_value().unwrap();
    let before = loaded.bundle.get(object).unwrap().value();
    let mut after = before.clone();
    cutover_patch::apply(
        &mut after,
        &serde_json::from_value(json!([change])).unwrap(),
    )
    .unwrap();
    edit(FILE.as_bytes(), source, before, &after).unwrap()
}
