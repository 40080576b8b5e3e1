//! Why there is no plan: which rule refuses what, where, and what to do.

use std::{fmt, iter};

use cutover_manifest::ObjectRef;

use crate::hint::Hint;
use crate::kinds;
use crate::refusal_kind::RefusalKind;

/// Where and why something is refused, and what to do.
///
/// It is displayed as `Deployment hello: /spec/paused: a paused Deployment does not roll out`, with
/// its hint on a second line.
///
/// ```
/// use cutover_release::{Hint, Refusal, kinds};
///
/// let refusal = Refusal::new(kinds::PAUSED, "a paused Deployment does not roll out")
///     .at("/spec/paused")
///     .hint(Hint::Resume);
/// assert_eq!(
///     refusal.to_string(),
///     "/spec/paused: a paused Deployment does not roll out\nhint: resume it first"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    kind: RefusalKind,
    object: Option<ObjectRef>,
    pointer: String,
    reason: String,
    hint: Option<Hint>,
}

impl Refusal {
    /// A refusal of what was asked for as a whole.
    pub fn new(kind: RefusalKind, reason: impl Into<String>) -> Self {
        Self {
            kind,
            object: None,
            pointer: String::new(),
            reason: reason.into(),
            hint: None,
        }
    }

    /// The same, of an object.
    #[must_use]
    pub fn of(mut self, object: &ObjectRef) -> Self {
        self.object = Some(object.clone());
        self
    }

    /// The same, of the field at a JSON pointer.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = pointer.into();
        self
    }

    /// The same, with what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Hint>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The code of the rule that refuses; it stays from version to version.
    pub fn kind(&self) -> RefusalKind {
        self.kind
    }

    /// The object that it is about.
    pub fn object(&self) -> Option<&ObjectRef> {
        self.object.as_ref()
    }

    /// A JSON pointer to the field; empty for the whole object.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Why it is refused, in words for a person.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Object, field and reason, without the hint.
    pub fn message(&self) -> String {
        let object = self.object.as_ref().map(|object| format!("{object}: "));
        let pointer = Some(&self.pointer).filter(|pointer| !pointer.is_empty());
        let pointer = pointer.map(|pointer| format!("{pointer}: "));
        [object, pointer, Some(self.reason.clone())]
            .into_iter()
            .flatten()
            .collect()
    }

    /// What to do; nothing where the reason says it.
    pub fn advice(&self) -> Option<&Hint> {
        self.hint.as_ref()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())?;
        match &self.hint {
            Some(hint) => write!(f, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

/// All that is refused at once: at least one refusal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct Refusals {
    first: Box<Refusal>,
    others: Vec<Refusal>,
}

impl Refusals {
    /// The refusal that was found first.
    pub fn first(&self) -> &Refusal {
        &self.first
    }

    /// Each refusal, in the order in which they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Refusal> {
        iter::once(&*self.first).chain(&self.others)
    }
}

impl From<Refusal> for Refusals {
    fn from(refusal: Refusal) -> Self {
        Self {
            first: Box::new(refusal),
            others: Vec::new(),
        }
    }
}

impl From<cutover_manifest::Error> for Refusals {
    fn from(error: cutover_manifest::Error) -> Self {
        let refusal = match error {
            cutover_manifest::Error::View {
                object,
                pointer,
                reason,
            } => Refusal::new(kinds::TYPE, reason)
                .of(&object)
                .at(pointer)
                .hint("a text stands in quotes, a number and true or false do not"),
            other => Refusal::new(kinds::TYPE, other.to_string()),
        };
        refusal.into()
    }
}

/// Refusals as they are gathered: all of one level are told together.
#[derive(Debug, Default)]
pub(crate) struct Gathered(Vec<Refusal>);

impl Gathered {
    /// Notes what a rule refuses, once.
    pub(crate) fn note(&mut self, judged: Result<(), Refusals>) {
        let Err(Refusals { first, others }) = judged else {
            return;
        };
        for refusal in iter::once(*first).chain(others) {
            if !self.0.contains(&refusal) {
                self.0.push(refusal);
            }
        }
    }

    /// Whether the level holds.
    pub(crate) fn judge(self) -> Result<(), Refusals> {
        let mut refused = self.0.into_iter();
        match refused.next() {
            None => Ok(()),
            Some(first) => Err(Refusals {
                first: Box::new(first),
                others: refused.collect(),
            }),
        }
    }
}

/// A single refusal of an object's field.
pub fn refuse(
    kind: RefusalKind,
    object: &ObjectRef,
    pointer: &str,
    reason: impl Into<String>,
    hint: impl Into<Hint>,
) -> Refusals {
    let refusal = Refusal::new(kind, reason).of(object).at(pointer);
    refusal.hint(hint).into()
}
