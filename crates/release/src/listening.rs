//! Where the containers of pods listen, as far as their template says.

use cutover_manifest::containers;
use cutover_traffic::Port;
use serde_json::Value;

/// Whether containers of a pod template declare a port.
pub fn listens(template: &Value, port: &Port) -> bool {
    declared(template).any(|declared| match port {
        Port::Name(name) => declared.get("name").and_then(Value::as_str) == Some(name),
        Port::Number(number) => {
            let declared = declared.get("containerPort").and_then(Value::as_i64);
            declared == Some(i64::from(*number))
        }
    })
}

/// The number that a port has on the pods of a template; none for a name that no container gives.
pub(crate) fn number(template: &Value, port: &Port) -> Option<i64> {
    match port {
        Port::Number(number) => Some(i64::from(*number)),
        Port::Name(name) => declared(template)
            .find(|declared| declared.get("name").and_then(Value::as_str) == Some(name))?
            .get("containerPort")?
            .as_i64(),
    }
}

/// The ports that the containers of a pod template declare.
fn declared(template: &Value) -> impl Iterator<Item = &Value> {
    containers(template)
        .filter_map(|container| container.get("ports")?.as_array())
        .flatten()
}
