//! Numbers of pods that are given for a release, where its manifests do not say them.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use cutover_manifest::{Bundle, ObjectRef};
use cutover_workload::{Deployment, deployments};

use crate::kinds;
use crate::live::{Owner, is_said, owners};
use crate::on_autoscaler::OnAutoscaler;
use crate::refusal::{Refusals, refuse};
use crate::select::{BadName, WorkloadName, select};

/// A number of pods as people give it: `3`, or `hello=3` for one Deployment.
///
/// ```
/// use cutover_release::Replicas;
///
/// assert!("deployment/hello=3".parse::<Replicas>().is_ok());
/// assert!("three".parse::<Replicas>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replicas {
    deployment: Option<WorkloadName>,
    number: u32,
}

/// A text gives no number of pods.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadReplicas {
    /// What stands before the `=` names no Deployment.
    #[error(transparent)]
    Name(#[from] BadName),
    /// What stands after it is no number.
    #[error("`{0}` is not a number of pods\nhint: write 3, or hello=3 for one Deployment")]
    Number(String),
}

impl FromStr for Replicas {
    type Err = BadReplicas;

    fn from_str(text: &str) -> Result<Self, BadReplicas> {
        let (deployment, number) = match text.split_once('=') {
            Some((name, number)) => (Some(name.parse()?), number),
            None => (None, text),
        };
        let number = number
            .parse()
            .map_err(|_| BadReplicas::Number(number.to_owned()))?;
        Ok(Self { deployment, number })
    }
}

/// The number of each Deployment whose manifests do not say it: what is given for it by name, else
/// what is given for all, or all that are meant.
pub(crate) fn given(
    [from, to]: [&Bundle; 2],
    replicas: &[Replicas],
    meant: &[WorkloadName],
) -> Result<BTreeMap<ObjectRef, u32>, Refusals> {
    let open = owners(from, to, None);
    let mut given = BTreeMap::new();
    for Replicas { deployment, number } in replicas {
        if deployment.is_none() {
            let mut objects = meant_of(from, meant)?;
            objects.retain(|object| open.contains_key(object));
            given.extend(objects.into_iter().map(|object| (object, *number)));
        }
    }
    for Replicas { deployment, number } in replicas {
        let Some(name) = deployment else { continue };
        for object in select(from, std::slice::from_ref(name))? {
            if !open.contains_key(&object) {
                return Err(is_said_there(&object));
            }
            given.insert(object, *number);
        }
    }
    Ok(given)
}

/// The Deployments that run and are meant: all, where none is named.
fn meant_of(from: &Bundle, meant: &[WorkloadName]) -> Result<Vec<ObjectRef>, Refusals> {
    if !meant.is_empty() {
        return select(from, meant);
    }
    let all = deployments(from).map(|set| set.manifest().object().clone());
    Ok(all.collect())
}

/// Writes the numbers into both ends, and gives the Deployments that got one: none whose number an
/// autoscaler says that is not held.
///
/// A number that a manifest says stays, but where it is an autoscaler's that is held, or goes: it
/// was true when somebody wrote it. One that is what is wanted stays there too.
pub(crate) fn fill(
    [from, to]: [&mut Bundle; 2],
    given: &BTreeMap<ObjectRef, u32>,
    on_autoscaler: Option<OnAutoscaler>,
    is_scaled: bool,
) -> BTreeSet<ObjectRef> {
    let owners = owners(from, to, on_autoscaler);
    let mut filled = BTreeSet::new();
    for (object, number) in given {
        let over = match owners.get(object) {
            Some(Owner::Plan(_)) => [true, !is_scaled],
            Some(Owner::Leaving(_)) => [true, false],
            Some(Owner::Unknown) => [false, false],
            Some(Owner::Autoscaler(_)) | None => continue,
        };
        write(from, object, *number, over[0]);
        write(to, object, *number, over[1]);
        filled.insert(object.clone());
    }
    filled
}

/// Writes a number of pods into a manifest that says none, or over the one that it says.
fn write(end: &mut Bundle, object: &ObjectRef, number: u32, over: bool) {
    let Some(set) = end.get(object) else { return };
    if over || !is_said(set) {
        let set = Deployment::of(set).scaled(number);
        end.insert(set);
    }
}

fn is_said_there(object: &ObjectRef) -> Refusals {
    let reason = "the manifest says how many pods run";
    let hint = "give no number for it, or change the manifest";
    let pointer = Deployment::REPLICAS.pointer();
    refuse(kinds::REPLICAS_SAID, object, pointer, reason, hint)
}

#[cfg(test)]
mod tests;
