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

/// The ports that the containers of a pod template declare.
fn declared(template: &Value) -> impl Iterator<Item = &Value> {
    containers(template)
        .filter_map(|container| container.get("ports")?.as_array())
        .flatten()
}
