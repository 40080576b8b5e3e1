//! What a step does, in words: of its first changes and all that it deletes, and how many others
//! there are.

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_patch::{Difference, differences};
use cutover_plan::{Change, Outdated, Replace, Step};
use cutover_workload::{CONFIGURATION, Deployment, RESTARTED_AT, reconfigures};

use crate::containers::{self, ContainerChange, is_alone};

/// What a step does between the states before and after it, in words.
///
/// ```
/// # use cutover::{AnyStrategy, Ends, Options, Release, manifest};
/// # let yaml = br#"apiVersion: apps/v1
/// # kind: Deployment
/// # metadata: {name: hello}
/// # spec: {replicas: 3, selector: {matchLabels: {app: hello}}, template: {metadata: {labels: {app: hello}},
/// #   spec: {containers: [{name: hello, image: "hello:1.0.0"}]}}}"#;
/// # let from = manifest::bundle(vec![manifest::read("hello.yaml", yaml)?])?.bundle;
/// # let ends = Ends::unchanged(from).image(&"hello=hello:2.0.0".parse()?, &[])?;
/// # let strategy: AnyStrategy = serde_json::from_str(r#"{"rolling": {}}"#)?;
/// let plan = cutover::plan(&Release::new(ends)?, &strategy, &Options::default())?;
/// let mut walk = plan.walk();
/// let step = walk.advance()?.ok_or("the plan has a step")?;
/// let name = cutover_report::step_name(step, walk.before(), walk.state());
/// assert_eq!(name, "image of Deployment hello 1.0.0 → 2.0.0");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn step_name(step: &Step, before: &Bundle, after: &Bundle) -> String {
    match (step.changes.is_empty(), step.shares.is_empty()) {
        (false, _) => changes_name(&step.changes, before, after),
        (true, true) => STAY.into(),
        (true, false) => STAY_AT_WEIGHT.into(),
    }
}

const STAY: &str = "change nothing: everything is as it is wanted here";
const STAY_AT_WEIGHT: &str = "change nothing: the same pods are the nearest to this weight";

fn changes_name(changes: &[Change], before: &Bundle, after: &Bundle) -> String {
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
pub(crate) const MOST_TOLD: usize = 3;

/// Whether it deletes something that no step has scaled down before.
fn is_removal(change: &Change) -> bool {
    matches!(change, Change::Delete(object) if !Deployment::is(object))
}

fn describe(change: &Change, before: &Bundle, after: &Bundle) -> String {
    let object = change.object();
    match change {
        Change::Create(manifest) => format!("create {object}{}", pods(manifest)),
        Change::Delete(_) => format!("delete {object}"),
        Change::Replace(replace) => replaced(replace),
        Change::Patch(_) => match (before.get(object), after.get(object)) {
            (Some(before), Some(after)) => patched(object, before, after),
            _ => format!("change {object}"),
        },
    }
}

fn replaced(replace: &Replace) -> String {
    let which = match replace.pods {
        Outdated::Outdated => "outdated pods",
        Outdated::Stuck => "outdated pods that are not ready",
    };
    let (object, at_most) = (&replace.object, replace.at_most);
    format!("replace {which} of {object}, {at_most} at a time")
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

pub(crate) fn patched(object: &ObjectRef, before: &Manifest, after: &Manifest) -> String {
    let found = differences(before.value(), after.value(), &cutover_manifest::MergeKeys);
    if object.kind == "Service"
        && before.pointer("/spec/selector") != after.pointer("/spec/selector")
    {
        return format!("switch {object} to {}", selector(after));
    }
    if reconfigures(before, after) && after.is_sealed() {
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

/// What changes of a Deployment: its containers, its strategy or what else, and its replicas.
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
    let others: Vec<&Difference> = found
        .iter()
        .filter(|difference| difference.path.to_string() != "spec.replicas")
        .collect();
    match (scale, others.is_empty()) {
        (Some(scale), true) => format!("scale {object} {scale}"),
        (Some(scale), false) => {
            format!("{}, scale {scale}", changed(object, before, after, &others))
        }
        (None, _) => changed(object, before, after, &others),
    }
}

fn changed(
    object: &ObjectRef,
    before: &Manifest,
    after: &Manifest,
    found: &[&Difference],
) -> String {
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
        return changed_fields(object, before, after, &paths);
    }
    let is_alone = is_alone(before) && is_alone(after);
    let mut text = containers::in_words(object, &of_containers, is_alone);
    if !paths.is_empty() {
        text += &format!(", and {}", fields(&paths));
    }
    text
}

fn changed_fields(
    object: &ObjectRef,
    before: &Manifest,
    after: &Manifest,
    paths: &[&String],
) -> String {
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
        return format!("update strategy of {object}: {}", strategy(after));
    }
    if marked(RESTARTED_AT) {
        return format!("restart {object}");
    }
    if marked(CONFIGURATION) {
        return format!("restart {object} for its configuration");
    }
    let [was, is] = [before, after].map(|set| Deployment::of(set).is_paused());
    match paths {
        [path] if *path == "spec.paused" && !was && is => format!("pause {object}"),
        [path] if *path == "spec.paused" && was && !is => format!("resume {object}"),
        _ => format!("change {} of {object}", fields(paths)),
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

/// The fields that differ: one or two of them, or how many there are.
fn fields(paths: &[&String]) -> String {
    match paths {
        [] => "nothing".into(),
        [only] => (*only).clone(),
        [first, second] => format!("{first} and {second}"),
        [first, rest @ ..] => format!("{first} and {} more fields", rest.len()),
    }
}
