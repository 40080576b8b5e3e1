use cutover_patch::Schema;
use serde_json::Value;

use crate::quantity;

/// How Kubernetes keys its lists, and which scalars the API server stores as they are written.
///
/// A list goes by the end of its path, since pod templates stand at different depths and in custom
/// resources too. Keys are fields that files have: `protocol` is left out, as it mostly is in
/// files. Where items lack the key or share it, `cutover-patch` goes by position. (Keys: the
/// `patchMergeKey` and `listMapKey` marks of k8s.io/api/core/v1/types.go.)
///
/// ```
/// use cutover_manifest::MergeKeys;
/// use cutover_patch::Schema;
/// use serde_json::json;
///
/// assert_eq!(MergeKeys.key("/spec/template/spec/containers/-/env"), ["name"]);
/// assert_eq!(MergeKeys.key("/spec/template/spec/containers/-/args"), [""; 0]);
/// let cpu = "/spec/template/spec/containers/-/resources/limits/cpu";
/// assert!(MergeKeys.testable(cpu, &json!("200m")) && !MergeKeys.testable(cpu, &json!("0.2")));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MergeKeys;

impl Schema for MergeKeys {
    fn key(&self, path: &str) -> &[&str] {
        KEYS.iter()
            .find(|(end, _)| ends_with(path, end))
            .map_or(&[], |(_, key)| key)
    }

    /// False for a quantity that the server writes in another form or as text, for what it drops
    /// (null, and a Secret's `stringData`, which it moves to `data`), and for a text with `<`, `>`
    /// or `&`, which Go writes as `\u003c`: the server compares the bytes of two texts
    /// (`lazyNode.equal` in patch.go of gopkg.in/evanphx/json-patch.v4, and `HTMLEscape` in
    /// encoding/json).
    fn testable(&self, path: &str, value: &Value) -> bool {
        match value {
            _ if path.starts_with("/stringData/") => false,
            Value::Null => false,
            Value::String(text) if text.contains(['<', '>', '&', '\u{2028}', '\u{2029}']) => false,
            Value::String(text) => !is_quantity(path) || quantity::is_canonical(text),
            Value::Number(_) => !is_quantity(path),
            _ => true,
        }
    }

    /// `rollingUpdate`, which the server adds, may not stand beside another type.
    fn whole(&self, path: &str) -> bool {
        matches!(path, "/spec/strategy" | "/spec/updateStrategy")
    }

    /// Selectors: which pods one means is said by all of its labels and expressions together.
    fn atomic(&self, path: &str) -> bool {
        path.rsplit('/').next().is_some_and(is_selector)
    }

    fn identity(&self) -> &[&str] {
        &["metadata", "name"]
    }

    fn same(&self, path: &str, one: &Value, other: &Value) -> bool {
        one == other || is_quantity(path) && quantity::same(one, other)
    }
}

/// Ends of paths of keyed lists.
const KEYS: [(&str, &[&str]); 34] = [
    ("/containers/-/ports", &["containerPort"]),
    ("/initContainers/-/ports", &["containerPort"]),
    ("/configMap/items", &["key"]),
    ("/secret/items", &["key"]),
    ("/downwardAPI/items", &["path"]),
    ("/spec/ports", &["port"]),
    ("/spec/rules", &["host"]),
    ("/spec/tls", &["secretName"]),
    ("/spec/parentRefs", &["name"]),
    ("/spec/listeners", &["name"]),
    ("/spec/subsets", &["name"]),
    ("/spec/versions", &["name"]),
    ("/spec/readinessGates", &["conditionType"]),
    ("/http/paths", &["path"]),
    ("/backendRefs", &["name"]),
    ("/conditions", &["type"]),
    ("/containers", &["name"]),
    ("/env", &["name"]),
    ("/ephemeralContainers", &["name"]),
    ("/hostAliases", &["ip"]),
    ("/httpHeaders", &["name"]),
    ("/imagePullSecrets", &["name"]),
    ("/initContainers", &["name"]),
    ("/ownerReferences", &["uid"]),
    ("/resourceClaims", &["name"]),
    ("/resources/claims", &["name"]),
    ("/schedulingGates", &["name"]),
    ("/secrets", &["name"]),
    ("/sysctls", &["name"]),
    (
        "/topologySpreadConstraints",
        &["topologyKey", "whenUnsatisfiable"],
    ),
    ("/volumeDevices", &["devicePath"]),
    ("/volumeMounts", &["mountPath"]),
    ("/volumes", &["name"]),
    ("/webhooks", &["name"]),
];

