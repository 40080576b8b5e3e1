//! An Ingress as it was written before Kubernetes 1.22.

use cutover_manifest::Manifest;
use serde_json::{Map, Value, json};

/// An Ingress of `v1beta1` as `v1` has it, as the API server converts it
/// (`pkg/apis/networking/v1beta1/conversion.go`); none where a field is not as that version has it.
pub(crate) fn of_first_version(manifest: &Manifest) -> Option<Value> {
    let mut value = manifest.value().clone();
    let Some(spec) = value.get_mut("spec") else {
        return Some(value);
    };
    let spec = spec.as_object_mut()?;
    if let Some(backend) = spec.remove("backend") {
        spec.insert("defaultBackend".into(), converted(backend)?);
    }
    for rule in items(spec.get_mut("rules"))? {
        let Some(http) = rule.get_mut("http") else {
            continue;
        };
        for path in items(http.get_mut("paths"))? {
            let path = path.as_object_mut()?;
            let backend = path.remove("backend")?;
            path.insert("backend".into(), converted(backend)?);
            let kind = path.entry("pathType").or_insert(Value::Null);
            if kind.is_null() {
                *kind = json!("ImplementationSpecific");
            }
        }
    }
    Some(value)
}

/// The entries of a list; none in an absent one.
fn items(list: Option<&mut Value>) -> Option<&mut [Value]> {
    match list {
        None | Some(Value::Null) => Some(&mut []),
        Some(list) => list.as_array_mut().map(Vec::as_mut_slice),
    }
}

/// A backend: a Service with its port, or a resource, which is written alike.
fn converted(backend: Value) -> Option<Value> {
    let Value::Object(mut backend) = backend else {
        return None;
    };
    let name = backend.remove("serviceName");
    let port = backend.remove("servicePort");
    if let (Some(name), Some(port)) = (name, port) {
        let port = match port {
            Value::Number(number) => json!({ "number": number }),
            Value::String(name) => json!({ "name": name }),
            _ => return None,
        };
        backend.insert("service".into(), json!({"name": name, "port": port}));
    }
    let is_known = |backend: &Map<String, Value>| {
        let mut keys = backend.keys();
        keys.all(|key| key == "service" || key == "resource")
    };
    let is_whole = backend.len() == 1 && is_known(&backend);
    is_whole.then_some(Value::Object(backend))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A failure means that an Ingress leads elsewhere than it did, or that one which is not
    /// understood is read as if it were.
    #[test]
    fn backends_and_paths_are_written_as_the_version_that_is_served_has_them() {
        let check = |spec: Value, expect: Option<Value>| {
            let value = json!({"apiVersion": "networking.k8s.io/v1beta1", "kind": "Ingress",
                "metadata": {"name": "shop"}, "spec": spec});
            let read = of_first_version(&Manifest::new(value).unwrap());
            assert_eq!(read.map(|value| value["spec"].clone()), expect);
        };
        let old = |port: Value| json!({"serviceName": "web", "servicePort": port});
        let new = |port: Value| json!({"service": {"name": "web", "port": port}});
        let rules = |path: Value| json!({"rules": [{"host": "a"}, {"http": {"paths": [path]}}]});
        check(json!({}), Some(json!({})));
        check(
            json!({"backend": old(json!(80))}),
            Some(json!({"defaultBackend": new(json!({"number": 80}))})),
        );
        check(
            rules(json!({"path": "/", "backend": old(json!("http"))})),
            Some(rules(
                json!({"path": "/", "pathType": "ImplementationSpecific",
                "backend": new(json!({"name": "http"}))}),
            )),
        );
        let resource = json!({"resource": {"kind": "Bucket", "name": "a"}});
        let path = json!({"pathType": "Prefix", "backend": resource});
        check(rules(path.clone()), Some(rules(path)));
        check(rules(json!({"path": "/"})), None);
        check(json!({"backend": {"serviceName": "web"}}), None);
        check(json!({"rules": {}}), None);
    }
}
