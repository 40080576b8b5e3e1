//! What is wanted, of what runs: the same with another annotation, or paused, or not.

use cutover_manifest::{Bundle, Field, Manifest, ObjectRef};
use cutover_release::{Refusals, WorkloadName, select};
use cutover_workload::Deployment;
use serde_json::json;

use crate::error;
use crate::spec::{Pause, Restart, Resume};

/// Where `kubectl rollout restart` writes the time (kubectl
/// `polymorphichelpers/objectrestarter.go`).
const RESTARTED_AT: Field =
    Field::new("/spec/template/metadata/annotations/kubectl.kubernetes.io~1restartedAt");

const PAUSED: Field = Field::new("/spec/paused");

/// The bundle with the pods of the named Deployments to be made anew.
pub(crate) fn restart(from: &Bundle, restart: &Restart) -> Result<Bundle, Refusals> {
    let at = json!(restart.at);
    each(from, &restart.workloads, |set| {
        if Deployment::of(set).is_paused() {
            return Err(error::paused(set.object()));
        }
        if set.pointer(RESTARTED_AT.pointer()) == Some(&at) {
            return Err(error::just_restarted(set.object()));
        }
        Ok(set.with(RESTARTED_AT, at.clone()))
    })
}

/// The bundle with the named Deployments paused.
pub(crate) fn pause(from: &Bundle, pause: &Pause) -> Result<Bundle, Refusals> {
    each(from, &pause.workloads, |set| {
        match Deployment::of(set).is_paused() {
            true => Err(error::as_it_is(set.object(), true)),
            false => Ok(set.with(PAUSED, json!(true))),
        }
    })
}

/// The bundle with the named Deployments rolling out again.
pub(crate) fn resume(from: &Bundle, resume: &Resume) -> Result<Bundle, Refusals> {
    each(from, &resume.workloads, |set| {
        match Deployment::of(set).is_paused() {
            true => Ok(set.without(PAUSED)),
            false => Err(error::as_it_is(set.object(), false)),
        }
    })
}

fn each(
    from: &Bundle,
    names: &[WorkloadName],
    edit: impl Fn(&Manifest) -> Result<Manifest, Refusals>,
) -> Result<Bundle, Refusals> {
    let objects: Vec<ObjectRef> = select(from, names)?;
    let mut to = from.clone();
    for object in objects {
        if let Some(set) = from.get(&object) {
            to.insert(edit(set)?);
        }
    }
    Ok(to)
}
