//! The Services that a route sends requests to.

use std::fmt;

use cutover_manifest::{Manifest, ObjectRef};
use serde_json::Value;

/// Where a route names a Service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backend {
    /// A JSON pointer to the name.
    pub pointer: String,
    /// The Service, in the route's own namespace.
    pub service: ObjectRef,
    /// The port of the Service that its requests come to, where it says one.
    pub port: Option<BackendPort>,
    /// A JSON pointer to the port; to the name where it says none.
    pub port_pointer: String,
}

/// A port of a Service, as a route says it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BackendPort {
    /// By the port's name.
    Name(String),
    /// By the number that clients connect to.
    Number(i64),
}

impl fmt::Display for BackendPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(f, "`{name}`"),
            Self::Number(number) => write!(f, "{number}"),
        }
    }
}

/// The Services of its own namespace that an Ingress or a route of the Gateway API names; none for
/// other kinds.
///
/// What lies in another namespace belongs to somebody else, and backends that are no Services are
/// not looked at.
///
/// ```
/// use cutover_manifest::Manifest;
/// use serde_json::json;
///
/// let route = Manifest::new(json!({
///     "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "hello"},
///     "spec": {"rules": [{"backendRefs": [{"name": "hello", "port": 80}]}]},
/// }))?;
/// let backends = cutover_traffic::backends(&route);
/// assert_eq!(backends[0].pointer, "/spec/rules/0/backendRefs/0/name");
/// assert_eq!(backends[0].service.to_string(), "Service hello");
/// assert_eq!(backends[0].port, Some(cutover_traffic::BackendPort::Number(80)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn backends(manifest: &Manifest) -> Vec<Backend> {
    match (manifest.object().group(), manifest.object().kind.as_str()) {
        ("networking.k8s.io", "Ingress") => of_ingress(manifest),
        _ if is_route(manifest) => of_route(manifest),
        _ => Vec::new(),
    }
}

/// The Services of its own namespace that filters of a route send copies of requests to
/// (`requestMirror`).
///
/// No client waits for their answers, so that one which is not there harms nobody.
///
/// ```
/// use cutover_manifest::Manifest;
/// use serde_json::json;
///
/// let mirror = json!({"type": "RequestMirror", "requestMirror": {"backendRef": {"name": "shadow", "port": 80}}});
/// let route = Manifest::new(json!({
///     "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "hello"},
///     "spec": {"rules": [{"filters": [mirror], "backendRefs": [{"name": "hello", "port": 80}]}]},
/// }))?;
/// let mirrors = cutover_traffic::mirrors(&route);
/// assert_eq!(mirrors[0].service.to_string(), "Service shadow");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn mirrors(manifest: &Manifest) -> Vec<Backend> {
    if !is_route(manifest) {
        return Vec::new();
    }
    let rules = items(manifest, "/spec/rules");
    let filtered = rules.into_iter().flat_map(|rule| {
        let mut filtered = items(manifest, &format!("{rule}/backendRefs"));
        filtered.push(rule);
        filtered
    });
    let filters = filtered.flat_map(|entry| items(manifest, &format!("{entry}/filters")));
    let mirrors = filters.map(|filter| format!("{filter}/requestMirror/backendRef"));
    services_among(manifest, mirrors)
}

/// All Services that a route sends requests or copies of them to.
pub fn led_to(manifest: &Manifest) -> Vec<Backend> {
    let mut all = backends(manifest);
    all.extend(mirrors(manifest));
    all
}

fn is_route(manifest: &Manifest) -> bool {
    let object = manifest.object();
    object.group() == "gateway.networking.k8s.io" && object.kind.ends_with("Route")
}

fn of_ingress(manifest: &Manifest) -> Vec<Backend> {
    let paths = items(manifest, "/spec/rules")
        .into_iter()
        .flat_map(|rule| items(manifest, &format!("{rule}/http/paths")));
    let all = paths
        .map(|path| format!("{path}/backend"))
        .chain(["/spec/defaultBackend".to_owned()]);
    all.map(|backend| format!("{backend}/service"))
        .filter_map(|service| named(manifest, &service, ["port/number", "port/name"]))
        .collect()
}

fn of_route(manifest: &Manifest) -> Vec<Backend> {
    let all = items(manifest, "/spec/rules")
        .into_iter()
        .flat_map(|rule| items(manifest, &format!("{rule}/backendRefs")));
    services_among(manifest, all)
}

/// The Services of the route's namespace among what a route refers to.
fn services_among(manifest: &Manifest, entries: impl Iterator<Item = String>) -> Vec<Backend> {
    let services = entries.filter(|entry| is_own_service(manifest, entry));
    services
        .filter_map(|entry| named(manifest, &entry, ["port", "port"]))
        .collect()
}

/// Gateway API's defaults: a backend without kind, group or namespace is a Service of the route's
/// namespace.
fn is_own_service(manifest: &Manifest, backend: &str) -> bool {
    let text = |field: &str| {
        manifest
            .pointer(&format!("{backend}/{field}"))
            .and_then(Value::as_str)
    };
    text("kind").is_none_or(|kind| kind == "Service")
        && text("group").is_none_or(str::is_empty)
        && text("namespace")
            .is_none_or(|namespace| manifest.object().namespace.as_deref() == Some(namespace))
}

/// Pointers to the items of a list.
fn items(manifest: &Manifest, list: &str) -> Vec<String> {
    let length = manifest
        .pointer(list)
        .and_then(Value::as_array)
        .map_or(0, Vec::len);
    (0..length).map(|at| format!("{list}/{at}")).collect()
}

/// The Service that an entry names, with its port in one of two fields below the entry.
fn named(manifest: &Manifest, entry: &str, ports: [&str; 2]) -> Option<Backend> {
    let pointer = format!("{entry}/name");
    let name = manifest.pointer(&pointer)?.as_str()?;
    let namespace = manifest.object().namespace.as_deref();
    let service = ObjectRef::new("v1", "Service", namespace, name);
    let [number, name] = ports.map(|field| format!("{entry}/{field}"));
    let said = |pointer: String| Some((port(manifest.pointer(&pointer)?)?, pointer));
    let (port, port_pointer) = said(number).or_else(|| said(name)).unzip();
    Some(Backend {
        port_pointer: port_pointer.unwrap_or_else(|| pointer.clone()),
        pointer,
        service,
        port,
    })
}

fn port(value: &Value) -> Option<BackendPort> {
    let number = || value.as_i64().map(BackendPort::Number);
    let name = value.as_str().map(str::to_owned);
    name.map(BackendPort::Name).or_else(number)
}
