//! A place where a plan differs from another one, as data and in words.

use std::fmt;

use cutover_check::Place;
use cutover_manifest::ObjectRef;
use serde_json::Value;

use crate::text::clean;

/// Something that a plan says and its input does not give, or the other way round.
#[derive(Clone, Debug, PartialEq)]
pub struct Mismatch {
    /// Where in the plan.
    pub place: Place,
    /// What it is about.
    pub subject: Subject,
    /// The JSON pointer of the field that differs; empty for all of it.
    pub pointer: String,
    /// What the plan says; none where it says nothing.
    pub said: Option<Value>,
    /// What the input gives; none where it gives nothing.
    pub made: Option<Value>,
}

/// What a difference between two plans is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Subject {
    /// What a step does to an object.
    Change {
        /// What is done: `create`, `delete`, `patch`, `inverse of the patch of`, `replace pods of`.
        action: &'static str,
        /// The object that the change is of.
        object: ObjectRef,
    },
    /// What a step waits for.
    Gate {
        /// As the plan file names it, e.g. `available`.
        kind: String,
        /// What it looks at, where that is an object.
        object: Option<ObjectRef>,
    },
    /// What only the maker of the plan could see.
    Note,
    /// The document, or a step, itself.
    Place,
    /// What a workload is promised.
    Promise(String),
    /// The share that was asked for a workload.
    Share(String),
    /// An object as it is before the first step.
    Start(ObjectRef),
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.place)?;
        let subject = clean(&self.subject.to_string());
        for part in [&subject, &clean(&self.pointer)] {
            if !part.is_empty() {
                write!(f, "{part}: ")?;
            }
        }
        let shown = |value| {
            if self.pointer.is_empty() {
                String::new()
            } else {
                format!(": {}", short(value))
            }
        };
        match (&self.said, &self.made) {
            (Some(said), Some(made)) => {
                let (said, made) = (short(said), short(made));
                write!(f, "the plan says {said}, the input gives {made}")
            }
            (Some(said), None) => write!(f, "only in the plan{}", shown(said)),
            (None, Some(made)) => write!(f, "not in the plan{}", shown(made)),
            (None, None) => Ok(()),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Change { action, object } => write!(f, "{action} {object}"),
            Self::Gate {
                kind,
                object: Some(object),
            } => write!(f, "gate {kind} of {object}"),
            Self::Gate { kind, object: None } => write!(f, "gate {kind}"),
            Self::Note => f.write_str("note"),
            Self::Place => Ok(()),
            Self::Promise(workload) => write!(f, "promise of workload {workload}"),
            Self::Share(workload) => write!(f, "share of workload {workload}"),
            Self::Start(object) => write!(f, "{object} as it is"),
        }
    }
}

/// So many characters of a value tell which one it is.
const MOST_SHOWN: usize = 80;

fn short(value: &Value) -> String {
    let text = clean(&value.to_string());
    match text.char_indices().nth(MOST_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
