//! At its end a run owns no field.

use std::collections::BTreeSet;
use std::sync::Arc;

use cutover::manifest::{Manifest, ObjectRef};
use cutover_run::{MANAGER, Outcome};

use super::view::Views;
use super::{Course, Law};
use crate::trace::{Moment, What, gives_back, object_of, write_of};

/// When a run is done or undone, none of the plan's objects that were written has fields of the
/// run's, or others would meet a conflict with it; but where the server refused to take them.
pub(crate) struct Owned {
    course: Arc<Course>,
    owned: BTreeSet<ObjectRef>,
    refused: BTreeSet<ObjectRef>,
}

impl Owned {
    pub(crate) fn new(course: Arc<Course>) -> Self {
        Self {
            course,
            owned: BTreeSet::new(),
            refused: BTreeSet::new(),
        }
    }
}

impl Law for Owned {
    fn see(&mut self, moment: &Moment, _: &Views) -> Result<(), String> {
        match &moment.what {
            What::Wrote { write, after, .. } if self.course.has(object_of(write)) => {
                let object = object_of(write).clone();
                match after.as_ref().is_some_and(is_owned) {
                    true => self.owned.insert(object),
                    false => self.owned.remove(&object),
                };
            }
            What::Answered {
                request,
                answer: Err(fault),
                ..
            } if matches!(fault.code, 400..=403) => {
                let refused = write_of(request).filter(|write| gives_back(write));
                self.refused.extend(refused.map(object_of).cloned());
            }
            What::Ended {
                outcome: Outcome::Done | Outcome::Undone { .. },
                ..
            } => {
                if let Some(object) = self.owned.difference(&self.refused).next() {
                    return Err(format!("{object}: the run is over, and owns fields of it"));
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// Whether an object has an entry of the run's that owns fields which it has.
fn is_owned(manifest: &Manifest) -> bool {
    let entries = manifest.pointer("/metadata/managedFields");
    let mut entries = entries
        .and_then(|entries| entries.as_array())
        .into_iter()
        .flatten();
    entries.any(|entry| {
        let fields = &entry["fieldsV1"];
        entry["manager"] == MANAGER && fields.pointer("/f:metadata/f:labels").is_none()
    })
}
