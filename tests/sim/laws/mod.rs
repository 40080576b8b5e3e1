//! What must be true of every run, each law by itself: a function of what has happened so far.
//!
//! A law hears each moment, and says at once when it is broken. None of them asks the runner: what it
//! ought to have known is what it has been told.

mod abort;
mod autoscalers;
mod begins;
mod counted;
mod course;
mod drift;
mod ending;
#[cfg(test)]
mod examples;
mod gates;
mod guarded;
mod journaled;
mod leased;
mod looked;
mod once;
mod others;
mod overruled;
mod owned;
mod paused;
mod people;
mod rights;
mod routes;
mod view;
mod word;

use std::sync::Arc;

use cutover::manifest::Bundle;

pub(crate) use self::course::Course;
use self::view::Views;
use crate::trace::Moment;

/// Something that must be true of every run.
pub(crate) trait Law {
    /// Hears what happens, after the views have; an error says how the law is broken.
    fn see(&mut self, moment: &Moment, views: &Views) -> Result<(), String>;
}

/// All laws, over one trace.
pub(crate) struct Judge {
    views: Views,
    laws: Vec<(&'static str, Box<dyn Law>)>,
}

impl Judge {
    /// All laws of runs on the ways of a plan, over what stood there before.
    pub(crate) fn new(course: Arc<Course>, start: &Bundle) -> Self {
        let course = || Arc::clone(&course);
        let laws: Vec<(&'static str, Box<dyn Law>)> = vec![
            (
                "a write tests what it relies on",
                Box::new(guarded::Guarded::new(course())),
            ),
            (
                "nothing of others is overwritten",
                Box::new(others::Others::new(course(), start)),
            ),
            (
                "what a person overrules is noted and given back",
                Box::new(overruled::Overruled::new(course())),
            ),
            (
                "each step waits for its gates",
                Box::new(gates::Gates::new(course())),
            ),
            (
                "pods are counted anew before others are taken away",
                Box::new(counted::Counted::new(course())),
            ),
            (
                "each step waits for its people and pauses",
                Box::new(people::People::new(course())),
            ),
            ("one write a change", Box::new(once::Once::new(course()))),
            (
                "who does not know looks first",
                Box::new(looked::Looked::new(course())),
            ),
            (
                "no write without the Leases",
                Box::new(leased::Leased::new(course())),
            ),
            (
                "the journal names the step before its write",
                Box::new(journaled::Journaled::new(course())),
            ),
            (
                "no step begins beside drift",
                Box::new(drift::Drift::new(course())),
            ),
            (
                "rights are reviewed before the first write",
                Box::new(rights::Rights::new(course())),
            ),
            (
                "an autoscaler that no step holds is refused",
                Box::new(autoscalers::Autoscalers::new(course(), start)),
            ),
            (
                "a paused run begins no step",
                Box::new(paused::Paused::new(course())),
            ),
            ("an abort is heard", Box::new(abort::Abort::new(course()))),
            (
                "at its end a run owns no field",
                Box::new(owned::Owned::new(course())),
            ),
            (
                "the outcome is what happened",
                Box::new(ending::Ending::new(course())),
            ),
        ];
        Self {
            views: Views::default(),
            laws,
        }
    }

    /// Hears what happens; an error names the law that is broken.
    pub(crate) fn see(&mut self, moment: &Moment) -> Result<(), String> {
        self.views.see(moment);
        for (name, law) in &mut self.laws {
            law.see(moment, &self.views)
                .map_err(|reason| format!("{name}: {reason}"))?;
        }
        Ok(())
    }
}
