//! What is wanted, said in a few words: another image, another environment variable.

use std::collections::BTreeSet;
use std::str::FromStr;

use cutover_manifest::{
    BadImageReference, Bundle, ImageReference, Manifest, ObjectRef, containers, listing,
};
use cutover_workload::deployments;
use serde_json::{Value, json};

use crate::hint::Hint;
use crate::kinds;
use crate::refusal::{Refusal, Refusals};
use crate::select::{WorkloadName, select};
use crate::templates::{pod_containers, unplanned};

/// `CONTAINER=IMAGE`, as `kubectl set image` takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    container: String,
    image: String,
}

/// `CONTAINER:NAME=VALUE`, or `NAME=VALUE` for the only container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvironmentVariable {
    container: Option<String>,
    name: String,
    value: String,
}

/// A text that says no change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadChange {
    /// Not of the form `CONTAINER=IMAGE`.
    #[error(
        "`{0}` does not say which container gets which image\nhint: write CONTAINER=IMAGE, as hello=registry.example/hello:2.0.0"
    )]
    Image(String),
    /// The text for a container's image is none.
    #[error("container {container}: {image}")]
    NoImage {
        /// The name of the container.
        container: String,
        /// What is wrong with it.
        image: BadImageReference,
    },
    /// Not of the form `NAME=VALUE`.
    #[error(
        "`{0}` does not say which variable gets which value\nhint: write NAME=VALUE or CONTAINER:NAME=VALUE"
    )]
    Environment(String),
}

impl FromStr for Image {
    type Err = BadChange;

    fn from_str(text: &str) -> Result<Self, BadChange> {
        let (container, image) = match text.split_once('=') {
            Some((container, image)) if !container.is_empty() && !image.is_empty() => {
                (container.to_owned(), image.to_owned())
            }
            _ => return Err(BadChange::Image(text.into())),
        };
        match ImageReference::parse(&image) {
            Ok(_) => Ok(Self { container, image }),
            Err(image) => Err(BadChange::NoImage { container, image }),
        }
    }
}

impl FromStr for EnvironmentVariable {
    type Err = BadChange;

    fn from_str(text: &str) -> Result<Self, BadChange> {
        let bad = || BadChange::Environment(text.into());
        let (key, value) = text.split_once('=').ok_or_else(bad)?;
        let (container, name) = match key.split_once(':') {
            Some((container, name)) => (Some(container.to_owned()), name),
            None => (None, key),
        };
        if name.is_empty() || container.as_deref() == Some("") {
            return Err(bad());
        }
        Ok(Self {
            container,
            name: name.into(),
            value: value.into(),
        })
    }
}

/// The bundle with another image in one container.
pub(crate) fn set_image(
    bundle: &Bundle,
    image: &Image,
    workloads: &[WorkloadName],
) -> Result<Bundle, Refusals> {
    let mut changed = bundle.clone();
    for set in having(bundle, &image.container, workloads)? {
        changed.insert(edit(set, &image.container, |container| {
            container.insert("image".into(), json!(image.image));
        }));
    }
    Ok(changed)
}

/// The bundle with another value of an environment variable in one container.
pub(crate) fn set_environment(
    bundle: &Bundle,
    variable: &EnvironmentVariable,
    workloads: &[WorkloadName],
) -> Result<Bundle, Refusals> {
    let mut changed = bundle.clone();
    let sets = match &variable.container {
        Some(container) => having(bundle, container, workloads)?,
        None => select(bundle, workloads)?
            .iter()
            .filter_map(|object| bundle.get(object))
            .collect(),
    };
    for set in sets {
        let container = variable
            .container
            .clone()
            .map_or_else(|| only_container(set), Ok)?;
        changed.insert(edit(set, &container, |container| put(container, variable)));
    }
    Ok(changed)
}

/// The workloads that are meant and have a container.
fn having<'a>(
    bundle: &'a Bundle,
    container: &str,
    workloads: &[WorkloadName],
) -> Result<Vec<&'a Manifest>, Refusals> {
    let meant: Vec<&Manifest> = if workloads.is_empty() {
        deployments(bundle).map(|set| set.manifest()).collect()
    } else {
        select(bundle, workloads)?
            .iter()
            .filter_map(|object| bundle.get(object))
            .collect()
    };
    let found: Vec<&Manifest> = meant
        .iter()
        .copied()
        .filter(|set| names(set).any(|name| name == container))
        .collect();
    match found.len() {
        0 => Err(no_container(container, bundle, &meant)),
        1 => Ok(found),
        _ if !workloads.is_empty() => Ok(found),
        _ => Err(many_workloads(container, &found)),
    }
}

