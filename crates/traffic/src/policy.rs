//! What holds for a Service by its name: grants and policies.

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use serde_json::Value;

use crate::service::Service;

/// Whether a ReferenceGrant of a bundle lets a route of another namespace name a Service (a grant to
/// nobody by name is one to all).
///
/// ```
/// use cutover_manifest::{Manifest, ObjectRef};
/// use cutover_traffic::is_granted;
/// use serde_json::json;
///
/// let gateway = "gateway.networking.k8s.io";
/// let grant = Manifest::new(json!({
///     "apiVersion": "gateway.networking.k8s.io/v1", "kind": "ReferenceGrant",
///     "metadata": {"name": "routes", "namespace": "shop"},
///     "spec": {"from": [{"group": gateway, "kind": "HTTPRoute", "namespace": "edge"}],
///         "to": [{"group": "", "kind": "Service"}]},
/// }))?;
/// let route = ObjectRef::new("gateway.networking.k8s.io/v1", "HTTPRoute", Some("edge"), "hello");
/// let service = ObjectRef::new("v1", "Service", Some("shop"), "hello");
/// assert!(is_granted(&route, &service, &[grant].into_iter().collect()));
/// # Ok::<(), cutover_manifest::Error>(())
/// ```
pub fn is_granted(route: &ObjectRef, service: &ObjectRef, bundle: &Bundle) -> bool {
    let is_grant = |object: &ObjectRef| {
        object.group() == route.group()
            && object.kind == "ReferenceGrant"
            && object.namespace == service.namespace
    };
    let mut all = bundle.iter().filter(|grant| is_grant(grant.object()));
    all.any(|grant| {
        let mut from = items(grant, "/spec/from");
        let mut to = items(grant, "/spec/to");
        from.any(|from| is_from(from, route)) && to.any(|to| is_to(to, service))
    })
}

fn is_from(from: &Value, route: &ObjectRef) -> bool {
    from["group"] == route.group()
        && from["kind"] == route.kind.as_str()
        && from["namespace"].as_str() == route.namespace.as_deref()
}

fn is_to(to: &Value, service: &ObjectRef) -> bool {
    let name = to["name"].as_str();
    to["kind"] == service.kind.as_str() && name.is_none_or(|name| name == service.name)
}

/// Whether a policy says that it is for a Service: by a target of the Gateway API
/// (`BackendTLSPolicy` and its like), or, as Istio's DestinationRule, by a host.
pub fn targets(policy: &Manifest, service: &ObjectRef) -> bool {
    if policy.object().namespace != service.namespace || Service::is(policy.object()) {
        return false;
    }
    let several = items(policy, "/spec/targetRefs");
    let mut targets = several.chain(policy.pointer("/spec/targetRef"));
    let is_target = targets.any(|target| {
        target["kind"] == service.kind.as_str() && target["name"] == service.name.as_str()
    });
    let host = policy.pointer("/spec/host").and_then(Value::as_str);
    let is_host = policy.object().kind == "DestinationRule"
        && host.is_some_and(|host| host.split('.').next() == Some(&service.name));
    is_target || is_host
}

fn items<'a>(manifest: &'a Manifest, pointer: &str) -> impl Iterator<Item = &'a Value> {
    let items = manifest.pointer(pointer).and_then(Value::as_array);
    items.into_iter().flatten()
}
