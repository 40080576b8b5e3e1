//! ConfigMaps and Secrets whose data changes with the release (rule 6 of the planner).

use std::collections::BTreeSet;

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_workload::{Deployment, deployments, is_configuration, reconfigures};
use serde_json::Value;

use crate::hint::Hint;
use crate::kinds;
use crate::refusal::{Gathered, Refusals, refuse};
use crate::release::Release;

impl Release {
    /// These Deployments as they are wanted, each with the configuration that changes with its
    /// pods: what a [transition](Self::transition) leaves as it runs.
    pub fn wanted<'a>(
        &self,
        deployments: impl IntoIterator<Item = &'a ObjectRef>,
    ) -> Vec<Manifest> {
        let held = self.held_configuration();
        let mut objects = BTreeSet::new();
        for deployment in deployments {
            objects.extend(held.intersection(&self.read_by(deployment)).cloned());
            objects.insert(deployment.clone());
        }
        let wanted = objects.iter().filter_map(|object| self.to().get(object));
        wanted.cloned().collect()
    }

    /// What the pods of a Deployment read, before the release or after it.
    fn read_by(&self, deployment: &ObjectRef) -> BTreeSet<ObjectRef> {
        let mut read = BTreeSet::new();
        for end in [self.from(), self.to()] {
            if let Some(set) = end.get(deployment) {
                read.extend(Deployment::of(set).configuration());
            }
        }
        read
    }

    /// The ConfigMaps and Secrets that both ends have, with other data.
    pub fn changed_configuration(&self) -> BTreeSet<ObjectRef> {
        let mut changed = BTreeSet::new();
        for from in self.from().iter() {
            let to = self.to().get(from.object());
            if to.is_some_and(|to| reconfigures(from, to)) {
                changed.insert(from.object().clone());
            }
        }
        changed
    }

    /// Whether the pods of a Deployment are replaced by those of another template, or roll out what
    /// was held back.
    pub fn is_replaced(&self, deployment: &ObjectRef) -> bool {
        self.replaces_pods(deployment) || self.rolls(deployment)
    }
}

/// What a release [holds back](Release::held_configuration).
pub(crate) fn held(release: &Release) -> BTreeSet<ObjectRef> {
    let changed = release.changed_configuration();
    if changed.is_empty() {
        return changed;
    }
    let mut read = BTreeSet::new();
    for object in release.changed() {
        if release.is_replaced(&object) {
            read.extend(release.read_by(&object));
        }
    }
    for set in deployments(release.to()) {
        if !release.from().contains(set.manifest().object()) {
            for object in set.configuration() {
                read.remove(&object);
            }
        }
    }
    changed.intersection(&read).cloned().collect()
}

/// Refuses what the API server never lets change, and what pods still read that goes.
pub(crate) fn configuration(release: &Release) -> Result<(), Refusals> {
    let mut refused = Gathered::default();
    for from in release.from().iter() {
        if let Some(to) = release.to().get(from.object()) {
            refused.note(immutable(from, to));
        }
    }
    for set in deployments(release.to()) {
        refused.note(taken_away(set, release.from(), release.to()));
    }
    refused.judge()
}

/// `immutable: true` and a Secret's `type` (`ValidateConfigMapUpdate` and `ValidateSecretUpdate` in
/// `pkg/apis/core/validation/validation.go`).
fn immutable(from: &Manifest, to: &Manifest) -> Result<(), Refusals> {
    let (field, reason, hint) = if reconfigures(from, to) && is_immutable(from) {
        let reason = "it is immutable, and its data changes";
        ("/immutable", reason, Hint::Version)
    } else if type_of(from) != type_of(to) {
        let hint = "make an object of another name, and let the new pods refer to that";
        ("/type", "the field is immutable", Hint::from(hint))
    } else {
        return Ok(());
    };
    Err(refuse(kinds::IMMUTABLE, from.object(), field, reason, hint))
}

fn is_immutable(manifest: &Manifest) -> bool {
    manifest.pointer("/immutable") == Some(&Value::Bool(true))
}

/// The type of a Secret, as the API server fills it in.
fn type_of(manifest: &Manifest) -> Option<&str> {
    let object = manifest.object();
    let is_secret = is_configuration(object) && object.kind == "Secret";
    let written = manifest.pointer("/type").and_then(Value::as_str);
    is_secret.then(|| written.filter(|kind| !kind.is_empty()).unwrap_or("Opaque"))
}

/// What the release takes away, new pods of a Deployment cannot start without.
fn taken_away(set: Deployment<'_>, from: &Bundle, to: &Bundle) -> Result<(), Refusals> {
    let mut read = set.needed().into_iter();
    match read.find(|object| from.contains(object) && !to.contains(object)) {
        Some(object) => Err(refuse(
            kinds::CONFIGURATION,
            &object,
            "",
            format!(
                "it is taken away, and pods of {} read it",
                set.manifest().object()
            ),
            "keep it, or let the pods refer to another",
        )),
        None => Ok(()),
    }
}
