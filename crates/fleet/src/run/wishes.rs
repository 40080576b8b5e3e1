//! What people ask of a fleet's run, from other terminals: beside its position, in a text of its own.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::event::Event;
use super::position::Position;
use super::when::When;
use crate::name::Name;

/// What people have asked of one run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Wishes {
    /// The run that is meant: what was asked of another one does not count.
    pub run: Timestamp,
    /// Waves that may go on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<Wish>,
    /// Whoever asked the run to go back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abort: Option<String>,
}

/// That a wave may go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Wish {
    /// The wave, by name; it counts while the run waits for a person there.
    pub wave: Name,
    /// At which side of its clusters.
    pub when: When,
    /// The user by the name that the API server knows; `somebody` where that cannot be asked.
    pub by: String,
}

/// A text says no wishes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what was asked of the run cannot be read: {0}")]
pub struct BadWish(String);

impl Wishes {
    /// None of a run yet.
    pub fn of(position: &Position) -> Self {
        Self {
            run: position.run,
            approvals: Vec::new(),
            abort: None,
        }
    }

    /// Reads what [`text`](Self::text) has written.
    ///
    /// # Errors
    ///
    /// Whatever else.
    pub fn parse(text: &str) -> Result<Self, BadWish> {
        serde_json::from_str(text).map_err(|error| BadWish(error.to_string()))
    }

    /// As it stands beside the journal: JSON.
    ///
    /// # Errors
    ///
    /// None in practice: it is texts and a time.
    pub fn text(&self) -> Result<String, BadWish> {
        serde_json::to_string_pretty(self).map_err(|error| BadWish(error.to_string()))
    }

    /// The same as events for the run that is meant; none for another one.
    pub fn events(self, run: Timestamp) -> Vec<Event> {
        if self.run != run {
            return Vec::new();
        }
        let approvals = self.approvals.into_iter().map(|wish| Event::Approved {
            wave: wish.wave,
            when: wish.when,
            by: wish.by,
        });
        let abort = self.abort.map(|by| Event::Abort { by });
        approvals.chain(abort).collect()
    }
}
