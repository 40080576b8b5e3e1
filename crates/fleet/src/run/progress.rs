//! What a fleet's run tells people while it goes.

use jiff::Timestamp;
use serde::Serialize;

use super::outcome::{Outcome, Reason};
use super::position::{ClusterState, Course, Stage};
use super::when::When;
use crate::name::Name;

/// Something that a person who waits wants to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(
    tag = "event",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
#[non_exhaustive]
pub enum Progress {
    /// The run begins, or goes on where an earlier runner left it.
    Started {
        /// What the fleet is called.
        fleet: String,
        /// When the run began.
        run: Timestamp,
        /// Which runner of it this is, from 1.
        epoch: u64,
        /// Which way it goes.
        course: Course,
    },
    /// A wave comes to its next stage.
    Wave {
        /// The wave, by its name in the fleet plan.
        wave: Name,
        /// The stage that begins.
        stage: Stage,
    },
    /// A gate of a wave is waited for.
    Waiting {
        /// The wave that does not go on before the gate holds.
        wave: Name,
        /// At which side of its clusters.
        when: When,
        /// The gate, in words.
        gate: String,
        /// Whether it is a person who is asked.
        person: bool,
        /// When it is over, where that is known.
        until: Option<Timestamp>,
    },
    /// The state of a cluster has changed.
    Cluster {
        /// The cluster, by its name in the fleet plan.
        cluster: Name,
        /// The wave that it is in, which need not be the one at work.
        wave: Name,
        /// Its new state, whose fields JSON has beside these.
        #[serde(flatten)]
        stands: ClusterState,
    },
    /// A cluster cannot be reached, or is not available while it soaks; it is waited for.
    Unreachable {
        /// The cluster, by its name in the fleet plan.
        cluster: Name,
        /// What failed on the way to it, or what of it is not available.
        reason: String,
    },
    /// The run starts no more, or turns round.
    Turned {
        /// Too many failures, a gate that has failed, or the person who asked for it.
        reason: Reason,
        /// Which way it goes now.
        course: Course,
    },
    /// The run is over.
    Ended {
        /// The same as the run's `outcome` from now on.
        outcome: Outcome,
    },
}
