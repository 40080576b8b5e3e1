//! A person's word: that runs go on over what somebody else has written.

use std::collections::BTreeSet;

use cutover::manifest::ObjectRef;

use crate::trace::{Moment, What};

/// Whether a person has let runs go on over drift, and of which objects.
#[derive(Default)]
pub(crate) struct Word {
    given: bool,
    meddled: BTreeSet<ObjectRef>,
}

impl Word {
    pub(crate) fn see(&mut self, moment: &Moment) {
        match &moment.what {
            What::Meddled { object } => {
                self.meddled.insert(object.clone());
            }
            What::Overruled => self.given = true,
            _ => {}
        }
    }

    /// Whether a run may write over what somebody else has written to an object.
    pub(crate) fn covers(&self, object: &ObjectRef) -> bool {
        self.given && self.meddled.contains(object)
    }
}
