use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{BadPathSegment, Error, PathSegment};

/// The identity of a Kubernetes object: its type, its namespace where the manifest has one, and its
/// name.
///
/// The order is that of the fields, so that equal sets of objects are always listed alike.
///
/// ```
/// use cutover_manifest::ObjectRef;
///
/// let hello = ObjectRef::new("apps/v1", "Deployment", None, "hello");
/// assert_eq!(hello.to_string(), "Deployment hello");
/// assert_eq!((hello.group(), hello.version()), ("apps", "v1"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", try_from = "Fields")]
pub struct ObjectRef {
    /// Group and version, as `apps/v1`, or `v1` for the core group.
    pub api_version: String,
    /// The kind, as `Deployment`.
    pub kind: String,
    /// The namespace that the manifest names; absent where it names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The name, unique for the kind in its namespace.
    pub name: String,
}

/// An identity as a document states it: nothing in it is read as a path.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Fields {
    api_version: String,
    kind: String,
    #[serde(default)]
    namespace: Option<String>,
    name: String,
}

impl ObjectRef {
    /// An identity from its parts.
    ///
    /// ```
    /// let route = cutover_manifest::ObjectRef::new("gateway.networking.k8s.io/v1", "HTTPRoute", Some("prod"), "hello");
    /// assert_eq!(route.to_string(), "HTTPRoute prod/hello");
    /// ```
    pub fn new(api_version: &str, kind: &str, namespace: Option<&str>, name: &str) -> Self {
        Self {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            namespace: namespace.map(str::to_owned),
            name: name.to_owned(),
        }
    }

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
        Ok(())
    }

    /// The API group: empty for the core group.
    ///
    /// ```
    /// assert_eq!(cutover_manifest::ObjectRef::new("v1", "Service", None, "hello").group(), "");
    /// ```
    pub fn group(&self) -> &str {
        self.api_version
            .split_once('/')
            .map_or("", |(group, _)| group)
    }

    /// The version inside the group.
    ///
    /// ```
    /// assert_eq!(cutover_manifest::ObjectRef::new("v1", "Service", None, "hello").version(), "v1");
    /// ```
    pub fn version(&self) -> &str {
        self.api_version
            .split_once('/')
            .map_or(self.api_version.as_str(), |(_, version)| version)
    }

    /// Whether both are one object in the cluster: versions of a group are views of the same
    /// object.
    ///
    /// ```
    /// use cutover_manifest::ObjectRef;
    ///
    /// let old = ObjectRef::new("autoscaling/v1", "HorizontalPodAutoscaler", None, "hello");
    /// let new = ObjectRef::new("autoscaling/v2", "HorizontalPodAutoscaler", None, "hello");
    /// assert!(old.is_same_object(&new) && old != new);
    /// ```
    pub fn is_same_object(&self, other: &Self) -> bool {
        (self.group(), &self.kind, &self.namespace, &self.name)
            == (other.group(), &other.kind, &other.namespace, &other.name)
    }
}

impl TryFrom<Fields> for ObjectRef {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self, Error> {
        let object = Self {
            api_version: fields.api_version,
            kind: fields.kind,
            namespace: fields.namespace,
            name: fields.name,
        };
        object.refused(["namespace", "name"])?;
        Ok(object)
    }
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} {namespace}/{}", self.kind, self.name),
            None => write!(f, "{} {}", self.kind, self.name),
        }
    }
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
