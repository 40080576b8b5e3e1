//! What clusters, waves and contexts are called.

use std::fmt;
use std::ops::Deref;

use cutover_manifest::{PathSegment, is_invisible};
use serde::{Deserialize, Serialize};

/// The name of a cluster or of a wave: text that may become a part of a path, without what nobody
/// sees.
///
/// ```
/// use cutover_fleet::Name;
///
/// assert_eq!(Name::new("eu-1")?.to_string(), "eu-1");
/// assert!(Name::new("../eu-1").is_err());
/// # Ok::<(), cutover_fleet::BadName>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

/// The context of a kubeconfig by which a cluster is reached.
///
/// ```
/// use cutover_fleet::Context;
///
/// assert!(Context::new("arn:aws:eks:eu-central-1:1:cluster/eu-1").is_ok());
/// assert!(Context::new("eu\n1").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Context(String);

/// A text is no name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{name}` is not a name: {reason}\nhint: write letters, digits, `-`, `_` and `.`, e.g. eu-1"
)]
pub struct BadName {
    name: String,
    reason: String,
}

/// The longest name, in bytes: that of the API server's.
const LONGEST: usize = 253;

impl Name {
    /// The name, where it is one.
    ///
    /// # Errors
    ///
    /// A text that is empty, longer than 253 bytes, `.` or `..`, or that has a `/`, a `%`, or a
    /// control or format character.
    pub fn new(text: impl Into<String>) -> Result<Self, BadName> {
        let text = text.into();
        match PathSegment::name(&text) {
            Ok(_) if text.len() <= LONGEST => Ok(Self(text)),
            Ok(_) => Err(BadName::long(text)),
            Err(reason) => Err(BadName {
                reason: reason.to_string(),
                name: text,
            }),
        }
    }

    /// The wave of those clusters that no other one selects.
    pub(crate) fn unmatched() -> Self {
        Self("unmatched".into())
    }
}

impl Context {
    /// The context, where it is one.
    ///
    /// # Errors
    ///
    /// A text that is empty, longer than 253 bytes, or has a control or format character.
    pub fn new(text: impl Into<String>) -> Result<Self, BadName> {
        let name = text.into();
        let reason = match name.chars().find(|character| is_invisible(*character)) {
            Some(character) => format!("it may not contain {character:?}"),
            None if name.is_empty() => "it is empty".to_owned(),
            None if name.len() > LONGEST => return Err(BadName::long(name)),
            None => return Ok(Self(name)),
        };
        Err(BadName { name, reason })
    }
}

impl BadName {
    fn long(name: String) -> Self {
        let reason = format!("it has {LONGEST} bytes at most");
        Self { name, reason }
    }
}

impl TryFrom<String> for Name {
    type Error = BadName;

    fn try_from(text: String) -> Result<Self, BadName> {
        Self::new(text)
    }
}

impl TryFrom<String> for Context {
    type Error = BadName;

    fn try_from(text: String) -> Result<Self, BadName> {
        Self::new(text)
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

impl From<Context> for String {
    fn from(context: Context) -> Self {
        context.0
    }
}

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Deref for Context {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The names one after the other, all of them: who has to mend a fleet needs each.
pub(crate) fn all<'a>(names: impl IntoIterator<Item = &'a Name>) -> String {
    let names: Vec<&str> = names.into_iter().map(|name| &**name).collect();
    names.join(", ")
}
