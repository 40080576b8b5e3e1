use cutover_manifest::{Manifest, ObjectRef};
use serde_json::Value;

/// The Services that the API server itself calls as an object says: a webhook for admission, or what
/// serves an API. While nobody answers, it may refuse what others write.
///
/// A CustomResourceDefinition is none of them: its objects cannot be before it, whoever converts them.
///
/// ```
/// use cutover_manifest::Manifest;
/// use serde_json::json;
///
/// let webhook = Manifest::new(json!({
///     "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
///     "metadata": {"name": "policy"},
///     "webhooks": [{"clientConfig": {"service": {"namespace": "policy", "name": "policy"}}}],
/// }))?;
/// let called = cutover_traffic::called_by_the_server(&webhook);
/// assert_eq!(called[0].to_string(), "Service policy/policy");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn called_by_the_server(manifest: &Manifest) -> Vec<ObjectRef> {
    let object = manifest.object();
    let named: Vec<&Value> = match (object.group(), object.kind.as_str()) {
        (
            "admissionregistration.k8s.io",
            "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration",
        ) => {
            let webhooks = manifest.pointer("/webhooks").and_then(Value::as_array);
            let webhooks = webhooks.into_iter().flatten();
            let named = webhooks.filter_map(|webhook| webhook.pointer("/clientConfig/service"));
            named.collect()
        }
        ("apiregistration.k8s.io", "APIService") => {
            manifest.pointer("/spec/service").into_iter().collect()
        }
        _ => Vec::new(),
    };
    named.into_iter().filter_map(service).collect()
}

fn service(named: &Value) -> Option<ObjectRef> {
    let text = |field: &str| named.get(field).and_then(Value::as_str);
    Some(ObjectRef::new(
        "v1",
        "Service",
        text("namespace"),
        text("name")?,
    ))
}
