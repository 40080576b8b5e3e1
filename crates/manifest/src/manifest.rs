use std::fmt;
use std::sync::{Arc, OnceLock};

use cutover_patch::jsonptr::Pointer;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use crate::field::IDENTITY;
#[cfg(feature = "seal")]
use crate::hex::Hex;
use crate::{Digest, Error, Field, NotCanonical, ObjectRef, pointer};

/// One Kubernetes object as raw JSON, unknown fields and custom resources included.
///
/// It always has an identity. A copy is cheap: the value is shared. Serialised it is the object
/// itself; printed for debugging, a Secret's data is left out.
///
/// ```
/// use cutover_manifest::{Field, Manifest};
/// use serde_json::json;
///
/// const REPLICAS: Field = Field::new("/spec/replicas");
/// let hello = Manifest::new(json!({
///     "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello"}, "spec": {"replicas": 3}
/// })).unwrap();
/// let grown = hello.with(REPLICAS, json!(4));
/// assert_eq!(grown.object(), hello.object());
/// assert_eq!(grown.pointer("/spec/replicas"), Some(&json!(4)));
/// ```
#[derive(Clone)]
pub struct Manifest(Arc<Content>);

#[derive(Clone)]
struct Content {
    /// Shared with the bundles that hold the manifest, so that a copy of a bundle copies no texts.
    object: Arc<ObjectRef>,
    value: Value,
    /// Made once, when it is first asked for.
    digest: OnceLock<Digest>,
    /// The slow digest of a Secret's data, and its salt: made once too, and never shown but in a
    /// seal.
    #[cfg(feature = "seal")]
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
        Ok(Self::of(Arc::new(ObjectRef::of(&value)?), value))
    }

    /// A manifest whose value states this identity.
    fn of(object: Arc<ObjectRef>, value: Value) -> Self {
        Self(Arc::new(Content {
            object,
            value,
            digest: OnceLock::new(),
            #[cfg(feature = "seal")]
            stretched: OnceLock::new(),
        }))
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

    pub(crate) fn shared_object(&self) -> Arc<ObjectRef> {
        self.0.object.clone()
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

    /// Whether both digests are known, and the same: then nothing needs to be compared.
    fn has_same_digest(&self, other: &Self) -> bool {
        let digests = self.0.digest.get().zip(other.0.digest.get());
        digests.is_some_and(|(own, other)| own == other)
    }

    /// The slow digest of a Secret's data, made once for all copies: under one salt, as a plan has
    /// one for each Secret.
    #[cfg(feature = "seal")]
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
        let Ok(pointer) = Pointer::parse(pointer) else {
            return None;
        };
        let Ok(value) = pointer.resolve(self.value()) else {
            return None;
        };
        Some(value)
    }

    /// A copy with another value in a field.
    ///
    /// It always holds that value then: what is on the way to it and is no map gives way to one.
    ///
    /// ```
    /// use cutover_manifest::{Field, Manifest};
    /// use serde_json::json;
    ///
    /// const TYPE: Field = Field::new("/spec/type");
    /// let service = Manifest::new(json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}}))?;
    /// let reached = service.with(TYPE, json!("NodePort"));
    /// assert_eq!(reached.pointer("/spec"), Some(&json!({"type": "NodePort"})));
    /// # Ok::<(), cutover_manifest::Error>(())
    /// ```
    #[must_use]
    pub fn with(&self, field: Field, value: Value) -> Self {
        if self.pointer(field.pointer()) == Some(&value) {
            return self.clone();
        }
        let mut copy = self.value().clone();
        pointer::put(&mut copy, field.pointer(), value);
        self.with_content(copy)
    }

    /// A copy with an entry of the map in a field.
    ///
    /// ```
    /// use cutover_manifest::{Field, Manifest};
    /// use serde_json::json;
    ///
    /// const LABELS: Field = Field::new("/metadata/labels");
    /// let service = Manifest::new(json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}}))?;
    /// let labelled = service.with_entry(LABELS, "example.com/team", json!("front"));
    /// assert_eq!(labelled.pointer("/metadata/labels"), Some(&json!({"example.com/team": "front"})));
    /// # Ok::<(), cutover_manifest::Error>(())
    /// ```
    #[must_use]
    pub fn with_entry(&self, map: Field, key: &str, value: Value) -> Self {
        let mut copy = self.value().clone();
        let entry = format!("{map}/{}", pointer::escape(key));
        pointer::put(&mut copy, &entry, value);
        self.with_content(copy)
    }

    /// A copy without a field, as it was where it is absent.
    ///
    /// ```
    /// use cutover_manifest::{Field, Manifest};
    /// use serde_json::json;
    ///
    /// const UID: Field = Field::new("/metadata/uid");
    /// let live = Manifest::new(json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello", "uid": "1"}}))?;
    /// assert_eq!(live.without(UID).pointer("/metadata/uid"), None);
    /// # Ok::<(), cutover_manifest::Error>(())
    /// ```
    #[must_use]
    pub fn without(&self, field: Field) -> Self {
        if self.pointer(field.pointer()).is_none() {
            return self.clone();
        }
        let mut copy = self.value().clone();
        pointer::remove(&mut copy, field.pointer());
        self.with_content(copy)
    }

    /// The same object with other content: what is merged of states of one object is one of it.
    ///
    /// What `content` says of `apiVersion`, `kind`, `metadata.name` and `metadata.namespace` does not
    /// count.
    ///
    /// ```
    /// use cutover_manifest::Manifest;
    /// use serde_json::json;
    ///
    /// let service = Manifest::new(json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}}))?;
    /// let other = service.with_content(json!({"metadata": {"name": "other"}, "spec": {"type": "NodePort"}}));
    /// assert_eq!(other.object(), service.object());
    /// assert_eq!(other.pointer("/spec/type"), Some(&json!("NodePort")));
    /// # Ok::<(), cutover_manifest::Error>(())
    /// ```
    #[must_use]
    pub fn with_content(&self, mut content: Value) -> Self {
        for identity in IDENTITY {
            let (own, other) = (self.pointer(identity), content.pointer(identity));
            match own {
                Some(own) if other != Some(own) => {
                    pointer::put(&mut content, identity, own.clone())
                }
                None if other.is_some() => drop(pointer::remove(&mut content, identity)),
                Some(_) | None => {}
            }
        }
        Self::of(self.shared_object(), content)
    }

    /// A copy with `value` at any JSON pointer; absent parents are made, as maps.
    ///
    /// In a list, `-` or the index after the last appends. A field that a program names is better
    /// set by [`Manifest::with`], which cannot fail.
    ///
    /// # Errors
    ///
    /// [`Error::Pointer`] for what is no pointer, a way through a scalar or past the end of a list;
    /// and what [`Manifest::new`] refuses, where the object loses its identity.
    ///
    /// ```
    /// # let json = serde_json::json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}});
    /// # let service = cutover_manifest::Manifest::new(json)?;
    /// let picky = service.set("/spec/selector/track", "canary".into())?;
    /// assert_eq!(picky.pointer("/spec"), Some(&serde_json::json!({"selector": {"track": "canary"}})));
    /// let error = service.set("spec.type", "NodePort".into()).unwrap_err();
    /// assert_eq!(error.to_string(), "Service hello: `spec.type`: a JSON pointer starts with `/`");
    /// # Ok::<(), cutover_manifest::Error>(())
    /// ```
    pub fn set(&self, pointer: &str, value: Value) -> Result<Self, Error> {
        let mut copy = self.value().clone();
        pointer::set(&mut copy, pointer, value).map_err(|reason| Error::Pointer {
            object: Box::new(self.object().clone()),
            pointer: pointer.to_owned(),
            reason,
        })?;
        Self::new(copy)
    }
}

