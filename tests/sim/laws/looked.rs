//! Who does not know whether a write was made looks before it writes again.

use std::collections::BTreeSet;
use std::sync::Arc;

use cutover::manifest::ObjectRef;
use cutover_run::Request;

use super::view::{Views, covers};
use super::{Course, Law};
use crate::trace::{Moment, What, object_of, write_of};

/// After no answer, or one that leaves it open, a runner reads the object before it writes to it
/// again.
pub(crate) struct Looked {
    course: Arc<Course>,
    unknown: BTreeSet<(u32, ObjectRef)>,
}

impl Looked {
    pub(crate) fn new(course: Arc<Course>) -> Self {
        Self {
            course,
            unknown: BTreeSet::new(),
        }
    }

    fn known(&mut self, runner: u32, is_known: impl Fn(&ObjectRef) -> bool) {
        self.unknown
            .retain(|(who, object)| *who != runner || !is_known(object));
    }
}

impl Law for Looked {
    fn see(&mut self, moment: &Moment, _: &Views) -> Result<(), String> {
        match &moment.what {
            What::Answered {
                runner,
                request,
                answer,
            } => match (write_of(request), answer, request) {
                (Some(write), Err(fault), _) if fault.code == 0 || fault.code >= 500 => {
                    let object = object_of(write).clone();
                    if self.course.has(&object) {
                        self.unknown.insert((*runner, object));
                    }
                }
                (None, Ok(_), Request::Get(read)) => self.known(*runner, |object| object == read),
                _ => {}
            },
            What::Listed { runner, scope, .. } => {
                self.known(*runner, |object| covers(scope, object));
            }
            What::Changed { runner, manifest } => {
                self.known(*runner, |object| object == manifest.object());
            }
            What::Gone { runner, object } => self.known(*runner, |known| known == object),
            What::Asked {
                runner, request, ..
            } => {
                let object = write_of(request).map(object_of);
                if let Some(object) = object
                    && self.unknown.contains(&(*runner, object.clone()))
                {
                    return Err(format!(
                        "{object}: it is written again, and nobody has looked whether it was"
                    ));
                }
            }
            _ => {}
        }
        Ok(())
    }
}
