//! What the API server fills in, and how it writes what it stores.

use cutover_manifest::ImageReference;
use serde_json::{Value, json};

use crate::key::Key;

/// Reads a value as the server decodes it: nulls are absent, defaults are there. Doing it twice
/// changes nothing more.
pub(super) fn decode(key: &Key, value: &mut Value) {
    drop_nulls(value);
    if key.is_deployment() {
        deployment(&mut value["spec"]);
    } else if key.is_service() {
        service(&mut value["spec"], &key.name);
    }
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

fn deployment(spec: &mut Value) {
    if !spec.is_object() {
        return;
    }
    let own = json!({"replicas": 1, "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600, "strategy": {}});
    fill(spec, &own);
    fill(&mut spec["strategy"], &json!({"type": "RollingUpdate"}));
    if spec["strategy"]["type"] == "RollingUpdate" {
        fill(&mut spec["strategy"], &json!({"rollingUpdate": {}}));
        let quarter = json!({"maxSurge": "25%", "maxUnavailable": "25%"});
        fill(&mut spec["strategy"]["rollingUpdate"], &quarter);
    }
    if let Some(pods) = spec.pointer_mut("/template/spec") {
        pod(pods);
    }
}

fn pod(spec: &mut Value) {
    fill(
        spec,
        &json!({
            "restartPolicy": "Always", "dnsPolicy": "ClusterFirst", "schedulerName": "default-scheduler",
            "terminationGracePeriodSeconds": 30, "securityContext": {},
        }),
    );
    for list in ["initContainers", "containers"] {
        each(spec, list, container);
    }
}

fn container(container: &mut Value) {
    let image = container["image"].as_str().unwrap_or_default();
    let latest = ImageReference::parse(image).is_ok_and(|image| match image.tag() {
        Some(tag) => tag == "latest",
        None => image.digest().is_none(),
    });
    let own = json!({
        "imagePullPolicy": if latest { "Always" } else { "IfNotPresent" }, "resources": {},
        "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
    });
    fill(container, &own);
    each(container, "ports", |port| {
        fill(port, &json!({"protocol": "TCP"}))
    });
    for probe in ["readinessProbe", "livenessProbe", "startupProbe"] {
        if let Some(probe) = container.get_mut(probe) {
            self::probe(probe);
        }
    }
    for quantities in ["requests", "limits"] {
        if let Some(cpu) = container.pointer_mut(&format!("/resources/{quantities}/cpu")) {
            *cpu = canonical(cpu);
        }
    }
}

fn probe(probe: &mut Value) {
    let own = json!({"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3});
    fill(probe, &own);
    if let Some(request) = probe.get_mut("httpGet") {
        fill(request, &json!({"path": "/", "scheme": "HTTP"}));
    }
}

fn service(spec: &mut Value, name: &str) {
    if !spec.is_object() {
        return;
    }
    fill(
        spec,
        &json!({"type": "ClusterIP", "sessionAffinity": "None"}),
    );
    each(spec, "ports", |port| {
        let target = port["port"].clone();
        fill(port, &json!({"protocol": "TCP", "targetPort": target}));
    });
    if spec["type"] == "ExternalName" {
        return;
    }
    let address = address(name);
    fill(spec, &json!({"clusterIP": address}));
    let addresses = json!([spec["clusterIP"]]);
    fill(
        spec,
        &json!({
            "clusterIPs": addresses, "internalTrafficPolicy": "Cluster", "ipFamilies": ["IPv4"],
            "ipFamilyPolicy": "SingleStack",
        }),
    );
}

/// An address of the Service range: the same for the same name, so that a dry run tells the truth.
fn address(name: &str) -> String {
    let number = name.bytes().fold(1_u16, |number, byte| {
        number.wrapping_mul(31).wrapping_add(byte.into())
    });
    format!("10.96.{}.{}", number >> 8, number & 255)
}

/// Puts in what is absent.
fn fill(target: &mut Value, defaults: &Value) {
    let (Some(target), Some(defaults)) = (target.as_object_mut(), defaults.as_object()) else {
        return;
    };
    for (name, value) in defaults {
        if !target.contains_key(name) {
            target.insert(name.clone(), value.clone());
        }
    }
}

fn each(parent: &mut Value, list: &str, edit: impl FnMut(&mut Value)) {
    if let Some(items) = parent.get_mut(list).and_then(Value::as_array_mut) {
        items.iter_mut().for_each(edit);
    }
}

/// A CPU quantity as the server stores it: `0.3` and 0.3 are `300m`, `1000m` is `1`.
fn canonical(cpu: &Value) -> Value {
    let text = match cpu {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match milli(&text) {
        Some(milli) if milli % 1000 == 0 => (milli / 1000).to_string().into(),
        Some(milli) => format!("{milli}m").into(),
        None => cpu.clone(),
    }
}

/// Thousandths, for plain decimals of up to three places and for whole `m`.
fn milli(text: &str) -> Option<u64> {
    if let Some(milli) = text.strip_suffix('m') {
        return whole(milli);
    }
    let (ones, places) = text.split_once('.').unwrap_or((text, ""));
    if places.len() > 3 {
        return None;
    }
    let ones = if ones.is_empty() { 0 } else { whole(ones)? };
    let thousandths = whole(&format!("{places:0<3}"))?;
    ones.checked_mul(1000)?.checked_add(thousandths)
}

fn whole(digits: &str) -> Option<u64> {
    let Ok(number) = digits.parse() else {
        return None;
    };
    Some(number)
}

#[cfg(test)]
mod tests {
    use cutover_manifest::ObjectRef;

    use super::*;

    fn decoded(mut value: Value) -> Value {
        let key = Key::of(&ObjectRef::of(&value).unwrap(), "default");
        decode(&key, &mut value);
        let once = value.clone();
        decode(&key, &mut value);
        assert_eq!(value, once, "decoding twice changes something");
        value
    }

    #[test]
    fn a_deployment_gets_its_defaults() {
        let value = decoded(json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello", "labels": null},
            "spec": {"template": {"spec": {"containers": [{
                "name": "hello", "image": "hello:1", "ports": [{"containerPort": 80}],
                "resources": {"limits": {"cpu": "0.3"}}, "readinessProbe": {"httpGet": {"port": 80}},
            }]}}},
        }));
        let check = |pointer: &str, expect: Value| {
            assert_eq!(value.pointer(pointer), Some(&expect), "{pointer}")
        };
        check("/spec/replicas", json!(1));
        check("/spec/progressDeadlineSeconds", json!(600));
        check(
            "/spec/strategy",
            json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}}),
        );
        check(
            "/spec/template/spec/terminationGracePeriodSeconds",
            json!(30),
        );
        check(
            "/spec/template/spec/containers/0/imagePullPolicy",
            json!("IfNotPresent"),
        );
        check(
            "/spec/template/spec/containers/0/ports/0/protocol",
            json!("TCP"),
        );
        check(
            "/spec/template/spec/containers/0/resources/limits/cpu",
            json!("300m"),
        );
        check(
            "/spec/template/spec/containers/0/readinessProbe/httpGet/scheme",
            json!("HTTP"),
        );
        assert_eq!(value.pointer("/spec/minReadySeconds"), None);
        assert_eq!(value.pointer("/metadata/labels"), None);
    }

    #[test]
    fn a_service_gets_its_defaults() {
        let value = decoded(json!({
            "apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"},
            "spec": {"ports": [{"port": 80}, {"port": 81, "targetPort": "http"}]},
        }));
        let check = |pointer: &str, expect: Value| {
            assert_eq!(value.pointer(pointer), Some(&expect), "{pointer}")
        };
        check("/spec/type", json!("ClusterIP"));
        check("/spec/sessionAffinity", json!("None"));
        check(
            "/spec/ports/0",
            json!({"port": 80, "protocol": "TCP", "targetPort": 80}),
        );
        check("/spec/ports/1/targetPort", json!("http"));
        assert_eq!(value["spec"]["clusterIPs"][0], value["spec"]["clusterIP"]);
    }

    #[test]
    fn cpu_is_stored_in_one_way() {
        let check = |cpu: Value, expect: &str| assert_eq!(canonical(&cpu), expect, "{cpu}");
        check(json!("0.3"), "300m");
        check(json!(0.5), "500m");
        check(json!(2), "2");
        check(json!("1000m"), "1");
        check(json!("250m"), "250m");
        check(json!("1.2345"), "1.2345");
        check(json!("2k"), "2k");
    }
}
