//! kubectl's reading of our patches: it uses the API server's library.

use std::io::{self, Write};
#[expect(
    clippy::disallowed_types,
    reason = "kubectl is the second opinion, in this test only"
)]
use std::process::Command;
use std::process::Stdio;

use serde_json::{Value, json};

use super::Named;
use crate::diff;

#[test]
fn kubectl_gives_our_result() {
    for (before, after) in pairs() {
        let (before, after) = (object(before), object(after));
        let patch = diff(&before, &after, &Named).to_string();
        let Some(patched) = kubectl_patch(&before, &patch) else {
            #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
            {
                eprintln!("skipped: kubectl is not installed");
            }
            return;
        };
        assert_eq!(patched, Ok(after), "{patch}");
    }
}

fn pairs() -> Vec<(Value, Value)> {
    let mut pairs: Vec<(Value, Value)> = [
        "a/b", "m~n", "~1", "~01", "x y", "%41", "%2F", "\"", "'", "é", "日本", "\\", "", "-", "0",
        "a.b/c",
    ]
    .into_iter()
    .map(|name| {
        (
            json!({name: 1, "kept": {name: "v"}}),
            json!({name: 2, "kept": {}, "new": {name: name}}),
        )
    })
    .collect();
    pairs.extend([
        (json!({"a": null}), json!({})),
        (json!({}), json!({"a": null, "b": {}, "c": []})),
        (json!({"a": null, "b": {}}), json!({"a": {}, "b": null})),
        (json!({"a": [null, 1]}), json!({"a": [1]})),
        (json!({"a": [1, 2, 3, 4]}), json!({"a": [1, 4]})),
        (json!({"a": [[1], {"b": 2}]}), json!({"a": [{"b": 3}, [1, 2]]})),
        (json!({"a": "text"}), json!({"a": {"b": ["text"]}})),
        (json!({"a": 1.5, "b": -7, "c": true}), json!({"a": 2.5, "b": 9007199254740993_i64, "c": "true"})),
        (json!({"a": {"b": {"c": 1}}}), json!({"b": {"c": 1}})),
        (items("abc"), items("xabc")),
        (items("abc"), items("abcx")),
        (items("abc"), items("")),
        (items(""), items("abc")),
        (items("abcdef"), items("fedcba")),
        (items("abcdef"), items("bxdyfa")),
        (items("abcdef"), items("cab")),
        (json!({"items": [{"name": null}, {"name": "a"}]}), json!({"items": [{"name": "a"}]})),
        (
            json!({"ports": [{"port": 53, "protocol": "TCP"}, {"port": 53, "protocol": "UDP", "a/b": [1]}]}),
            json!({"ports": [{"port": 53, "protocol": "UDP", "a/b": [0, 1]}, {"port": 53, "protocol": "TCP"}]}),
        ),
    ]);
    pairs
}

fn items(names: &str) -> Value {
    let item = |name: char| json!({"name": name.to_string(), "place": names.find(name)});
    json!({"items": names.chars().map(item).collect::<Vec<_>>()})
}

fn object(spec: Value) -> Value {
    json!({"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "thing"}, "spec": spec})
}

/// The object that kubectl prints, or what it says against the patch; none where there is no
/// kubectl.
#[expect(
    clippy::disallowed_types,
    reason = "kubectl is the second opinion, in this test only"
)]
fn kubectl_patch(document: &Value, patch: &str) -> Option<Result<Value, String>> {
    let spawned = Command::new("kubectl")
        .args([
            "patch",
            "--local",
            "--type=json",
            "-f",
            "-",
            "-o",
            "json",
            "-p",
            patch,
        ])
        .env("KUBECONFIG", "/dev/null")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match spawned {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        other => other.expect("kubectl starts"),
    };
    let mut input = child.stdin.take().expect("its input is a pipe");
    input
        .write_all(document.to_string().as_bytes())
        .expect("kubectl reads");
    drop(input);
    let output = child.wait_with_output().expect("kubectl ends");
    Some(if output.status.success() {
        Ok(serde_json::from_slice(&output.stdout).expect("kubectl prints JSON"))
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    })
}
