//! What a change does, in words.

use cutover_manifest::{Bundle, Manifest};
use cutover_patch::{Difference, differences};
use cutover_plan::{Change, Outdated, Replace};
use cutover_traffic::Service;
use cutover_workload::{CONFIGURATION, Deployment, RESTARTED_AT, reconfigures};

use crate::autoscalers::held_or_released;
use crate::containers::{self, ContainerChange, is_alone};
use crate::shares::reshared;
use crate::text::fields;

/// A change between two states.
#[derive(Clone, Copy)]
pub(crate) struct ChangeName<'a> {
    pub(crate) change: &'a Change,
    pub(crate) before: &'a Bundle,
    pub(crate) after: &'a Bundle,
    /// Whether the number of its pods is told elsewhere.
    pub(crate) is_counted: bool,
}

impl ChangeName<'_> {
    /// The change in words, as one of a subject: of its object, or of several to which the same is
    /// done.
    pub(crate) fn of(&self, subject: &str) -> String {
        let object = self.change.object();
        match self.change {
            Change::Create(_) if self.is_counted => format!("create {subject}"),
            Change::Create(manifest) => format!("create {subject}{}", pods(manifest)),
            Change::Delete(_) => format!("delete {subject}"),
            Change::Replace(replace) => replaced(replace, subject),
            Change::Patch(_) => match (self.before.get(object), self.after.get(object)) {
                (Some(before), Some(after)) => patched(subject, before, after),
                (None, _) | (_, None) => format!("change {subject}"),
            },
        }
    }
}

fn replaced(replace: &Replace, subject: &str) -> String {
    let which = match replace.pods {
        Outdated::Outdated => "outdated pods",
        Outdated::Stuck => "outdated pods that are not ready",
    };
    let at_most = replace.at_most;
    format!("replace {which} of {subject}, {at_most} at a time")
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

pub(crate) fn patched(subject: &str, before: &Manifest, after: &Manifest) -> String {
    let object = after.object();
    let found = differences(before.value(), after.value(), &cutover_manifest::MergeKeys);
    if Service::is(object) && before.pointer("/spec/selector") != after.pointer("/spec/selector") {
        return switched(subject, after, &found);
    }
    if reconfigures(before, after) && after.is_sealed() {
        return format!("change the data of {subject}");
    }
    if let Some(text) = held_or_released(subject, before, after, &found) {
        return text;
    }
    if Deployment::is(object) {
        return deployment(subject, before, after, &found);
    }
    if let Some(text) = reshared(subject, before, after) {
        return text;
    }
    let paths: Vec<String> = found
        .iter()
        .map(|difference| difference.path.to_string())
        .collect();
    format!(
        "change {} of {subject}",
        fields(&paths.iter().collect::<Vec<_>>())
    )
}

/// What changes of a Service that selects others: that, and all else.
fn switched(subject: &str, after: &Manifest, found: &[Difference]) -> String {
    let paths = found.iter().map(|difference| difference.path.to_string());
    let others: Vec<String> = paths
        .filter(|path| !path.starts_with("spec.selector"))
        .collect();
    let switch = format!("switch {subject} to {}", selector(after));
    match others.is_empty() {
        true => switch,
        false => format!(
            "{switch}, and change {}",
            fields(&others.iter().collect::<Vec<_>>())
        ),
    }
}

/// What changes of a Deployment: its containers, its strategy or what else, and its replicas.
fn deployment(subject: &str, before: &Manifest, after: &Manifest, found: &[Difference]) -> String {
    let counts = (
        Deployment::of(before).replicas(),
        Deployment::of(after).replicas(),
    );
    let scale = match counts {
        (Some(was), Some(is)) if was != is => Some(format!("{was} → {is}")),
        _ => None,
    };
    let others: Vec<&Difference> = found
        .iter()
        .filter(|difference| difference.path.to_string() != "spec.replicas")
        .collect();
    match (scale, others.is_empty()) {
        (Some(scale), true) => format!("scale {subject} {scale}"),
        (Some(scale), false) => {
            format!(
                "{}, scale {scale}",
                changed(subject, before, after, &others)
            )
        }
        (None, _) => changed(subject, before, after, &others),
    }
}

fn changed(subject: &str, before: &Manifest, after: &Manifest, found: &[&Difference]) -> String {
    let mut of_containers = Vec::new();
    let mut paths = Vec::new();
    for difference in found {
        match ContainerChange::of(difference).as_slice() {
            [] => paths.push(difference.path.to_string()),
            changes => of_containers.extend_from_slice(changes),
        }
    }
    let paths: Vec<&String> = paths.iter().collect();
    if of_containers.is_empty() {
        return changed_fields(subject, before, after, &paths);
    }
    let is_alone = is_alone(before) && is_alone(after);
    let mut text = containers::in_words(subject, &of_containers, is_alone);
    if !paths.is_empty() {
        text += &format!(", and {}", fields(&paths));
    }
    text
}

fn changed_fields(subject: &str, before: &Manifest, after: &Manifest, paths: &[&String]) -> String {
    let marked = |mark: &str| {
        let pointer = format!(
            "/spec/template/metadata/annotations/{}",
            mark.replace('/', "~1")
        );
        let mut paths = paths.iter();
        before.pointer(&pointer) != after.pointer(&pointer)
            && paths.all(|path| path.ends_with("annotations") || path.contains(mark))
    };
    if !paths.is_empty() && paths.iter().all(|path| path.starts_with("spec.strategy")) {
        return format!("update strategy of {subject}: {}", strategy(after));
    }
    if marked(RESTARTED_AT) {
        return format!("restart {subject}");
    }
    if marked(CONFIGURATION) {
        return format!("restart {subject} for its configuration");
    }
    let [was, is] = [before, after].map(|set| Deployment::of(set).is_paused());
    match paths {
        [path] if *path == "spec.paused" && !was && is => format!("pause {subject}"),
        [path] if *path == "spec.paused" && was && !is => format!("resume {subject}"),
        _ => format!("change {} of {subject}", fields(paths)),
    }
}

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

fn selector(service: &Manifest) -> String {
    let labels = cutover_workload::texts(service.pointer("/spec/selector"));
    labels
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect::<Vec<_>>()
        .join(",")
}
