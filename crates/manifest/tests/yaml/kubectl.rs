//! kubectl and kustomize as oracles: what they read in a file. Both work without a cluster.

use std::io::{self, Write};
use std::path::Path;
#[expect(
    clippy::disallowed_types,
    reason = "kubectl is the second opinion, in tests only"
)]
use std::process::Command;
use std::process::{Output, Stdio};

use cutover_manifest::read;
use serde_json::{Number, Value};

/// The objects that kubectl reads, or what it says against the file. `None`, with a line, where
/// there is no kubectl.
pub(crate) fn objects(bytes: &[u8]) -> Option<Result<Vec<Value>, String>> {
    let output = run(
        &[
            "label",
            "--local",
            "--overwrite",
            "-f",
            "-",
            "zz=zz",
            "-o",
            "json",
        ],
        bytes,
    )?;
    if !output.status.success() {
        return Some(Err(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    // Not by serde_json, which reads floats to the last bit but one, and no 200 levels.
    let documents = read("kubectl.json", &output.stdout)
        .expect("kubectl prints JSON")
        .documents;
    Some(Ok(documents
        .into_iter()
        .map(|document| unlabelled(document.value))
        .collect()))
}

/// The YAML that kubectl prints for one object that has the label `zz`.
pub(crate) fn printed(bytes: &[u8]) -> Option<String> {
    let output = run(
        &[
            "label",
            "--local",
            "--overwrite",
            "-f",
            "-",
            "zz=zz",
            "-o",
            "yaml",
        ],
        bytes,
    )?;
    Some(String::from_utf8(output.stdout).expect("kubectl prints text"))
}

/// The objects that kustomize makes of a file that it takes as it is.
pub(crate) fn kustomized(bytes: &[u8]) -> Option<Result<Vec<Value>, String>> {
    let folder = tempfile::tempdir().expect("a folder for kustomize");
    write(
        &folder.path().join("kustomization.yaml"),
        b"resources: [objects.yaml]\n",
    );
    write(&folder.path().join("objects.yaml"), bytes);
    let output = run(
        &[
            "kustomize",
            folder.path().to_str().expect("a path that is text"),
        ],
        b"",
    )?;
    if !output.status.success() {
        return Some(Err(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let documents = read("kustomized.yaml", &output.stdout)
        .expect("kustomize prints what kubectl reads")
        .documents;
    Some(Ok(documents
        .into_iter()
        .map(|document| document.value)
        .collect()))
}

#[expect(clippy::disallowed_methods, reason = "kustomize reads folders")]
fn write(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).expect("a folder to write in");
}

/// A value with its numbers as kubectl has them: `i64` where it fits, else `f64`.
pub(crate) fn normal(value: Value) -> Value {
    match value {
        Value::Number(number) => normal_number(&number),
        Value::Array(items) => items.into_iter().map(normal).collect(),
        Value::Object(map) => Value::Object(
            map.into_iter()
                .map(|(key, value)| (key, normal(value)))
                .collect(),
        ),
        other => other,
    }
}

fn normal_number(number: &Number) -> Value {
    let float = number.as_f64().expect("a number of JSON is a float");
    match number.as_i64().or_else(|| float.to_string().parse().ok()) {
        Some(integer) => integer.into(),
        None => float.into(),
    }
}

/// Takes off the label that makes kubectl print the object.
fn unlabelled(mut object: Value) -> Value {
    let metadata = object.get_mut("metadata").and_then(Value::as_object_mut);
    if let Some(metadata) = metadata {
        metadata.remove("labels");
    }
    object
}

#[expect(
    clippy::disallowed_types,
    reason = "kubectl is the second opinion, in tests only"
)]
fn run(arguments: &[&str], input: &[u8]) -> Option<Output> {
    let spawned = Command::new("kubectl")
        .args(arguments)
        .env("KUBECONFIG", "/dev/null")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match spawned {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            skipped();
            return None;
        }
        other => other.expect("kubectl starts"),
    };
    let mut stdin = child.stdin.take().expect("its input is a pipe");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().expect("kubectl ends");
    #[expect(
        clippy::let_underscore_must_use,
        reason = "kubectl may end before it has read all"
    )]
    let _ = writer.join().expect("the thread only writes");
    Some(output)
}

#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn skipped() {
    eprintln!("skipped: kubectl is not installed");
}