/// Ends of paths of quantities; `*` is any one name.
const QUANTITIES: [&str; 15] = [
    "/resources/limits/*",
    "/resources/requests/*",
    "/overhead/*",
    "/spec/capacity/*",
    "/spec/hard/*",
    "/limits/-/default/*",
    "/limits/-/defaultRequest/*",
    "/limits/-/max/*",
    "/limits/-/maxLimitRequestRatio/*",
    "/limits/-/min/*",
    "/emptyDir/sizeLimit",
    "/resourceFieldRef/divisor",
    "/target/averageValue",
    "/target/value",
    "/behavior/*/tolerance",
];

/// Whether a field of this name selects by labels. In Kubernetes' own types they are marked
/// `structType=atomic` or `mapType=atomic`; those of custom resources go by the same names.
fn is_selector(name: &str) -> bool {
    matches!(name, "selector" | "matchLabels") || name.ends_with("Selector")
}

fn is_quantity(path: &str) -> bool {
    QUANTITIES.iter().any(|end| ends_with(path, end))
}

/// Whether the last names of `path` are those of `end`.
fn ends_with(path: &str, end: &str) -> bool {
    let mut names = path.rsplit('/');
    let mut wanted = end.rsplit('/').take_while(|name| !name.is_empty());
    wanted.all(|want| names.next().is_some_and(|name| want == "*" || want == name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_go_by_the_key_that_files_have() {
        let check = |path, expect: &[&str]| assert_eq!(MergeKeys.key(path), expect, "{path}");
        check("/spec/containers", &["name"]);
        check("/spec/template/spec/initContainers", &["name"]);
        check(
            "/spec/jobTemplate/spec/template/spec/containers/-/env",
            &["name"],
        );
        check("/spec/template/spec/containers/-/ports", &["containerPort"]);
        check(
            "/spec/template/spec/containers/-/volumeMounts",
            &["mountPath"],
        );
        check("/spec/ports", &["port"]);
        check("/spec/rules", &["host"]);
        check("/spec/rules/-/http/paths", &["path"]);
        check("/spec/rules/-/backendRefs", &["name"]);
        check(
            "/spec/template/spec/topologySpreadConstraints",
            &["topologyKey", "whenUnsatisfiable"],
        );
        check("/status/conditions", &["type"]);
        check("/spec/template/spec/tolerations", &[]);
        check("/spec/template/spec/containers/-/command", &[]);
        check("/data/env", &["name"]);
        check("", &[]);
    }

    #[test]
    fn scalars_that_the_server_stores_as_they_are_written() {
        let check = |path, value, expect| {
            assert_eq!(MergeKeys.testable(path, &value), expect, "{path} {value}")
        };
        let cpu = "/spec/template/spec/containers/-/resources/requests/cpu";
        check(cpu, json!("200m"), true);
        check(cpu, json!("0.2"), false);
        check(cpu, json!(1), false);
        check(
            "/spec/template/spec/containers/-/resources/limits/nvidia.com~1gpu",
            json!("1"),
            true,
        );
        check(
            "/spec/template/spec/volumes/-/emptyDir/sizeLimit",
            json!("1024Mi"),
            false,
        );
        check(
            "/spec/metrics/-/resource/target/averageValue",
            json!("0.5"),
            false,
        );
        check(
            "/spec/template/spec/containers/-/env/-/value",
            json!("0.2"),
            true,
        );
        check("/spec/replicas", json!(3), true);
        check("/spec/paused", json!(null), false);
        check(
            "/spec/template/spec/containers/-/args/-",
            json!("a && b"),
            false,
        );
        check("/data/index.html", json!("<p>"), false);
        check("/stringData/key", json!("a"), false);
    }

    #[test]
    fn selectors_mean_something_only_as_a_whole() {
        let check = |path, expect| assert_eq!(MergeKeys.atomic(path), expect, "{path}");
        check("/spec/selector", true);
        check("/spec/podSelector", true);
        check("/spec/ingress/-/from/-/namespaceSelector", true);
        check("/spec/template/spec/nodeSelector", true);
        check(
            "/spec/template/spec/topologySpreadConstraints/-/labelSelector",
            true,
        );
        check("/spec/subject/matchLabels", true);
        check("/spec/template/metadata/labels", false);
        check("/spec/selectors", false);
        check("/data", false);
        check("", false);
    }

    #[test]
    fn quantities_are_compared_by_their_amount() {
        let check = |path, one, other, expect| {
            assert_eq!(
                MergeKeys.same(path, &one, &other),
                expect,
                "{path} {one} {other}"
            );
        };
        let cpu = "/spec/template/spec/containers/-/resources/requests/cpu";
        check(cpu, json!("0.2"), json!("200m"), true);
        check(cpu, json!(1), json!("1"), true);
        check(cpu, json!("1"), json!("2"), false);
        check("/spec/replicas", json!("1"), json!(1), false);
    }
}
