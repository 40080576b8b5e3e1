//! Binding: a plan made from files, taken to the objects that a cluster holds.

pub(crate) mod claims;
pub(crate) mod rebase;
pub(crate) mod resumed;

use std::collections::BTreeMap;

use cutover_manifest::{Bundle, Digest, Field, Manifest, MergeKeys, ObjectRef, Sealer};
use cutover_patch::{Difference, lacking, merge};
use cutover_plan::Plan;
use cutover_workload::Deployment;

use self::rebase::{Rebase, rebase};
use crate::autoscalers::{chooser, is_taken_over};
use crate::change::{being_deleted, in_words, is_count};
use crate::error::Error;
use crate::namespace::DefaultNamespace;
use crate::observed::status::is_terminating;

/// What the server and controllers keep for themselves.
const SERVER_FIELDS: [Field; 7] = [
    Field::new("/status"),
    Field::new("/metadata/creationTimestamp"),
    Field::new("/metadata/generation"),
    Field::new("/metadata/managedFields"),
    Field::new("/metadata/resourceVersion"),
    Field::new("/metadata/selfLink"),
    Field::new("/metadata/uid"),
];

/// A plan over the objects of a cluster.
///
/// It is no document: nobody approves it, and the digest of its plan is one that nobody has seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    /// The plan over those objects.
    pub plan: Plan,
    /// The digest of the plan that was approved, and is bound here.
    pub approved: Digest,
}

impl Bound {
    /// A plan that nothing is known of but what its files say.
    pub(crate) fn unseen(plan: Plan) -> Self {
        let approved = plan.digest.clone();
        Self { plan, approved }
    }
}

/// A plan as it fits the live objects: every state is merged three ways onto them, and the patches
/// are derived anew.
///
/// `live` is all of the plan's objects that the cluster has, and `sealer` compares the data of
/// Secrets. What a live object has beside what its file says stays as it is, forward and back.
///
/// # Errors
///
/// [`Error::Unbound`] with every place where a file and its live object disagree, an object that is
/// missing, that is being deleted, or that the plan would create and is there.
pub fn bind(plan: &Plan, live: &Bundle, sealer: &Sealer, namespace: &str) -> Result<Bound, Error> {
    let default = DefaultNamespace::new(namespace);
    let start = plan.start();
    let mut placed = Bundle::new();
    for file in &start {
        placed.insert(default.manifest(file)?);
    }
    let mut reasons = Vec::new();
    let mut bases = Bases::new();
    for file in &start {
        let said = default.manifest(&said(plan, file))?;
        let (object, file) = (file.object(), default.manifest(file)?);
        match live.get(file.object()) {
            None => reasons.push(format!("{}: it is not in the cluster", file.object())),
            Some(live) => {
                let live = from_fewer(plan, object, &said, sealer.seal_like(live, &file));
                reasons.extend(disagreements(&said, &live, &placed));
                bases.insert(file.object().clone(), (file, as_written(&live)));
            }
        }
    }
    reasons.extend(already_there(plan, live, &default));
    if !reasons.is_empty() {
        return Err(Error::Unbound(reasons));
    }
    Ok(Bound {
        plan: over(plan, bases, namespace)?,
        approved: plan.digest.clone(),
    })
}

/// A state of an object that admission changes: as the plan has it, and as the server would store
/// it.
pub(crate) type Admitted = (Manifest, Manifest);

/// Each object that is there at the start, as its file and as the cluster has it.
pub(crate) type Bases = BTreeMap<ObjectRef, (Manifest, Manifest)>;

/// A plan over these objects, each of which has a namespace.
pub(crate) fn over(plan: &Plan, bases: Bases, namespace: &str) -> Result<Plan, Error> {
    let live = Live {
        bases,
        admitted: &[],
        default: DefaultNamespace::new(namespace),
    };
    Ok(rebase(plan, &live)?)
}

/// The plan with what admission changes in it.
pub(crate) fn admit(plan: &Plan, admitted: &[Admitted], namespace: &str) -> Result<Plan, Error> {
    let live = Live {
        bases: Bases::new(),
        admitted,
        default: DefaultNamespace::new(namespace),
    };
    Ok(rebase(plan, &live)?)
}

/// Whether a plan leaves it to others how many pods a set has.
pub(crate) fn is_live(plan: &Plan, set: &ObjectRef) -> bool {
    let workloads = plan.spec.workloads.iter();
    let mut live = workloads.filter(|workload| workload.is_live());
    live.any(|workload| workload.runs(set))
}

