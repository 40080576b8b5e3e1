//! Both ends of a release: what runs, and what is wanted.

use std::collections::BTreeSet;

use cutover::manifest::{Bundle, ObjectRef, listing};
use cutover::planning::{Refusal, Refusals, deployments, kinds};
use cutover::rollback::Rollback;
use cutover::{Ends, Strategy};

use crate::args::Request;

/// Both ends, from the manifests and from what is asked for beside them.
///
/// # Errors
///
/// A change that the manifests do not allow, or what the strategy refuses to want.
pub(crate) fn wanted(
    request: &Request,
    from: &Bundle,
    to: Option<&Bundle>,
) -> Result<Ends, Refusals> {
    let Request {
        common,
        wanted,
        running,
        ..
    } = request;
    let whole = Ends::new(from.clone(), to.unwrap_or(from).clone()).without(&common.without)?;
    let near = common.namespace.as_deref();
    if let Some(namespace) = near {
        refuse_far(&whole, namespace)?;
    }
    let meant = match to {
        None => whole,
        Some(_) => only_near(whole, near).only(&common.workloads)?,
    };
    let ends = meant.given(&running.replicas, &common.workloads)?;
    let mut ends = within(ends, near, |near| changed(request, near))?;
    if let Some(namespace) = near {
        ends = ends.in_namespace(namespace);
    }
    if wanted.prune {
        ends = ends.pruned();
    }
    if wanted.restart_for_configuration {
        ends = ends.restarted_for_configuration();
    }
    if let Some(configuration) = wanted.configuration {
        ends = ends.with_configuration(configuration);
    }
    Ok(ends)
}

/// What is wanted, of ends in which only what is meant can be found.
fn changed(request: &Request, near: Ends) -> Result<Ends, Refusals> {
    let workloads = &request.common.workloads;
    let mut ends = request.strategy.wanted(near)?;
    if let Some(revision) = request.wanted.to_revision {
        let rollback = Rollback::to(revision).workloads(workloads.iter().cloned());
        ends = rollback.wanted(ends)?;
    }
    for change in &request.wanted.overrides {
        ends = ends.override_image(change, workloads)?;
    }
    for image in &request.wanted.images {
        ends = ends.image(image, workloads)?;
    }
    for variable in &request.wanted.environment {
        ends = ends.environment(variable, workloads)?;
    }
    Ok(ends)
}

/// Changes what is wanted in a namespace, and leaves the rest. A manifest without a namespace is in
/// any.
fn within(
    ends: Ends,
    namespace: Option<&str>,
    change: impl FnOnce(Ends) -> Result<Ends, Refusals>,
) -> Result<Ends, Refusals> {
    let from = ends.from().clone();
    let manifests = ends.to().iter().cloned();
    let (near, far): (Bundle, Bundle) =
        manifests.partition(|manifest| is_near(manifest.object(), namespace));
    let changed = change(ends.running(near.clone()).wanting(near))?;
    let mut to = changed.to().clone();
    to.extend(far);
    Ok(changed.running(from).wanting(to))
}

/// Whether an object is in the namespace that is meant, or may be.
pub(crate) fn is_near(object: &ObjectRef, namespace: Option<&str>) -> bool {
    match (namespace, object.namespace.as_deref()) {
        (Some(wanted), Some(namespace)) => wanted == namespace,
        _ => true,
    }
}

/// Refuses a namespace that nothing is in: no Deployment, or no object where there is none.
fn refuse_far(ends: &Ends, namespace: &str) -> Result<(), Refusals> {
    let all = || ends.from().objects().chain(ends.to().objects());
    let sets = [ends.from(), ends.to()].into_iter().flat_map(deployments);
    let sets: Vec<&ObjectRef> = sets.map(|set| set.manifest().object()).collect();
    let is_there = match sets.is_empty() {
        true => all().any(|object| is_near(object, Some(namespace))),
        false => sets.iter().any(|object| is_near(object, Some(namespace))),
    };
    if is_there {
        return Ok(());
    }
    let there: BTreeSet<&str> = all()
        .filter_map(|object| object.namespace.as_deref())
        .collect();
    let reason = format!("namespace {namespace}: nothing of the input is in it");
    let hint = format!("there are {}", listing(there));
    Err(Refusal::new(kinds::NO_WORKLOAD, reason).hint(hint).into())
}

/// What is wanted of the namespace that is meant; all others stay as they run.
fn only_near(ends: Ends, namespace: Option<&str>) -> Ends {
    let near = ends.to().iter();
    let near = near.filter(|manifest| is_near(manifest.object(), namespace));
    let far = ends.from().iter();
    let far = far.filter(|manifest| !is_near(manifest.object(), namespace));
    let to: Bundle = near.chain(far).cloned().collect();
    ends.wanting(to)
}
