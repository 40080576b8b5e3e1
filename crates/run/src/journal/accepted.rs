//! What somebody else had written when a person let the run go on over it.

use cutover_manifest::ObjectRef;
use cutover_patch::{Difference, Path};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::accept::DriftedField;

/// A field that somebody else had written when a person let the run go on over it, and what was there:
/// a way back ends with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Accepted {
    /// The object.
    pub object: ObjectRef,
    /// The field.
    pub path: Path,
    /// What was there; none where nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Value>,
    /// The state of the plan that the run had reached by then.
    pub reached: usize,
    /// Whose runner went on over it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

impl Accepted {
    /// The field as a refusal names it.
    pub fn field(&self) -> DriftedField {
        DriftedField::of(&self.object, &self.path)
    }
}

/// All that a run went on over.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AcceptedFields(Vec<Accepted>);

impl AcceptedFields {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each of them, in the order in which they came.
    pub fn iter(&self) -> impl Iterator<Item = &Accepted> {
        self.0.iter()
    }

    /// Those of an object.
    pub(crate) fn of<'a>(&'a self, object: &'a ObjectRef) -> impl Iterator<Item = &'a Accepted> {
        self.iter().filter(move |known| known.object == *object)
    }

    /// Whether this is known to be there, where the plan has something else.
    pub(crate) fn has(&self, object: &ObjectRef, found: &Difference) -> bool {
        let mut known = self.of(object);
        known.any(|known| known.path == found.path && known.found == found.after)
    }

    /// Notes what is there, in the place of what was there before.
    pub(crate) fn note(&mut self, accepted: Accepted) {
        let is_another =
            |known: &Accepted| known.object != accepted.object || known.path != accepted.path;
        self.0.retain(is_another);
        self.0.push(accepted);
    }
}
