//! Identities as documents state them: nothing in them is read as a path.

use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

use crate::kinds::misspelt;
use crate::{BadPathSegment, Error, ObjectRef, PathSegment};

impl ObjectRef {
    /// The identity that a raw object states.
    ///
    /// # Errors
    ///
    /// Where the value is no map, or `apiVersion`, `kind` or `metadata.name` is no text or empty,
    /// or `metadata.namespace` is no text, or where one of them is no [`PathSegment`] (an
    /// `apiVersion`: one or two of them).
    ///
    /// ```
    /// use cutover_manifest::ObjectRef;
    /// use serde_json::json;
    ///
    /// let value = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}});
    /// assert_eq!(ObjectRef::of(&value).unwrap().name, "hello");
    /// assert!(ObjectRef::of(&json!({"kind": "Service"})).is_err());
    /// ```
    pub fn of(value: &Value) -> Result<Self, Error> {
        if !value.is_object() {
            return Err(Error::NotAMap);
        }
        let kind = text(value, "/kind").ok_or(Error::Missing { field: "kind" })?;
        let api_version = text(value, "/apiVersion").ok_or(Error::Missing {
            field: "apiVersion",
        })?;
        let name = text(value, "/metadata/name").ok_or_else(|| nameless(kind, value))?;
        let namespace = value
            .pointer("/metadata/namespace")
            .filter(|namespace| !namespace.is_null());
        if namespace.is_some_and(|namespace| !namespace.is_string()) {
            return Err(Error::Missing {
                field: "metadata.namespace",
            });
        }
        let namespace = text(value, "/metadata/namespace");
        let object = Self::new(api_version, kind, namespace, name);
        object.refused(["metadata.namespace", "metadata.name"])?;
        Ok(object)
    }

    /// Refuses texts that may not become segments of a path, by the names of their fields.
    fn refused(&self, [namespace_field, name_field]: [&'static str; 2]) -> Result<(), Error> {
        refuse("kind", &self.kind, PathSegment::kind)?;
        refuse("apiVersion", &self.api_version, PathSegment::group_version)?;
        refuse(name_field, &self.name, PathSegment::name)?;
        if let Some(namespace) = &self.namespace {
            refuse(namespace_field, namespace, PathSegment::name)?;
        }
        self.spelt_otherwise()
    }

    /// Refuses what kubectl would take for another kind than the plan does.
    fn spelt_otherwise(&self) -> Result<(), Error> {
        let (field, text, meant) = if self.group() == "core" {
            ("apiVersion", &self.api_version, Some("v1"))
        } else {
            ("kind", &self.kind, misspelt(self.group(), &self.kind))
        };
        match meant {
            None => Ok(()),
            Some(meant) => Err(Error::Segment {
                field,
                text: text.clone(),
                reason: BadPathSegment::Spelt(meant),
            }),
        }
    }
}

impl<'de> Deserialize<'de> for ObjectRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = Fields::deserialize(deserializer)?;
        let object = Self {
            api_version: fields.api_version,
            kind: fields.kind,
            namespace: fields.namespace,
            name: fields.name,
        };
        match object.refused(["namespace", "name"]) {
            Ok(()) => Ok(object),
            Err(error) => Err(de::Error::custom(error)),
        }
    }
}

/// The fields of an identity in a document of ours.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Fields {
    api_version: String,
    kind: String,
    #[serde(default)]
    namespace: Option<String>,
    name: String,
}

/// Refuses a text that may not become a segment of a path.
fn refuse<'a>(
    field: &'static str,
    text: &'a str,
    parse: impl FnOnce(&'a str) -> Result<PathSegment<'a>, BadPathSegment>,
) -> Result<(), Error> {
    match parse(text) {
        Ok(_) => Ok(()),
        Err(reason) => Err(Error::Segment {
            field,
            text: text.to_owned(),
            reason,
        }),
    }
}

fn nameless(kind: &str, value: &Value) -> Error {
    match text(value, "/metadata/generateName") {
        Some(prefix) => Error::GenerateName {
            kind: kind.to_owned(),
            prefix: prefix.to_owned(),
        },
        None => Error::Missing {
            field: "metadata.name",
        },
    }
}

fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value
        .pointer(pointer)?
        .as_str()
        .filter(|text| !text.is_empty())
}
