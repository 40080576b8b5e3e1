//! A kustomize Component a step: with the first N of them, in their order, what they are put upon
//! stands as after step N.

use std::path::Path;

use cutover::manifest::{Manifest, ObjectRef, emit};
use cutover::planning::Change;
use cutover_report::step_name;
use serde_json::{Map, Value, json};

use super::files::{Files, name};
use super::way::{Passage, Way};
use crate::error::Error;
use crate::message::one_line;

/// The files, and the field that names their directories in a kustomization.
///
/// # Errors
///
/// A plan that does not fit itself.
pub(super) fn components(way: &Way<'_>, directory: &Path) -> Result<(Files, String), Error> {
    let mut files = Files::default();
    let mut list = "components:\n".to_owned();
    way.visit(|passage| {
        let directory = directory.join(&passage.label);
        component(passage, &directory, &mut files);
        let name = step_name(passage.step, passage.before, passage.after);
        list += &format!("- {}   # {}\n", passage.label, one_line(&name));
        Ok(())
    })?;
    Ok((files, list))
}

fn component(passage: &Passage<'_>, directory: &Path, files: &mut Files) {
    let (mut resources, mut patches) = (Vec::new(), Vec::new());
    for (number, change) in (1..).zip(&passage.step.changes) {
        let object = change.object();
        match change {
            Change::Create(manifest) => {
                let name = name(number, "create", object, "yaml");
                files.add(directory.join(&name), emit(manifest.value()));
                resources.push(name);
            }
            Change::Delete(object) => {
                let name = name(number, "delete", object, "yaml");
                files.add(directory.join(&name), emit(&gone(object)));
                patches.push(json!({ "path": name }));
            }
            Change::Patch(patch) => {
                let name = name(number, "patch", object, "json");
                files.add(directory.join(&name), format!("{:#}\n", json!(patch.ops)));
                let target = target(object, passage);
                patches.push(json!({ "path": name, "target": target }));
            }
            // Refused before anything is written.
            Change::Replace(_) => {}
        }
    }
    let mut component = json!({
        "apiVersion": "kustomize.config.k8s.io/v1alpha1",
        "kind": "Component",
    });
    if !resources.is_empty() {
        component["resources"] = resources.into();
    }
    if !patches.is_empty() {
        component["patches"] = patches.into();
    }
    if passage.step.changes.is_empty() {
        // A step that only waits: kustomize takes no component that says nothing.
        component["generatorOptions"] = json!({});
    }
    files.add(directory.join("kustomization.yaml"), emit(&component));
}

/// The patch that takes an object away.
fn gone(object: &ObjectRef) -> Value {
    let mut metadata = Map::from_iter([("name".to_owned(), json!(object.name))]);
    if let Some(namespace) = &object.namespace {
        metadata.insert("namespace".to_owned(), json!(namespace));
    }
    json!({
        "$patch": "delete",
        "apiVersion": object.api_version,
        "kind": object.kind,
        "metadata": metadata,
    })
}

/// The one object that a patch is for: kustomize takes names for regular expressions, and no namespace
/// for any.
fn target(object: &ObjectRef, passage: &Passage<'_>) -> Value {
    let mut target = json!({
        "version": object.version(),
        "kind": object.kind,
        "name": literal(&object.name),
    });
    if !object.group().is_empty() {
        target["group"] = object.group().into();
    }
    if let Some(namespace) = &object.namespace {
        target["namespace"] = literal(namespace).into();
    } else if has_namesake(object, passage) {
        target["namespace"] = NO_NAMESPACE.into();
    }
    target
}

/// What kustomize takes an object without a namespace to be in.
const NO_NAMESPACE: &str = "default";

/// Whether another object has the name of this one, in another namespace.
fn has_namesake(object: &ObjectRef, passage: &Passage<'_>) -> bool {
    let states = [passage.before, passage.after].into_iter();
    let mut others = states.flat_map(|state| state.iter().map(Manifest::object));
    others.any(|other| {
        let is_alike = (other.group(), &other.kind, &other.name)
            == (object.group(), &object.kind, &object.name);
        is_alike && other.namespace != object.namespace
    })
}

/// The only sign in a name that means something else there.
fn literal(name: &str) -> String {
    name.replace('.', r"\.")
}
