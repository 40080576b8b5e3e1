//! What a step does, in words: of its first changes and all that it deletes, and how many others
//! there are.

use cutover_manifest::{Bundle, Manifest, ObjectRef, containers};
use cutover_patch::{Difference, differences};
use serde_json::Value;

use crate::deployment::Deployment;
use crate::step::Change;

/// The name of a step with these changes between two states.
pub(super) fn name(changes: &[Change], before: &Bundle, after: &Bundle) -> String {
    // What has pods is what people look for.
    let (sets, others): (Vec<&Change>, Vec<&Change>) = changes
        .iter()
        .partition(|change| Deployment::is(change.object()));
    let all: Vec<&Change> = sets.into_iter().chain(others).collect();
    let few = if all.len() > MOST_TOLD {
        MOST_TOLD - 1
    } else {
        all.len()
    };
    let (first, rest) = all.split_at(few);
    let told: Vec<&Change> = first
        .iter()
        .chain(rest.iter().filter(|change| is_removal(change)))
        .copied()
        .collect();
    let mut texts: Vec<String> = told
        .iter()
        .map(|change| describe(change, before, after))
        .collect();
    if told.len() < all.len() {
        texts.push(format!("and {} more", all.len() - told.len()));
    }
    texts.join("; ")
}

/// More changes than this are counted.
const MOST_TOLD: usize = 3;

/// Whether it deletes something that no step has scaled down before.
fn is_removal(change: &Change) -> bool {
    matches!(change, Change::Delete { object, .. } if !Deployment::is(object))
}

fn describe(change: &Change, before: &Bundle, after: &Bundle) -> String {
    let object = change.object();
    match change {
        Change::Create { manifest, .. } => format!("create {object}{}", pods(manifest)),
        Change::Delete { .. } => format!("delete {object}"),
        Change::Patch { .. } => match (before.get(object), after.get(object)) {
            (Some(before), Some(after)) => patched(object, before, after),
            _ => format!("change {object}"),
        },
    }
}

fn pods(manifest: &Manifest) -> String {
    match Deployment::of(manifest)
        .replicas()
        .filter(|_| Deployment::is(manifest.object()))
    {
        Some(1) => " with 1 pod".into(),
        Some(count) => format!(" with {count} pods"),
        None => String::new(),
    }
}

fn patched(object: &ObjectRef, before: &Manifest, after: &Manifest) -> String {
    let found = differences(before.value(), after.value(), &cutover_manifest::MergeKeys);
    if object.kind == "Service"
        && before.pointer("/spec/selector") != after.pointer("/spec/selector")
    {
        return format!("switch {object} to {}", selector(after));
    }
    if after.is_sealed() {
        return format!("change the data of {object}");
    }
    if Deployment::is(object) {
        return deployment(object, before, after, &found);
    }
    let paths: Vec<String> = found
        .iter()
        .map(|difference| difference.path.to_string())
        .collect();
    format!(
        "change {} of {object}",
        fields(&paths.iter().collect::<Vec<_>>())
    )
}

/// What changes of a Deployment: its image, its strategy or what else, and its replicas.
fn deployment(
    object: &ObjectRef,
    before: &Manifest,
    after: &Manifest,
    found: &[Difference],
) -> String {
    let counts = (
        Deployment::of(before).replicas(),
        Deployment::of(after).replicas(),
    );
    let scale = match counts {
        (Some(was), Some(is)) if was != is => Some(format!("{was} → {is}")),
        _ => None,
    };
    let paths: Vec<String> = found
        .iter()
        .map(|difference| difference.path.to_string())
        .collect();
    let others: Vec<&String> = paths
        .iter()
        .filter(|path| *path != "spec.replicas")
        .collect();
    match (scale, others.is_empty()) {
        (Some(scale), true) => format!("scale {object} {scale}"),
        (Some(scale), false) => {
            format!("{}, scale {scale}", changed(object, before, after, &others))
        }
        (None, _) => changed(object, before, after, &others),
    }
}

fn changed(object: &ObjectRef, before: &Manifest, after: &Manifest, paths: &[&String]) -> String {
    let restarted = |path: &&String| {
        path.ends_with("annotations") || path.contains("kubectl.kubernetes.io/restartedAt")
    };
    if let Some(images) = images(before, after) {
        let others: Vec<&String> = paths
            .iter()
            .filter(|path| !path.ends_with(".image"))
            .copied()
            .collect();
        let others = if others.is_empty() {
            String::new()
        } else {
            format!(", and {}", fields(&others))
        };
        return format!("image of {object} {images}{others}");
    }
    if !paths.is_empty() && paths.iter().all(|path| path.starts_with("spec.strategy")) {
        return format!("update strategy of {object}: {}", strategy(after));
    }
    if before.pointer(RESTARTED_AT) != after.pointer(RESTARTED_AT) && paths.iter().all(restarted) {
        return format!("restart {object}");
    }
    let [was, is] = [before, after].map(|set| Deployment::of(set).is_paused());
    match paths {
        [path] if *path == "spec.paused" && !was && is => format!("pause {object}"),
        [path] if *path == "spec.paused" && was && !is => format!("resume {object}"),
        _ => format!("change {} of {object}", fields(paths)),
    }
}

const RESTARTED_AT: &str = "/spec/template/metadata/annotations/kubectl.kubernetes.io~1restartedAt";

fn strategy(after: &Manifest) -> String {
    if after.pointer("/spec/strategy").is_none() {
        return "Kubernetes' default".into();
    }
    if Deployment::of(after).recreates() {
        return "Recreate".into();
    }
    let budget = Deployment::of(after).budget();
    format!(
        "maxSurge {}, maxUnavailable {}",
        budget.max_surge, budget.max_unavailable
    )
}

/// The first image that differs, without what both have in common: `1.0.0 → 2.0.0`.
fn images(before: &Manifest, after: &Manifest) -> Option<String> {
    let pairs = image_list(before).into_iter().zip(image_list(after));
    let (was, is) = pairs.into_iter().find(|(was, is)| was != is)?;
    let repository = |image: &str| image.rsplit_once(':').map(|(name, _)| name.to_owned());
    let tag = |image: &str| {
        image
            .rsplit_once(':')
            .map_or_else(|| image.to_owned(), |(_, tag)| tag.to_owned())
    };
    let same = repository(&was).is_some() && repository(&was) == repository(&is);
    Some(if same {
        format!("{} → {}", tag(&was), tag(&is))
    } else {
        format!("{was} → {is}")
    })
}

fn image_list(manifest: &Manifest) -> Vec<String> {
    let template = manifest.pointer("/spec/template").unwrap_or(&Value::Null);
    let images = containers(template).filter_map(|container| container.get("image")?.as_str());
    images.map(Into::into).collect()
}

fn selector(service: &Manifest) -> String {
    let labels = crate::deployment::texts(service.pointer("/spec/selector"));
    labels
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect::<Vec<_>>()
        .join(",")
}

/// The fields that differ: one or two of them, or how many there are.
fn fields(paths: &[&String]) -> String {
    match paths {
        [] => "nothing".into(),
        [only] => (*only).clone(),
        [first, second] => format!("{first} and {second}"),
        [first, rest @ ..] => format!("{first} and {} more fields", rest.len()),
    }
}
