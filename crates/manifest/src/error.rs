use crate::ObjectRef;

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
    /// A field does not fit the type that Kubernetes has for it.
    #[error("{object}: `{pointer}`: {reason}")]
    View {
        /// The object.
        object: Box<ObjectRef>,
        /// The JSON pointer of the field.
        pointer: String,
        /// What does not fit.
        reason: String,
    },
}
