//! A write tests what it relies on, so that it does not land on what it has not seen.

use std::sync::Arc;

use cutover::manifest::ObjectRef;
use cutover::patch::{Patch, PatchOperation};
use cutover_run::{Journal, Write, lease_objects};

use super::view::Views;
use super::{Course, Law};
use crate::stage::NAMESPACE;
use crate::trace::{Moment, What, object_of, write_of};

/// Patches of the plan's objects test which object it is, and its version; the journal's what it
/// says, the Lease's its version; deletes have both as preconditions.
pub(crate) struct Guarded {
    course: Arc<Course>,
    journal: ObjectRef,
    leases: Vec<ObjectRef>,
}

impl Guarded {
    pub(crate) fn new(course: Arc<Course>) -> Self {
        Self {
            journal: Journal::object(&course.plan, NAMESPACE),
            leases: lease_objects(&course.plan, NAMESPACE),
            course,
        }
    }

    /// What a patch of an object must test, one of each row.
    fn tests(&self, object: &ObjectRef) -> &[&[&str]] {
        const VERSION: &str = "/metadata/resourceVersion";
        if *object == self.journal {
            &[&["/data/run", VERSION]]
        } else if self.leases.contains(object) {
            &[&[VERSION]]
        } else if self.course.has(object) {
            &[&["/metadata/uid"], &[VERSION]]
        } else {
            &[]
        }
    }
}

impl Law for Guarded {
    fn see(&mut self, moment: &Moment, _: &Views) -> Result<(), String> {
        let What::Asked { request, .. } = &moment.what else {
            return Ok(());
        };
        let Some(write) = write_of(request) else {
            return Ok(());
        };
        let object = object_of(write);
        match write {
            Write::Patch { ops, .. } => {
                let untested = self
                    .tests(object)
                    .iter()
                    .find(|paths| !paths.iter().any(|path| tests(ops, path)));
                match untested {
                    Some(paths) => Err(format!("{object}: a patch does not test {}", paths[0])),
                    None => Ok(()),
                }
            }
            Write::Delete { version: None, .. } if self.course.has(object) => {
                Err(format!("{object}: a delete means any version"))
            }
            Write::Create(_) | Write::Delete { .. } => Ok(()),
        }
    }
}

fn tests(Patch(ops): &Patch, path: &str) -> bool {
    ops.iter().any(
        |operation| matches!(operation, PatchOperation::Test(test) if test.path.as_str() == path),
    )
}
