//! What a step does, in words: of its first changes and all that it deletes, and how many others
//! there are. Changes that are alike are told once.

use std::collections::BTreeMap;

use cutover_manifest::{Bundle, ObjectRef};
use cutover_plan::{Change, Gate, Step};
use cutover_workload::Deployment;

use crate::change_name::ChangeName;
use crate::text::{MOST_TOLD, kinds, listed};

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
    step_name_beside(step, before, after, &|_| false)
}

/// The same where numbers of pods of some new sets are told elsewhere.
pub(crate) fn step_name_beside(
    step: &Step,
    before: &Bundle,
    after: &Bundle,
    is_counted: &dyn Fn(&ObjectRef) -> bool,
) -> String {
    match (step.changes.is_empty(), step.shares.is_empty()) {
        (false, _) => changes_name(&step.changes, |change| ChangeName {
            change,
            before,
            after,
            is_counted: is_counted(change.object()),
        }),
        (true, true) if matches!(*step.gates, [Gate::Window(_)]) => WAIT.into(),
        (true, true) => STAY.into(),
        (true, false) => STAY_AT_WEIGHT.into(),
    }
}

const STAY: &str = "change nothing: everything is as it is wanted here";
const WAIT: &str = "change nothing: the window is waited for";
const STAY_AT_WEIGHT: &str = "change nothing: the same pods are the nearest to this weight";

fn changes_name<'a>(changes: &'a [Change], name: impl Fn(&'a Change) -> ChangeName<'a>) -> String {
    // What has pods is what people look for.
    let (sets, others): (Vec<&Change>, Vec<&Change>) = changes
        .iter()
        .partition(|change| Deployment::is(change.object()));
    let groups = groups(sets.into_iter().chain(others).map(name));
    let few = match groups.len() > MOST_TOLD {
        true => MOST_TOLD - 1,
        false => groups.len(),
    };
    let (first, rest) = groups.split_at(few);
    let mut texts: Vec<String> = first.iter().map(Group::text).collect();
    let mut more = 0;
    for group in rest {
        match group.is_removal() {
            true => texts.push(group.text()),
            false => more += group.0.len(),
        }
    }
    if more > 0 {
        texts.push(format!("and {more} more"));
    }
    texts.join("; ")
}

/// Changes that are told alike but for their objects; one at least.
struct Group<'a>(Vec<ChangeName<'a>>);

/// The changes in groups, in the order of their first ones.
fn groups<'a>(changes: impl Iterator<Item = ChangeName<'a>>) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut known = BTreeMap::new();
    for change in changes {
        let at = *known.entry(likeness(&change)).or_insert(groups.len());
        match groups.get_mut(at) {
            Some(group) => group.0.push(change),
            None => groups.push(Group(vec![change])),
        }
    }
    groups
}

/// What changes have in common that are told together. What comes and goes, and what has pods, is of
/// one kind; a field of anything else may be of several.
fn likeness(name: &ChangeName<'_>) -> (String, Option<String>) {
    let object = name.change.object();
    let is_field = matches!(name.change, Change::Patch(_)) && !Deployment::is(object);
    let kind = (!is_field).then(|| object.kind.clone());
    (name.of(""), kind)
}

impl Group<'_> {
    /// As `image of Deployment hello 1 → 2`, or as `image of 2 Deployments 1 → 2 (api, web)`.
    fn text(&self) -> String {
        let objects = self.0.iter().map(|name| name.change.object());
        let objects: Vec<&ObjectRef> = objects.collect();
        let mut text = String::new();
        if let Some(first) = self.0.first() {
            text = first.of(&subject(&objects));
        }
        if objects.len() > 1 {
            text += &format!(" ({})", self.names(&objects));
        }
        text
    }

    /// The objects; all of them, where they are deleted.
    fn names(&self, objects: &[&ObjectRef]) -> String {
        let names = names(objects);
        match self.is_removal() {
            true => names.join(", "),
            false => listed(&names),
        }
    }

    /// Whether it deletes something that no step has scaled down before.
    fn is_removal(&self) -> bool {
        let mut changes = self.0.iter().map(|name| name.change);
        changes.any(|change| matches!(change, Change::Delete(object) if !Deployment::is(object)))
    }
}

/// As `Deployment hello`, as `2 Deployments`, or as `2 objects`.
fn subject(objects: &[&ObjectRef]) -> String {
    match (objects, is_one_kind(objects)) {
        ([only], _) => only.to_string(),
        ([first, ..], true) => format!("{} {}", objects.len(), kinds(&first.kind)),
        _ => format!("{} objects", objects.len()),
    }
}

/// The names, with the kind where it is not the same of all.
fn names(objects: &[&ObjectRef]) -> Vec<String> {
    let is_one_kind = is_one_kind(objects);
    let name = |object: &&ObjectRef| {
        let whole = object.to_string();
        match whole.strip_prefix(&format!("{} ", object.kind)) {
            Some(name) if is_one_kind => name.to_owned(),
            _ => whole,
        }
    };
    objects.iter().map(name).collect()
}

fn is_one_kind(objects: &[&ObjectRef]) -> bool {
    objects.windows(2).all(|pair| pair[0].kind == pair[1].kind)
}

#[cfg(test)]
mod tests;
