use std::collections::BTreeSet;

use serde_json::Value;

/// The containers of a pod template that run: `initContainers` first, then `containers`.
///
/// ```
/// use serde_json::json;
///
/// let template = json!({"spec": {"containers": [{"name": "hello"}], "initContainers": [{"name": "migrate"}]}});
/// let names: Vec<_> = cutover_manifest::containers(&template).map(|container| &container["name"]).collect();
/// assert_eq!(names, ["migrate", "hello"]);
/// ```
pub fn containers(template: &Value) -> impl Iterator<Item = &Value> {
    ["/spec/initContainers", "/spec/containers"]
        .into_iter()
        .flat_map(move |list| items(template, list))
}

/// The ConfigMaps and Secrets that a pod template refers to, as kind and name.
///
/// They come from `env`, `envFrom`, volumes (projected ones too) and `imagePullSecrets`.
///
/// ```
/// use serde_json::json;
///
/// let template = json!({"spec": {
///     "containers": [{"name": "hello", "envFrom": [{"configMapRef": {"name": "settings"}}]}],
///     "volumes": [{"name": "key", "secret": {"secretName": "key"}}],
/// }});
/// let references = cutover_manifest::pod_references(&template);
/// assert!(references.contains(&("ConfigMap".into(), "settings".into())));
/// assert!(references.contains(&("Secret".into(), "key".into())));
/// ```
pub fn pod_references(template: &Value) -> BTreeSet<(String, String)> {
    let of_containers = containers(template).flat_map(container_references);
    let of_volumes = items(template, "/spec/volumes").flat_map(volume_references);
    let pulls =
        items(template, "/spec/imagePullSecrets").filter_map(|item| named("Secret", item, "/name"));
    of_containers.chain(of_volumes).chain(pulls).collect()
}

type Reference = (String, String);

fn container_references(container: &Value) -> impl Iterator<Item = Reference> {
    let from_all = items(container, "/envFrom").flat_map(|source| {
        [
            named("ConfigMap", source, "/configMapRef/name"),
            named("Secret", source, "/secretRef/name"),
        ]
    });
    let from_one = items(container, "/env").flat_map(|variable| {
        [
            named("ConfigMap", variable, "/valueFrom/configMapKeyRef/name"),
            named("Secret", variable, "/valueFrom/secretKeyRef/name"),
        ]
    });
    from_all.chain(from_one).flatten()
}

fn volume_references(volume: &Value) -> impl Iterator<Item = Reference> {
    let whole = [
        named("ConfigMap", volume, "/configMap/name"),
        named("Secret", volume, "/secret/secretName"),
    ];
    let projected = items(volume, "/projected/sources").flat_map(|source| {
        [
            named("ConfigMap", source, "/configMap/name"),
            named("Secret", source, "/secret/name"),
        ]
    });
    whole.into_iter().chain(projected).flatten()
}

fn named(kind: &str, value: &Value, pointer: &str) -> Option<Reference> {
    Some((
        kind.to_owned(),
        value.pointer(pointer)?.as_str()?.to_owned(),
    ))
}

fn items<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value
        .pointer(pointer)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_way_to_refer_is_found() {
        let template = json!({"spec": {
            "initContainers": [{"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s1", "key": "k"}}}]}],
            "containers": [
                {"envFrom": [{"configMapRef": {"name": "c1"}}, {"secretRef": {"name": "s2"}}]},
                {"env": [{"valueFrom": {"configMapKeyRef": {"name": "c2"}}}, {"name": "B", "value": "plain"}]},
            ],
            "volumes": [
                {"configMap": {"name": "c3"}},
                {"secret": {"secretName": "s3"}},
                {"projected": {"sources": [{"configMap": {"name": "c4"}}, {"secret": {"name": "s4"}}]}},
                {"emptyDir": {}},
            ],
            "imagePullSecrets": [{"name": "s5"}, {}],
        }});
        let names: Vec<_> = pod_references(&template)
            .into_iter()
            .map(|(_, name)| name)
            .collect();
        assert_eq!(
            names,
            ["c1", "c2", "c3", "c4", "s1", "s2", "s3", "s4", "s5"]
        );
        assert!(pod_references(&json!({"spec": {"containers": "none"}})).is_empty());
    }
}
