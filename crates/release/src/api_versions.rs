//! Objects that are written in two versions of their API, which are one object.

use std::collections::BTreeMap;

use cutover_manifest::{Bundle, Error, Manifest, ObjectRef, RemovedVersion, Warning};
use serde_json::{Value, json};

use crate::identity::{Identity, identity};
use crate::ingress::of_first_version;

/// What runs, with each object that makes no pods at the version at which it is wanted: the API
/// server gives out every version that it serves. One that is not wanted is there in a version that
/// is served, where its fields are known in that. And what is taken on trust.
pub(crate) fn at_wanted_versions(from: &Bundle, to: &Bundle) -> (Bundle, Vec<Warning>) {
    if from.objects().all(|object| to.contains(object)) {
        return (from.clone(), Vec::new());
    }
    let mut read = Bundle::new();
    let mut warnings = Vec::new();
    let known = by_identity(to);
    for manifest in from.iter() {
        let wanted = in_another_version(manifest.object(), to, &known).cloned();
        let other = wanted.or_else(|| in_served_version(manifest.object(), to));
        let other = other.filter(|other| !from.contains(other));
        let Some((converted, trust)) = other.and_then(|other| converted(manifest, &other)) else {
            read.insert(manifest.clone());
            continue;
        };
        warnings.extend((trust == Trust::Fields).then(|| taken_alike(manifest, &converted)));
        read.insert(converted);
    }
    (read, warnings)
}

/// What a conversion rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trust {
    /// Both versions are Kubernetes' own, and known.
    Nothing,
    /// That the fields mean the same in both versions of a resource of somebody's own.
    Fields,
}

/// The objects of a bundle; of two versions of one object, the first.
fn by_identity(bundle: &Bundle) -> BTreeMap<Identity<'_>, &ObjectRef> {
    let mut known = BTreeMap::new();
    for object in bundle.objects() {
        known.entry(identity(object)).or_insert(object);
    }
    known
}

/// The same object as a bundle has it in another version, where it has it in this one no more.
fn in_another_version<'a>(
    object: &ObjectRef,
    to: &Bundle,
    known: &BTreeMap<Identity<'_>, &'a ObjectRef>,
) -> Option<&'a ObjectRef> {
    match to.contains(object) {
        true => None,
        false => known.get(&identity(object)).copied(),
    }
}

/// The same object in a version that Kubernetes still serves, where it has it in this one no more
/// and nobody wants it so.
fn in_served_version(object: &ObjectRef, to: &Bundle) -> Option<ObjectRef> {
    if to.contains(object) {
        return None;
    }
    let version = RemovedVersion::of(object)?.instead()?;
    Some(ObjectRef {
        api_version: version.to_owned(),
        ..object.clone()
    })
}

/// An object in another version of its API; none where the versions differ in what is not known.
fn converted(manifest: &Manifest, wanted: &ObjectRef) -> Option<(Manifest, Trust)> {
    let object = manifest.object();
    let same = || manifest.value().clone();
    let (value, trust) = match (object.api_version.as_str(), wanted.api_version.as_str()) {
        ("autoscaling/v1", "autoscaling/v2") => (average_as_metric(manifest)?, Trust::Nothing),
        ("policy/v1beta1", "policy/v1") => (budget_of_some(manifest)?, Trust::Nothing),
        ("extensions/v1beta1" | "networking.k8s.io/v1beta1", "networking.k8s.io/v1")
            if object.kind == "Ingress" =>
        {
            (of_first_version(manifest)?, Trust::Nothing)
        }
        (_, wanted) if is_alike(object, wanted) => (same(), Trust::Nothing),
        versions if GATEWAY.contains(&versions) => (same(), Trust::Nothing),
        _ if is_own_resource(wanted.group()) && manifest.pointer("/spec/template").is_none() => {
            (same(), Trust::Fields)
        }
        _ => return None,
    };
    match at_version(value, &wanted.api_version) {
        Ok(manifest) => Some((manifest, trust)),
        // It is left as it is, and refused for its two versions.
        Err(_) => None,
    }
}

/// What the Gateway API has in both versions has the same fields in both.
const GATEWAY: [(&str, &str); 2] = [
    (
        "gateway.networking.k8s.io/v1beta1",
        "gateway.networking.k8s.io/v1",
    ),
    (
        "gateway.networking.k8s.io/v1",
        "gateway.networking.k8s.io/v1beta1",
    ),
];

/// Whether a group is somebody's own: those of Kubernetes have no dot, or its domain.
fn is_own_resource(group: &str) -> bool {
    group.contains('.') && !group.ends_with(".k8s.io")
}

/// Whether Kubernetes served an object with the same fields in a version that it serves no more.
fn is_alike(object: &ObjectRef, version: &str) -> bool {
    let removed = RemovedVersion::of(object).filter(|removed| removed.has_same_fields());
    removed.and_then(RemovedVersion::instead) == Some(version)
}

fn at_version(mut value: Value, version: &str) -> Result<Manifest, Error> {
    if let Some(fields) = value.as_object_mut() {
        fields.insert("apiVersion".into(), version.into());
    }
    Manifest::new(value)
}

/// A HorizontalPodAutoscaler of v1 as v2 has it; none where its annotations hold what v1 has no
/// fields for.
fn average_as_metric(manifest: &Manifest) -> Option<Value> {
    const AVERAGE: &str = "targetCPUUtilizationPercentage";
    let annotations = manifest
        .pointer("/metadata/annotations")
        .and_then(Value::as_object);
    let mut keys = annotations.into_iter().flat_map(|map| map.keys());
    if keys.any(|key| key.starts_with("autoscaling.alpha.kubernetes.io/")) {
        return None;
    }
    let mut value = manifest.value().clone();
    let spec = value.get_mut("spec")?.as_object_mut()?;
    if let Some(average) = spec.remove(AVERAGE).filter(|average| !average.is_null()) {
        let target = json!({"type": "Utilization", "averageUtilization": average});
        let metric = json!({"type": "Resource", "resource": {"name": "cpu", "target": target}});
        spec.insert("metrics".into(), json!([metric]));
    }
    Some(value)
}

