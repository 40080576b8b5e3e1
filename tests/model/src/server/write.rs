//! What a create or a patch makes of an object, before it is stored: admission, defaults, rules.

use cutover_manifest::{Manifest, ObjectRef};
use cutover_patch::Patch;
use serde_json::Value;

use super::defaults::decode;
use super::policy::Policy;
use super::validate;
use crate::key::Key;
use crate::refused::Refused;

/// A new object as it will be stored, but for its metadata.
pub(super) fn new(key: &Key, manifest: &Manifest, policy: &Policy) -> Result<Value, Refused> {
    if manifest.pointer("/metadata/resourceVersion").is_some() {
        return Err(Refused::version_on_create());
    }
    let mut value = manifest.value().clone();
    validate::types(key, &value).map_err(|causes| wrong_type(key, causes))?;
    decode(key, &mut value);
    if key.is_deployment() {
        value
            .as_object_mut()
            .map(|members| members.remove("status"));
    }
    policy.admit(key, &mut value)?;
    decode(key, &mut value);
    validate::rules(key, &value, None).map_err(|causes| Refused::invalid(key, causes))?;
    Ok(value)
}

/// An object as a patch leaves it; none where nothing changes.
pub(super) fn patched(
    key: &Key,
    before: &Manifest,
    ops: &Patch,
    policy: &Policy,
) -> Result<Option<Value>, Refused> {
    if ops.0.len() > MOST_OPERATIONS {
        return Err(Refused::too_many_operations(ops.0.len()));
    }
    let mut value = before.value().clone();
    cutover_patch::apply(&mut value, ops).map_err(|_| Refused::patch())?;
    same_object(key, before, &value)?;
    validate::types(key, &value).map_err(|causes| Refused::invalid(key, causes))?;
    restore(key, before, &mut value);
    decode(key, &mut value);
    policy.admit(key, &mut value)?;
    decode(key, &mut value);
    validate::rules(key, &value, Some(before.value()))
        .map_err(|causes| Refused::invalid(key, causes))?;
    Ok((value != *before.value()).then_some(value))
}

fn wrong_type(key: &Key, causes: Vec<(String, String)>) -> Refused {
    let what: Vec<_> = causes.into_iter().map(|(_, message)| message).collect();
    Refused::bad_request(format!(
        "{} in version \"v1\" cannot be handled as a {}: {}",
        key.kind,
        key.kind,
        what.join(", ")
    ))
}

/// A patch is for one object, and for its present version where it writes one.
fn same_object(key: &Key, before: &Manifest, value: &Value) -> Result<(), Refused> {
    let after = ObjectRef::of(value).map_err(|error| Refused::bad_request(error.to_string()))?;
    if after != *before.object() {
        return Err(Refused::bad_request(format!(
            "the name of the object ({}) does not match the name on the URL ({})",
            after.name, key.name
        )));
    }
    let field = |value: &Value, name: &str| value["metadata"][name].clone();
    let differs =
        |name| !field(value, name).is_null() && field(value, name) != field(before.value(), name);
    if differs("resourceVersion") {
        return Err(Refused::modified(key));
    }
    if differs("uid") {
        let cause = (
            "metadata.uid".into(),
            format!("Invalid value: {}: field is immutable", field(value, "uid")),
        );
        return Err(Refused::invalid(key, vec![cause]));
    }
    Ok(())
}

/// What only the server writes is as it was.
fn restore(key: &Key, before: &Manifest, value: &mut Value) {
    let own = ["uid", "resourceVersion", "generation", "creationTimestamp"];
    for field in own {
        if let Some(stored) = before.value()["metadata"].get(field) {
            value["metadata"][field] = stored.clone();
        }
    }
    // Who owns which fields may be written, and that nobody owns any.
    let owners = value.pointer("/metadata/managedFields");
    if owners.is_some_and(|owners| owners.as_array().is_some_and(Vec::is_empty))
        && let Some(metadata) = value["metadata"].as_object_mut()
    {
        metadata.remove("managedFields");
    }
    if key.is_deployment() {
        value["status"] = before.value()["status"].clone();
    }
}

const MOST_OPERATIONS: usize = 10_000;
