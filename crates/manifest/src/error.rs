use std::fmt;

use crate::{BadPathSegment, BadPointer, Finding, ObjectRef, Place, ReadError};

/// Why a manifest cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The document is a list or a scalar.
    #[error("a manifest must be a map\nhint: start it with `apiVersion`, `kind` and `metadata`")]
    NotAMap,
    /// A field that gives the object its identity is absent, empty or no text.
    #[error(
        "`{field}` is missing or is no text\nhint: every manifest has `apiVersion`, `kind` and `metadata.name`"
    )]
    Missing {
        /// The field, as `metadata.name`.
        field: &'static str,
    },
    /// A field that gives the object its identity has a text that no API server takes, and that
    /// could become part of a path.
    #[error(
        "`{field}` is {text:?}: {reason}\nhint: write a kind as Deployment, a name as hello or system:node"
    )]
    Segment {
        /// The field, as `metadata.name`.
        field: &'static str,
        /// The text that it holds.
        text: String,
        /// What is wrong with it.
        reason: BadPathSegment,
    },
    /// The object gets its name from the server, so no plan can speak of it.
    #[error(
        "{kind} has `generateName: {prefix}` and no name\nhint: give it a `metadata.name`; a plan names each object"
    )]
    GenerateName {
        /// The kind of the object.
        kind: String,
        /// The prefix that the server would complete.
        prefix: String,
    },
    /// A Secret has a field that Kubernetes does not know. It may be a misspelt `stringData`, whose
    /// values nothing may show.
    #[error(
        "{object}: `{field}` is no field of a Secret\nhint: `data`, `stringData`, `immutable` and `type` are; mind the capitals"
    )]
    UnknownField {
        /// The object that is at fault.
        object: Box<ObjectRef>,
        /// The name of the field.
        field: String,
    },
    /// A field does not fit the type that Kubernetes has for it.
    #[error("{object}: `{pointer}`: {reason}")]
    View {
        /// The object that is at fault.
        object: Box<ObjectRef>,
        /// The JSON pointer of the field.
        pointer: String,
        /// What does not fit.
        reason: String,
    },
    /// Nothing can be put at a JSON pointer.
    #[error("{object}: `{pointer}`: {reason}")]
    Pointer {
        /// The object that is at fault.
        object: Box<ObjectRef>,
        /// The JSON pointer at which nothing can be put.
        pointer: String,
        /// Why nothing can be put there.
        reason: BadPointer,
    },
    /// A file that cannot be read as YAML or JSON.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A typed object that cannot be written as JSON.
    #[error("{kind}: it cannot be written as JSON: {reason}")]
    Unwritable {
        /// The kind of the object.
        kind: &'static str,
        /// What its type says.
        reason: String,
    },
    /// An error about the object that stands at a place.
    #[error("{place}: {error}")]
    At {
        /// Where the object stands.
        place: Place,
        /// What is wrong with it.
        error: Box<Self>,
    },
    /// Something in the text that kubectl lets pass, but that loses or changes what is written.
    #[error("{0}")]
    Finding(Box<Finding>),
    /// Two manifests of one object.
    #[error("{second}: {object} is already defined in {first}\nhint: remove one of them")]
    Twice {
        /// The object that is at fault.
        object: Box<ObjectRef>,
        /// Where the first one stands.
        first: Place,
        /// Where the second one stands.
        second: Place,
    },
    /// An API version that no supported release of Kubernetes serves.
    #[error("{place}: {object}: Kubernetes serves no `{}` of this kind since {release}\nhint: {hint}", object.api_version)]
    Removed {
        /// Where the object stands.
        place: Place,
        /// The object that is at fault.
        object: Box<ObjectRef>,
        /// The release that no longer serves it, as `1.16`.
        release: &'static str,
        /// The version to use, and what changes with it.
        hint: String,
    },
}

/// All that keeps manifests from being used together; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Errors(Vec<Error>);

impl Errors {
    /// `Ok` where there is none.
    pub(crate) fn refuse(errors: Vec<Error>) -> Result<(), Self> {
        if errors.is_empty() {
            Ok(())
        } else {
            Err(Self(errors))
        }
    }

    /// One by one, in the order of the files.
    ///
    /// ```
    /// # use cutover_manifest::{bundle, read};
    /// let errors = bundle(vec![read("a.yaml", b"- 1\n").unwrap()]).unwrap_err();
    /// assert_eq!(errors.iter().count(), 1);
    /// ```
    pub fn iter(&self) -> std::slice::Iter<'_, Error> {
        self.0.iter()
    }
}

impl From<Error> for Errors {
    fn from(error: Error) -> Self {
        Self(vec![error])
    }
}

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<_> = self.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for Errors {}

impl<'a> IntoIterator for &'a Errors {
    type Item = &'a Error;
    type IntoIter = std::slice::Iter<'a, Error>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