/// A PodDisruptionBudget of v1beta1 as v1 has it; none where its selector is empty, which selected
/// nothing and selects everything.
fn budget_of_some(manifest: &Manifest) -> Option<Value> {
    const LABELS: &str = "/spec/selector/matchLabels";
    const EXPRESSIONS: &str = "/spec/selector/matchExpressions";
    let labels = manifest.pointer(LABELS).and_then(Value::as_object);
    let expressions = manifest.pointer(EXPRESSIONS).and_then(Value::as_array);
    let has_labels = labels.is_some_and(|labels| !labels.is_empty());
    let has_expressions = expressions.is_some_and(|expressions| !expressions.is_empty());
    (has_labels || has_expressions).then(|| manifest.value().clone())
}

fn taken_alike(manifest: &Manifest, converted: &Manifest) -> Warning {
    let versions = [manifest, converted].map(|one| one.object().api_version.as_str());
    Warning::about(
        converted.object(),
        format!(
            "it runs as {}, and is read as {}: its fields are taken to mean the same in both",
            versions[0], versions[1]
        ),
        "where they do not, write both ends with one apiVersion",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(version: &str, kind: &str, spec: Value) -> Manifest {
        let metadata = json!({"name": "web"});
        Manifest::new(
            json!({"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec}),
        )
        .unwrap()
    }

    /// A failure means that an object is refused, or made and removed at once, for another version
    /// of its API; or that its fields are read as what they are not.
    #[test]
    fn one_object_in_two_versions_is_read_as_it_is_wanted() {
        let check = |from: &str, to: &str, kind: &str, specs: [Value; 2], told: usize| {
            let [was, is] = specs;
            let ends = [object(from, kind, was), object(to, kind, json!({}))];
            let [from, to] = ends.map(|one| Bundle::from_iter([one]));
            let (read, warnings) = at_wanted_versions(&from, &to);
            let read = read.iter().next().unwrap();
            let expect = to.iter().next().unwrap().object();
            assert_eq!(
                (read.object() == expect, warnings.len()),
                (is != json!(null), told)
            );
            assert!(
                is.is_null() || read.pointer("/spec") == Some(&is),
                "{read:?}"
            );
        };
        let same = || [json!({"a": 1}), json!({"a": 1})];
        let gateway =
            ["v1beta1", "v1"].map(|version| format!("gateway.networking.k8s.io/{version}"));
        check(&gateway[0], &gateway[1], "HTTPRoute", same(), 0);
        check(&gateway[1], &gateway[0], "HTTPRoute", same(), 0);
        check("example.com/v1beta1", "example.com/v1", "Route", same(), 1);
        check("batch/v1beta1", "batch/v1", "CronJob", same(), 0);
        let scaler = "HorizontalPodAutoscaler";
        check("autoscaling/v2beta2", "autoscaling/v2", scaler, same(), 0);
        let budget = "PodDisruptionBudget";
        let some = json!({"selector": {"matchLabels": {"app": "web"}}});
        let specs = [some.clone(), some];
        check("policy/v1beta1", "policy/v1", budget, specs, 0);
        let every = [json!({"selector": {}}), json!(null)];
        check("policy/v1beta1", "policy/v1", budget, every, 0);
        let none = || [json!({"a": 1}), json!(null)];
        check("batch/v2", "batch/v1", "CronJob", none(), 0);
        let pods = [json!({"template": {}}), json!(null)];
        check("example.com/v1beta1", "example.com/v1", "Set", pods, 0);
        check("apps/v1beta1", "apps/v1", "StatefulSet", none(), 0);
        check("autoscaling/v2beta1", "autoscaling/v2", scaler, none(), 0);
        let average = json!({"maxReplicas": 4, "targetCPUUtilizationPercentage": 50});
        let metric = json!({"type": "Resource", "resource": {
            "name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}});
        let specs = [average, json!({"maxReplicas": 4, "metrics": [metric]})];
        check("autoscaling/v1", "autoscaling/v2", scaler, specs, 0);
    }

    /// A failure means that an object is deleted by a name that no cluster knows.
    #[test]
    fn what_is_not_wanted_is_there_in_a_version_that_is_served() {
        let check = |version: &str, kind: &str, expect: &str| {
            let from = Bundle::from_iter([object(version, kind, json!({}))]);
            let (read, _) = at_wanted_versions(&from, &Bundle::new());
            let read = read.objects().next().unwrap();
            assert_eq!(read.api_version, expect);
        };
        check("batch/v1beta1", "CronJob", "batch/v1");
        check("apps/v1beta1", "StatefulSet", "apps/v1beta1");
        check("batch/v1", "CronJob", "batch/v1");
    }

    /// A failure means that metrics which v1 keeps in annotations are lost.
    #[test]
    fn an_autoscaler_with_more_than_its_version_has_fields_for_is_left_as_it_is() {
        let mut value = object("autoscaling/v1", "HorizontalPodAutoscaler", json!({})).into_value();
        value["metadata"]["annotations"] =
            json!({"autoscaling.alpha.kubernetes.io/behavior": "{}"});
        assert_eq!(average_as_metric(&Manifest::new(value).unwrap()), None);
    }
}
