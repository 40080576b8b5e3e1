//! Rights are reviewed before the first write.

use std::collections::BTreeSet;
use std::sync::Arc;

use cutover_run::{Request, Right};

use super::view::Views;
use super::{Course, Law};
use crate::stage::NAMESPACE;
use crate::trace::{Moment, What, object_of, write_of};

/// Each right that the run needs, forward and back, was asked about before anything is written.
pub(crate) struct Rights {
    course: Arc<Course>,
    open: BTreeSet<Right>,
}

impl Rights {
    pub(crate) fn new(course: Arc<Course>) -> Self {
        let rights = cutover_run::rights(&course.plan, NAMESPACE);
        Self {
            open: rights.into_iter().collect(),
            course,
        }
    }
}

impl Law for Rights {
    fn see(&mut self, moment: &Moment, _: &Views) -> Result<(), String> {
        let What::Asked { request, .. } = &moment.what else {
            return Ok(());
        };
        if let Request::Review(right) = request {
            self.open.remove(right);
        }
        let object = write_of(request).map(object_of);
        match (object, self.open.first()) {
            (Some(object), Some(right)) if self.course.has(object) => {
                Err(format!("{object} is written, and nobody asked: {right}"))
            }
            _ => Ok(()),
        }
    }
}