impl PartialEq for Manifest {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || self.has_same_digest(other)
            || self.value() == other.value()
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
        let service = service();
        let missing = |field| Err(Error::Missing { field });
        assert_eq!(
            service.set("/metadata/name", json!(1)),
            missing("metadata.name")
        );
        assert_eq!(service.set("", json!([])), Err(Error::NotAMap));
        let placed = service.set("/metadata/namespace", json!("prod")).unwrap();
        assert_eq!(placed.object().to_string(), "Service prod/hello");
        assert!(matches!(
            service.set("/kind/of", json!(1)),
            Err(Error::Pointer { .. })
        ));
        for content in [
            json!(null),
            json!([]),
            json!({"kind": "Pod", "metadata": {"namespace": "prod"}}),
        ] {
            let other = service.with_content(content);
            assert_eq!(
                Manifest::new(other.value().clone()).unwrap().object(),
                service.object()
            );
        }
    }

    #[test]
    fn an_edit_leaves_the_original_alone() {
        const TYPE: Field = Field::new("/spec/type");
        const SPEC: Field = Field::new("/spec");
        let before = service();
        let after = before.with(TYPE, json!("NodePort"));
        assert_ne!(before, after);
        assert_eq!(after.without(SPEC), before);
    }

    #[test]
    fn json_is_the_object_itself() {
        let json = serde_json::to_value(service()).unwrap();
        assert_eq!(&json, service().value());
        assert_eq!(serde_json::from_value::<Manifest>(json).unwrap(), service());
        assert!(serde_json::from_value::<Manifest>(json!({"kind": "Service"})).is_err());
    }
}
