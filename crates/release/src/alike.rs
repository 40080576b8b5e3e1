//! Pods that two manifests write in two ways, and the API server stores in one.

use cutover_manifest::{Bundle, Field, Manifest, Quantity};
use cutover_workload::{Deployment, deployments};
use serde_json::{Map, Value};

const STATUS: Field = Field::new("/status");

/// What is wanted, with each Deployment and each template as it runs that only writes the same in
/// another way: it is no release of it.
pub(crate) fn written_alike(from: &Bundle, to: &mut Bundle) {
    let mut alike = Vec::new();
    for set in deployments(from).map(|set| set.manifest()) {
        let wanted = to.get(set.object()).filter(|wanted| *wanted != set);
        alike.extend(wanted.and_then(|wanted| as_it_runs(set, wanted)));
    }
    to.extend(alike);
}

fn as_it_runs(running: &Manifest, wanted: &Manifest) -> Option<Manifest> {
    let [was, is] = [running, wanted].map(|set| set.without(STATUS));
    if is_stored_alike(was.value(), is.value()) {
        return Some(running.clone());
    }
    let (was, is) = (
        running.pointer(Deployment::TEMPLATE.pointer())?,
        wanted.pointer(Deployment::TEMPLATE.pointer())?,
    );
    let alike = was != is && is_stored_alike(was, is);
    alike.then(|| wanted.with(Deployment::TEMPLATE, was.clone()))
}

/// Whether the API server stores two values alike: whether their [`stored`] forms are the same. Only
/// where they differ are these made, as most of two states of an object does not.
fn is_stored_alike(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => are_fields_alike(one, other),
        (Value::Array(one), Value::Array(other)) => {
            let mut pairs = one.iter().zip(other);
            one.len() == other.len() && pairs.all(|(one, other)| is_stored_alike(one, other))
        }
        _ => one == other,
    }
}

fn are_fields_alike(one: &Map<String, Value>, other: &Map<String, Value>) -> bool {
    let mut names = one.keys().chain(other.keys());
    names.all(|name| {
        let pair = [one.get(name), other.get(name)];
        let name_of = name.as_str();
        let is_special = TEXTS.contains(&name_of) || QUANTITIES.contains(&name_of);
        match pair {
            [one, other] if one == other => true,
            [Some(Value::Object(one)), Some(Value::Object(other))] if !is_special => {
                are_fields_alike(one, other)
            }
            [Some(one @ Value::Array(_)), Some(other @ Value::Array(_))] if !is_special => {
                is_stored_alike(one, other)
            }
            pair => {
                let [one, other] = pair.map(|value| stored_field(name, value));
                one == other
            }
        }
    })
}

/// What is stored of a field; nothing where it is dropped.
fn stored_field(name: &str, value: Option<&Value>) -> Option<Value> {
    let mut fields = Map::from_iter([(name.to_owned(), value?.clone())]);
    bare_fields(&mut fields);
    fields.remove(name)
}

/// A value as far as the API server tells two apart: it drops what is null or an empty list, and
/// the maps that say nothing where they are empty; and it has one form for each quantity.
pub(crate) fn stored(value: &Value) -> Value {
    let mut value = value.clone();
    bare(&mut value);
    value
}

/// Fields that say nothing where they are an empty map. Of others `{}` may mean all or a default,
/// as of a label selector or an `emptyDir`.
const SAY_NOTHING: [&str; 8] = [
    "annotations",
    "labels",
    "limits",
    "requests",
    "resources",
    "rollingUpdate",
    "securityContext",
    "strategy",
];

