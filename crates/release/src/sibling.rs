//! A second set of a workload: a Deployment beside the one that runs, and what only its pods read.

use std::collections::BTreeMap;

use cutover_manifest::{Bundle, Field, Manifest, ObjectRef, short_name};
use cutover_workload::{Deployment, Role};
use serde_json::json;

use crate::deployment::selector;
use crate::hint::Hint;
use crate::kinds;
use crate::refusal::{Refusals, refuse};
use crate::release::Release;
use crate::sets::with_pod_label;
use crate::versions::named_by_content;

const MATCH_LABELS: Field = Field::new("/spec/selector/matchLabels");

/// A second set of a workload, and the copies that its pods read.
#[derive(Clone, Debug, PartialEq)]
pub struct Sibling {
    /// The Deployment, with as many replicas as the wanted one.
    pub set: Manifest,
    /// A copy of each ConfigMap and Secret whose data the release changes, so that the pods that
    /// run keep what they started with. Its name tells its content.
    pub copies: Vec<Manifest>,
}

impl Sibling {
    /// Puts the set with so many pods into a bundle, and what they read.
    pub fn insert_into(&self, bundle: &mut Bundle, replicas: u32) {
        bundle.extend(self.copies.iter().cloned());
        bundle.insert(Deployment::of(&self.set).scaled(replicas));
    }
}

/// A second set beside the Deployment that runs, with the pod template of the wanted one, but
/// reading copies of what changes its data.
///
/// Its selector is the running one's and a label that tells its role, in a key that no release
/// changes: `track` where the pods have it and no Service picks by it, else `cutover.dev/track`.
/// Its name is the running one's with the role at the end; `replicas` is to be set by the strategy.
///
/// # Errors
///
/// Where a Deployment cannot have a second set: it is paused, or recreates its pods, its selector
/// does not hold for the label, or the name is taken.
pub fn sibling(
    release: &Release,
    deployment: &ObjectRef,
    role: Role,
    key: &str,
) -> Result<Sibling, Refusals> {
    let (running, wanted) = release.both_ends(deployment)?;
    two_sets(running, wanted)?;
    let role = role.to_string();
    admits(wanted, key, &role)?;
    let name = short_name(&deployment.name, &role);
    let object = Deployment::reference(deployment.namespace.as_deref(), &name);
    if release.from().contains(&object) || release.to().contains(&object) {
        let hint = "finish or undo the plan that made it, or take it out of the input";
        return Err(refuse(
            kinds::TAKEN,
            &object,
            "",
            format!(
                "the plan would make it, and it is there already: is a plan of {deployment} unfinished?"
            ),
            hint,
        ));
    }
    let copies = copies(release, wanted)?;
    let set = labelled(&wanted.copy_as(&name)?, key, &role);
    let set = Deployment::of(&set).reading(&copies);
    let mut made: Vec<Manifest> = copies.into_values().collect();
    made.retain(|copy| !release.from().contains(copy.object()));
    Ok(Sibling { set, copies: made })
}

/// Copies of what a Deployment's pods read and what changes its data with them, by what they are
/// copied from.
fn copies(release: &Release, wanted: &Manifest) -> Result<BTreeMap<ObjectRef, Manifest>, Refusals> {
    let mut copies = BTreeMap::new();
    let held = release.held_configuration();
    for object in Deployment::of(wanted).configuration() {
        if let Some(new) = release.to().get(&object).filter(|_| held.contains(&object)) {
            let ends = [release.from(), release.to()];
            let copy = named_by_content(new, ends)?;
            copies.insert(object, copy);
        }
    }
    Ok(copies)
}

/// The same Deployment with a label on its pods and in its selector.
fn labelled(manifest: &Manifest, key: &str, value: &str) -> Manifest {
    with_pod_label(manifest, key, value).with_entry(MATCH_LABELS, key, json!(value))
}

/// A new set's selector is the old one's with the label: its pods have to match the whole of it.
fn admits(manifest: &Manifest, key: &str, role: &str) -> Result<(), Refusals> {
    if selector(Deployment::of(manifest))?.admits(key, role) {
        return Ok(());
    }
    let reason =
        format!("it does not hold for `{key}: {role}`, which tells the new set's pods apart");
    let hint =
        "a selector is immutable: take the strategy rolling, or make a Deployment of another name";
    let pointer = "/spec/selector/matchExpressions";
    Err(refuse(
        kinds::SELECTOR,
        manifest.object(),
        pointer,
        reason,
        hint,
    ))
}

fn two_sets(running: &Manifest, wanted: &Manifest) -> Result<(), Refusals> {
    let mut ends = [running, wanted].into_iter();
    if let Some(paused) = ends.find(|end| Deployment::of(end).is_paused()) {
        return Err(refuse(
            kinds::PAUSED,
            paused.object(),
            "/spec/paused",
            "a paused Deployment does not roll out",
            Hint::Resume,
        ));
    }
    let (reason, hint) = match [running, wanted].map(|end| Deployment::of(end).recreates()) {
        [_, true] => (
            "its type is Recreate: its pods do not stand beside others",
            "take the strategy recreate, or make its type RollingUpdate",
        ),
        [true, false] => (
            "it runs with the type Recreate: its pods do not stand beside others",
            "take the strategy rolling, or give it the type RollingUpdate in a release of its own first",
        ),
        [false, false] => return Ok(()),
    };
    let pointer = "/spec/strategy/type";
    Err(refuse(
        kinds::RECREATE,
        wanted.object(),
        pointer,
        reason,
        hint,
    ))
}
