//! Workloads of a release, and the label by which their sets are told apart.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Bundle, Field, Manifest, ObjectRef};
use cutover_traffic::Service;
use cutover_workload::{
    Allowance, Deployment, Live, ROLE_LABELS, Role, Rollout, Routed, Selector, Workload, texts,
};
use serde_json::json;

use crate::autoscalers::autoscaled;
use crate::deployment::selector;
use crate::hint::Hint;
use crate::kinds;
use crate::refusal::{Refusals, refuse};
use crate::release::Release;

const POD_LABELS: Field = Field::new("/spec/template/metadata/labels");

/// The label that the field uses to tell sets apart; ours where that is taken; and another of ours
/// where Services pick by both, as after a blue/green.
const TRACK: &str = ROLE_LABELS[0];
const OWN_TRACK: &str = ROLE_LABELS[1];
const LAST_TRACK: &str = ROLE_LABELS[2];

/// The key of the label that tells a workload's sets apart, where no Service picks by it, and no
/// expression of its own selector: a new set is reached by all Services that reach the one beside
/// it.
///
/// # Errors
///
/// A Deployment without a selector.
///
/// ```
/// use cutover_manifest::{Bundle, Manifest};
/// use cutover_release::{Ends, Release, discriminator};
/// use serde_json::json;
///
/// let hello = Manifest::new(json!({
///     "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello"},
///     "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "hello"}}, "template": {
///         "metadata": {"labels": {"app": "hello", "track": "stable"}}, "spec": {"containers": []}}},
/// }))?;
/// let bundle: Bundle = [hello.clone()].into_iter().collect();
/// let release = Release::new(Ends::unchanged(bundle))?;
/// assert_eq!(discriminator(&release, hello.object())?, "track");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn discriminator(release: &Release, deployment: &ObjectRef) -> Result<&'static str, Refusals> {
    let services = release.services_of(deployment);
    let ends = services
        .iter()
        .flat_map(|service| [Some(*service), release.to().get(service.object())]);
    let picking: BTreeSet<String> = ends
        .flatten()
        .flat_map(|service| texts(service.pointer("/spec/selector")).into_keys())
        .collect();
    let selector = own_selector(release, deployment)?;
    let keys = [TRACK, OWN_TRACK]
        .into_iter()
        .filter(|key| *key != TRACK || steady(release, deployment, TRACK).is_some());
    let mut free = keys.filter(|key| !picking.contains(*key) && !selector.expresses(key));
    Ok(free.next().unwrap_or(LAST_TRACK))
}

/// The label by which a Service can pick one set of a workload, and its value on the pods where
/// they have it: `track` where they do, else `cutover.dev/track`. The Deployment's own selector
/// holds for it, and for its value on a second set.
///
/// # Errors
///
/// A Deployment without a selector.
pub fn slot_label(
    release: &Release,
    deployment: &ObjectRef,
) -> Result<(&'static str, Option<String>), Refusals> {
    let selector = own_selector(release, deployment)?;
    let [blue, green] = [Role::Blue, Role::Green].map(|role| role.to_string());
    for key in [TRACK, OWN_TRACK] {
        let value = steady(release, deployment, key);
        if key == TRACK && value.is_none() {
            continue;
        }
        let own = value.as_ref().unwrap_or(&blue);
        if selector.admits(key, own) && selector.admits(key, &green) {
            return Ok((key, value));
        }
    }
    Ok((LAST_TRACK, steady(release, deployment, LAST_TRACK)))
}

fn own_selector(release: &Release, deployment: &ObjectRef) -> Result<Selector, Refusals> {
    let (running, _) = release.both_ends(deployment)?;
    selector(Deployment::of(running))
}

/// The value of a label of the pods that the release does not change.
fn steady(release: &Release, deployment: &ObjectRef, key: &str) -> Option<String> {
    let running = labels(release.from(), deployment).remove(key)?;
    let wanted = labels(release.to(), deployment).remove(key)?;
    (running == wanted).then_some(running)
}

fn labels(bundle: &Bundle, deployment: &ObjectRef) -> BTreeMap<String, String> {
    bundle
        .get(deployment)
        .map(|set| Deployment::of(set).labels())
        .unwrap_or_default()
}

