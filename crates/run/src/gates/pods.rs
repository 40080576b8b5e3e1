//! Pods of a set, counted by owner: pod, ReplicaSet, Deployment.
//!
//! A Deployment's status says 3 available while one of the three is going, and its selector may
//! match another set's pods; so neither is asked.

use std::collections::BTreeSet;

use cutover_manifest::{Manifest, ObjectRef};
use cutover_workload::{Deployment, texts};
use jiff::Timestamp;

use super::{Shortfall, Verdict};
use crate::observed::Observed;
use crate::observed::diagnosis::Trouble;
use crate::observed::pods::{Pod, ReplicaSet, same_template};
use crate::observed::status::{count, is_observed, uid};

/// Exactly so many active pods, all of the present template, all ready for `minReadySeconds`; as
/// many as the set asks for where no number is said.
pub(super) fn available(observed: &Observed, object: &ObjectRef, replicas: Option<u32>) -> Verdict {
    let set = match Set::of(observed, object) {
        Ok(set) => set,
        Err(reason) => return Verdict::Waits(reason.into()),
    };
    let replicas = replicas.unwrap_or_else(|| set.desired());
    let pods = set.active();
    let fresh = set.fresh_among(&pods);
    let ready = fresh.iter().filter(|pod| pod.ready).count();
    let count = replicas as usize;
    if pods.len() != count || ready != count {
        let old = of_old(pods.len() - fresh.len());
        return Verdict::Waits(set.with_diagnosis(format!("{ready} of {replicas} available{old}")));
    }
    match set.unready_for(replicas) {
        Some(reason) => Verdict::Waits(reason.into()),
        None => Verdict::Holds,
    }
}

/// Exactly so many active pods, ready or not.
pub(super) fn settled(observed: &Observed, object: &ObjectRef, replicas: u32) -> Verdict {
    if replicas == 0 && observed.object(object) == Some(None) {
        return Verdict::Holds;
    }
    counted(
        observed,
        object,
        |pods| pods == replicas as usize,
        &format!("of {replicas} pods"),
    )
}

/// At most so many active pods.
pub(super) fn shrunk(observed: &Observed, object: &ObjectRef, replicas: u32) -> Verdict {
    counted(
        observed,
        object,
        |pods| pods <= replicas as usize,
        &format!("pods, {replicas} at most"),
    )
}

/// How many pods are missing of those that must stand there, and how many stand there that must
/// not; `fresh` where they must be of the present template, and ready.
pub(super) fn short_of(
    observed: &Observed,
    object: &ObjectRef,
    replicas: Option<u32>,
    fresh: bool,
) -> Option<usize> {
    let Ok(set) = Set::of(observed, object) else {
        return None;
    };
    let replicas = replicas.unwrap_or_else(|| set.desired());
    let pods = set.active();
    let right = match fresh {
        true => set
            .fresh_among(&pods)
            .iter()
            .filter(|pod| pod.ready)
            .count(),
        false => pods.len(),
    };
    Some((replicas as usize).abs_diff(right) + (pods.len() - right))
}

/// The pods of an earlier template beside those of the present one, in words; or why that is not
/// known.
pub(super) fn replaced(observed: &Observed, object: &ObjectRef) -> Result<Option<String>, String> {
    if observed.live(object).is_none() {
        return Ok(None);
    }
    let set = Set::of(observed, object)?;
    let pods = set.active();
    let old = pods.len() - set.fresh_among(&pods).len();
    let told = || set.with_diagnosis(format!("{} pods{}", pods.len(), of_old(old)));
    Ok((old > 0).then(|| told().to_string()))
}

/// The ReplicaSets of a set that ask for pods.
pub(super) fn replica_sets(observed: &Observed, object: &ObjectRef) -> Vec<ObjectRef> {
    let Some(deployment) = observed.live(object) else {
        return Vec::new();
    };
    let asking =
        owned(observed, deployment).filter(|set| count(&set.manifest, "/spec/replicas") > 0);
    asking.map(|set| set.manifest.object().clone()).collect()
}

/// Exactly as many active pods as are asked for, all of the present template, ready or not.
pub(super) fn has_rolled(observed: &Observed, object: &ObjectRef) -> bool {
    let Ok(set) = Set::of(observed, object) else {
        return false;
    };
    let pods = set.active();
    set.fresh_among(&pods).len() == pods.len() && pods.len() == set.desired() as usize
}

/// The pods of a set that are not ready, and its ReplicaSets that cannot make any.
pub(super) fn troubled(observed: &Observed, object: &ObjectRef) -> Vec<Troubled> {
    let Ok(set) = Set::of(observed, object) else {
        return Vec::new();
    };
    let refused = set.replica_sets.iter().filter_map(|set| {
        Some(Troubled {
            name: set.manifest.object().name.clone(),
            trouble: Trouble::NotCreated,
            words: Some(set.diagnosis.clone()?),
            since: None,
        })
    });
    let unready = set.active().into_iter().filter(|(_, pod)| !pod.ready);
    refused
        .chain(unready.map(|(object, pod)| Troubled::of(object, pod)))
        .collect()
}

/// What is not as it should be behind a gate: a pod, or a ReplicaSet that cannot make any.
pub(crate) struct Troubled {
    pub(crate) name: String,
    pub(crate) trouble: Trouble,
    /// In its own words; none where it says nothing.
    pub(crate) words: Option<String>,
    /// Since when it is not ready.
    pub(crate) since: Option<Timestamp>,
}

impl Troubled {
    fn of(object: &ObjectRef, pod: &Pod) -> Self {
        let (trouble, words) = match &pod.diagnosis {
            Some(found) => (found.trouble, Some(found.words.clone())),
            None => (Trouble::Starting, None),
        };
        Self {
            name: object.name.clone(),
            trouble,
            words,
            since: pod.since,
        }
    }
}

