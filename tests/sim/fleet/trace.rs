//! What happens in a run over a fleet, as somebody sees it who sees everything.

use std::collections::BTreeMap;

use cutover::fleet::{Ending, GateId, Name, Outcome, Position, Standing, When};
use jiff::Timestamp;

/// Something that happens, when, and to which runner.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    pub(super) now: Timestamp,
    /// Whom it happens to.
    pub(super) runner: usize,
    pub(super) what: What,
}

/// What happens at a moment; `it` is the runner.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// A runner begins, and has read the journal.
    Began { found: Option<Box<Position>> },
    /// It begins the plan of a cluster, or goes on with it.
    Started { cluster: Name },
    /// It asks the run of a cluster to stop.
    StopAsked { cluster: Name },
    /// It takes a cluster back.
    UndoStarted { cluster: Name },
    /// It hears that a cluster does not answer.
    Unreached { cluster: Name },
    /// It hears how what it started has ended.
    Ended { cluster: Name, ending: Ending },
    /// It hears that all is available in a cluster.
    Available { cluster: Name },
    /// It hears that something is not.
    Unavailable { cluster: Name },
    /// It hears that a gate holds.
    Held { gate: GateId },
    /// It hears that a window is closed.
    Closed { gate: GateId },
    /// It asks a person.
    PersonAsked { wave: Name, when: When },
    /// A person lets a wave go on.
    Approved { wave: Name, when: When },
    /// A person asks it to go back.
    Aborted,
    /// The journal says what it has written.
    Wrote { position: Box<Position> },
    /// It is no more, or sleeps: what it has under way is abandoned.
    Gone,
    /// It hears that another one has written the journal.
    Superseded,
    /// Its run is over.
    Over {
        outcome: Outcome,
        /// How each cluster stands.
        standings: BTreeMap<Name, Standing>,
    },
}
