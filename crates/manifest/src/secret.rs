//! Secrets, and what of them may be shown.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use crate::pointer::{self, escape};
use crate::{BadSeal, Field, Manifest, Seal};

/// The key that stands in a sealed Secret's `data`. It is no legal key of a Secret, which has no
/// `/`.
const SEALED: &str = "cutover.dev/sealed";

/// Where a Secret has it, and its values.
pub(crate) const DATA: Field = Field::new("/data");

/// What stands there where not even a seal is wanted. It is no seal.
const REDACTED: &str = "not shown";

/// Annotations in which tools keep the whole object as they applied it, a Secret's data included.
const COPIES: [&str; 5] = [
    "banzaicloud.com/last-applied",
    "kapp.k14s.io/original",
    "kapp.k14s.io/original-diff",
    "kubectl.kubernetes.io/last-applied-configuration",
    "objectset.rio.cattle.io/applied",
];

/// The fields that Kubernetes has for a Secret.
const FIELDS: [&str; 7] = [
    "apiVersion",
    "data",
    "immutable",
    "kind",
    "metadata",
    "stringData",
    "type",
];

impl Manifest {
    /// Whether this is a Secret, whose data nothing may show.
    ///
    /// ```
    /// # use serde_json::json;
    /// let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key"}});
    /// assert!(cutover_manifest::Manifest::new(secret).unwrap().is_secret());
    /// ```
    pub fn is_secret(&self) -> bool {
        let object = self.object();
        object.api_version == "v1" && object.kind == "Secret"
    }

    /// The manifest as it may be printed: of a Secret's data nothing is left, and nothing that is
    /// made of it. A sealed Secret and other kinds stay as they are.
    ///
    /// Annotations that repeat the object, as kubectl's `last-applied-configuration`, are left out,
    /// and so is any field that Kubernetes does not know: it may be a misspelt `stringData`.
    ///
    /// ```
    /// use cutover_manifest::Manifest;
    /// use serde_json::json;
    ///
    /// let secret = |data| Manifest::new(json!({
    ///     "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key"}, "stringData": {"token": data}
    /// })).unwrap();
    /// assert_eq!(secret("one").redacted(), secret("two").redacted());
    /// assert!(secret("one").redacted().is_sealed());
    /// ```
    #[must_use]
    pub fn redacted(&self) -> Self {
        self.with_data(REDACTED)
    }

    /// The manifest with a seal in place of a Secret's data, and without all that
    /// [`redacted`](Self::redacted) leaves out. A sealed Secret and other kinds stay as they are.
    ///
    /// ```
    /// use cutover_manifest::{Manifest, Seal};
    /// use serde_json::json;
    ///
    /// let secret = Manifest::new(json!({
    ///     "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key"}, "stringData": {"token": "one"}
    /// })).unwrap();
    /// let sealed = secret.with_seal(&Seal::unchanged());
    /// assert_eq!(sealed.pointer("/data").unwrap(), &json!({"cutover.dev/sealed": "unchanged"}));
    /// assert_eq!(sealed.pointer("/stringData"), None);
    /// ```
    #[must_use]
    pub fn with_seal(&self, seal: &Seal) -> Self {
        self.with_data(&seal.to_string())
    }

    /// What stands for a Secret's data; none where the data itself does.
    ///
    /// ```
    /// use cutover_manifest::{Manifest, Seal};
    /// use serde_json::json;
    ///
    /// let sealed = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key"},
    ///     "data": {"cutover.dev/sealed": "unchanged"}});
    /// assert_eq!(Manifest::new(sealed).unwrap().seal(), Some(Ok(Seal::unchanged())));
    /// ```
    pub fn seal(&self) -> Option<Result<Seal, BadSeal>> {
        if !self.is_sealed() {
            return None;
        }
        let text = self.pointer("/data")?.get(SEALED)?.as_str();
        Some(text.unwrap_or_default().parse())
    }

    /// Whether two Secrets have the same data, however each is written; sealed ones, the same seal.
    ///
    /// ```
    /// use cutover_manifest::Manifest;
    /// use serde_json::json;
    ///
    /// let secret = |field: &str, token: &str| Manifest::new(json!({
    ///     "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key"}, field: {"token": token}
    /// })).unwrap();
    /// let (file, live) = (secret("stringData", "one"), secret("data", "b25l"));
    /// assert!(file.has_data_of(&live));
    /// assert!(!file.has_data_of(&secret("data", "dHdv")));
    /// ```
    pub fn has_data_of(&self, other: &Self) -> bool {
        let secrets = self.is_secret() && other.is_secret();
        secrets && folded(self.value()) == folded(other.value())
    }

    /// Whether this is a Secret whose data a seal stands for.
    ///
    /// ```
    /// # use serde_json::json;
    /// let sealed = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key"},
    ///     "data": {"cutover.dev/sealed": "unchanged"}});
    /// assert!(cutover_manifest::Manifest::new(sealed).unwrap().is_sealed());
    /// ```
    pub fn is_sealed(&self) -> bool {
        self.is_secret()
            && self.unsealed().is_empty()
            && self
                .pointer("/data")
                .and_then(Value::as_object)
                .is_some_and(only_seal)
    }

