//! What is beside the manifests of a directory, and is none: read by no one, and told.

use std::sync::Arc;

use cutover::manifest::{Document, Reading, listing};
use cutover::planning::API_VERSION;
use serde_json::Value;

use crate::walk::{File, Origin};
use crate::{World, message};

/// Leaves out what files of directories hold that hold no manifest, and gives their names.
pub(crate) fn leave_out(files: &[File], readings: &mut [Reading]) -> Vec<Arc<str>> {
    let mut skipped = Vec::new();
    for (file, reading) in files.iter().zip(readings) {
        if holds_none(file, &reading.documents) {
            skipped.push(file.name.clone());
            *reading = Reading::default();
        }
    }
    skipped
}

/// Tells what was left out of the directories.
pub(crate) fn tell(world: &mut World<'_>, files: &[File], skipped: &[Arc<str>]) {
    let what = match skipped {
        [] => return,
        [_] => "holds no manifest",
        _ => "hold no manifest",
    };
    let mut sources = files.iter().filter(|file| skipped.contains(&file.name));
    let hint = sources
        .find_map(File::rendered)
        .map(|command| format!("\nhint: {command}"));
    let text = format!("skipped {}: {what}", listing(skipped));
    message::note(world, text + &hint.unwrap_or_default());
}

/// Leaves out documents of ours that are kept beside the manifests that they were made from, and gives
/// the names of their files.
pub(crate) fn leave_out_own(files: &[File], readings: &mut [Reading]) -> Vec<Arc<str>> {
    let mut own = Vec::new();
    for (file, reading) in files.iter().zip(readings) {
        let documents = reading.documents.len();
        reading
            .documents
            .retain(|document| !is_own(&document.value));
        if reading.documents.len() < documents {
            own.push(file.name.clone());
        }
    }
    own
}

/// Tells which files hold such documents.
pub(crate) fn tell_own(world: &mut World<'_>, own: &[Arc<str>]) {
    for name in own {
        let text = format!("{name}: a document of cutover is no manifest, and is left out");
        message::note(world, text);
    }
}

/// Whether a document is a plan, of one cluster or of a fleet.
pub(crate) fn is_plan(value: &Value) -> bool {
    is_ours(value, &["FleetPlan", "Plan"])
}

/// Whether a document is one of ours: a plan, or the fleet that one is made of.
fn is_own(value: &Value) -> bool {
    is_plan(value) || is_ours(value, &["Fleet"])
}

fn is_ours(value: &Value, kinds: &[&str]) -> bool {
    let text = |field: &str| value.get(field).and_then(Value::as_str).unwrap_or_default();
    text("apiVersion") == API_VERSION && kinds.contains(&text("kind"))
}

/// Whether a file of a directory holds no manifest. One that is named by itself is meant to.
fn holds_none(file: &File, documents: &[Document]) -> bool {
    let among_others = matches!(file.origin, Origin::Directory { .. });
    let mut documents = documents.iter();
    among_others && (file.tool().is_some() || !documents.any(|document| is_meant(&document.value)))
}

/// What of a manifest makes it one. A field may be forgotten, and be missed with its place.
const FIELDS: [&str; 4] = ["apiVersion", "kind", "metadata", "items"];

fn is_meant(value: &Value) -> bool {
    let has = |field: &&str| value.get(field).is_some();
    let group = value.get("apiVersion").and_then(Value::as_str);
    let is_kustomize = group.is_some_and(|group| group.starts_with("kustomize.config.k8s.io/"));
    !is_kustomize && FIELDS.into_iter().filter(has).count() > 1
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn two_of_its_fields_make_a_manifest() {
        let check = |value: Value, expect: bool| assert_eq!(is_meant(&value), expect, "{value}");
        check(json!({"apiVersion": "v1", "kind": "Service"}), true);
        check(json!({"kind": "Service", "metadata": {"name": "a"}}), true);
        check(json!({"apiVersion": "v1", "metadata": {}}), true);
        check(json!({"kind": "List", "items": []}), true);
        // A chart, values, a workflow, a kustomization with and without its type.
        check(
            json!({"apiVersion": "v2", "name": "hello", "version": "1.0.0"}),
            false,
        );
        check(json!({"kind": "Deployment", "replicaCount": 3}), false);
        check(json!({"name": "ci", "on": "push", "jobs": {}}), false);
        check(json!({"resources": ["hello.yaml"]}), false);
        let kustomization = "kustomize.config.k8s.io/v1beta1";
        check(
            json!({"apiVersion": kustomization, "kind": "Kustomization"}),
            false,
        );
        check(json!(["a"]), false);
        check(json!("a"), false);
    }
}
