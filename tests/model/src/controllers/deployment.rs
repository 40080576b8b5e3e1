//! The Deployment controller: `syncDeployment`, one write at a time.

use std::cell::OnceCell;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::action::Action;
use super::sets::Sets;
use super::status::{self, paused};
use super::{rolling, scaling};
use crate::objects::{
    Deployment, DeploymentStatus, Labels, Phase, ReplicaSet, ReplicaSetStatus, Template, Uid,
    annotation, second,
};
use crate::server::Server;

/// Looks at a Deployment once and does the next thing.
pub(crate) fn sync(server: &mut Server, uid: Uid, now: Timestamp) {
    let Some(deployment) = server.deployments.get(&uid) else {
        return;
    };
    let now = second(now);
    let sets = Sets::of(server, deployment);
    match decide(server, deployment, &sets, now) {
        Action::Pause(condition) => {
            let mut status = deployment.status.clone();
            status.set(condition);
            server.write_status(uid, status, None, now);
        }
        Action::Refresh(set) => refresh(server, uid, set, sets.revision()),
        Action::Create { replicas } => create(server, uid, replicas, sets.revision(), now),
        Action::Scale(sizes) => resize(server, uid, &sizes),
        Action::Remove(set) => server.remove(set, now),
        Action::Status => {
            let status = status::counted(deployment, &sets, now);
            write(server, uid, status, &sets, now);
        }
        Action::RolloutStatus => {
            let status = status::of_rollout(deployment, &sets, now);
            write(server, uid, status, &sets, now);
        }
    }
}

fn decide(server: &Server, deployment: &Deployment, sets: &Sets, now: Timestamp) -> Action {
    if let Some(condition) = paused(deployment, now) {
        return Action::Pause(condition);
    }
    if let Some(new) = sets
        .new
        .as_ref()
        .filter(|new| is_stale(server, deployment, new.uid, sets.revision()))
    {
        return Action::Refresh(new.uid);
    }
    if deployment.spec.paused || scaling::is_due(&deployment.spec, sets) {
        return scaling::scale(deployment, sets);
    }
    match deployment.spec.recreate {
        true => rolling::recreate(deployment, sets, old_pods(server, sets)),
        false => rolling::roll(deployment, sets),
    }
}

/// Whether a pod of an old set is still there, ending ones included.
fn old_pods(server: &Server, sets: &Sets) -> bool {
    let of_old = |owner: Uid| sets.old.iter().any(|set| set.uid == owner);
    server
        .pods
        .values()
        .any(|pod| pod.phase != Phase::Failed && of_old(pod.owner))
}

fn is_stale(server: &Server, deployment: &Deployment, new: Uid, revision: u64) -> bool {
    let Some(set) = server.replica_sets.get(&new) else {
        return false;
    };
    let copied = copied(deployment);
    set.revision() < revision
        || set.min_ready_seconds != deployment.spec.min_ready_seconds
        || copied
            .iter()
            .any(|(key, value)| set.annotations.get(key) != Some(value))
}

/// The annotations that a Deployment gives its new set.
fn copied(deployment: &Deployment) -> Labels {
    let mut annotations = deployment.annotations();
    annotations.retain(|key, _| !annotation::OWN.contains(&key.as_str()));
    annotations
}

fn refresh(server: &mut Server, deployment: Uid, set: Uid, revision: u64) {
    let Some(deployment) = server.deployments.get(&deployment) else {
        return;
    };
    let (copied, min_ready_seconds) = (copied(deployment), deployment.spec.min_ready_seconds);
    let Some(set) = server.replica_sets.get_mut(&set) else {
        return;
    };
    set.annotations.extend(copied);
    let old = set.revision();
    if old < revision {
        let history = set
            .annotations
            .get(annotation::HISTORY)
            .map(|history| format!("{history},"));
        let history = format!("{}{old}", history.unwrap_or_default());
        set.annotations.insert(annotation::HISTORY.into(), history);
        set.annotations
            .insert(annotation::REVISION.into(), revision.to_string());
    }
    if set.min_ready_seconds != min_ready_seconds {
        set.min_ready_seconds = min_ready_seconds;
        set.generation += 1;
    }
    let uid = set.header.uid;
    server.replica_set_changed(uid);
}

