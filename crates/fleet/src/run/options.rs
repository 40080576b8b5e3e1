//! What a fleet's run is asked for.

use crate::name::Name;
use crate::policy::OnFailure;

/// What a fleet's run is asked for, besides its fleet plan.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Where the run is to lead.
    pub goal: Goal,
    /// Who runs it, as the journal names it: unique to this process.
    pub holder: String,
    /// The wave after which it ends; none is the last.
    pub wave: Option<Name>,
    /// What to do where more clusters of a wave fail than may; none is what the fleet plan says.
    pub on_failure: Option<OnFailure>,
}

/// Where a fleet's run is to lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// Through the waves, or on the course of an earlier runner. What was taken back is refused.
    Apply,
    /// The same, also where clusters were taken back.
    Again,
    /// Back to the start of every cluster that was begun.
    Undo,
}

impl Options {
    /// A run through all waves.
    ///
    /// ```
    /// use cutover_fleet::{Goal, Options};
    ///
    /// let undo = Options::new("me").goal(Goal::Undo);
    /// assert_eq!(undo.goal, Goal::Undo);
    /// ```
    pub fn new(holder: impl Into<String>) -> Self {
        Self {
            goal: Goal::Apply,
            holder: holder.into(),
            wave: None,
            on_failure: None,
        }
    }

    /// The same, for a run that leads there.
    #[must_use]
    pub fn goal(mut self, goal: Goal) -> Self {
        self.goal = goal;
        self
    }

    /// The same, for a run that ends after a wave.
    #[must_use]
    pub fn wave(mut self, wave: Option<Name>) -> Self {
        self.wave = wave;
        self
    }
}
