//! Both ends of a release: what runs, and what is wanted.

use cutover::manifest::{Bundle, Manifest, ObjectRef};
use cutover::planning::{WorkloadName, deployments, refuse, select, with_replicas};
use cutover::{Release, Strategy, rollback, set_environment, set_image};

use serde_json::Value;

use crate::args::Request;

const REPLICAS: &str = "/spec/replicas";

/// What runs and what is wanted, as bundles.
#[derive(Clone, Debug)]
pub(crate) struct Ends {
    /// What runs.
    pub(crate) from: Bundle,
    /// What is wanted.
    pub(crate) to: Bundle,
    /// The Deployments whose number of pods no manifest says.
    pub(crate) filled: Vec<ObjectRef>,
}

impl Ends {
    /// Both ends, from the manifests and from what is asked for beside them.
    ///
    /// # Errors
    ///
    /// A change that the manifests do not allow, or what the strategy refuses to want.
    pub(crate) fn new(
        request: &Request,
        from: &Bundle,
        to: Option<&Bundle>,
    ) -> Result<Self, cutover::Error> {
        if let Strategy::Scale(scale) = &request.strategy {
            counted(from, &scale.workloads, request.running.replicas)?;
        }
        let filled = unsaid(from, &request.common.workloads, request.running.replicas)?;
        let fill = |bundle: &Bundle| fill(bundle, &filled, request.running.replicas);
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
        Ok(Self { from, to, filled })
    }

    /// The release between them.
    ///
    /// # Errors
    ///
    /// What no strategy can do.
    pub(crate) fn release(&self, prune: bool) -> Result<Release, cutover::Error> {
        Ok(Release::new(&self.from, &self.to, prune)?)
    }
}

/// Whether a strategy says itself what is wanted.
pub(crate) fn says_itself(strategy: &Strategy) -> bool {
    !matches!(
        strategy,
        Strategy::BlueGreen(_) | Strategy::Canary(_) | Strategy::Recreate(_) | Strategy::Rolling(_)
    )
}

/// What is wanted, of a bundle in which only what is meant can be found.
fn changed(request: &Request, near: &Bundle) -> Result<Bundle, cutover::Error> {
    let workloads = &request.common.workloads;
    let mut to = cutover::wanted(&request.strategy, near)?.unwrap_or_else(|| near.clone());
    if let Some(revision) = request.wanted.to_revision {
        let workloads = workloads.clone();
        to = rollback::release(
            &to,
            &rollback::Rollback {
                to_revision: Some(revision),
                workloads,
                ..Default::default()
            },
        )?;
    }
    for image in &request.wanted.images {
        to = set_image(&to, image, workloads)?;
    }
    for variable in &request.wanted.environment {
        to = set_environment(&to, variable, workloads)?;
    }
    Ok(to)
}

/// Changes what is in a namespace, and leaves the rest. A manifest without a namespace is in any.
fn within(
    bundle: &Bundle,
    namespace: Option<&str>,
    change: impl FnOnce(&Bundle) -> Result<Bundle, cutover::Error>,
) -> Result<Bundle, cutover::Error> {
    let (near, far): (Bundle, Bundle) = bundle
        .iter()
        .cloned()
        .partition(|manifest| is_near(manifest.object(), namespace));
    let mut changed = change(&near)?;
    changed.extend(far);
    Ok(changed)
}

fn is_near(object: &ObjectRef, namespace: Option<&str>) -> bool {
    match (namespace, object.namespace.as_deref()) {
        (Some(wanted), Some(namespace)) => wanted == namespace,
        _ => true,
    }
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
) -> Result<Bundle, cutover::Error> {
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

/// The Deployments whose manifest leaves `replicas` out, of those that are meant, where the number
/// is asked for.
fn unsaid(
    from: &Bundle,
    workloads: &[WorkloadName],
    replicas: Option<u32>,
) -> Result<Vec<ObjectRef>, cutover::Error> {
    let mut open: Vec<ObjectRef> = match (replicas, workloads) {
        (None, _) => Vec::new(),
        (_, []) => deployments(from)
            .map(|set| set.manifest().object().clone())
            .collect(),
        (_, named) => select(from, named)?,
    };
    open.retain(|object| is_open(from, object));
    Ok(open)
}

/// Scaling says what is wanted by `--replicas`, so what runs goes by another name there.
fn counted(
    from: &Bundle,
    workloads: &[WorkloadName],
    running: Option<u32>,
) -> Result<(), cutover::Error> {
    match select(from, workloads)?
        .into_iter()
        .find(|object| is_open(from, object))
    {
        Some(object) if running.is_none() => {
            let hint = "say it with --current-replicas, or plan from live objects";
            Err(refuse(
                &object,
                REPLICAS,
                "the manifest does not say how many pods run",
                hint,
            )
            .into())
        }
        _ => Ok(()),
    }
}

/// The number of pods where no manifest says it; a manifest of what is wanted may say another.
fn fill(bundle: &Bundle, objects: &[ObjectRef], replicas: Option<u32>) -> Bundle {
    let Some(replicas) = replicas else {
        return bundle.clone();
    };
    let open = objects.iter().filter(|object| is_open(bundle, object));
    open.fold(bundle.clone(), |filled, object| {
        with_replicas(&filled, object, replicas)
    })
}

fn is_open(bundle: &Bundle, object: &ObjectRef) -> bool {
    bundle
        .get(object)
        .is_some_and(|set| set.pointer(REPLICAS).is_none_or(Value::is_null))
}
