//! What a run tells people while it goes: one enum, which the command prints as lines or as JSON.

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::course::Direction;

/// Something that a person who waits wants to know.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(
    tag = "event",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
#[non_exhaustive]
pub enum Progress {
    /// The run begins, or goes on where an earlier one left it.
    Started {
        /// The plan's name, of which the journal's name is made.
        plan: String,
        /// When the run began, which tells it from other runs of the plan: whoever goes on with it
        /// says the same.
        run: Timestamp,
        /// Which way it goes.
        direction: Direction,
        /// After which step of the plan this way begins; 0 for the start.
        from: usize,
        /// Steps already behind it on this way.
        done: usize,
        /// All steps of this way.
        steps: usize,
    },
    /// Something that the person should know and that does not stop the run.
    Warned {
        /// The warning, ready to be printed.
        message: String,
    },
    /// The run goes on over what somebody else has written, by a person's word.
    Accepted {
        /// The field, as a refusal names it.
        field: String,
        /// What was there; none where nothing was.
        found: Option<Value>,
    },
    /// A step comes to be worked on.
    Step {
        /// Its number on this way, from 1.
        number: usize,
        /// The phase that the plan gives it, as `canary-25`.
        phase: String,
        /// Whether it was already done, and is only recognised.
        already: bool,
    },
    /// A gate is waited for; told again when what it waits for changes.
    Waiting {
        /// The number of its step on this way, from 1.
        number: usize,
        /// What is waited for.
        gate: Awaited,
        /// How it stands, as `2 of 3 ready; pod hello-x: ImagePullBackOff`.
        stands: String,
        /// When its time is over, where it has a limit; of a window, when it opens.
        until: Option<Timestamp>,
    },
    /// All gates of a step hold.
    Held {
        /// The number of the step on this way, from 1.
        number: usize,
    },
    /// The run turns round, with the reason.
    Turned {
        /// What failed, or who asked for it, in words.
        reason: String,
        /// After which step of the plan the way back begins.
        from: usize,
        /// All steps of the way back.
        steps: usize,
    },
    /// The API server answers again, after a time in which it did not.
    Reached,
    /// A request did not succeed and is sent again; of an API server that does not answer it is told
    /// once, until it does.
    Retried {
        /// What was refused and how.
        reason: String,
        /// In how many milliseconds.
        after_milliseconds: u64,
    },
    /// The run is over.
    Ended {
        /// The same as the run's `outcome` from now on.
        outcome: crate::outcome::Outcome,
    },
}

/// What a run waits for; printed, and in JSON, it is in words.
///
/// ```
/// use cutover_run::Awaited;
///
/// assert_eq!(Awaited::Person.to_string(), "a person");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
#[non_exhaustive]
pub enum Awaited {
    /// A gate, as `hello-canary 1 available`.
    Gate(String),
    /// An object or pods, to be gone; as `settings`.
    Gone(String),
    /// A person, who approves the step.
    Person,
    /// Somebody who lets a run go on that is paused.
    Resume,
}

impl fmt::Display for Awaited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gate(gate) => f.write_str(gate),
            Self::Gone(what) => write!(f, "{what} to go"),
            Self::Person => f.write_str("a person"),
            Self::Resume => f.write_str("somebody to resume it"),
        }
    }
}

impl From<Awaited> for String {
    fn from(awaited: Awaited) -> Self {
        awaited.to_string()
    }
}
