//! The Services that a route sends requests to.

use cutover_manifest::{Manifest, ObjectRef};
use serde_json::Value;

/// Where a route names a Service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backend {
    /// A JSON pointer to the name.
    pub pointer: String,
    /// The Service.
    pub service: ObjectRef,
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
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn backends(manifest: &Manifest) -> Vec<Backend> {
    match (manifest.object().group(), manifest.object().kind.as_str()) {
        ("networking.k8s.io", "Ingress") => of_ingress(manifest),
        ("gateway.networking.k8s.io", kind) if kind.ends_with("Route") => of_route(manifest),
        _ => Vec::new(),
    }
}

fn of_ingress(manifest: &Manifest) -> Vec<Backend> {
    let paths = items(manifest, "/spec/rules")
        .into_iter()
        .flat_map(|rule| items(manifest, &format!("{rule}/http/paths")));
    let all = paths
        .map(|path| format!("{path}/backend"))
        .chain(["/spec/defaultBackend".to_owned()]);
    all.filter_map(|backend| named(manifest, format!("{backend}/service/name")))
        .collect()
}

fn of_route(manifest: &Manifest) -> Vec<Backend> {
    let all = items(manifest, "/spec/rules")
        .into_iter()
        .flat_map(|rule| items(manifest, &format!("{rule}/backendRefs")));
    let services = all.filter(|backend| is_own_service(manifest, backend));
    services
        .filter_map(|backend| named(manifest, format!("{backend}/name")))
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

fn named(manifest: &Manifest, pointer: String) -> Option<Backend> {
    let name = manifest.pointer(&pointer)?.as_str()?;
    let service = ObjectRef::new(
        "v1",
        "Service",
        manifest.object().namespace.as_deref(),
        name,
    );
    Some(Backend { pointer, service })
}
