//! What can go wrong when a plan is read.

use cutover_manifest::{BadSeal, NotCanonical, ObjectRef};

use crate::version::API_VERSION;

/// Why a document is no plan. Each says where, and what to do.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A manifest is not what its kind says.
    #[error(transparent)]
    Manifest(#[from] cutover_manifest::Error),
    /// A number that was rounded when it was read: it has no digest.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
    /// A document is not a plan.
    #[error("{place}: {reason}\nhint: make the plan with Cutover")]
    Plan {
        /// A path into the plan, or its step.
        place: String,
        /// What is wrong there.
        reason: String,
    },
    /// A plan is not the one that was made.
    #[error(
        "{place}: {reason}\nhint: a plan is not edited by hand: change the manifests or the strategy, and make it anew"
    )]
    Edited {
        /// A path into the plan, or its step.
        place: String,
        /// What is wrong there.
        reason: String,
    },
    /// A plan of another version of the format.
    #[error(
        "plan: apiVersion: `{version}` is not `{API_VERSION}`\nhint: use the version of cutover that made the plan, or make it anew"
    )]
    Version {
        /// What the document says.
        version: String,
    },
    /// A patch does not fit the state before it.
    #[error("{place}: {object}: {source}\nhint: make the plan anew from the manifests as they are")]
    Patch {
        /// The step, or the way back, as people read it.
        place: String,
        /// The object that the change is of.
        object: Box<ObjectRef>,
        /// What the patch says.
        source: Box<cutover_patch::Error>,
    },
    /// What stands for a Secret's data is no seal.
    #[error("{place}: {object}: {source}")]
    Seal {
        /// A path into the plan, or its step.
        place: String,
        /// The Secret whose seal is wrong.
        object: Box<ObjectRef>,
        /// What is wrong with it.
        source: BadSeal,
    },
    /// There is no such step.
    #[error(
        "there is no step {step}: the plan has {steps}\nhint: 0 is the state before the first step"
    )]
    NoStep {
        /// What was asked for.
        step: usize,
        /// How many there are.
        steps: usize,
    },
    /// A plan that cannot be written as JSON: none that was made or read.
    #[error("the plan cannot be written: {0}")]
    Unwritable(String),
}

impl Error {
    /// The same, where the step is one of the way back from another.
    pub(crate) fn on_the_way_back(mut self, from: usize) -> Self {
        if let Self::Edited { place, .. } | Self::Patch { place, .. } | Self::Seal { place, .. } =
            &mut self
        {
            *place = format!("undo from step {from}, {place}");
        }
        self
    }

    pub(crate) fn edited(place: &str, reason: &str) -> Self {
        Self::Edited {
            place: place.into(),
            reason: reason.into(),
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Unwritable(error.to_string())
    }
}
