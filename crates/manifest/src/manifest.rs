use std::fmt;
use std::sync::{Arc, OnceLock};

use cutover_patch::jsonptr::Pointer;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use crate::hex::Hex;
use crate::{Digest, Error, NotCanonical, ObjectRef, pointer};

/// One Kubernetes object as raw JSON, unknown fields and custom resources included.
///
/// It always has an identity. A copy is cheap: the value is shared. Serialised it is the object
/// itself; printed for debugging, a Secret's data is left out.
///
/// ```
/// use cutover_manifest::Manifest;
/// use serde_json::json;
///
/// let hello = Manifest::new(json!({
///     "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello"}, "spec": {"replicas": 3}
/// })).unwrap();
/// let grown = hello.set("/spec/replicas", json!(4));
/// assert_eq!(grown.object(), hello.object());
/// assert_eq!(grown.pointer("/spec/replicas"), Some(&json!(4)));
/// ```
#[derive(Clone)]
pub struct Manifest(Arc<Content>);

#[derive(Clone)]
struct Content {
    object: ObjectRef,
    value: Value,
    /// Made once, when it is first asked for.
    digest: OnceLock<Digest>,
    /// The slow digest of a Secret's data, and its salt: made once too, and never shown but in a
    /// seal.
    stretched: OnceLock<(Hex<16>, Hex<16>)>,
}

impl Manifest {
    /// A manifest from a raw object.
    ///
    /// # Errors
    ///
    /// Where the value is no map, or `apiVersion`, `kind` or `metadata.name` is no text or empty.
    ///
    /// ```
    /// let error = cutover_manifest::Manifest::new(serde_json::json!({"kind": "Service"})).unwrap_err();
    /// assert!(error.to_string().contains("`apiVersion`"));
    /// ```
    pub fn new(value: Value) -> Result<Self, Error> {
        let object = ObjectRef::of(&value)?;
        Ok(Self(Arc::new(Content {
            object,
            value,
            digest: OnceLock::new(),
            stretched: OnceLock::new(),
        })))
    }

    /// The identity that the object states.
    ///
    /// ```
    /// # let json = serde_json::json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}});
    /// assert_eq!(cutover_manifest::Manifest::new(json).unwrap().object().to_string(), "Service hello");
    /// ```
    pub fn object(&self) -> &ObjectRef {
        &self.0.object
    }

    /// The raw object.
    ///
    /// ```
    /// # let json = serde_json::json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}});
    /// assert_eq!(cutover_manifest::Manifest::new(json.clone()).unwrap().value(), &json);
    /// ```
    pub fn value(&self) -> &Value {
        &self.0.value
    }

    /// The raw object, without a copy where this is the only holder.
    ///
    /// ```
    /// # let json = serde_json::json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}});
    /// assert_eq!(cutover_manifest::Manifest::new(json.clone()).unwrap().into_value(), json);
    /// ```
    pub fn into_value(self) -> Value {
        Arc::unwrap_or_clone(self.0).value
    }

    /// The digest of the raw object, made once for all copies.
    ///
    /// # Errors
    ///
    /// A number past 64 bits.
    ///
    /// ```
    /// # let json = serde_json::json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}});
    /// let service = cutover_manifest::Manifest::new(json.clone()).unwrap();
    /// assert_eq!(service.digest()?, &cutover_manifest::Digest::of(&json)?);
    /// # Ok::<(), cutover_manifest::NotCanonical>(())
    /// ```
    pub fn digest(&self) -> Result<&Digest, NotCanonical> {
        if let Some(digest) = self.0.digest.get() {
            return Ok(digest);
        }
        let digest = Digest::of(self.value())?;
        Ok(self.0.digest.get_or_init(|| digest))
    }

    /// The slow digest of a Secret's data, made once for all copies: under one salt, as a plan has
    /// one for each Secret.
    pub(crate) fn stretched(&self, salt: Hex<16>, make: impl Fn(Hex<16>) -> Hex<16>) -> Hex<16> {
        let (known, digest) = self.0.stretched.get_or_init(|| (salt, make(salt)));
        match *known == salt {
            true => *digest,
            false => make(salt),
        }
    }

