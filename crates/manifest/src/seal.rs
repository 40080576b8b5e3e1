//! Secrets without their values: one short digest stands for all of the data.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::Manifest;

/// The key that stands in a sealed Secret's `data`. It is no legal key of a Secret, which has no
/// `/`.
const SEALED: &str = "cutover.dev/sealed";

/// kubectl's copy of the whole object as it was applied, a Secret's data included.
const LAST_APPLIED: &str =
    "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration";

impl Manifest {
    /// The manifest as it may be shown and stored: in a Secret, one short digest stands for all of
    /// the data.
    ///
    /// `stringData` is folded into `data` before the digest is taken, as the API server does, so a
    /// file and the object that it made are sealed alike. The `last-applied-configuration`
    /// annotation, which repeats the data, is left out. Other kinds stay as they are; sealing twice
    /// is sealing once.
    ///
    /// ```
    /// use cutover_manifest::Manifest;
    /// use serde_json::json;
    ///
    /// let secret = |data| Manifest::new(json!({
    ///     "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key"}, "stringData": {"token": data}
    /// })).unwrap();
    /// let sealed = secret("one").sealed();
    /// assert!(!sealed.value().to_string().contains("one"));
    /// assert_eq!(sealed.sealed(), sealed);
    /// assert_ne!(sealed, secret("two").sealed());
    /// ```
    #[must_use]
    pub fn sealed(&self) -> Self {
        if !self.is_secret() || self.is_sealed() {
            return self.clone();
        }
        let digest = digest(&folded(self.value()));
        self.without("/stringData")
            .without(LAST_APPLIED)
            .set("/data", json!({ SEALED: digest }))
    }

    /// Whether this is a Secret whose data a digest stands for.
    ///
    /// ```
    /// # use serde_json::json;
    /// let sealed = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key"},
    ///     "data": {"cutover.dev/sealed": "0123456789abcdef"}});
    /// assert!(cutover_manifest::Manifest::new(sealed).unwrap().is_sealed());
    /// ```
    pub fn is_sealed(&self) -> bool {
        self.is_secret()
            && self.pointer("/stringData").is_none()
            && self.pointer(LAST_APPLIED).is_none()
            && self
                .pointer("/data")
                .and_then(Value::as_object)
                .is_some_and(only_seal)
    }

    /// Whether this is a Secret, whose data nothing may show.
    pub(crate) fn is_secret(&self) -> bool {
        let object = self.object();
        object.api_version == "v1" && object.kind == "Secret"
    }
}

/// The first `characters` (of 64) of the SHA-256 of `bytes`, in hexadecimal.
pub(crate) fn short_digest(bytes: &[u8], characters: usize) -> String {
    let mut text: String = Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    text.truncate(characters);
    text
}

fn only_seal(data: &Map<String, Value>) -> bool {
    data.len() == 1 && data.contains_key(SEALED)
}

/// All data in base64, `stringData` winning over `data`. A value that is no text keeps its JSON.
fn folded(secret: &Value) -> BTreeMap<&str, String> {
    let entries = |field| {
        secret
            .get(field)
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
    };
    let data = entries("data").map(|(key, value)| (key.as_str(), raw(value)));
    let plain = entries("stringData").map(|(key, value)| (key.as_str(), encoded(value)));
    data.chain(plain).collect()
}

fn raw(value: &Value) -> String {
    // Line breaks inside base64 mean nothing, and the API server drops them.
    value
        .as_str()
        .map_or_else(|| value.to_string(), |text| text.replace(['\r', '\n'], ""))
}

fn encoded(value: &Value) -> String {
    STANDARD.encode(
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned),
    )
}

/// Keys and values with their lengths before them, so that no two contents run together alike.
fn digest(data: &BTreeMap<&str, String>) -> String {
    let text: String = data
        .iter()
        .map(|(key, value)| format!("{}:{key}{}:{value}", key.len(), value.len()))
        .collect();
    short_digest(text.as_bytes(), 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(fields: Value) -> Manifest {
        let mut secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key"}});
        secret
            .as_object_mut()
            .unwrap()
            .extend(fields.as_object().cloned().unwrap());
        Manifest::new(secret).unwrap()
    }

    #[test]
    fn one_content_has_one_digest_however_it_is_written() {
        let check = |one: Value, other: Value, same: bool| {
            let (one, other) = (secret(one).sealed(), secret(other).sealed());
            assert!(one.is_sealed() && other.is_sealed());
            assert_eq!(one == other, same, "{one:?} {other:?}");
        };
        check(
            json!({"data": {"a": "b25l"}}),
            json!({"stringData": {"a": "one"}}),
            true,
        );
        check(
            json!({"data": {"a": "b2\n5l\n"}}),
            json!({"data": {"a": "b25l"}}),
            true,
        );
        check(
            json!({"data": {"a": "dHdv"}, "stringData": {"a": "one"}}),
            json!({"data": {"a": "b25l"}}),
            true,
        );
        check(json!({}), json!({"data": {}}), true);
        check(
            json!({"data": {"a": "b25l"}}),
            json!({"data": {"b": "b25l"}}),
            false,
        );
        check(
            json!({"data": {"a": "", "b": "ab"}}),
            json!({"data": {"a": "b", "b": "a"}}),
            false,
        );
        check(
            json!({"data": {"a": null}}),
            json!({"data": {"a": 1}}),
            false,
        );
    }

    #[test]
    fn nothing_shows_what_is_sealed() {
        let key = LAST_APPLIED.rsplit('/').next().unwrap().replace("~1", "/");
        let open = secret(json!({"stringData": {"a": "hunter2"}, "type": "Opaque"}))
            .set(LAST_APPLIED, "hunter2".into())
            .set("/metadata/annotations/team", "front".into());
        assert!(!open.is_sealed());
        let sealed = open.sealed();
        assert_eq!(sealed.sealed(), sealed);
        assert_eq!(
            sealed.pointer("/metadata/annotations"),
            Some(&json!({"team": "front"})),
            "{key}"
        );
        assert_eq!(sealed.pointer("/type"), Some(&json!("Opaque")));
        assert!(!format!("{open:?}").contains("hunter2"));
    }

    #[test]
    fn other_kinds_stay_as_they_are() {
        let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"a": "b"}});
        let map = Manifest::new(map).unwrap();
        assert_eq!(map.sealed(), map);
        assert!(!map.is_sealed());
    }
}
