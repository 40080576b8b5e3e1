//! kubectl makes of each patch what we say that stands after it.

#![expect(clippy::print_stdout, reason = "a test that is skipped says so")]

use std::process::Command;

use serde_json::Value;

use super::{json, planned};
use crate::support::Folder;

#[test]
fn kubectl_applies_the_patches() {
    if Command::new("kubectl")
        .arg("version")
        .arg("--client")
        .output()
        .is_err()
    {
        println!("skipped: no kubectl");
        return;
    }
    let folder = planned();
    for step in 1..=8 {
        let lines = folder.done(&format!("cutover patches plan.yaml --step {step}"));
        for line in lines
            .lines()
            .map(json)
            .filter(|line| line["verb"] == "patch")
        {
            let name = line["object"]["name"].as_str().unwrap();
            let before = object(&folder, step - 1, name);
            assert_eq!(
                patched(&folder, &before, &line["patch"]),
                object(&folder, step, name),
                "step {step}"
            );
        }
    }
}

fn object(folder: &Folder, step: usize, name: &str) -> Value {
    let list = json(&folder.done(&format!("cutover render plan.yaml --step {step} -o json")));
    let mut items = list["items"].as_array().unwrap().iter();
    items
        .find(|item| item["kind"] == "Deployment" && item["metadata"]["name"] == name)
        .unwrap()
        .clone()
}

fn patched(folder: &Folder, object: &Value, patch: &Value) -> Value {
    folder.put("object.json", &object.to_string());
    let mut kubectl = Command::new("kubectl");
    kubectl.args([
        "patch",
        "--local",
        "--type=json",
        "-o",
        "json",
        "-p",
        &patch.to_string(),
        "-f",
    ]);
    let output = kubectl.arg(folder.path("object.json")).output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}