fn bare(value: &mut Value) {
    match value {
        Value::Object(fields) => bare_fields(fields),
        Value::Array(items) => items.iter_mut().for_each(bare),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Maps of texts, in which null is "".
const TEXTS: [&str; 4] = ["annotations", "labels", "matchLabels", "nodeSelector"];

/// Maps of quantities, in which null is nothing.
const QUANTITIES: [&str; 2] = ["limits", "requests"];

fn bare_fields(fields: &mut Map<String, Value>) {
    for (name, value) in fields.iter_mut() {
        if TEXTS.contains(&name.as_str()) {
            each(value, |text| text.as_str().unwrap_or_default().into());
        } else if QUANTITIES.contains(&name.as_str()) {
            each(value, quantity);
        } else {
            bare(value);
        }
    }
    fields.retain(|name, value| match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty() || !SAY_NOTHING.contains(&name.as_str()),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    });
}

/// Each value of a map, where it is one.
fn each(map: &mut Value, stored: impl Fn(&Value) -> Value) {
    let values = map.as_object_mut().into_iter().flatten();
    values.for_each(|(_, value)| *value = stored(value));
}

/// A quantity in the one form that stands for all; what is none stays as it is.
fn quantity(written: &Value) -> Value {
    let text = match written {
        Value::Null => "0".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => return written.clone(),
    };
    match text.parse::<Quantity>() {
        Ok(quantity) => format!("{quantity:?}").into(),
        Err(_) => written.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ends::Ends;
    use crate::release::Release;

    fn web(pointer: &str, value: Value) -> Manifest {
        let web = Manifest::new(json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
            "spec": {"replicas": 4, "selector": {"matchLabels": {"app": "web"}}, "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": "web", "image": "web:1"}]}}},
        }));
        web.unwrap().set(pointer, value).unwrap()
    }

    /// A failure means that pods are replaced by the same pods, or that a change is overlooked.
    #[test]
    fn what_the_server_stores_alike_is_no_release() {
        let container = |field: &str| format!("/spec/template/spec/containers/0/{field}");
        let check = |pointer: &str, was: Value, is: Value, alike: bool| {
            let ends = [was, is].map(|value| Bundle::from_iter([web(pointer, value)]));
            let [from, to] = ends;
            let release = Release::new(Ends::new(from, to)).unwrap();
            assert_eq!(release.changed().is_empty(), alike, "{pointer}");
        };
        let absent = "/metadata/nothing";
        for (pointer, empty) in [
            (container("resources"), json!({})),
            (container("env"), json!([])),
            ("/spec/template/spec/volumes".into(), Value::Null),
            (
                "/spec/template/metadata/creationTimestamp".into(),
                Value::Null,
            ),
            ("/spec/strategy".into(), json!({})),
            ("/status".into(), json!({"replicas": 3})),
        ] {
            let from = Bundle::from_iter([web(&pointer, empty)]);
            let to = Bundle::from_iter([web("/metadata/name", json!("web"))]);
            let release = Release::new(Ends::new(from, to)).unwrap();
            assert!(release.changed().is_empty(), "{pointer}");
        }
        let cpu = &container("resources/requests");
        check(cpu, json!({"cpu": "1000m"}), json!({"cpu": 1}), true);
        check(cpu, json!({"cpu": "1000m"}), json!({"cpu": "1001m"}), false);
        check(
            cpu,
            json!({"memory": "1Gi"}),
            json!({"memory": "1024Mi"}),
            true,
        );
        check(
            cpu,
            json!({"memory": "1Gi"}),
            json!({"memory": "1G"}),
            false,
        );
        let note = "/spec/template/metadata/annotations";
        check(note, json!({"a": null}), json!({"a": ""}), true);
        check(note, json!({"a": null}), json!({}), false);
        check(
            "/spec/template/spec/volumes",
            json!([{"name": "a", "emptyDir": {}}]),
            json!([{"name": "a"}]),
            false,
        );
        check(&container("image"), json!("web:1"), json!("web:2"), false);
        check(absent, json!(1), json!(2), false);
    }

    /// A failure means that what changes beside the pods replaces them.
    #[test]
    fn pods_that_are_written_otherwise_stay_while_something_else_changes() {
        let from = web("/spec/template/spec/containers/0/resources", json!({}));
        let to = web("/metadata/labels", json!({"chart": "2"}));
        let ends = Ends::new(Bundle::from_iter([from.clone()]), Bundle::from_iter([to]));
        let release = Release::new(ends).unwrap();
        assert_eq!(release.changed(), [from.object().clone()]);
        assert!(!release.replaces_pods(from.object()));
    }
}