    /// The same with another Secret's values, wherever that one holds or repeats them.
    ///
    /// ```
    /// # use serde_json::json;
    /// let secret = |fields| cutover_manifest::Manifest::new(json!({"apiVersion": "v1", "kind": "Secret",
    ///     "metadata": {"name": "key"}, "type": "Opaque"})).unwrap().with_content(fields);
    /// let sealed = secret(json!({"immutable": true, "data": {"cutover.dev/sealed": "unchanged"}}));
    /// let file = secret(json!({"stringData": {"token": "one"}}));
    /// assert_eq!(sealed.with_values_of(&file), secret(json!({"immutable": true, "stringData": {"token": "one"}})));
    /// ```
    #[must_use]
    pub fn with_values_of(&self, other: &Self) -> Self {
        let mut value = self.value().clone();
        pointer::remove(&mut value, DATA.pointer());
        for place in other
            .unsealed()
            .iter()
            .map(String::as_str)
            .chain([DATA.pointer()])
        {
            if let Some(values) = other.pointer(place) {
                pointer::put(&mut value, place, values.clone());
            }
        }
        self.with_content(value)
    }

    /// Where a Secret may repeat its data beside `data`, as JSON pointers.
    ///
    /// ```
    /// # use serde_json::json;
    /// let secret = json!({"apiVersion": "v1", "kind": "Secret", "stringdata": {"a": "b"},
    ///     "metadata": {"name": "key", "annotations": {"kapp.k14s.io/original": "{}"}}});
    /// let secret = cutover_manifest::Manifest::new(secret).unwrap();
    /// assert_eq!(secret.unsealed(), ["/stringdata", "/metadata/annotations/kapp.k14s.io~1original"]);
    /// ```
    pub fn unsealed(&self) -> Vec<String> {
        let mut pointers = Vec::new();
        if !self.is_secret() {
            return pointers;
        }
        let fields = self.value().as_object().into_iter().flatten();
        for (field, _) in fields {
            if field == "stringData" || !FIELDS.contains(&field.as_str()) {
                pointers.push(format!("/{}", escape(field)));
            }
        }
        let annotations = self
            .pointer("/metadata/annotations")
            .and_then(Value::as_object);
        for (key, value) in annotations.into_iter().flatten() {
            if COPIES.contains(&key.as_str()) || holds_object(value) {
                pointers.push(format!("/metadata/annotations/{}", escape(key)));
            }
        }
        pointers
    }

    /// A field of a Secret that Kubernetes does not know.
    pub(crate) fn unknown_field(&self) -> Option<&str> {
        let mut fields = self.value().as_object()?.keys();
        let unknown = fields.find(|field| !FIELDS.contains(&field.as_str()))?;
        self.is_secret().then_some(unknown)
    }

    /// All of a Secret's data as one text: keys and values with their lengths before them, so that
    /// no two contents run together alike.
    ///
    /// `stringData` is folded into `data`, as the API server does, so a file and the object that it
    /// made have one text.
    #[cfg(feature = "seal")]
    pub(crate) fn data_text(&self) -> String {
        folded(self.value())
            .iter()
            .map(|(key, value)| format!("{}:{key}{}:{value}", key.len(), value.len()))
            .collect()
    }

    fn with_data(&self, seal: &str) -> Self {
        if !self.is_secret() || self.is_sealed() {
            return self.clone();
        }
        let mut sealed = self.value().clone();
        for pointer in self.unsealed() {
            pointer::remove(&mut sealed, &pointer);
        }
        self.with_content(sealed)
            .with(DATA, json!({ SEALED: seal }))
    }
}

/// Whether a text is an object of Kubernetes as JSON.
fn holds_object(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    serde_json::from_str::<Value>(text)
        .is_ok_and(|value| value.get("kind").is_some() || value.get("data").is_some())
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
    fn nothing_shows_what_is_sealed() {
        let check = |place: &str, value: Value| {
            let open = secret(json!({"stringData": {"a": "hunter2"}, "type": "Opaque"}))
                .set("/metadata/annotations", json!({"team": "front"}))
                .unwrap()
                .set(place, value)
                .unwrap();
            assert!(!open.is_sealed(), "{place}");
            let sealed = open.redacted();
            assert!(sealed.is_sealed(), "{place}");
            assert_eq!(sealed.redacted(), sealed, "{place}");
            assert!(!sealed.value().to_string().contains("hunter2"), "{place}");
            let annotations = sealed.pointer("/metadata/annotations");
            assert_eq!(annotations, Some(&json!({"team": "front"})), "{place}");
            assert_eq!(sealed.pointer("/type"), Some(&json!("Opaque")));
            assert!(!format!("{open:?}").contains("hunter2"));
        };
        for key in COPIES {
            let key = format!("/metadata/annotations/{}", escape(key));
            check(&key, "hunter2".into());
        }
        let copy = json!({"kind": "Secret", "data": {"a": "hunter2"}}).to_string();
        check("/metadata/annotations/example.com~1copy", copy.into());
        check("/stringdata", json!({"a": "hunter2"}));
        check("/Data", json!({"a": "hunter2"}));
        check("/spec", json!({"a": "hunter2"}));
    }

    #[test]
    fn other_kinds_stay_as_they_are() {
        let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"a": "b"}});
        let map = Manifest::new(map).unwrap();
        assert_eq!(map.redacted(), map);
        assert!(!map.is_sealed());
    }
}
