//! What cannot be planned is refused when the plan is made (rule 10 of the planner).

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Manifest, ObjectRef, RemovedVersion};
use cutover_workload::deployments;
use serde_json::Value;

use crate::alike::stored;
use crate::configuration::configuration;
use crate::deployment::check;
use crate::elsewhere::elsewhere;
use crate::identity::{Identity, identity};
use crate::image_text::image_texts;
use crate::kinds;
use crate::refusal::{Gathered, Refusals, refuse};
use crate::release::Release;
use crate::selectors::equal_selectors;
use crate::services::{left_alone, route_ports, routes, services};
use crate::update_strategy::update_strategy;

/// Refuses a release that no strategy can carry out. What was so before and stays so is nobody's
/// wish here, and never refused.
pub(crate) fn refuse_release(release: &Release) -> Result<(), Refusals> {
    what_can_be_read(release)?;
    let mut refused = Gathered::default();
    for to in release.to().iter() {
        let from = release.from().get(to.object());
        refused.note(immutable(from, to));
        refused.note(from.map_or(Ok(()), |from| pod(from, to)));
    }
    for set in deployments(release.to()) {
        let to = set.manifest();
        refused.note(update_strategy(release.from().get(to.object()), to));
        refused.note(image_texts(release.from().get(to.object()), to));
    }
    refused.note(configuration(release));
    refused.note(one_version(release));
    refused.note(is_served(release));
    refused.note(services(release.to(), release.from(), &[]));
    refused.note(left_alone(release));
    refused.note(elsewhere(release));
    refused.note(routes(release));
    refused.note(route_ports(release.to(), release));
    refused.judge()
}

/// What all other rules rely on.
fn what_can_be_read(release: &Release) -> Result<(), Refusals> {
    let mut refused = Gathered::default();
    for bundle in [release.from(), release.to()] {
        for set in deployments(bundle) {
            refused.note(check(set.manifest()));
        }
    }
    refused.judge()?;
    equal_selectors(release)
}

/// Fields that the API server never lets change (`pkg/registry/apps/deployment/strategy.go` and its
/// like).
fn immutable(from: Option<&Manifest>, to: &Manifest) -> Result<(), Refusals> {
    let Some(from) = from else { return Ok(()) };
    let balanced = |end: &Manifest| end.pointer("/spec/type") == Some(&"LoadBalancer".into());
    let fields: &[&str] = match to.object().kind.as_str() {
        "Deployment" | "ReplicaSet" | "DaemonSet" => &["/spec/selector"],
        "StatefulSet" => &[
            "/spec/selector",
            "/spec/serviceName",
            "/spec/volumeClaimTemplates",
            "/spec/podManagementPolicy",
        ],
        "Service" if balanced(from) && balanced(to) => &[
            "/spec/clusterIP",
            "/spec/clusterIPs",
            "/spec/loadBalancerClass",
        ],
        "Service" => &["/spec/clusterIP", "/spec/clusterIPs"],
        "ClusterRoleBinding" | "RoleBinding" => &["/roleRef/kind", "/roleRef/name"],
        "StorageClass" => &[
            "/provisioner",
            "/parameters",
            "/reclaimPolicy",
            "/volumeBindingMode",
        ],
        "PriorityClass" => &["/value", "/preemptionPolicy"],
        "IngressClass" => &["/spec/controller"],
        "RuntimeClass" => &["/handler"],
        "CSIDriver" => &["/spec/attachRequired", "/spec/volumeLifecycleModes"],
        "CustomResourceDefinition" => &["/spec/scope", "/spec/group", "/spec/names/kind"],
        "ConfigMap" | "Secret" if from.pointer("/immutable") == Some(&true.into()) => {
            &["/immutable"]
        }
        "PersistentVolumeClaim" => &[
            "/spec/storageClassName",
            "/spec/volumeName",
            "/spec/accessModes",
        ],
        _ => &[],
    };
    match fields
        .iter()
        .find(|field| !written_alike(field, [from, to]))
    {
        Some(field) => Err(refuse(
            kinds::IMMUTABLE,
            to.object(),
            field,
            "the field is immutable",
            "keep it as it is, or make an object of another name",
        )),
        None => Ok(()),
    }
}