fn create(server: &mut Server, uid: Uid, replicas: u32, revision: u64, now: Timestamp) {
    let Some(deployment) = server.deployments.get(&uid).cloned() else {
        return;
    };
    let spec = &deployment.spec;
    let (hash, name) = free_name(server, &deployment);
    let mut labels = spec.template.labels.clone();
    labels.insert("pod-template-hash".into(), hash);
    let mut annotations = copied(&deployment);
    annotations.insert(annotation::REVISION.into(), revision.to_string());
    annotations.extend(noted(&deployment));
    let set = ReplicaSet {
        header: server.header(name.clone(), deployment.namespace().into(), now),
        deployment: uid,
        deployment_name: deployment.name().to_owned(),
        generation: 1,
        replicas,
        min_ready_seconds: spec.min_ready_seconds,
        template: Arc::clone(&spec.template),
        labels: Arc::new(labels),
        annotations,
        status: ReplicaSetStatus::default(),
        retry: None,
        shown: OnceCell::new(),
    };
    server.add_replica_set(set);
    let status = status::created(&deployment, &name, now);
    server.write_status(uid, status, Some(revision), now);
}

/// A name that no set has: one of a Deployment that was deleted a moment ago may still be there.
fn free_name(server: &Server, deployment: &Deployment) -> (String, String) {
    let mut template = Template::clone(&deployment.spec.template);
    loop {
        let hash = template.hash();
        let name = format!("{}-{hash}", deployment.name());
        let is_taken = |set: &ReplicaSet| {
            set.header.name == name && *set.header.namespace == *deployment.namespace()
        };
        if !server.replica_sets.values().any(is_taken) {
            return (hash, name);
        }
        template.digest = template.digest.wrapping_add(1);
    }
}

fn noted(deployment: &Deployment) -> [(String, String); 2] {
    let spec = &deployment.spec;
    [
        (annotation::DESIRED.into(), spec.replicas.to_string()),
        (annotation::MAX.into(), spec.ceiling().to_string()),
    ]
}

fn resize(server: &mut Server, deployment: Uid, sizes: &[(Uid, u32)]) {
    let Some(noted) = server.deployments.get(&deployment).map(noted) else {
        return;
    };
    for (uid, replicas) in sizes {
        let Some(set) = server.replica_sets.get_mut(uid) else {
            continue;
        };
        let is_noted = noted
            .iter()
            .all(|(key, value)| set.annotations.get(key) == Some(value));
        if set.replicas == *replicas && is_noted {
            continue;
        }
        set.annotations.extend(noted.clone());
        if set.replicas != *replicas {
            set.replicas = *replicas;
            set.generation += 1;
        }
        server.replica_set_changed(*uid);
    }
}

fn write(server: &mut Server, uid: Uid, status: DeploymentStatus, sets: &Sets, now: Timestamp) {
    let Some(deployment) = server.deployments.get_mut(&uid) else {
        return;
    };
    deployment.check_at = deadline(deployment, &status);
    let revision = sets
        .new
        .as_ref()
        .map(|new| new.revision)
        .filter(|new| *new != deployment.revision());
    if status != deployment.status || revision.is_some() {
        server.write_status(uid, status, revision, now);
    }
}

/// When the rollout has stood for too long, unless it moves.
fn deadline(deployment: &Deployment, status: &DeploymentStatus) -> Option<Timestamp> {
    if deployment.spec.paused {
        return None;
    }
    let seconds = deployment.spec.deadline?;
    let condition = status.condition("Progressing")?;
    if [status::COMPLETE, status::TIMED_OUT].contains(&condition.reason) {
        return None;
    }
    let patience = SignedDuration::from_secs(i64::from(seconds) + 1);
    let Ok(deadline) = condition.updated.checked_add(patience) else {
        return None;
    };
    Some(deadline)
}

#[cfg(test)]
pub(super) mod tests {
    use cutover_manifest::{Manifest, ObjectRef};
    use serde_json::{Value, json};

    use super::super::sets::Set;
    use super::*;

    /// A Deployment with this in its spec.
    pub(crate) fn deployment(spec: Value) -> Deployment {
        let mut value = json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "hello", "namespace": "default", "generation": 1},
            "spec": {"template": {"metadata": {"labels": {"app": "hello"}}}},
        });
        for (key, field) in spec.as_object().into_iter().flatten() {
            value["spec"][key] = field.clone();
        }
        assert!(ObjectRef::of(&value).is_ok());
        Deployment::new(Uid(1000), Manifest::new(value).unwrap())
    }

    /// A set with so many pods asked for and available; a higher number is a later one.
    pub(crate) fn set(number: u64, replicas: u32, available: u32) -> Set {
        let age = i64::try_from(number).unwrap();
        Set {
            uid: Uid(number),
            name: format!("hello-{number:03}"),
            created: Timestamp::from_second(age).unwrap(),
            replicas,
            revision: number,
            desired: 0,
            max: 0,
            total: available,
            ready: available,
            available,
            terminating: 0,
            is_observed: true,
            failure: None,
        }
    }
}
