//! Sets whose counts an autoscaler changes.

use std::collections::BTreeMap;

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_workload::{Autoscaler, Workload};

use crate::hint::Hint;
use crate::kinds;
use crate::on_autoscaler::OnAutoscaler;
use crate::refusal::{Refusals, refuse};
use crate::release::Release;

/// Refuses a plan that counts the pods of a set which an autoscaler scales, and that does not hold
/// it, or cannot. The last autoscaler of a set that goes is none: it goes before anything is counted.
///
/// # Errors
///
/// The first such set.
pub fn autoscalers(release: &Release, workloads: &[Workload]) -> Result<(), Refusals> {
    let counted = workloads.iter().filter(|workload| !workload.is_live());
    let mut sets = counted.flat_map(Workload::objects);
    let ends = [release.from(), release.to()].map(Autoscalers::of);
    sets.try_for_each(|set| {
        let is_left = |scaler: &Autoscaler<'_>| !release.to().contains(scaler.object());
        if ends[1].scaling(set).next().is_none() && ends[0].scaling(set).all(|one| is_left(&one)) {
            return Ok(());
        }
        for end in &ends {
            let scalers: Vec<_> = end.scaling(set).collect();
            match (scalers.as_slice(), release.on_autoscaler()) {
                ([], _) => {}
                ([scaler, ..], None) => return Err(autoscaled(set, scaler.object())),
                ([scaler], Some(OnAutoscaler::Hold)) => can_be_held(*scaler)?,
                ([scaler, other, ..], Some(OnAutoscaler::Hold)) => {
                    return Err(two(set, scaler.object(), other.object()));
                }
            }
        }
        Ok(())
    })
}

/// Whether an autoscaler comes, between two states, for a set that another one scales which goes:
/// both at once would undo each other's work, and KEDA refuses it.
pub fn follows_another(comes: &Manifest, here: &Bundle, there: &Bundle) -> bool {
    let Some(comes) = Autoscaler::of(comes).filter(|comes| !here.contains(comes.object())) else {
        return false;
    };
    let scalers = here.iter().filter_map(Autoscaler::of);
    let mut leaving = scalers.filter(|scaler| !there.contains(scaler.object()));
    leaving.any(|scaler| {
        let near = scaler.object().namespace == comes.object().namespace;
        near && scaler.target().is_some() && scaler.target() == comes.target()
    })
}

/// The autoscalers of a bundle, found by what they scale: each object is looked at once, and not
/// once for each set.
pub struct Autoscalers<'a>(BTreeMap<Target, Vec<Autoscaler<'a>>>);

/// A namespace, and a name in it.
type Target = (Option<String>, String);

impl<'a> Autoscalers<'a> {
    /// Those of a bundle.
    pub fn of(bundle: &'a Bundle) -> Self {
        let scalers: Vec<Autoscaler<'a>> = bundle.iter().filter_map(Autoscaler::of).collect();
        let is_own = |scaler: &Autoscaler<'_>| {
            let mut others = scalers.iter();
            let is_made = |other: &Autoscaler<'_>| scaler.is_made_for(other.object());
            !scaler.is_made_by_keda() || !others.any(is_made)
        };
        let mut by_target: BTreeMap<Target, Vec<Autoscaler<'a>>> = BTreeMap::new();
        for scaler in scalers.iter().filter(|scaler| is_own(scaler)) {
            if let Some(name) = scaler.target() {
                let target = (scaler.object().namespace.clone(), name.to_owned());
                by_target.entry(target).or_default().push(*scaler);
            }
        }
        Self(by_target)
    }

    /// Those that change how many pods a set has; an HPA that KEDA made for a ScaledObject of the
    /// bundle is that one's.
    pub fn scaling(&self, set: &ObjectRef) -> impl Iterator<Item = Autoscaler<'a>> {
        let target = (set.namespace.clone(), set.name.clone());
        let scalers = self.0.get(&target).into_iter().flatten().copied();
        scalers.filter(move |scaler| scaler.scales(set))
    }
}

/// An autoscaler would change what the plan counts on.
pub(crate) fn autoscaled(object: &ObjectRef, scaler: &ObjectRef) -> Refusals {
    refuse(
        kinds::AUTOSCALER,
        object,
        "/spec/replicas",
        format!("{scaler} scales it, and would change the counts that a plan relies on"),
        Hint::HoldAutoscaler,
    )
}

fn can_be_held(scaler: Autoscaler<'_>) -> Result<(), Refusals> {
    if scaler.can_be_held() {
        return Ok(());
    }
    let (pointer, reason, hint) = if scaler.is_made_by_keda() {
        (
            "/metadata/ownerReferences",
            "KEDA made it for a ScaledObject, and would make it anew",
            "give the ScaledObject too, which is held in its place",
        )
    } else if scaler.is_first_version() {
        (
            "/apiVersion",
            "autoscaling/v1 knows no `behavior`, by which an autoscaler is held",
            "write it as autoscaling/v2, which every cluster since 1.23 serves for the same object",
        )
    } else {
        (
            "/metadata/annotations/autoscaling.keda.sh~1paused-replicas",
            "KEDA writes this number of pods while it is paused",
            "take the annotation away first",
        )
    };
    let object = scaler.object();
    Err(refuse(kinds::AUTOSCALER, object, pointer, reason, hint))
}

fn two(set: &ObjectRef, one: &ObjectRef, other: &ObjectRef) -> Refusals {
    refuse(
        kinds::AUTOSCALER,
        set,
        "/spec/replicas",
        format!("{one} scales it, and so does {other}: they undo each other's work"),
        "let one of them scale it",
    )
}

#[cfg(test)]
mod tests;
