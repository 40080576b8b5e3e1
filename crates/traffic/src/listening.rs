//! Where the containers of pods listen, as far as their template says.

use cutover_manifest::containers;
use serde_json::Value;

use crate::service::Port;

/// Whether containers of a pod template declare a port.
///
/// ```
/// use cutover_traffic::{Port, listens};
/// use serde_json::json;
///
/// let ports = json!([{"name": "http", "containerPort": 8080}]);
/// let template = json!({"spec": {"containers": [{"name": "hello", "ports": ports}]}});
/// assert!(listens(&template, &Port::Name("http".into())));
/// assert!(!listens(&template, &Port::Number(80)));
/// ```
pub fn listens(template: &Value, port: &Port) -> bool {
    declared(template).any(|declared| match port {
        Port::Name(name) => declared.get("name").and_then(Value::as_str) == Some(name),
        Port::Number(number) => {
            let declared = declared.get("containerPort").and_then(Value::as_i64);
            declared == Some(i64::from(*number))
        }
    })
}

/// Whether pods of a template may answer at a port: what declares no port at all says nothing of
/// numbers.
///
/// ```
/// use cutover_traffic::{Port, may_answer};
/// use serde_json::json;
///
/// let template = |ports| json!({"spec": {"containers": [{"name": "hello", "ports": ports}]}});
/// assert!(may_answer(&template(json!([])), &Port::Number(8080)));
/// assert!(!may_answer(&template(json!([])), &Port::Name("http".into())));
/// assert!(!may_answer(&template(json!([{"containerPort": 9090}])), &Port::Number(8080)));
/// ```
pub fn may_answer(template: &Value, port: &Port) -> bool {
    let is_open = match port {
        Port::Number(_) => declared(template).next().is_none(),
        Port::Name(_) => false,
    };
    is_open || listens(template, port)
}

/// The number that a port has on the pods of a template; none for a name that no container gives.
///
/// ```
/// use cutover_traffic::{Port, number_on};
/// use serde_json::json;
///
/// let ports = json!([{"name": "http", "containerPort": 8080}]);
/// let template = json!({"spec": {"containers": [{"name": "hello", "ports": ports}]}});
/// assert_eq!(number_on(&template, &Port::Name("http".into())), Some(8080));
/// assert_eq!(number_on(&template, &Port::Name("grpc".into())), None);
/// ```
pub fn number_on(template: &Value, port: &Port) -> Option<i64> {
    match port {
        Port::Number(number) => Some(i64::from(*number)),
        Port::Name(name) => declared(template)
            .find(|declared| declared.get("name").and_then(Value::as_str) == Some(name))?
            .get("containerPort")?
            .as_i64(),
    }
}

/// The name that a port has on the pods of a template; none for a number to which no container gives
/// one.
///
/// ```
/// use cutover_traffic::{Port, name_on};
/// use serde_json::json;
///
/// let ports = json!([{"name": "http", "containerPort": 8080}]);
/// let template = json!({"spec": {"containers": [{"name": "hello", "ports": ports}]}});
/// assert_eq!(name_on(&template, &Port::Number(8080)), Some("http"));
/// assert_eq!(name_on(&template, &Port::Name("grpc".into())), None);
/// ```
pub fn name_on<'a>(template: &'a Value, port: &Port) -> Option<&'a str> {
    let name = |declared: &'a Value| declared.get("name").and_then(Value::as_str);
    declared(template).find_map(|declared| match port {
        Port::Name(wanted) => name(declared).filter(|name| name == wanted),
        Port::Number(number) => {
            let number = Some(i64::from(*number));
            let is = declared.get("containerPort").and_then(Value::as_i64) == number;
            name(declared).filter(|_| is)
        }
    })
}

/// The ports that the containers of a pod template declare.
fn declared(template: &Value) -> impl Iterator<Item = &Value> {
    containers(template)
        .filter_map(|container| container.get("ports")?.as_array())
        .flatten()
}
