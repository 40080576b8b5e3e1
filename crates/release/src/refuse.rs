//! What cannot be planned is refused when the plan is made (rule 10 of the planner).

use std::collections::BTreeMap;

use cutover_manifest::{Manifest, ObjectRef};
use cutover_workload::deployments;
use serde_json::Value;

use crate::alike::stored;
use crate::configuration::configuration;
use crate::deployment::check;
use crate::image_text::image_texts;
use crate::kinds;
use crate::refusal::{Gathered, Refusals, refuse};
use crate::release::Release;
use crate::selectors::equal_selectors;
use crate::services::{route_ports, routes, services};
use crate::update_strategy::update_strategy;

/// Refuses a release that no strategy can carry out. What was so before and stays so is nobody's
/// wish here, and never refused.
pub(crate) fn refuse_release(release: &Release) -> Result<(), Refusals> {
    what_can_be_read(release)?;
    let mut refused = Gathered::default();
    for to in release.to().iter() {
        refused.note(immutable(release.from().get(to.object()), to));
    }
    for set in deployments(release.to()) {
        let to = set.manifest();
        refused.note(update_strategy(release.from().get(to.object()), to));
        refused.note(image_texts(release.from().get(to.object()), to));
    }
    refused.note(configuration(release));
    refused.note(one_version(release));
    refused.note(services(release.to(), release.from(), &[]));
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
        "StorageClass" => &["/provisioner", "/parameters"],
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

/// Whether a field is written alike at both ends, as far as the API server tells it apart: a claim
/// has its one kind whether it says so or not.
fn written_alike(field: &str, ends: [&Manifest; 2]) -> bool {
    let [from, to] = ends.map(|end| {
        let mut value = end.pointer(field).map(stored);
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
    let key = |object: &ObjectRef| {
        (
            object.group().to_owned(),
            object.kind.clone(),
            object.namespace.clone(),
            object.name.clone(),
        )
    };
    let mut known: BTreeMap<_, &ObjectRef> = BTreeMap::new();
    for object in release.from().objects().chain(release.to().objects()) {
        let other = *known.entry(key(object)).or_insert(object);
        if other.api_version != object.api_version {
            let reason = format!("the same object is there as {}", other.api_version);
            let hint = "write both ends with one apiVersion: the API server converts between them";
            return Err(refuse(
                kinds::TWO_VERSIONS,
                object,
                "/apiVersion",
                reason,
                hint,
            ));
        }
    }
    Ok(())
}