    /// What stands at a JSON pointer (RFC 6901).
    ///
    /// ```
    /// # let json = serde_json::json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}});
    /// let service = cutover_manifest::Manifest::new(json).unwrap();
    /// assert_eq!(service.pointer("/metadata/name").unwrap(), "hello");
    /// assert_eq!(service.pointer("/spec"), None);
    /// ```
    pub fn pointer(&self, pointer: &str) -> Option<&Value> {
        // serde_json's own copies every token twice.
        Pointer::parse(pointer).ok()?.resolve(self.value()).ok()
    }

    /// An edited copy.
    ///
    /// An edit that takes the object's identity away is not made: the copy is then the manifest as
    /// it was.
    ///
    /// ```
    /// # let json = serde_json::json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}});
    /// # let service = cutover_manifest::Manifest::new(json).unwrap();
    /// let renamed = service.with(|value| value["metadata"]["name"] = "hello-preview".into());
    /// assert_eq!(renamed.object().to_string(), "Service hello-preview");
    /// ```
    #[must_use]
    pub fn with(&self, edit: impl FnOnce(&mut Value)) -> Self {
        let mut value = self.value().clone();
        edit(&mut value);
        Self::new(value).unwrap_or_else(|_| self.clone())
    }

    /// A copy with `value` at a JSON pointer; absent parents are made, as maps.
    ///
    /// In a list, `-` or the index after the last appends. A path through a scalar or past the end
    /// of a list cannot be made: the copy is then the manifest as it was.
    ///
    /// ```
    /// # let json = serde_json::json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}});
    /// # let service = cutover_manifest::Manifest::new(json).unwrap();
    /// let picky = service.set("/spec/selector/track", "canary".into());
    /// assert_eq!(picky.pointer("/spec").unwrap(), &serde_json::json!({"selector": {"track": "canary"}}));
    /// ```
    #[must_use]
    pub fn set(&self, pointer: &str, value: Value) -> Self {
        let mut copy = self.value().clone();
        match pointer::set(&mut copy, pointer, value) {
            Some(()) => Self::new(copy).unwrap_or_else(|_| self.clone()),
            None => self.clone(),
        }
    }

    /// A copy without what stands at a JSON pointer, as it was where nothing does.
    ///
    /// ```
    /// # let json = serde_json::json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello", "uid": "1"}});
    /// # let service = cutover_manifest::Manifest::new(json).unwrap();
    /// assert_eq!(service.without("/metadata/uid").pointer("/metadata/uid"), None);
    /// ```
    #[must_use]
    pub fn without(&self, pointer: &str) -> Self {
        if self.pointer(pointer).is_none() {
            return self.clone();
        }
        self.with(|value| drop(pointer::remove(value, pointer)))
    }
}

impl PartialEq for Manifest {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.value() == other.value()
    }
}

impl Eq for Manifest {}

impl fmt::Debug for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Manifest")
            .field(self.redacted().value())
            .finish()
    }
}

impl Serialize for Manifest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Manifest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(Value::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn service() -> Manifest {
        Manifest::new(json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}}))
            .unwrap()
    }

    #[test]
    fn an_edit_never_takes_the_identity_away() {
        let before = service();
        assert_eq!(before.without("/kind"), before);
        assert_eq!(before.set("/metadata/name", json!(1)), before);
        assert_eq!(before.set("", json!([])), before);
        assert_eq!(before.with(|value| *value = Value::Null), before);
        assert_eq!(before.set("/kind/of", json!(1)), before);
        assert_eq!(
            before
                .set("/metadata/namespace", json!("prod"))
                .object()
                .to_string(),
            "Service prod/hello"
        );
    }

    #[test]
    fn an_edit_leaves_the_original_alone() {
        let before = service();
        let after = before.set("/spec/type", json!("NodePort"));
        assert_ne!(before, after);
        assert_eq!(after.without("/spec"), before);
    }

    #[test]
    fn json_is_the_object_itself() {
        let json = serde_json::to_value(service()).unwrap();
        assert_eq!(&json, service().value());
        assert_eq!(serde_json::from_value::<Manifest>(json).unwrap(), service());
        assert!(serde_json::from_value::<Manifest>(json!({"kind": "Service"})).is_err());
    }
}
