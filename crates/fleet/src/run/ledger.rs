//! What the journal is to say, and what it says.

use super::position::Position;

/// The position of a run, and how much of it the journal has.
#[derive(Debug)]
pub(super) struct Ledger {
    position: Position,
    /// How often it was changed.
    revision: u64,
    /// As it was then it is on its way to the journal.
    sent: Option<u64>,
    /// As it was then the journal has it; 0 where it has nothing of this runner yet.
    written: u64,
}

impl Ledger {
    /// Of a run whose journal has not been written by this runner.
    pub(super) fn new(position: Position) -> Self {
        Self {
            position,
            revision: 1,
            sent: None,
            written: 0,
        }
    }

    pub(super) fn position(&self) -> &Position {
        &self.position
    }

    /// Changes it; the journal is to say so.
    pub(super) fn change(&mut self, change: impl FnOnce(&mut Position)) {
        change(&mut self.position);
        self.revision += 1;
    }

    /// How often it was changed so far.
    pub(super) fn revision(&self) -> u64 {
        self.revision
    }

    /// Whether the journal has what it was at a revision.
    pub(super) fn has(&self, revision: u64) -> bool {
        revision <= self.written
    }

    /// Whether the journal has all of it.
    pub(super) fn is_written(&self) -> bool {
        self.has(self.revision)
    }

    /// What is to be written now; none while something is on its way, and where nothing is new.
    pub(super) fn send(&mut self) -> Option<Position> {
        if self.sent.is_some() || self.is_written() {
            return None;
        }
        self.sent = Some(self.revision);
        Some(self.position.clone())
    }

    /// What was on its way is there.
    pub(super) fn confirm(&mut self) {
        if let Some(sent) = self.sent.take() {
            self.written = sent;
        }
    }
}
