//! Where a run is, and on which path.

use cutover_manifest::Bundle;
use cutover_plan::Gate;
use jiff::Timestamp;

use crate::course::{Course, Direction};
use crate::journal::{Position, Stage};
use crate::path::Path;

/// Where a run is, and on which path.
#[derive(Debug)]
pub(crate) struct Cursor {
    position: Position,
    path: Path,
}

impl Cursor {
    pub(crate) fn new(position: Position, path: Path) -> Self {
        Self { position, path }
    }

    /// Whether the path has a step of the position's number; behind the last one a run is over.
    pub(crate) fn fits(&self) -> bool {
        self.position.fits(self.path.len())
    }

    pub(crate) fn position(&self) -> &Position {
        &self.position
    }

    pub(crate) fn position_mut(&mut self) -> &mut Position {
        &mut self.position
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The same position on the path over other objects.
    pub(crate) fn take_path(&mut self, path: Path) {
        self.path = path;
    }

    /// Sets out on a course, from its first step.
    pub(crate) fn start(
        &mut self,
        course: Course,
        path: Path,
        turned: Option<String>,
        now: Timestamp,
    ) {
        self.path = path;
        self.position.start(course, turned, now);
    }

    pub(crate) fn number(&self) -> usize {
        self.position.step
    }

    pub(crate) fn stage(&self) -> Stage {
        self.position.stage
    }

    pub(crate) fn direction(&self) -> Direction {
        self.position.direction()
    }

    /// Whether all steps of the path are done.
    pub(crate) fn is_behind_the_last(&self) -> bool {
        self.number() > self.path.len()
    }

    /// The gates of the present step.
    pub(crate) fn gates(&self) -> &[Gate] {
        self.path.gates(self.number())
    }

    /// The state before the present step.
    pub(crate) fn before(&self) -> &Bundle {
        self.path.before(self.number())
    }

    /// The state of the plan that was reached last.
    pub(crate) fn reached(&self) -> usize {
        let done = self.number().saturating_sub(1);
        self.path.reached(done.min(self.path.len()))
    }
}
