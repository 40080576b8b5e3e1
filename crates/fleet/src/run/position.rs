//! Where a fleet's run is, as its journal says it.

use std::collections::BTreeMap;

use cutover_manifest::Digest;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::outcome::{Outcome, Reason};
use super::when::When;
use crate::name::Name;

/// Where a fleet's run is: a position, and not an order. Nothing of the plans is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Position {
    /// When the run began, which tells it from other runs of the fleet plan.
    pub run: Timestamp,
    /// How many runners have gone on with it, the first one counted.
    pub epoch: u64,
    /// The digest of the fleet plan that was approved.
    pub digest: Digest,
    /// The runner that works on it, or did last: `holder` of its options.
    pub by: String,
    /// Which way it goes.
    pub course: Course,
    /// The wave that is worked on, by its place in the fleet plan.
    pub wave: usize,
    /// What is done about it.
    pub stage: Stage,
    /// When it came to this stage of the wave; timed pauses count from here.
    pub since: Timestamp,
    /// Whether plans that were taken back are carried out again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
    /// The clusters that the run has had to do with, and how each stands.
    pub clusters: BTreeMap<Name, ClusterState>,
    /// Waves that waited for a person, and who let them go on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<Approval>,
    /// Why it starts no more, or turned round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turned: Option<Reason>,
    /// How it ended; none while it goes on, and again once another runner takes it up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Outcome>,
    /// When it ended; set together with `ended`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

/// Which way a fleet's run goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Course {
    /// Wave by wave, from the first.
    Forward,
    /// Wave by wave, from the last that was begun.
    Back(Scope),
}

/// Which clusters go back, of those that were begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Scope {
    /// Every cluster that was begun, in whatever wave.
    All,
    /// Those of the wave that have failed.
    Failed,
    /// Those of the wave.
    Wave,
}

/// What is done about a wave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Stage {
    /// Its gates before are waited for.
    Before,
    /// Its clusters are begun, and those that are to soak are watched.
    Work,
    /// Its gates after are waited for.
    After,
}

/// How a cluster stands that the run has had to do with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "camelCase")]
pub enum ClusterState {
    /// Its plan is being carried out, or was when this was written.
    Begun {
        /// When a runner took it up last; `progressDeadlineSeconds` of its wave counts from here.
        since: Timestamp,
    },
    /// Its plan is carried out, and it is watched.
    Soaking {
        /// Since when all of it is available; none while it is not, or nobody can say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Timestamp>,
    },
    /// Its plan is carried out, and its soak, where the wave has one, is over.
    Done,
    /// Its plan could not be carried out.
    Failed {
        /// What its own run was refused or stopped for, or the deadline of the wave that it missed.
        reason: String,
    },
    /// It was begun, and cannot be reached.
    Lost {
        /// What failed on the way to it when it was lost; it is tried again every 30 seconds.
        reason: String,
    },
    /// It was not begun, since it could not be reached.
    Unreached {
        /// What failed on the way to it; `unreachable` says whether it counts as failed.
        reason: String,
    },
    /// It is being taken back.
    GoingBack,
    /// It is back at its start.
    Back,
    /// It could not be taken back.
    NotBack {
        /// What its own run stopped for on the way back, or what failed on the way to it.
        reason: String,
    },
}

/// Who let a wave go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Approval {
    /// The wave, by its place in the fleet plan.
    pub wave: usize,
    /// At which side of its clusters.
    pub when: When,
    /// The user by the name that the API server knows; `somebody` where that cannot be asked.
    pub by: String,
    /// When the runner heard of it, which is later than it was given.
    pub at: Timestamp,
}

/// A text is no journal of a fleet's run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the journal cannot be read: {0}")]
pub struct BadPosition(String);

impl Position {
    /// Before the first wave of a fleet plan.
    pub(super) fn first(digest: &Digest, by: &str, again: bool, now: Timestamp) -> Self {
        Self {
            run: now,
            epoch: 1,
            digest: digest.clone(),
            by: by.to_owned(),
            course: Course::Forward,
            wave: 0,
            stage: Stage::Before,
            since: now,
            again,
            clusters: BTreeMap::new(),
            approvals: Vec::new(),
            turned: None,
            ended: None,
            ended_at: None,
        }
    }

    /// Reads what [`text`](Self::text) has written.
    ///
    /// # Errors
    ///
    /// Whatever else.
    pub fn parse(text: &str) -> Result<Self, BadPosition> {
        serde_json::from_str(text).map_err(|error| BadPosition(error.to_string()))
    }

    /// As the journal has it: JSON.
    ///
    /// # Errors
    ///
    /// None in practice: it is texts, times and numbers under texts.
    pub fn text(&self) -> Result<String, BadPosition> {
        serde_json::to_string_pretty(self).map_err(|error| BadPosition(error.to_string()))
    }

    /// Whether nothing of it is left to be done or taken back.
    pub fn is_over(&self) -> bool {
        matches!(self.ended, Some(Outcome::Done | Outcome::Undone))
    }

    /// Whether a person let a wave go on.
    pub fn is_approved(&self, wave: usize, when: When) -> bool {
        let mut approvals = self.approvals.iter();
        approvals.any(|approval| approval.wave == wave && approval.when == when)
    }

    /// At which side of its wave it waits for gates; none while its clusters change, and on a way
    /// back.
    pub fn waits(&self) -> Option<When> {
        match (self.course, self.stage) {
            (Course::Forward, Stage::Before) => Some(When::Before),
            (Course::Forward, Stage::After) => Some(When::After),
            (Course::Forward, Stage::Work) | (Course::Back(_), _) => None,
        }
    }

    /// It is taken back.
    pub(super) fn turn(&mut self, scope: Scope, reason: Reason) {
        self.course = Course::Back(scope);
        self.turned = Some(reason);
    }

    /// It goes on with another stage of a wave.
    pub(super) fn enter(&mut self, wave: usize, stage: Stage, now: Timestamp) {
        self.wave = wave;
        self.stage = stage;
        self.since = now;
    }
}

impl ClusterState {
    /// Whether its own run may have written something that is there yet.
    pub fn is_begun(&self) -> bool {
        match self {
            Self::Begun { .. }
            | Self::Soaking { .. }
            | Self::Done
            | Self::Failed { .. }
            | Self::Lost { .. }
            | Self::GoingBack
            | Self::NotBack { .. } => true,
            Self::Unreached { .. } | Self::Back => false,
        }
    }

    /// Why it stands so, where it is not as it should be.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Failed { reason }
            | Self::Lost { reason }
            | Self::Unreached { reason }
            | Self::NotBack { reason } => Some(reason),
            Self::Begun { .. }
            | Self::Soaking { .. }
            | Self::Done
            | Self::GoingBack
            | Self::Back => None,
        }
    }
}
