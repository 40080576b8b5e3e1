//! How many pods run, where the manifests do not say it.

use std::collections::BTreeMap;
use std::str::FromStr;

use cutover::manifest::{Bundle, ObjectRef};
use cutover::planning::{
    BadName, Refusals, WorkloadName, deployments, kinds, refuse, select, with_replicas,
};
use serde_json::Value;

/// A number of pods that is said on the command line: `3`, or `hello=3` for one Deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    deployment: Option<WorkloadName>,
    replicas: u32,
}

/// A text says no number of pods.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadSaid {
    /// What stands before the `=` names no Deployment.
    #[error(transparent)]
    Name(#[from] BadName),
    /// What stands after it is no number.
    #[error("`{0}` is not a number of pods\nhint: write 3, or hello=3 for one Deployment")]
    Number(String),
}

impl FromStr for Said {
    type Err = BadSaid;

    fn from_str(text: &str) -> Result<Self, BadSaid> {
        let (deployment, number) = match text.split_once('=') {
            Some((name, number)) => (Some(name.parse()?), number),
            None => (None, text),
        };
        let replicas = number.parse();
        Ok(Self {
            deployment,
            replicas: replicas.map_err(|_| BadSaid::Number(number.to_owned()))?,
        })
    }
}

/// The number of pods of each Deployment whose manifest leaves it out, of those that are meant: what
/// is said of it by name, else what is said of all.
///
/// # Errors
///
/// A name that no Deployment has, or one whose manifest says the number.
pub(crate) fn unsaid(
    from: &Bundle,
    meant: &[WorkloadName],
    said: &[Said],
) -> Result<BTreeMap<ObjectRef, u32>, Refusals> {
    let mut counts = BTreeMap::new();
    let all = said.iter().rev().find(|said| said.deployment.is_none());
    if let Some(all) = all {
        let objects = match meant {
            [] => deployments(from)
                .map(|set| set.manifest().object().clone())
                .collect(),
            named => select(from, named)?,
        };
        let open = objects.into_iter().filter(|object| is_open(from, object));
        counts.extend(open.map(|object| (object, all.replicas)));
    }
    for said in said {
        let Some(name) = &said.deployment else {
            continue;
        };
        for object in select(from, std::slice::from_ref(name))? {
            if !is_open(from, &object) {
                return Err(counted_there(&object));
            }
            counts.insert(object, said.replicas);
        }
    }
    Ok(counts)
}

fn counted_there(object: &ObjectRef) -> Refusals {
    let reason = "the manifest says how many pods run";
    let hint = "leave it out of the command, or change the manifest";
    refuse(kinds::REPLICAS_SAID, object, REPLICAS, reason, hint)
}

/// A bundle with the numbers of pods that its manifests do not say; a manifest of what is wanted may
/// say another.
pub(crate) fn filled(bundle: &Bundle, counts: &BTreeMap<ObjectRef, u32>) -> Bundle {
    let mut filled = bundle.clone();
    for (object, replicas) in counts {
        if is_open(bundle, object) {
            filled = with_replicas(&filled, object, *replicas);
        }
    }
    filled
}

/// Whether a manifest leaves the number of its pods out.
pub(crate) fn is_open(bundle: &Bundle, object: &ObjectRef) -> bool {
    bundle
        .get(object)
        .is_some_and(|set| set.pointer(REPLICAS).is_none_or(Value::is_null))
}

/// Where a Deployment says how many pods it wants.
pub(crate) const REPLICAS: &str = "/spec/replicas";
