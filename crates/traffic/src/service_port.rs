//! A port of a Service: where requests come in, and where on the pods they go.

use cutover_manifest::Manifest;
use serde_json::Value;

use crate::route::BackendPort;
use crate::service::{Port, Service, is_elsewhere};

/// An entry of a Service's `ports`, as its manifest has it.
///
/// ```
/// use cutover_manifest::Manifest;
/// use cutover_traffic::{Port, ServicePort};
/// use serde_json::json;
///
/// let service = Manifest::new(json!({
///     "apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"},
///     "spec": {"ports": [{"name": "web", "port": 80, "targetPort": "http"}]},
/// }))?;
/// let [port] = ServicePort::all(&service)[..] else { panic!() };
/// assert_eq!(port.key(), (Some(80), "TCP"));
/// assert_eq!(port.target(), Some(Port::Name("http".into())));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ServicePort<'a>(&'a Value);

impl<'a> ServicePort<'a> {
    /// All ports of a Service; none for other kinds.
    pub fn all(service: &'a Manifest) -> Vec<Self> {
        let is_service = Service::is(service.object());
        let ports = service.pointer(Service::PORTS.pointer());
        let entries = ports.and_then(Value::as_array).filter(|_| is_service);
        entries.into_iter().flatten().map(Self).collect()
    }

    /// The item of `spec.ports`, as the manifest has it.
    pub fn entry(self) -> &'a Value {
        self.0
    }

    /// Its name, where it has one.
    pub fn name(self) -> Option<&'a str> {
        self.0.get("name")?.as_str()
    }

    /// The number that clients connect to.
    pub fn number(self) -> Option<i64> {
        self.0.get("port")?.as_i64()
    }

    /// What tells it from the Service's other ports, as the API server merges them: its number and
    /// its protocol, TCP where it says none.
    pub fn key(self) -> (Option<i64>, &'a str) {
        let protocol = self.0.get("protocol").and_then(Value::as_str);
        (self.number(), protocol.unwrap_or("TCP"))
    }

    /// Where its requests go on the pods: its own number where it says no target; nothing where
    /// neither is one.
    pub fn target(self) -> Option<Port> {
        let number = |value: &Value| match i32::try_from(value.as_i64()?) {
            Ok(number) => Some(Port::Number(number)),
            Err(_) => None,
        };
        match self.0.get("targetPort") {
            Some(Value::String(name)) => Some(Port::Name(name.clone())),
            Some(target) if !target.is_null() => number(target),
            _ => number(self.0.get("port")?),
        }
    }

    /// Whether it is the one that a route means.
    pub fn is(self, port: &BackendPort) -> bool {
        match port {
            BackendPort::Name(name) => self.name() == Some(name),
            BackendPort::Number(number) => self.number() == Some(*number),
        }
    }
}

/// Whether a Service has the port that a route means. One that is no more than another name for a
/// host elsewhere (`ExternalName`) has every port.
pub fn offers(service: &Manifest, port: &BackendPort) -> bool {
    let mut ports = ServicePort::all(service).into_iter();
    is_elsewhere(service) || ports.any(|one| one.is(port))
}
