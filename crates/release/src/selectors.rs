//! Deployments with one selector.

use std::collections::BTreeMap;

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_workload::{Deployment, Selector, deployments};

use crate::deployment::selector;
use crate::kinds;
use crate::refusal::{Refusals, refuse};
use crate::release::Release;

impl Release {
    /// The Deployments that go while one of the same selector comes, each with that one: all that a
    /// new name changes.
    ///
    /// # Errors
    ///
    /// A Deployment without a selector.
    pub fn renamed(&self) -> Result<Vec<(&Manifest, &Manifest)>, Refusals> {
        let mut coming = BTreeMap::new();
        for set in deployments(self.to()) {
            if !self.from().contains(set.manifest().object()) {
                coming.insert(key(set.manifest())?, set.manifest());
            }
        }
        let mut renamed = Vec::new();
        for set in deployments(self.from()) {
            let old = set.manifest();
            if let Some(new) = coming.get(&key(old)?)
                && !self.to().contains(old.object())
            {
                renamed.push((old, *new));
            }
        }
        Ok(renamed)
    }
}

/// Refuses a leg on which two Deployments with one selector stand side by side that did not before:
/// one that goes and one that comes.
///
/// # Errors
///
/// The Deployment that comes.
pub fn selectors(here: &Bundle, there: &Bundle, from: &Bundle) -> Result<(), Refusals> {
    let mut standing = BTreeMap::new();
    for set in deployments(here) {
        standing.insert(key(set.manifest())?, set.manifest().object());
    }
    for set in deployments(there) {
        let object = set.manifest().object();
        match standing.get(&key(set.manifest())?) {
            Some(other) if *other != object && !from.contains(object) => {
                return Err(side_by_side(object, other));
            }
            _ => {}
        }
    }
    Ok(())
}

fn side_by_side(comes: &ObjectRef, goes: &ObjectRef) -> Refusals {
    let reason = format!("{goes} has the same selector, and stands beside it meanwhile");
    let hint = format!(
        "give it a label more, in its selector and its pods; or take the strategy recreate, by which {goes} goes first and nobody answers until the new pods do"
    );
    refuse(kinds::SAME_SELECTOR, comes, "/spec/selector", reason, hint)
}

/// Refuses two Deployments with one selector, where the release makes them so or changes one.
pub(crate) fn equal_selectors(release: &Release) -> Result<(), Refusals> {
    let stays = |object: &ObjectRef| release.from().get(object) == release.to().get(object);
    let mut seen: BTreeMap<Key<'_>, &ObjectRef> = BTreeMap::new();
    for set in deployments(release.to()) {
        let object = set.manifest().object();
        if let Some(other) = seen.insert(key(set.manifest())?, object) {
            if stays(object) && stays(other) {
                continue;
            }
            let reason = format!("{other} has the same selector");
            return Err(refuse(
                kinds::SAME_SELECTOR,
                object,
                "/spec/selector",
                reason,
                "give one of them a label more, in its selector and its pods",
            ));
        }
    }
    Ok(())
}

/// A namespace, and a selector in it.
type Key<'a> = (Option<&'a str>, Selector);

fn key(set: &Manifest) -> Result<Key<'_>, Refusals> {
    let namespace = set.object().namespace.as_deref();
    Ok((namespace, selector(Deployment::of(set))?))
}