fn no_container(container: &str, bundle: &Bundle, meant: &[&Manifest]) -> Refusals {
    let has_it = |other: &&Manifest| pod_containers(other).any(|known| known["name"] == container);
    let others: Vec<&ObjectRef> = unplanned(bundle)
        .filter(has_it)
        .map(Manifest::object)
        .collect();
    let refusal = if others.is_empty() {
        let message = format!("container {container}: no Deployment of the input has it");
        let hint = format!("there are {}", listing(known(meant)));
        Refusal::new(kinds::NO_CONTAINER, message).hint(hint)
    } else {
        let message = format!(
            "container {container}: only Deployments are planned yet, and {} has it",
            listing(others)
        );
        Refusal::new(kinds::NO_CONTAINER, message).hint(
            "change it by the name of its image, or in the manifests that are wanted; its own controller replaces its pods, and nothing waits for them",
        )
    };
    refusal.into()
}

fn many_workloads(container: &str, found: &[&Manifest]) -> Refusals {
    let message = format!(
        "container {container}: {} workloads have it: {}",
        found.len(),
        listing(found.iter().map(|set| set.object()))
    );
    Refusal::new(kinds::MANY_WORKLOADS, message)
        .hint(Hint::NameWorkload)
        .into()
}

fn known<'m>(sets: &[&'m Manifest]) -> BTreeSet<&'m str> {
    sets.iter().flat_map(|set| names(set)).collect()
}

fn names(set: &Manifest) -> impl Iterator<Item = &str> {
    let template = set.pointer("/spec/template").unwrap_or(&Value::Null);
    containers(template).filter_map(|container| container.get("name")?.as_str())
}

fn only_container(set: &Manifest) -> Result<String, Refusals> {
    let main = set
        .pointer("/spec/template/spec/containers")
        .and_then(Value::as_array);
    let names: Vec<&str> = main
        .into_iter()
        .flatten()
        .filter_map(|container| container.get("name")?.as_str())
        .collect();
    match names.as_slice() {
        [only] => Ok((*only).into()),
        several => {
            let message = format!("it has {} containers", several.len());
            Err(Refusal::new(kinds::MANY_CONTAINERS, message)
                .of(set.object())
                .hint(Hint::NameContainer)
                .into())
        }
    }
}

fn edit(
    set: &Manifest,
    name: &str,
    change: impl Fn(&mut serde_json::Map<String, Value>),
) -> Manifest {
    let mut edited = set.value().clone();
    for list in [
        "/spec/template/spec/initContainers",
        "/spec/template/spec/containers",
    ] {
        let containers = edited.pointer_mut(list).and_then(Value::as_array_mut);
        for container in containers.into_iter().flatten() {
            let is_named = container.get("name").and_then(Value::as_str) == Some(name);
            if let Some(container) = container.as_object_mut().filter(|_| is_named) {
                change(container);
            }
        }
    }
    set.with_content(edited)
}

/// Replaces the variable where it stands, or adds it at the end. Of several of one name the last
/// one counts (`MakeEnvironmentVariables` in `pkg/kubelet/kubelet_pods.go`).
fn put(container: &mut serde_json::Map<String, Value>, variable: &EnvironmentVariable) {
    let list = container.entry("env").or_insert(Value::Null);
    if list.is_null() {
        *list = json!([]);
    }
    let Some(list) = list.as_array_mut() else {
        return;
    };
    let item = json!({ "name": variable.name, "value": variable.value });
    match list
        .iter_mut()
        .rfind(|known| known.get("name") == Some(&json!(variable.name)))
    {
        Some(known) => *known = item,
        None => list.push(item),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A failure means that a variable is set which the program never sees, or none at all.
    #[test]
    fn the_variable_that_counts_is_set() {
        let check = |env: Value, expect: Value| {
            let set = Manifest::new(json!({
                "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "mailer"},
                "spec": {"template": {"spec": {"containers": [{"name": "mailer", "env": env}]}}},
            }));
            let bundle = Bundle::from_iter([set.unwrap()]);
            let variable = "MODE=b".parse().unwrap();
            let changed = set_environment(&bundle, &variable, &[]).unwrap();
            let changed = changed.iter().next().unwrap();
            let env = changed.pointer("/spec/template/spec/containers/0/env");
            assert_eq!(env, Some(&expect));
        };
        let mode = |value: &str| json!({"name": "MODE", "value": value});
        let level = || json!({"name": "LEVEL", "value": "one"});
        check(
            json!([mode("a"), level(), mode("a")]),
            json!([mode("a"), level(), mode("b")]),
        );
        check(json!([mode("a"), level()]), json!([mode("b"), level()]));
        check(json!([level()]), json!([level(), mode("b")]));
        check(Value::Null, json!([mode("b")]));
        check(json!([]), json!([mode("b")]));
    }
}