/// What a file of the plan says of its object: a number of pods that is left to others may be
/// another one by now.
pub(crate) fn said(plan: &Plan, file: &Manifest) -> Manifest {
    match is_live(plan, file.object()) {
        true => file.without(Deployment::REPLICAS),
        false => file.clone(),
    }
}

/// A live set as its file counts its pods, where the plan brings it up from fewer.
fn from_fewer(plan: &Plan, object: &ObjectRef, said: &Manifest, live: Manifest) -> Manifest {
    let counts = [&live, said].map(|set| Deployment::of(set).replicas());
    let [Some(runs), Some(starts)] = counts else {
        return live;
    };
    match runs < starts && is_taken_over(plan, object) {
        true => Deployment::of(&live).scaled(starts),
        false => live,
    }
}

/// What an object does not hold of what its file says; a Secret, sealed as its file is.
pub(crate) fn file_lacking(file: &Manifest, live: &Manifest) -> Vec<Difference> {
    let file = as_written(file).without(Deployment::REVISION);
    lacking(file.value(), live.value(), &MergeKeys)
}

/// An object without what the server and controllers keep for themselves: what a state of it can be
/// compared with. A Secret has its data still: whoever compares it seals it.
pub fn as_written(live: &Manifest) -> Manifest {
    let mut written = live.clone();
    for field in SERVER_FIELDS {
        written = written.without(field);
    }
    written
}

struct Live<'a> {
    bases: Bases,
    admitted: &'a [Admitted],
    default: DefaultNamespace<'a>,
}

impl Rebase for Live<'_> {
    fn object(&self, object: &ObjectRef) -> ObjectRef {
        self.default.object(object)
    }

    fn manifest(&self, manifest: &Manifest) -> Result<Manifest, cutover_plan::Error> {
        let manifest = self.default.manifest(manifest)?;
        if let Some((_, stored)) = self.admitted.iter().find(|(state, _)| *state == manifest) {
            return Ok(stored.clone());
        }
        Ok(onto(&self.bases, &manifest))
    }
}

/// A state of an object of the plan, with what the live one has beside its file.
pub(crate) fn onto(bases: &Bases, state: &Manifest) -> Manifest {
    let Some((file, live)) = bases.get(state.object()) else {
        return state.clone();
    };
    let merged = merge(live.value(), file.value(), state.value(), &MergeKeys);
    state.with_content(merged)
}

fn disagreements(file: &Manifest, live: &Manifest, start: &Bundle) -> Vec<String> {
    let object = file.object();
    if is_terminating(live) {
        return vec![being_deleted(object)];
    }
    let uid = "/metadata/uid";
    if file
        .pointer(uid)
        .is_some_and(|known| live.pointer(uid) != Some(known))
    {
        return vec![format!(
            "{object}: it was deleted and created anew since the plan was made"
        )];
    }
    let found = file_lacking(file, live);
    let said = found.iter().map(|found| {
        let [before, after] = [&found.before, &found.after].map(|value| in_words(value.as_ref()));
        let path = &found.path;
        let by = chooser(object, start).filter(|_| is_count(path));
        let by = by.map(|scaler| chosen(scaler.object(), &after));
        let by = by.unwrap_or_default();
        format!("{object}: {path}: the plan starts from {before}, and the cluster has {after}{by}")
    });
    said.collect()
}

fn chosen(scaler: &ObjectRef, count: &str) -> String {
    format!(", as {scaler} has chosen: make the plan anew from {count} pods")
}

/// Objects that the plan would create, and that are there: an earlier run that lost its journal, or
/// a stranger's.
fn already_there(plan: &Plan, live: &Bundle, default: &DefaultNamespace<'_>) -> Vec<String> {
    let start = plan.start();
    let objects = plan
        .spec
        .steps
        .iter()
        .flat_map(|step| &step.changes)
        .map(cutover_plan::Change::object);
    let mut created: Vec<ObjectRef> = objects
        .filter(|object| !start.contains(object))
        .map(|object| default.object(object))
        .collect();
    created.sort();
    created.dedup();
    let there = created.iter().filter(|object| live.contains(object));
    there
        .map(|object| format!("{object}: the plan creates it, and it is there"))
        .collect()
}

#[cfg(test)]
mod tests;
