//! An autoscaler that no step holds is refused.

use std::sync::Arc;

use cutover::manifest::{Bundle, ObjectRef};
use cutover::planning::Autoscaler;

use super::view::Views;
use super::{Course, Law};
use crate::trace::{Moment, Way, What, object_of, write_of};

/// Nothing of the plan is written where an autoscaler that no step holds scales a set whose pods the
/// plan counts.
pub(crate) struct Autoscalers {
    course: Arc<Course>,
    /// The autoscaler, where there is one.
    free: Option<ObjectRef>,
}

impl Autoscalers {
    pub(crate) fn new(course: Arc<Course>, start: &Bundle) -> Self {
        let mut scalers = start.iter().filter_map(Autoscaler::of);
        let free = scalers.find(|scaler| {
            let mut sets = course.objects();
            let counts = sets.any(|set| scaler.scales(set) && course.counts(Way::Forward, set));
            counts && !course.holds(scaler.object())
        });
        Self {
            free: free.map(|scaler| scaler.object().clone()),
            course,
        }
    }
}

impl Law for Autoscalers {
    fn see(&mut self, moment: &Moment, _: &Views) -> Result<(), String> {
        let (What::Asked { request, .. }, Some(free)) = (&moment.what, &self.free) else {
            return Ok(());
        };
        match write_of(request).map(object_of) {
            Some(object) if self.course.has(object) => {
                Err(format!("{object} is written, and {free} may scale"))
            }
            _ => Ok(()),
        }
    }
}
