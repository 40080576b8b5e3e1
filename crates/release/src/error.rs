//! Why there is no release.

use cutover_manifest::ObjectRef;

/// Why there is no release. Each says where, and what to do.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A manifest is not what its kind says.
    #[error(transparent)]
    Manifest(#[from] cutover_manifest::Error),
    /// What was asked for cannot be planned safely (rule 10 of the planner).
    #[error("{}", .0.text())]
    Refused(Box<Refusal>),
}

/// Where and why something is refused, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The object that it is about.
    pub object: Option<ObjectRef>,
    /// A JSON pointer to the field; empty for the whole object.
    pub pointer: String,
    /// Why.
    pub reason: String,
    /// What to do; empty where the reason says it.
    pub hint: String,
}

impl Refusal {
    fn text(&self) -> String {
        let object = self
            .object
            .as_ref()
            .map(|object| format!("{object}: "))
            .unwrap_or_default();
        let field = if self.pointer.is_empty() {
            String::new()
        } else {
            format!("{}: ", self.pointer)
        };
        let hint = if self.hint.is_empty() {
            String::new()
        } else {
            format!("\nhint: {}", self.hint)
        };
        format!("{object}{field}{}{hint}", self.reason)
    }
}

impl Error {
    /// The object that the error is about, for whoever knows which file it came from.
    pub fn object(&self) -> Option<&ObjectRef> {
        match self {
            Self::Refused(refusal) => refusal.object.as_ref(),
            Self::Manifest(_) => None,
        }
    }

    /// The JSON pointer of the field that the error is about; empty where there is none.
    pub fn pointer(&self) -> &str {
        match self {
            Self::Refused(refusal) => &refusal.pointer,
            Self::Manifest(_) => "",
        }
    }
}

/// A refusal of an object's field.
pub fn refuse(
    object: &ObjectRef,
    pointer: &str,
    reason: impl Into<String>,
    hint: impl Into<String>,
) -> Error {
    Error::Refused(Box::new(Refusal {
        object: Some(object.clone()),
        pointer: pointer.into(),
        reason: reason.into(),
        hint: hint.into(),
    }))
}

/// A refusal of what was asked for as a whole.
pub fn refuse_all(reason: impl Into<String>, hint: impl Into<String>) -> Error {
    Error::Refused(Box::new(Refusal {
        object: None,
        pointer: String::new(),
        reason: reason.into(),
        hint: hint.into(),
    }))
}
