//! No write without the Leases.

use std::sync::Arc;

use cutover::manifest::ObjectRef;
use cutover_run::{Journal, lease_objects};

use super::view::Views;
use super::{Course, Law};
use crate::stage::NAMESPACE;
use crate::trace::{Moment, Standing, What, name_of, object_of, write_of};

/// Who writes to the plan's objects or to the journal holds all Leases, when it sends the write and
/// when the write is carried out, unless that comes late.
pub(crate) struct Leased {
    course: Arc<Course>,
    journal: ObjectRef,
    leases: Vec<ObjectRef>,
}

impl Leased {
    pub(crate) fn new(course: Arc<Course>) -> Self {
        Self {
            journal: Journal::object(&course.plan, NAMESPACE),
            leases: lease_objects(&course.plan, NAMESPACE),
            course,
        }
    }

    fn lacks(&self, runner: u32, object: &ObjectRef, standing: &Standing) -> Result<(), String> {
        let is_ours = self.course.has(object) || *object == self.journal;
        let name = name_of(runner);
        let holds = !self.leases.is_empty()
            && standing.holders.len() == self.leases.len()
            && standing.holders.iter().all(|holder| *holder == name);
        match is_ours && !holds {
            true => Err(format!(
                "{object}: {name} writes, and its Leases are held by {:?}",
                standing.holders
            )),
            false => Ok(()),
        }
    }
}

impl Law for Leased {
    fn see(&mut self, moment: &Moment, _: &Views) -> Result<(), String> {
        match &moment.what {
            What::Asked {
                runner,
                request,
                standing,
            } => match write_of(request).map(object_of) {
                Some(object) => self.lacks(*runner, object, standing),
                None => Ok(()),
            },
            What::Wrote { late: true, .. } => Ok(()),
            What::Wrote {
                runner,
                write,
                standing,
                ..
            } => self.lacks(*runner, object_of(write), standing),
            _ => Ok(()),
        }
    }
}
