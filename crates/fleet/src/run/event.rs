//! What happens to a fleet's run.

use jiff::Timestamp;

use super::effect::GateId;
use super::position::Position;
use super::when::When;
use crate::name::Name;

/// Something that happened outside the machine.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// The journal was read; none where there is none. It is the first that a run hears.
    Recalled(Option<Box<Position>>),
    /// The journal says what was to be written last.
    Written,
    /// Somebody else has written the journal.
    Superseded {
        /// The runner that the journal or the Lease names, in words.
        by: String,
    },
    /// A cluster was looked at.
    Looked(Name, Standing),
    /// A cluster cannot be reached, and why.
    Unreached(Name, String),
    /// What was started in a cluster, forward or back, has ended.
    Ended(Name, Ending),
    /// All is available that a watched cluster's plan ends with.
    Available(Name),
    /// Something is not, or nobody can say, and why.
    Unavailable(Name, String),
    /// A gate that was asked holds; it counts as long as the run is at its stage.
    Held(GateId),
    /// A window is closed until then; it is asked again.
    Closed(GateId, Timestamp),
    /// A gate will not hold, and why.
    Failed(GateId, String),
    /// A person lets a wave go on.
    Approved {
        /// The wave, by name; an approval of another than the present one is not heard.
        wave: Name,
        /// At which side of its clusters.
        when: When,
        /// Who approves, as the journal is to name them.
        by: String,
    },
    /// A person asks the run to go back.
    Abort {
        /// Who asks, as the reason in the journal is to name them.
        by: String,
    },
    /// The program is asked to end: the runs of all clusters stop where they are, and the journal
    /// stays.
    Stop,
}

/// How a cluster's own run stands, by its own journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// There is none: nothing was written.
    Untouched,
    /// It was begun, and is not over.
    Begun,
    /// Its plan was carried out to the end.
    Done,
    /// It was taken back to its start.
    Undone,
    /// It is of another plan, or cannot be read, and why.
    Other(String),
}

/// How what was started in a cluster has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Its plan is carried out.
    Done,
    /// It is back at its start.
    Undone,
    /// It was refused or stopped, and why.
    Failed(String),
    /// The cluster cannot be reached any more, and why.
    Lost(String),
}
