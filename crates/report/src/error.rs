//! What can go wrong when a plan is shown.

/// Why a plan cannot be shown.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An object of the plan is not what its kind says.
    #[error(transparent)]
    Manifest(#[from] cutover_manifest::Error),
    /// The plan has no such step.
    #[error("there is no step {step}: the plan has {steps}\nhint: steps are numbered from 1")]
    NoStep {
        /// What was asked for.
        step: usize,
        /// How many there are.
        steps: usize,
    },
    /// What a pod of the plan asks for is no quantity, and so is not counted.
    #[error("{object}: /spec/template{reason}")]
    Requests {
        /// The set whose pods ask for it.
        object: Box<cutover_manifest::ObjectRef>,
        /// Where in its pod template, and what.
        reason: cutover_workload::BadRequests,
    },
    /// What is always told takes more room than there is.
    #[error(
        "{most} characters are too few: title, summary and digest have {least}\nhint: allow so many"
    )]
    TooShort {
        /// How many there may be.
        most: usize,
        /// How many are needed.
        least: usize,
    },
    /// The plan does not fit itself; one that was read or made does.
    #[error(transparent)]
    Plan(Box<cutover_plan::Error>),
}

impl From<cutover_plan::Error> for Error {
    fn from(error: cutover_plan::Error) -> Self {
        Self::Plan(Box::new(error))
    }
}