fn counted(
    observed: &Observed,
    object: &ObjectRef,
    right: impl Fn(usize) -> bool,
    what: &str,
) -> Verdict {
    match Set::of(observed, object) {
        Ok(set) if right(set.active().len()) => Verdict::Holds,
        Ok(set) => Verdict::Waits(set.with_diagnosis(format!("{} {what}", set.active().len()))),
        Err(reason) => Verdict::Waits(reason.into()),
    }
}

/// A Deployment with its ReplicaSets, all of whose controllers have seen what was written last.
struct Set<'a> {
    observed: &'a Observed,
    deployment: &'a Manifest,
    replica_sets: Vec<&'a ReplicaSet>,
}

impl<'a> Set<'a> {
    fn of(observed: &'a Observed, object: &ObjectRef) -> Result<Self, String> {
        let deployment = observed.live(object).ok_or("it is not there")?;
        let set = Self {
            observed,
            deployment,
            replica_sets: owned(observed, deployment).collect(),
        };
        let observed = is_observed(deployment) && set.replica_sets.iter().all(|set| set.observed);
        match observed && !set.has_strangers() {
            true => Ok(set),
            false => Err("its controller has not seen the change yet".to_owned()),
        }
    }

    /// The pods that it asks for at this moment; the API server makes one of an absent number.
    fn desired(&self) -> u32 {
        Deployment::of(self.deployment).replicas().unwrap_or(1)
    }

    fn active(&self) -> Vec<(&'a ObjectRef, &'a Pod)> {
        let owned = |pod: &Pod| {
            self.replica_sets
                .iter()
                .any(|set| pod.owner.as_ref() == Some(&set.uid))
        };
        self.observed
            .pods
            .iter()
            .filter(|(_, pod)| pod.active && owned(pod))
            .collect()
    }

    /// The ReplicaSets of the present template.
    fn fresh(&self) -> Vec<&'a ReplicaSet> {
        let sets = self.replica_sets.iter().copied();
        sets.filter(|set| same_template(self.deployment, &set.manifest))
            .collect()
    }

    /// Those of these pods that are of the present template.
    fn fresh_among(&self, pods: &[(&'a ObjectRef, &'a Pod)]) -> Vec<&'a Pod> {
        let owners: BTreeSet<&String> = self.fresh().into_iter().map(|set| &set.uid).collect();
        let is_fresh = |pod: &Pod| pod.owner.as_ref().is_some_and(|uid| owners.contains(uid));
        let pods = pods.iter().map(|(_, pod)| *pod);
        pods.filter(|pod| is_fresh(pod)).collect()
    }

    /// How many pods have not been ready for `minReadySeconds`, in words; none where all have. As
    /// their controller counts them: this clock may be wrong, and a watch of pods deaf.
    fn unready_for(&self, replicas: u32) -> Option<String> {
        let available: u64 = self.fresh().iter().map(|set| set.available).sum();
        let is_ready = available >= u64::from(replicas);
        (!is_ready).then(|| match self.deployment.pointer("/spec/minReadySeconds") {
            Some(seconds) if *seconds != 0 => {
                format!("{available} of {replicas} ready for {seconds} seconds")
            }
            Some(_) | None => format!("its controller counts {available} of {replicas} available"),
        })
    }

    /// Whether a pod that may be its own has come of a ReplicaSet that has not been seen: watches
    /// of two kinds are not in step.
    fn has_strangers(&self) -> bool {
        let Ok(selector) = Deployment::of(self.deployment).selector() else {
            return true;
        };
        let namespace = &self.deployment.object().namespace;
        let known = |owner: &String| {
            self.observed
                .replica_sets
                .values()
                .any(|set| set.uid == *owner)
        };
        self.observed.pods.iter().any(|(object, pod)| {
            object.namespace == *namespace
                && pod.active
                && selector.matches(&pod.labels)
                && pod.owner.as_ref().is_some_and(|owner| !known(owner))
        })
    }

    /// A count with the first trouble that explains it.
    fn with_diagnosis(&self, count: String) -> Shortfall {
        let pods = self.active();
        let unready = pods.iter().filter(|(_, pod)| !pod.ready);
        let mut pod = unready.filter_map(|(object, pod)| {
            let diagnosis = pod.diagnosis.as_ref()?;
            Some(format!("pod {}: {}", object.name, diagnosis.words))
        });
        let set = self
            .replica_sets
            .iter()
            .find_map(|set| set.diagnosis.clone());
        Shortfall {
            stands: count,
            because: set.or_else(|| pod.next()),
        }
    }
}

/// The ReplicaSets of a Deployment.
fn owned<'a>(
    observed: &'a Observed,
    deployment: &'a Manifest,
) -> impl Iterator<Item = &'a ReplicaSet> {
    let uid = uid(deployment);
    let sets = observed.replica_sets.values();
    sets.filter(move |set| set.owner.is_some() && set.owner.as_deref() == uid)
}

fn of_old(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => ", 1 pod of the template before".to_owned(),
        count => format!(", {count} pods of the template before"),
    }
}

/// The pods in a namespace that a Service's selector matches.
pub(super) fn selected<'a>(
    observed: &'a Observed,
    service: &Manifest,
) -> impl Iterator<Item = &'a Pod> + use<'a> {
    let selector = texts(service.pointer("/spec/selector"));
    let namespace = service.object().namespace.clone();
    let matches = move |(object, pod): &(&ObjectRef, &Pod)| {
        object.namespace == namespace
            && selector
                .iter()
                .all(|(key, value)| pod.labels.get(key) == Some(value))
    };
    observed.pods.iter().filter(matches).map(|(_, pod)| pod)
}