/// The same Deployment with a label on its pods; its selector is immutable and stays.
#[must_use]
pub fn with_pod_label(manifest: &Manifest, key: &str, value: &str) -> Manifest {
    manifest.with_entry(POD_LABELS, key, json!(value))
}

/// The same Service, selecting by one label more or with another value.
#[must_use]
pub fn with_selector(manifest: &Manifest, key: &str, value: &str) -> Manifest {
    manifest.with_entry(Service::SELECTOR, key, json!(value))
}

/// A workload of one Deployment of the release whose pods are counted, as [`workload`] makes it.
///
/// # Errors
///
/// As [`workload`], and where others say how many pods run: see [`replicas`].
pub fn counted(
    release: &Release,
    deployment: &ObjectRef,
    budget: &Allowance,
) -> Result<Workload, Refusals> {
    replicas(release, deployment)?;
    workload(release, deployment, budget)
}

/// A workload of one Deployment of the release, with the Services before it, and the budget that
/// the strategy says or else the Deployment's own. Where others say how many pods run, its bounds
/// are live.
///
/// # Errors
///
/// A Deployment that only one end has, and a budget that the API server does not take.
pub fn workload(
    release: &Release,
    deployment: &ObjectRef,
    budget: &Allowance,
) -> Result<Workload, Refusals> {
    release.both_ends(deployment)?;
    let own = release
        .to()
        .get(deployment)
        .map(|set| Deployment::of(set).budget())
        .unwrap_or_default();
    let said = budget.over(own);
    if said != own {
        let hint = "say another maxSurge or maxUnavailable";
        said.check().map_err(|reason| {
            refuse(
                kinds::BUDGET,
                deployment,
                "/spec/strategy/rollingUpdate",
                reason,
                hint,
            )
        })?;
    }
    let mut is_own = said == own;
    let mut workload = match release.is_live(deployment) {
        true => Workload::live(
            deployment.clone(),
            Live {
                autoscaler: release.autoscaler_of(deployment).cloned(),
                ..Live::within(said)
            },
        ),
        false => {
            let (from, to) = replicas(release, deployment)?;
            // The numbers count, not how they are written.
            is_own |= [from, to]
                .iter()
                .all(|count| said.of(*count) == own.of(*count));
            Workload::new(deployment.clone(), said, from, to)
        }
    };
    workload.name = workload_name(release, deployment);
    if !is_own {
        workload.rollout = Rollout::Budget(said);
    }
    workload.routers = routers(release, deployment);
    Ok(workload)
}

/// The Services that send requests to a Deployment's pods before the release.
pub fn routers(release: &Release, deployment: &ObjectRef) -> Vec<Routed> {
    let services = release.services_of(deployment).into_iter();
    let routers = services.map(|service| Routed {
        shared: release.is_shared(service.object(), deployment),
        ..Routed::new(service.object().clone())
    });
    routers.collect()
}

/// A name that no other Deployment of the release has: with its namespace where two share it.
pub fn workload_name(release: &Release, deployment: &ObjectRef) -> String {
    match &deployment.namespace {
        Some(namespace) if release.shares_name(deployment) => {
            format!("{namespace}/{}", deployment.name)
        }
        _ => deployment.name.clone(),
    }
}

/// The pods that a Deployment of the release wants before and after it.
///
/// # Errors
///
/// Where an autoscaler says how many pods run, or a manifest leaves `replicas` out, so that nobody
/// knows.
pub fn replicas(release: &Release, deployment: &ObjectRef) -> Result<(u32, u32), Refusals> {
    let count = |manifest: &Manifest| {
        let count = Deployment::of(manifest).replicas();
        count.ok_or_else(|| uncounted(deployment))
    };
    let (running, wanted) = release.both_ends(deployment)?;
    if release.is_live(deployment) {
        return Err(match release.autoscaler_of(deployment) {
            Some(scaler) => autoscaled(deployment, scaler),
            None => uncounted(deployment),
        });
    }
    Ok((count(running)?, count(wanted)?))
}

/// Nobody knows how many pods run: a manifest says no number.
pub(crate) fn uncounted(deployment: &ObjectRef) -> Refusals {
    refuse(
        kinds::UNKNOWN_REPLICAS,
        deployment,
        "/spec/replicas",
        "the manifest does not say how many pods run",
        Hint::SayReplicas,
    )
}
