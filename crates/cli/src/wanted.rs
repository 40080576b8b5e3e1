//! Both ends of a release: what runs, and what is wanted.

use std::collections::{BTreeMap, BTreeSet};

use cutover::manifest::{Bundle, Manifest, ObjectRef, listing};
use cutover::planning::{Refusal, Refusals, WorkloadName, deployments, kinds, refuse, select};
use cutover::rollback::Rollback;
use cutover::{AnyStrategy, Ends, Strategy};

use crate::args::Request;
use crate::running::{REPLICAS, Said, filled, is_open, unsaid};

/// What runs and what is wanted.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// Both ends.
    pub(crate) ends: Ends,
    /// The numbers of pods that no manifest says.
    pub(crate) counts: BTreeMap<ObjectRef, u32>,
}

impl Wanted {
    /// Both ends, from the manifests and from what is asked for beside them.
    ///
    /// # Errors
    ///
    /// A change that the manifests do not allow, or what the strategy refuses to want.
    pub(crate) fn new(
        request: &Request,
        from: &Bundle,
        to: Option<&Bundle>,
    ) -> Result<Self, Refusals> {
        let given = Ends::new(from.clone(), to.unwrap_or(from).clone());
        let given = given.without(&request.common.without)?;
        let (from, to) = (given.from(), to.map(|_| given.to()));
        if let Some(namespace) = &request.common.namespace {
            refuse_far(&given, namespace)?;
        }
        if let AnyStrategy::Scale(scale) = &request.strategy {
            counted(from, &scale.workloads, &request.running.replicas)?;
        }
        let counts = unsaid(from, &request.common.workloads, &request.running.replicas)?;
        let fill = |bundle: &Bundle| filled(bundle, &counts);
        let from = fill(from);
        let near = request.common.namespace.as_deref();
        let to = match to {
            None => from.clone(),
            Some(to) => only_meant(
                &from,
                only_near(&from, &fill(to), near),
                &request.common.workloads,
            )?,
        };
        let to = within(&to, near, |near| changed(request, near))?;
        let mut ends = Ends::new(from, to);
        if request.wanted.prune {
            ends = ends.pruned();
        }
        if request.wanted.restart_for_configuration {
            ends = ends.restarted_for_configuration();
        }
        Ok(Self { ends, counts })
    }
}

/// Whether a strategy says itself what is wanted.
pub(crate) fn says_itself(strategy: &AnyStrategy) -> bool {
    !matches!(
        strategy,
        AnyStrategy::BlueGreen(_)
            | AnyStrategy::Canary(_)
            | AnyStrategy::Recreate(_)
            | AnyStrategy::Rolling(_)
    )
}

/// What is wanted, of a bundle in which only what is meant can be found.
fn changed(request: &Request, near: Bundle) -> Result<Bundle, Refusals> {
    let workloads = &request.common.workloads;
    let mut ends = request.strategy.wanted(Ends::unchanged(near))?;
    if let Some(revision) = request.wanted.to_revision {
        let rollback = Rollback {
            to_revision: Some(revision),
            workloads: workloads.clone(),
            ..Rollback::default()
        };
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
    Ok(ends.to().clone())
}

/// Changes what is in a namespace, and leaves the rest. A manifest without a namespace is in any.
fn within(
    bundle: &Bundle,
    namespace: Option<&str>,
    change: impl FnOnce(Bundle) -> Result<Bundle, Refusals>,
) -> Result<Bundle, Refusals> {
    let (near, far): (Bundle, Bundle) = bundle
        .iter()
        .cloned()
        .partition(|manifest| is_near(manifest.object(), namespace));
    let mut changed = change(near)?;
    changed.extend(far);
    Ok(changed)
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
fn only_near(from: &Bundle, to: &Bundle, namespace: Option<&str>) -> Bundle {
    let near = to
        .iter()
        .filter(|manifest| is_near(manifest.object(), namespace));
    let far = from
        .iter()
        .filter(|manifest| !is_near(manifest.object(), namespace));
    near.chain(far).cloned().collect()
}

/// What is wanted of the Deployments that are meant; all others stay as they run, and new ones do
/// not come.
fn only_meant(
    from: &Bundle,
    mut to: Bundle,
    workloads: &[WorkloadName],
) -> Result<Bundle, Refusals> {
    if workloads.is_empty() {
        return Ok(to);
    }
    let meant = select(from, workloads)?;
    let others = |bundle: &Bundle| -> Vec<Manifest> {
        let sets = deployments(bundle).map(|set| set.manifest());
        sets.filter(|set| !meant.contains(set.object()))
            .cloned()
            .collect()
    };
    others(&to)
        .iter()
        .for_each(|set| drop(to.remove(set.object())));
    to.extend(others(from));
    Ok(to)
}

/// Scaling says what is wanted by `--replicas`, so what runs goes by another name there.
fn counted(from: &Bundle, workloads: &[WorkloadName], running: &[Said]) -> Result<(), Refusals> {
    match select(from, workloads)?
        .into_iter()
        .find(|object| is_open(from, object))
    {
        Some(object) if running.is_empty() => Err(refuse(
            kinds::UNKNOWN_REPLICAS,
            &object,
            REPLICAS,
            "the manifest does not say how many pods run",
            "say it with --current-replicas, or plan from live objects",
        )),
        _ => Ok(()),
    }
}
