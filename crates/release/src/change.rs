//! What is wanted, said in a few words: another image, another environment variable.

use std::str::FromStr;

use cutover_manifest::{Bundle, Manifest, ObjectRef, containers};
use cutover_workload::deployments;
use serde_json::{Value, json};

use crate::select::{WorkloadName, select};

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

/// A change that cannot be made to the input.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BadChange {
    /// Not of the form `CONTAINER=IMAGE`.
    #[error(
        "`{0}` does not say which container gets which image\nhint: write --image CONTAINER=IMAGE, as hello=registry.example/hello:2.0.0"
    )]
    Image(String),
    /// Not of the form `NAME=VALUE`.
    #[error(
        "`{0}` does not say which variable gets which value\nhint: write --set-env NAME=VALUE or CONTAINER:NAME=VALUE"
    )]
    Environment(String),
    /// No workload of the input has that container.
    #[error("container {container}: no workload of the input has it\nhint: there are {known}")]
    NoContainer {
        /// What was asked for.
        container: String,
        /// The containers that there are.
        known: String,
    },
    /// Several workloads have that container.
    #[error(
        "container {container}: {count} workloads have it: {workloads}\nhint: say which with --workload deployment/NAME"
    )]
    ManyWorkloads {
        /// What was asked for.
        container: String,
        /// How many.
        count: usize,
        /// Their names.
        workloads: String,
    },
    /// Several containers could be meant.
    #[error(
        "{object}: it has {count} containers\nhint: say which with --set-env CONTAINER:NAME=VALUE"
    )]
    ManyContainers {
        /// The workload.
        object: ObjectRef,
        /// How many.
        count: usize,
    },
    /// The named workload is not there.
    #[error(transparent)]
    Workload(#[from] crate::Error),
}

impl FromStr for Image {
    type Err = BadChange;

    fn from_str(text: &str) -> Result<Self, BadChange> {
        match text.split_once('=') {
            Some((container, image)) if !container.is_empty() && !image.is_empty() => Ok(Self {
                container: container.into(),
                image: image.into(),
            }),
            _ => Err(BadChange::Image(text.into())),
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

/// The bundle with another image in one container. Where no workload is named, exactly one must
/// have that container.
///
/// # Errors
///
/// No such container, or several workloads that have it.
///
/// ```
/// use cutover_manifest::{Bundle, Manifest};
/// use cutover_release::{Image, set_image};
/// use serde_json::json;
///
/// let hello = Manifest::new(json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello"},
///     "spec": {"template": {"spec": {"containers": [{"name": "hello", "image": "hello:1"}]}}}}))?;
/// let bundle: Bundle = [hello].into_iter().collect();
/// let changed = set_image(&bundle, &"hello=hello:2".parse::<Image>()?, &[])?;
/// assert_eq!(changed.iter().next().unwrap().pointer("/spec/template/spec/containers/0/image"), Some(&json!("hello:2")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn set_image(
    bundle: &Bundle,
    image: &Image,
    workloads: &[WorkloadName],
) -> Result<Bundle, BadChange> {
    let mut changed = bundle.clone();
    for set in having(bundle, &image.container, workloads)? {
        changed.insert(edit(set, &image.container, |container| {
            container.insert("image".into(), json!(image.image));
        }));
    }
    Ok(changed)
}

/// The bundle with another value of an environment variable in one container.
///
/// # Errors
///
/// No such container, or several that could be meant.
pub fn set_environment(
    bundle: &Bundle,
    variable: &EnvironmentVariable,
    workloads: &[WorkloadName],
) -> Result<Bundle, BadChange> {
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
) -> Result<Vec<&'a Manifest>, BadChange> {
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
        0 => Err(BadChange::NoContainer {
            container: container.into(),
            known: known(&meant),
        }),
        1 => Ok(found),
        _ if !workloads.is_empty() => Ok(found),
        count => {
            let workloads = found
                .iter()
                .map(|set| set.object().to_string())
                .collect::<Vec<_>>()
                .join(", ");
            Err(BadChange::ManyWorkloads {
                container: container.into(),
                count,
                workloads,
            })
        }
    }
}

fn known(sets: &[&Manifest]) -> String {
    let mut known: Vec<String> = sets
        .iter()
        .flat_map(|set| names(set))
        .map(Into::into)
        .collect();
    known.sort();
    known.dedup();
    if known.is_empty() {
        "none".into()
    } else {
        known.join(", ")
    }
}

fn names(set: &Manifest) -> impl Iterator<Item = &str> {
    let template = set.pointer("/spec/template").unwrap_or(&Value::Null);
    containers(template).filter_map(|container| container.get("name")?.as_str())
}

fn only_container(set: &Manifest) -> Result<String, BadChange> {
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
        several => Err(BadChange::ManyContainers {
            object: set.object().clone(),
            count: several.len(),
        }),
    }
}

fn edit(
    set: &Manifest,
    name: &str,
    change: impl Fn(&mut serde_json::Map<String, Value>),
) -> Manifest {
    set.with(|value| {
        for list in [
            "/spec/template/spec/initContainers",
            "/spec/template/spec/containers",
        ] {
            let containers = value
                .pointer_mut(list)
                .and_then(Value::as_array_mut)
                .into_iter()
                .flatten();
            let named = containers
                .filter(|container| container.get("name").and_then(Value::as_str) == Some(name));
            named.filter_map(Value::as_object_mut).for_each(&change);
        }
    })
}

/// Replaces the variable where it stands, or adds it at the end.
fn put(container: &mut serde_json::Map<String, Value>, variable: &EnvironmentVariable) {
    let list = container.entry("env").or_insert_with(|| json!([]));
    let Some(list) = list.as_array_mut() else {
        return;
    };
    let item = json!({ "name": variable.name, "value": variable.value });
    match list
        .iter_mut()
        .find(|known| known.get("name") == Some(&json!(variable.name)))
    {
        Some(known) => *known = item,
        None => list.push(item),
    }
}
