//! The gates of the stage that a run is at, as far as they were asked.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

/// What is known of the gates of a stage, by their index.
#[derive(Debug, Default)]
pub(super) struct Judged {
    answers: BTreeMap<usize, Answer>,
    /// Those that people were told of.
    told: BTreeSet<usize>,
}

/// What is known of a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// It is being asked.
    Asked,
    /// A window that is closed until then.
    Closed(Timestamp),
    /// It held when it was asked; only windows are asked again.
    Held,
}

impl Judged {
    pub(super) fn answer(&self, index: usize) -> Option<Answer> {
        self.answers.get(&index).copied()
    }

    pub(super) fn ask(&mut self, index: usize) {
        self.answers.insert(index, Answer::Asked);
    }

    /// It holds; nothing where it is not asked.
    pub(super) fn hold(&mut self, index: usize) {
        if let Some(answer) = self.answers.get_mut(&index) {
            *answer = Answer::Held;
        }
    }

    /// A window is closed: those that are open are to be open still when it opens.
    pub(super) fn close(&mut self, index: usize, until: Timestamp, windows: &[usize]) {
        if self.answers.contains_key(&index) {
            self.answers.retain(|other, answer| {
                !windows.contains(other) || !matches!(answer, Answer::Held)
            });
            self.answers.insert(index, Answer::Closed(until));
        }
    }

    /// Whether people have not been told of a gate; they are now.
    pub(super) fn tells(&mut self, index: usize) -> bool {
        self.told.insert(index)
    }
}
