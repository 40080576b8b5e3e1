//! Objects that are written in two versions of their API, which are one object.

use cutover_manifest::{Bundle, Error, Manifest, ObjectRef, Warning};
use serde_json::{Value, json};

/// What runs, with each object that makes no pods at the version at which it is wanted: the API
/// server gives out every version that it serves. And what is taken on trust in that.
pub(crate) fn at_wanted_versions(from: &Bundle, to: &Bundle) -> (Bundle, Vec<Warning>) {
    let mut read = Bundle::new();
    let mut warnings = Vec::new();
    for manifest in from.iter() {
        let wanted = in_another_version(manifest.object(), to);
        let other = wanted.filter(|wanted| !from.contains(wanted));
        let Some((converted, trust)) = other.and_then(|other| converted(manifest, other)) else {
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

/// The same object as a bundle has it in another version, where it has it in this one no more.
fn in_another_version<'a>(object: &ObjectRef, to: &'a Bundle) -> Option<&'a ObjectRef> {
    let is_same = |other: &&ObjectRef| {
        let names = |object: &ObjectRef| (object.namespace.clone(), object.name.clone());
        let kinds = other.group() == object.group() && other.kind == object.kind;
        kinds && names(other) == names(object) && other.api_version != object.api_version
    };
    to.objects().find(is_same).filter(|_| !to.contains(object))
}

/// An object in another version of its API; none where the versions differ in what is not known.
fn converted(manifest: &Manifest, wanted: &ObjectRef) -> Option<(Manifest, Trust)> {
    let version = manifest.object().api_version.as_str();
    let same = || manifest.value().clone();
    let (value, trust) = match (version, wanted.api_version.as_str()) {
        ("autoscaling/v1", "autoscaling/v2") => (average_as_metric(manifest)?, Trust::Nothing),
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

fn taken_alike(manifest: &Manifest, converted: &Manifest) -> Warning {
    let versions = [manifest, converted].map(|one| one.object().api_version.as_str());
    Warning {
        object: Some(converted.object().clone()),
        place: None,
        message: format!(
            "it runs as {}, and is read as {}: its fields are taken to mean the same in both",
            versions[0], versions[1]
        ),
        hint: Some("where they do not, write both ends with one apiVersion".into()),
    }
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
        let none = || [json!({"a": 1}), json!(null)];
        check("batch/v2", "batch/v1", "CronJob", none(), 0);
        let pods = [json!({"template": {}}), json!(null)];
        check("example.com/v1beta1", "example.com/v1", "Set", pods, 0);
        let average = json!({"maxReplicas": 4, "targetCPUUtilizationPercentage": 50});
        let metric = json!({"type": "Resource", "resource": {
            "name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}});
        let specs = [average, json!({"maxReplicas": 4, "metrics": [metric]})];
        let scaler = "HorizontalPodAutoscaler";
        check("autoscaling/v1", "autoscaling/v2", scaler, specs, 0);
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
