//! What the server writes into an object's metadata.

use cutover_manifest::Manifest;
use serde_json::{Value, json};

use super::Call;
use crate::key::Key;
use crate::objects::{Uid, stamp};
use crate::refused::Refused;

/// A new object. A dry run has no version.
pub(super) fn created(
    mut value: Value,
    key: &Key,
    uid: Uid,
    version: Option<u64>,
    call: Call<'_>,
) -> Result<Manifest, Refused> {
    if let Some(metadata) = value["metadata"].as_object_mut() {
        for field in OWN {
            metadata.remove(field);
        }
        if !key.namespace.is_empty() {
            metadata.insert("namespace".into(), key.namespace.clone().into());
        }
        if ["apps", "gateway.networking.k8s.io"].contains(&key.group.as_str()) {
            metadata.insert("generation".into(), 1.into());
        }
        metadata.insert("uid".into(), uid.to_string().into());
        metadata.insert("creationTimestamp".into(), stamp(call.now));
    }
    if key.is_deployment() {
        value["status"] = json!({});
    }
    if let Some(version) = version {
        value["metadata"]["resourceVersion"] = version.to_string().into();
    }
    record(&mut value, call, None);
    manifest(value)
}

/// A changed object. A dry run counts the generation up, not the version.
pub(super) fn updated(
    mut value: Value,
    before: &Manifest,
    version: Option<u64>,
    call: Call<'_>,
) -> Result<Manifest, Refused> {
    let old = before.value();
    let differs = value["spec"] != old["spec"]
        || value["metadata"]["annotations"] != old["metadata"]["annotations"];
    if let Some(generation) = old["metadata"]["generation"].as_u64().filter(|_| differs) {
        value["metadata"]["generation"] = (generation + 1).into();
    }
    if let Some(version) = version {
        value["metadata"]["resourceVersion"] = version.to_string().into();
    }
    // Who changes nothing but who owns which fields owns none of them.
    if differs_but_for_owners(&value, old) {
        record(&mut value, call, None);
    }
    manifest(value)
}

fn differs_but_for_owners(value: &Value, old: &Value) -> bool {
    let bare = |value: &Value| {
        let mut value = value.clone();
        for field in ["managedFields", "resourceVersion", "generation"] {
            value["metadata"]
                .as_object_mut()
                .map(|metadata| metadata.remove(field));
        }
        value
    };
    bare(value) != bare(old)
}

/// Notes a writer in `managedFields`, its last write only.
pub(super) fn record(value: &mut Value, call: Call<'_>, subresource: Option<&str>) {
    let mut entry = json!({
        "manager": call.manager, "operation": "Update", "apiVersion": value["apiVersion"],
        "time": stamp(call.now), "fieldsType": "FieldsV1", "fieldsV1": {},
    });
    if let Some(subresource) = subresource {
        entry["subresource"] = subresource.into();
    }
    let fields = &mut value["metadata"]["managedFields"];
    if !fields.is_array() {
        *fields = json!([]);
    }
    let Some(entries) = fields.as_array_mut() else {
        return;
    };
    entries.retain(|other| {
        other["manager"] != entry["manager"] || other.get("subresource") != entry.get("subresource")
    });
    entries.push(entry);
}

/// The value as a manifest.
fn manifest(value: Value) -> Result<Manifest, Refused> {
    Manifest::new(value).map_err(|error| Refused::bad_request(error.to_string()))
}

const OWN: [&str; 7] = [
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "managedFields",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
];
