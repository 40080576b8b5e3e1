//! What is wanted, of what runs: the same with another annotation, or paused, or not.

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_release::{WorkloadName, select};
use cutover_workload::Deployment;
use serde_json::json;

use crate::error::Error;
use crate::spec::{Pause, Restart, Resume};

/// Where `kubectl rollout restart` writes the time (kubectl
/// `polymorphichelpers/objectrestarter.go`).
const RESTARTED_AT: &str = "/spec/template/metadata/annotations/kubectl.kubernetes.io~1restartedAt";

/// The bundle with the pods of the named Deployments to be made anew.
///
/// # Errors
///
/// A Deployment that is paused, or that was restarted in the same second.
pub fn restart(from: &Bundle, restart: &Restart) -> Result<Bundle, Error> {
    let at = json!(restart.at);
    each(from, &restart.workloads, |set| {
        let object = set.object().clone();
        if Deployment::of(set).is_paused() {
            return Err(Error::Paused(object));
        }
        if set.pointer(RESTARTED_AT) == Some(&at) {
            return Err(Error::JustRestarted(object));
        }
        Ok(set.set(RESTARTED_AT, at.clone()))
    })
}

/// The bundle with the named Deployments paused.
///
/// # Errors
///
/// A Deployment that is paused already.
pub fn pause(from: &Bundle, pause: &Pause) -> Result<Bundle, Error> {
    each(from, &pause.workloads, |set| {
        match Deployment::of(set).is_paused() {
            true => Err(Error::AsItIs {
                object: Box::new(set.object().clone()),
                paused: true,
            }),
            false => Ok(set.set("/spec/paused", json!(true))),
        }
    })
}

/// The bundle with the named Deployments rolling out again.
///
/// # Errors
///
/// A Deployment that is not paused.
pub fn resume(from: &Bundle, resume: &Resume) -> Result<Bundle, Error> {
    each(from, &resume.workloads, |set| {
        match Deployment::of(set).is_paused() {
            true => Ok(set.without("/spec/paused")),
            false => Err(Error::AsItIs {
                object: Box::new(set.object().clone()),
                paused: false,
            }),
        }
    })
}

fn each(
    from: &Bundle,
    names: &[WorkloadName],
    edit: impl Fn(&Manifest) -> Result<Manifest, Error>,
) -> Result<Bundle, Error> {
    let objects: Vec<ObjectRef> = select(from, names)?;
    let mut to = from.clone();
    for object in objects {
        if let Some(set) = from.get(&object) {
            to.insert(edit(set)?);
        }
    }
    Ok(to)
}
