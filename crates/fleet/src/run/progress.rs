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
        /// The wave.
        wave: Name,
        /// The stage.
        stage: Stage,
    },
    /// A gate of a wave is waited for.
    Waiting {
        /// The wave.
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
    /// A cluster stands otherwise than before.
    Cluster {
        /// The cluster.
        cluster: Name,
        /// Its wave.
        wave: Name,
        /// How it stands.
        #[serde(flatten)]
        stands: ClusterState,
    },
    /// A cluster cannot be reached, and is waited for.
    Unreachable {
        /// The cluster.
        cluster: Name,
        /// Why.
        reason: String,
    },
    /// The run starts no more, or turns round.
    Turned {
        /// Why.
        reason: Reason,
        /// Which way it goes now.
        course: Course,
    },
    /// The run is over.
    Ended {
        /// How.
        outcome: Outcome,
    },
}