/// Refuses another spec for a Pod that stands by itself: the API server lets its images change, its
/// deadline and its tolerations, and nothing else (`ValidatePodUpdate` in
/// `pkg/apis/core/validation/validation.go`).
fn pod(from: &Manifest, to: &Manifest) -> Result<(), Refusals> {
    if (to.object().group(), to.object().kind.as_str()) != ("", "Pod") {
        return Ok(());
    }
    let [was, is] = [from, to].map(|end| end.pointer("/spec").map(fixed));
    if was == is {
        return Ok(());
    }
    Err(refuse(
        kinds::IMMUTABLE,
        to.object(),
        "/spec",
        "of a Pod only the images can change, the deadline and the tolerations",
        "make a Pod of another name, or let a Deployment make it, which replaces its pods",
    ))
}

/// What never changes of the spec of a Pod, as the API server stores it.
fn fixed(spec: &Value) -> Value {
    let mut spec = stored(spec);
    for list in ["containers", "initContainers"] {
        let containers = spec.get_mut(list).and_then(Value::as_array_mut);
        for container in containers.into_iter().flatten() {
            if let Some(fields) = container.as_object_mut() {
                fields.remove("image");
            }
        }
    }
    if let Some(fields) = spec.as_object_mut() {
        fields.remove("activeDeadlineSeconds");
        fields.remove("tolerations");
    }
    spec
}

/// Whether a field is written alike at both ends, as far as the API server tells it apart: a claim
/// has its one kind whether it says so or not.
fn written_alike(field: &str, ends: [&Manifest; 2]) -> bool {
    let [from, to] = ends.map(|end| {
        // An empty text is what the server reads as none.
        let said = end.pointer(field).filter(|value| *value != "");
        let mut value = said.map(stored);
        for claim in value.iter_mut().filter_map(Value::as_array_mut).flatten() {
            if let Some(fields) = claim.as_object_mut() {
                fields.retain(|name, _| !["apiVersion", "kind", "status"].contains(&name.as_str()));
            }
        }
        value
    });
    from == to
}

/// One object under two versions of its API would be made and removed at once.
fn one_version(release: &Release) -> Result<(), Refusals> {
    let mut known: BTreeMap<Identity<'_>, &ObjectRef> = BTreeMap::new();
    for object in release.from().objects().chain(release.to().objects()) {
        let other = *known.entry(identity(object)).or_insert(object);
        if other.api_version != object.api_version {
            return Err(two_versions(object, other));
        }
    }
    Ok(())
}

fn two_versions(object: &ObjectRef, other: &ObjectRef) -> Refusals {
    let refuse = |hint: String| {
        let reason = format!("the same object is there as {}", other.api_version);
        refuse(kinds::TWO_VERSIONS, object, "/apiVersion", reason, hint)
    };
    match RemovedVersion::of(other) {
        None => refuse(
            "write both ends with one apiVersion: the API server converts between them".into(),
        ),
        Some(removed) => refuse(format!(
            "Kubernetes serves no {} of it since {}: write what runs as the cluster has it: {}",
            other.api_version,
            removed.release(),
            removed.hint(),
        )),
    }
}

/// Refuses to take away what is written in a version of its API that no cluster serves, and that
/// could not be made again so.
fn is_served(release: &Release) -> Result<(), Refusals> {
    let known: BTreeSet<Identity<'_>> = release.to().objects().map(identity).collect();
    let mut objects = release.from().objects();
    let gone = objects.find_map(|object| {
        let removed = RemovedVersion::of(object)?;
        (!known.contains(&identity(object))).then_some((object, removed))
    });
    let Some((object, removed)) = gone else {
        return Ok(());
    };
    let reason = format!(
        "it goes, and Kubernetes serves no {} of it since {}",
        object.api_version,
        removed.release()
    );
    let hint = format!("write what runs as the cluster has it: {}", removed.hint());
    Err(refuse(
        kinds::REMOVED_VERSION,
        object,
        "/apiVersion",
        reason,
        hint,
    ))
}
