//! What no patch can do.

use cutover::manifest::{Bundle, Manifest};
use cutover::planning::{Change, PatchChange};

use super::way::{Passage, Way};
use crate::error::Error;

/// Refuses changes that need the values of a Secret: a plan holds one digest in their place, and
/// whoever applied it would lose them.
///
/// # Errors
///
/// All such changes, each with its step.
pub(super) fn secrets(way: &Way<'_>) -> Result<(), Error> {
    let hint =
        "`cutover apply` and `cutover write` take them from where they are, with --secrets-from";
    let reason = format!("a plan does not hold a Secret's values\nhint: {hint}");
    changes(way, &reason, |change, passage| match change {
        Change::Create(manifest) => manifest.is_sealed(),
        Change::Patch(patch) => is_data(patch, passage.before),
        Change::Delete(_) | Change::Replace(_) => false,
    })
}

/// Refuses what is no change of an object: pods that are deleted one after the other.
///
/// # Errors
///
/// All such changes, each with its step.
pub(super) fn replacements(way: &Way<'_>) -> Result<(), Error> {
    let reason = "its pods are replaced one after the other, and no patch does that\nhint: `cutover apply` does";
    changes(way, reason, |change, _| match change {
        Change::Replace(_) => true,
        Change::Create(_) | Change::Delete(_) | Change::Patch(_) => false,
    })
}

/// Refuses objects that kustomize reads, and leaves out of what it prints.
///
/// # Errors
///
/// All changes that leave such an object, each with its step.
pub(super) fn local(way: &Way<'_>) -> Result<(), Error> {
    let reason = format!(
        "kustomize prints no object with the annotation `{LOCAL}`\nhint: -o dir makes files for kubectl"
    );
    changes(way, &reason, |change, passage| {
        let after = passage.after.get(change.object());
        after.is_some_and(is_local)
    })
}

/// The annotation of an object that is for the tools that make manifests, and for no cluster.
const LOCAL: &str = "config.kubernetes.io/local-config";

/// As kustomize reads it: any value but one.
fn is_local(manifest: &Manifest) -> bool {
    let annotations = manifest.pointer("/metadata/annotations");
    let local = annotations.and_then(|annotations| annotations.get(LOCAL));
    local.is_some_and(|value| value != "false")
}

fn changes(
    way: &Way<'_>,
    reason: &str,
    is_refused: impl Fn(&Change, &Passage<'_>) -> bool,
) -> Result<(), Error> {
    let mut reasons = Vec::new();
    way.visit(|passage| {
        for change in &passage.step.changes {
            if is_refused(change, passage) {
                let (number, object) = (passage.number, change.object());
                reasons.push(format!("step {number}: {object}: {reason}"));
            }
        }
        Ok(())
    })?;
    Error::unless_empty(reasons)
}

/// Whether a patch touches the data of a Secret, for which a digest stands.
fn is_data(patch: &PatchChange, before: &Bundle) -> bool {
    let is_sealed = before.get(&patch.object).is_some_and(Manifest::is_sealed);
    let mut operations = patch.ops.iter();
    is_sealed && operations.any(|operation| operation.path().to_string().starts_with("/data"))
}
