use std::fmt;

use serde::Serialize;

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
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
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
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} {namespace}/{}", self.kind, self.name),
            None => write!(f, "{} {}", self.kind, self.name),
        }
    }
}
