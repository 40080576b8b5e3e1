//! What can go wrong when a plan is read.

use cutover_manifest::ObjectRef;

/// Why a document is no plan. Each says where, and what to do.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A manifest is not what its kind says.
    #[error(transparent)]
    Manifest(#[from] cutover_manifest::Error),
    /// A plan is not a plan, or not the one that was made.
    #[error("{place}: {reason}\nhint: {hint}")]
    Plan {
        /// A JSON pointer into the plan, or its step.
        place: String,
        /// What is wrong there.
        reason: String,
        /// What to do.
        hint: String,
    },
    /// A patch does not fit the state before it.
    #[error(
        "step {step}: {object}: {source}\nhint: make the plan anew from the manifests as they are"
    )]
    Patch {
        /// The step, from 1.
        step: usize,
        /// The object.
        object: Box<ObjectRef>,
        /// What the patch says.
        source: Box<cutover_patch::Error>,
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
}
