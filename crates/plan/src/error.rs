//! What can go wrong when a plan is made or read.

use cutover_manifest::ObjectRef;

/// Why there is no plan. Each says where, and what to do.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A manifest is not what its kind says.
    #[error(transparent)]
    Manifest(#[from] cutover_manifest::Error),
    /// What was asked for cannot be planned safely (rule 10 of the planner).
    #[error("{}", .0.text())]
    Refused(Box<Refusal>),
    /// A plan is not a plan, or not the one that was made.
    #[error("{place}: {reason}\nhint: {hint}")]
    Plan {
        /// A JSON pointer into the plan, or its step.
        place: String,
        /// What is wrong there.
        reason: String,
        /// What to do.
        hint: String,
    },
    /// A patch does not fit the state before it.
    #[error(
        "step {step}: {object}: {source}\nhint: make the plan anew from the manifests as they are"
    )]
    Patch {
        /// The step, from 1.
        step: usize,
        /// The object.
        object: Box<ObjectRef>,
        /// What the patch says.
        source: Box<cutover_patch::Error>,
    },
    /// There is no such step.
    #[error(
        "there is no step {step}: the plan has {steps}\nhint: 0 is the state before the first step"
    )]
    NoStep {
        /// What was asked for.
        step: usize,
        /// How many there are.
        steps: usize,
    },
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
            Self::Patch { object, .. } => Some(object),
            _ => None,
        }
    }

    /// The JSON pointer of the field that the error is about; empty where there is none.
    pub fn pointer(&self) -> &str {
        match self {
            Self::Refused(refusal) => &refusal.pointer,
            _ => "",
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
