//! How a fleet's run ended, and why.

use cutover_manifest::Digest;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::name::{Name, all};

/// How a fleet's run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Outcome {
    /// All waves are done; clusters that could not be reached may have been left out, where the
    /// fleet plan says so.
    Done,
    /// The wave after which it was to end is done.
    Reached {
        /// The wave after which the options let the run end.
        wave: Name,
    },
    /// Every cluster that was begun is back at its start.
    Undone,
    /// It stopped; the journal says where.
    Stopped {
        /// What it stopped for, also where clusters were taken back for it.
        reason: Reason,
    },
    /// It may not begin, and nothing was done.
    Refused {
        /// What forbids it: the options, the journal, or a request to end before that was read.
        reason: Reason,
    },
}

/// Why a fleet's run may not begin, stopped, or turned round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Reason {
    /// More clusters of a wave have failed than may.
    #[error(
        "wave {wave}: {} failed ({}), and {allowed} may",
        counted(clusters),
        all(clusters)
    )]
    Failures {
        /// The first wave, in the order of the fleet plan, of which this is true.
        wave: Name,
        /// Those that failed or were lost and, without `unreachable: skip`, those never reached.
        clusters: Vec<Name>,
        /// `maxFailures` of the wave, as a number of clusters.
        allowed: u32,
    },
    /// A gate of a wave has failed.
    #[error("wave {wave}: {gate}: {why}")]
    Gate {
        /// The wave that was not to go on before the gate held.
        wave: Name,
        /// The gate, in words.
        gate: String,
        /// What came of it.
        why: String,
    },
    /// Clusters have failed, and no more than may.
    #[error("clusters {}: they are not done", all(clusters))]
    Left {
        /// Those of all waves that count as failed, wave by wave.
        clusters: Vec<Name>,
    },
    /// Clusters could not be taken back.
    #[error("clusters {}: they are not back at their start", all(clusters))]
    NotBack {
        /// Those that are `NotBack`, by name; the position says why of each.
        clusters: Vec<Name>,
    },
    /// A person asked for it.
    #[error("asked for by {by}")]
    Asked {
        /// The user who asked for `abort`, or the runner that was started to take it back.
        by: String,
    },
    /// The program was asked to end.
    #[error("it was stopped by hand")]
    Hand,
    /// Another runner has written the journal.
    #[error("{by} took over")]
    TakenOver {
        /// The runner that the journal or the Lease names, in words.
        by: String,
    },
    /// The journal is that of another fleet plan, whose run is not over.
    #[error("another fleet plan ({}…) is under way", digest.short())]
    OtherPlan {
        /// The digest of that other plan; messages have its first twelve digits.
        digest: Digest,
    },
    /// The fleet plan was taken back.
    #[error("it was taken back by {by} at {at}: {why}")]
    TakenBack {
        /// Who took it back.
        by: String,
        /// When its run ended.
        at: Timestamp,
        /// The reason for which that run turned round, in words.
        why: String,
    },
    /// There is no run to take back.
    #[error("there is no run of this fleet plan to take back")]
    NoRun,
    /// The fleet plan has no wave of this name.
    #[error("there is no wave {wave}")]
    NoWave {
        /// The wave after which the run was to end.
        wave: Name,
    },
    /// The journal names what the fleet plan does not have.
    #[error("the journal was edited: {what}")]
    Edited {
        /// The wave by its place from 0, or the first such cluster by its name.
        what: String,
    },
}

fn counted(clusters: &[Name]) -> String {
    match clusters.len() {
        1 => "1 cluster".to_owned(),
        count => format!("{count} clusters"),
    }
}
