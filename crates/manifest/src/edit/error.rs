use crate::Place;

/// Why a file is not edited. It is then left as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The object does not stand there, or not as it was.
    #[error(
        "{place}: the file no longer holds the object as it was read\nhint: plan again from the files as they are"
    )]
    Changed {
        /// Where the object stood.
        place: Place,
    },
    /// Its lines end as old Macintosh's did: no tool that shows a diff has lines there.
    #[error(
        "{place}: lines end in carriage returns alone\nhint: save the file with line feeds, as `tr '\\r' '\\n'` does"
    )]
    LineEnds {
        /// Where the object stands.
        place: Place,
    },
    /// The file has another encoding.
    #[error("{place}: the file is no UTF-8\nhint: save it as UTF-8")]
    NotUtf8 {
        /// Where the object stands.
        place: Place,
    },
    /// What is to change is shared with other places, or is not written where it is read.
    #[error(
        "{place}: `{pointer}` cannot be edited in place: what stands here {what}\nhint: make this change by hand: {patch}"
    )]
    Shared {
        /// Where the obstacle stands.
        place: Place,
        /// The JSON pointer of what is to change, from the top of the document.
        pointer: String,
        /// What the obstacle is.
        what: &'static str,
        /// The change as a JSON Patch (RFC 6902).
        patch: String,
    },
    /// No edit that was tried reads back as what was wanted.
    #[error(
        "{place}: this object cannot be edited in place\nhint: make this change by hand: {patch}"
    )]
    Unsure {
        /// Where the object stands.
        place: Place,
        /// The change as a JSON Patch (RFC 6902).
        patch: String,
    },
}
