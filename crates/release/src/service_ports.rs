//! A Service with ports of before and of after at once.

use cutover_manifest::Manifest;
use cutover_traffic::{Service, ServicePort};
use serde_json::{Value, json};

/// A Service with more ports, which may be another state's of the same Service.
///
/// One of a number and protocol that it has already is left out. Of several ports each has a name,
/// and no two the same: one that comes gives way.
#[must_use]
pub fn with_more_ports(service: &Manifest, more: &[ServicePort<'_>]) -> Manifest {
    let own = ServicePort::all(service);
    let mut more = more.to_vec();
    more.retain(|port| !own.iter().any(|one| one.key() == port.key()));
    if more.is_empty() {
        return service.clone();
    }
    let mut entries: Vec<Value> = Vec::new();
    for port in own.into_iter().chain(more) {
        entries.push(beside(&entries, port));
    }
    service.with(Service::PORTS, Value::from(entries))
}

/// A port as it stands beside others: with a name of its own, and no port of the nodes that is
/// another's.
fn beside(others: &[Value], port: ServicePort<'_>) -> Value {
    let taken = |field: &str, value: &Value| others.iter().any(|one| one.get(field) == Some(value));
    let mut entry = port.entry().clone();
    let number = port.number().unwrap_or_default();
    let name = match port.name() {
        None => Some(format!("port-{number}")),
        Some(name) if taken("name", &json!(name)) => Some(format!("{name}-{number}")),
        Some(_) => None,
    };
    if let Some(fields) = entry.as_object_mut() {
        fields.extend(name.map(|name| ("name".to_owned(), json!(name))));
        fields.retain(|field, value| field != "nodePort" || !taken(field, value));
    }
    entry
}
