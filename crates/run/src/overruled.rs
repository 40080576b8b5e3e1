//! Over which drift a runner has gone on.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use cutover_manifest::ObjectRef;

use crate::accept::DriftedField;

/// Over which drift a runner has gone on, as far as it has: over each field once, so that two who want
/// it otherwise do not write for ever.
#[derive(Debug, Default)]
pub(crate) struct Overruled {
    /// Fields that are noted, and whose object has not been written since.
    noted: BTreeMap<ObjectRef, BTreeSet<DriftedField>>,
    written: BTreeSet<DriftedField>,
    /// The object that is being brought back to its state.
    restoring: Option<ObjectRef>,
    /// The object that is being given back what was there, and those that have been.
    returning: Option<ObjectRef>,
    returned: BTreeSet<ObjectRef>,
}

impl Overruled {
    pub(crate) fn note(&mut self, object: &ObjectRef, field: DriftedField) {
        self.noted.entry(object.clone()).or_default().insert(field);
    }

    /// Whether the run has written over it once.
    pub(crate) fn has_written(&self, field: &DriftedField) -> bool {
        self.written.contains(field)
    }

    pub(crate) fn restore(&mut self, object: &ObjectRef) {
        self.restoring = Some(object.clone());
    }

    /// The run has written to an object.
    pub(crate) fn wrote(&mut self, object: &ObjectRef) {
        self.written
            .extend(self.noted.remove(object).unwrap_or_default());
        self.restoring = None;
        let returned = self.returning.take_if(|returning| returning == object);
        self.returned.extend(returned);
    }

    pub(crate) fn give_back(&mut self, object: &ObjectRef) {
        self.returning = Some(object.clone());
    }

    /// Whether an object has been given back what was there.
    pub(crate) fn has_returned(&self, object: &ObjectRef) -> bool {
        self.returned.contains(object)
    }

    /// All objects are as planned: the one that was being brought back, too.
    pub(crate) fn take_restored(&mut self) -> Option<ObjectRef> {
        mem::take(&mut self.restoring)
    }
}
