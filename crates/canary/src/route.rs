//! A route that a canary shifts requests by.

use std::fmt;
use std::str::FromStr;

use cutover_manifest::ObjectRef;
use serde::{Deserialize, Serialize};

/// A route by which a canary shifts requests, as a strategy file names it.
///
/// ```
/// use cutover_canary::Route;
///
/// let route: Route = "httproute/hello".parse()?;
/// assert_eq!(route, serde_json::from_str(r#"{"kind": "HTTPRoute", "name": "hello"}"#)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Route {
    /// Its group and version (default: any).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_version: Option<String>,
    /// Its kind, `HTTPRoute`.
    pub kind: String,
    /// Its namespace (default: any).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// Which of its rules, by name or by number from 0 (default: all that send requests to the
    /// workload's Service).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleName>,
}

/// A rule of a route, as a person names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum RuleName {
    /// By its place in the list, from 0.
    Index(usize),
    /// By its name.
    Name(String),
}

/// A text names no route.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` does not name a route\nhint: write KIND/NAME, e.g. httproute/hello, or NAMESPACE/KIND/NAME"
)]
pub struct BadRoute(String);

impl Route {
    /// Whether this is its reference. Kinds are the same in upper and lower case.
    pub(crate) fn names(&self, object: &ObjectRef) -> bool {
        let is_near = match (&self.namespace, &object.namespace) {
            (Some(wanted), Some(namespace)) => wanted == namespace,
            (Some(_), None) | (None, _) => true,
        };
        let version = self.api_version.as_ref();
        is_near
            && self.name == object.name
            && self.kind.eq_ignore_ascii_case(&object.kind)
            && version.is_none_or(|version| *version == object.api_version)
    }
}

/// As a flag has it.
impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(namespace) = &self.namespace {
            write!(f, "{namespace}/")?;
        }
        write!(f, "{}/{}", self.kind.to_ascii_lowercase(), self.name)
    }
}

impl FromStr for Route {
    type Err = BadRoute;

    fn from_str(text: &str) -> Result<Self, BadRoute> {
        let parts: Vec<&str> = text.split('/').collect();
        let (namespace, kind, name) = match parts.as_slice() {
            [kind, name] => (None, *kind, *name),
            [namespace, kind, name] => (Some((*namespace).to_owned()), *kind, *name),
            _ => return Err(BadRoute(text.to_owned())),
        };
        if parts.contains(&"") {
            return Err(BadRoute(text.to_owned()));
        }
        // The one kind that is known is written as the API has it.
        let kind = match kind.eq_ignore_ascii_case("HTTPRoute") {
            true => "HTTPRoute",
            false => kind,
        };
        Ok(Self {
            api_version: None,
            kind: kind.to_owned(),
            namespace,
            name: name.to_owned(),
            rules: Vec::new(),
        })
    }
}

impl fmt::Display for RuleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => write!(f, "{index}"),
            Self::Name(name) => f.write_str(name),
        }
    }
}
