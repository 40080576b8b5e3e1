//! The ReplicaSet controller: one pod made or taken away at a time, then the status.

use std::cell::OnceCell;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::objects::{
    Condition, Header, Next, Phase, Pod, ReplicaSet, ReplicaSetStatus, Retry, Uid, safe, second,
};
use crate::random::Random;
use crate::server::Server;

/// Looks at a ReplicaSet once and does the next thing.
pub(crate) fn sync(server: &mut Server, uid: Uid, random: &mut Random, now: Timestamp) {
    let Some(set) = server.replica_sets.get(&uid) else {
        return;
    };
    let active: Vec<_> = server
        .pods
        .values()
        .filter(|pod| pod.owner == uid && pod.is_active())
        .collect();
    let wanted = usize::try_from(set.replicas).unwrap_or(usize::MAX);
    if active.len() > wanted {
        if let Some(pod) = victim(&active, random) {
            server.remove(pod, now);
        }
    } else if active.len() < wanted {
        grow(server, uid, now);
    } else {
        report(server, uid, None, now);
    }
}

impl Server {
    /// Whether a ReplicaSet of this Deployment has yet to be looked at.
    pub(crate) fn sets_have_work(&self, deployment: Uid) -> bool {
        let sets = self
            .work
            .replica_sets
            .iter()
            .filter_map(|uid| self.replica_sets.get(uid));
        sets.into_iter().any(|set| set.deployment == deployment)
    }
}

/// The pod that goes first: what does not run, what is not ready, what costs least.
///
/// Among equals Kubernetes looks at nodes and ages; any of them may be it.
fn victim(active: &[&Pod], random: &mut Random) -> Option<Uid> {
    let rank = |pod: &Pod| {
        let phase = match pod.phase {
            Phase::Unschedulable => 0,
            Phase::Pending => 1,
            Phase::Running | Phase::Failed => 2,
        };
        (phase, pod.ready.is_some(), pod.deletion_cost())
    };
    let least = active.iter().map(|pod| rank(pod)).min()?;
    let first: Vec<_> = active.iter().filter(|pod| rank(pod) == least).collect();
    random.pick(&first).map(|pod| pod.header.uid)
}

fn grow(server: &mut Server, uid: Uid, now: Timestamp) {
    let counted = server
        .pods
        .values()
        .filter(|pod| pod.phase != Phase::Failed)
        .count();
    if let Some(quota) = server.policy.pod_quota.filter(|quota| counted >= *quota) {
        return fail(server, uid, quota, now);
    }
    let sidecar = server.policy.pod_sidecar.clone();
    let Some(namespace) = server
        .replica_sets
        .get(&uid)
        .map(|set| Arc::clone(&set.header.namespace))
    else {
        return;
    };
    let mut header = server.header(String::new(), namespace, now);
    let Some(set) = server.replica_sets.get_mut(&uid) else {
        return;
    };
    set.retry = None;
    header.name = format!("{}-{}", set.header.name, suffix(header.uid));
    let mut pod = pod(set, header, now);
    if let Some(sidecar) = &sidecar {
        pod.spec = Arc::new(pod.spec.with(sidecar));
    }
    server.add_pod(pod);
}

fn pod(set: &ReplicaSet, header: Header, now: Timestamp) -> Pod {
    Pod {
        header,
        owner: set.header.uid,
        owner_name: set.header.name.as_str().into(),
        deployment: set.deployment_name.as_str().into(),
        template: Arc::clone(&set.template),
        labels: Arc::clone(&set.labels),
        spec: Arc::clone(&set.template.spec),
        phase: Phase::Pending,
        address: None,
        ready: None,
        ready_changed: second(now),
        waiting: None,
        restarts: 0,
        deleted: None,
        next: Some((now, Next::Schedule)),
        shown: OnceCell::new(),
    }
}

/// Another five letters for each uid.
pub(crate) fn suffix(uid: Uid) -> String {
    safe(uid.0.wrapping_mul(7919), 5)
}

/// No room for a pod: the status says so, and it is tried again later.
fn fail(server: &mut Server, uid: Uid, quota: usize, now: Timestamp) {
    let Some(set) = server.replica_sets.get_mut(&uid) else {
        return;
    };
    let seconds = set.retry.map_or(1, |retry| (retry.seconds * 2).min(960));
    let at = now
        .checked_add(SignedDuration::from_secs(seconds.into()))
        .unwrap_or(now);
    set.retry = Some(Retry { at, seconds });
    let message = format!(
        "pods \"{}-\" is forbidden: exceeded quota: pods, requested: pods=1, used: pods={quota}, limited: pods={quota}",
        set.header.name
    );
    let failure = Condition::new(
        "ReplicaFailure",
        "True",
        "FailedCreate",
        message,
        second(now),
    );
    report(server, uid, Some(failure), now);
}

fn report(server: &mut Server, uid: Uid, failure: Option<Condition>, now: Timestamp) {
    let Some(set) = server.replica_sets.get(&uid) else {
        return;
    };
    let own = || server.pods.values().filter(|pod| pod.owner == uid);
    let count = |counts: &dyn Fn(&Pod) -> bool| {
        u32::try_from(own().filter(|pod| counts(pod)).count()).unwrap_or(u32::MAX)
    };
    let is_failing = failure.is_some();
    let failure = match (failure, &set.status.failure) {
        (Some(_), Some(old)) => Some(old.clone()),
        (new, _) => new,
    };
    let status = ReplicaSetStatus {
        observed: set.generation,
        replicas: count(&Pod::is_active),
        ready: count(&Pod::is_ready),
        available: count(&|pod| pod.is_available(set.min_ready_seconds, now)),
        terminating: count(&|pod| pod.deleted.is_some()),
        failure,
    };
    let Some(set) = server.replica_sets.get_mut(&uid) else {
        return;
    };
    set.retry = set.retry.filter(|_| is_failing);
    if status != set.status {
        set.status = status;
        server.replica_set_changed(uid);
    }
}
