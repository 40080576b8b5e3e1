//! What a step does, in words: of its first change, and how many others there are.

use cutover_manifest::{Bundle, Manifest, ObjectRef, containers};
use cutover_patch::{Difference, differences};
use serde_json::Value;

use crate::deployment::Deployment;
use crate::step::Change;

/// The name of a step with these changes between two states.
pub(super) fn name(changes: &[Change], before: &Bundle, after: &Bundle) -> String {
    let text = |change: &Change| describe(change, before, after);
    match changes {
        [] => "change nothing".into(),
        [only] => text(only),
        [first, second] => format!("{}; {}", text(first), text(second)),
        [first, rest @ ..] => format!("{}; and {} more", text(first), rest.len()),
    }
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
    match Deployment::of(manifest).replicas().filter(|_| Deployment::is(manifest.object())) {
        Some(1) => " with 1 pod".into(),
        Some(count) => format!(" with {count} pods"),
        None => String::new(),
    }
}

fn patched(object: &ObjectRef, before: &Manifest, after: &Manifest) -> String {
    let found = differences(before.value(), after.value(), &cutover_manifest::MergeKeys);
    if object.kind == "Service" && before.pointer("/spec/selector") != after.pointer("/spec/selector") {
        return format!("switch {object} to {}", selector(after));
    }
    if Deployment::is(object) {
        return deployment(object, before, after, &found);
    }
    format!("change {} of {object}", fields(&found))
}

fn deployment(object: &ObjectRef, before: &Manifest, after: &Manifest, found: &[Difference]) -> String {
    let scale = match (Deployment::of(before).replicas(), Deployment::of(after).replicas()) {
        (Some(was), Some(is)) if was != is => Some(format!("{was} → {is}")),
        _ => None,
    };
    let images = images(before, after);
    let others: Vec<_> = found.iter().filter(|difference| !is_counted(difference)).cloned().collect();
    if !others.is_empty()
        && others.iter().all(|difference| difference.path.to_string().starts_with("spec.strategy"))
    {
        let scale = scale.map(|scale| format!(", scale {scale}")).unwrap_or_default();
        return format!("update strategy of {object}: {}{scale}", strategy(after));
    }
    match (scale, images, others.is_empty()) {
        (Some(scale), _, true) if images_equal(before, after) => format!("scale {object} {scale}"),
        (None, Some(images), _) => format!("image of {object} {images}"),
        (Some(scale), Some(images), _) => format!("image of {object} {images}, scale {scale}"),
        (Some(scale), None, _) => format!("change {} of {object}, scale {scale}", fields(&others)),
        (None, None, _) => format!("change {} of {object}", fields(&others)),
    }
}

fn strategy(after: &Manifest) -> String {
    if Deployment::of(after).recreates() {
        return "Recreate".into();
    }
    let budget = Deployment::of(after).budget();
    format!("maxSurge {}, maxUnavailable {}", budget.max_surge, budget.max_unavailable)
}

fn is_counted(difference: &Difference) -> bool {
    difference.path.to_string() == "spec.replicas"
}

fn images_equal(before: &Manifest, after: &Manifest) -> bool {
    images(before, after).is_none()
}

/// The first image that differs, without what both have in common: `1.0.0 → 2.0.0`.
fn images(before: &Manifest, after: &Manifest) -> Option<String> {
    let pairs = image_list(before).into_iter().zip(image_list(after));
    let (was, is) = pairs.into_iter().find(|(was, is)| was != is)?;
    let repository = |image: &str| image.rsplit_once(':').map(|(name, _)| name.to_owned());
    let tag =
        |image: &str| image.rsplit_once(':').map_or_else(|| image.to_owned(), |(_, tag)| tag.to_owned());
    let same = repository(&was).is_some() && repository(&was) == repository(&is);
    Some(if same { format!("{} → {}", tag(&was), tag(&is)) } else { format!("{was} → {is}") })
}

fn image_list(manifest: &Manifest) -> Vec<String> {
    let template = manifest.pointer("/spec/template").unwrap_or(&Value::Null);
    let images = containers(template).filter_map(|container| container.get("image")?.as_str());
    images.map(Into::into).collect()
}

fn selector(service: &Manifest) -> String {
    let labels = crate::deployment::texts(service.pointer("/spec/selector"));
    labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
}

/// The fields that differ, the last part of each path, at most three of them.
fn fields(found: &[Difference]) -> String {
    let mut names: Vec<String> = found.iter().map(|difference| difference.path.to_string()).collect();
    names.dedup();
    match names.len() {
        0 => "nothing".into(),
        1..=2 => names.join(" and "),
        more => format!("{} and {} more fields", names[0], more - 1),
    }
}
