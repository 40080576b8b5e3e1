//! What does not hold.

use std::fmt;

use cutover_manifest::ObjectRef;
use cutover_workload::Workload;

/// Where in a plan something does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// In the document as a whole.
    Plan,
    /// In a step of the way forward, from 1.
    Step(usize),
    /// In a step of the way back that starts after a step, both from 1.
    Undo {
        /// After which step it starts.
        from: usize,
        /// Which of its steps; 0 for the entry itself.
        step: usize,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plan => f.write_str("plan"),
            Self::Step(step) => write!(f, "step {step}"),
            Self::Undo { from, step: 0 } => write!(f, "undo from step {from}"),
            Self::Undo { from, step } => write!(f, "undo from step {from}, step {step}"),
        }
    }
}

/// A promise of a plan that does not hold.
///
/// Whoever made the plan is at fault: a plan of our own that is broken is a bug of the planner.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Broken {
    /// Fewer pods may answer than the workload promises.
    #[error("{place}: {workload}: {answering} pods may answer, and {floor} are promised")]
    Floor {
        /// The state of the plan, or of a way back, in which it breaks.
        place: Place,
        /// The name of the workload whose promise it is.
        workload: String,
        /// The fewest that answer.
        answering: u64,
        /// The fewest that are promised.
        floor: u32,
    },
    /// Fewer pods may answer behind a router than the workload promises.
    #[error(
        "{place}: {workload}: {answering} pods may answer behind {router}, and {floor} are promised"
    )]
    Router {
        /// The state of the plan, or of a way back, in which it breaks.
        place: Place,
        /// The name of the workload whose promise it is.
        workload: String,
        /// The router that leads to the pods.
        router: Box<ObjectRef>,
        /// The fewest that answer.
        answering: u64,
        /// The fewest that are promised.
        floor: u32,
    },
    /// More pods may be alive than the workload promises.
    #[error("{place}: {workload}: {alive} pods may be alive, and {ceiling} are allowed")]
    Ceiling {
        /// The state of the plan, or of a way back, in which it breaks.
        place: Place,
        /// The name of the workload whose promise it is.
        workload: String,
        /// The most that are alive.
        alive: u64,
        /// The most that are promised.
        ceiling: u32,
    },
    /// Something is asked for, or the plan ends, where a count is not known.
    #[error("{place}: how many pods {object} has is not known here, and {what}")]
    Unknown {
        /// The state of the plan, or of a way back, in which it breaks.
        place: Place,
        /// The set whose count is not known.
        object: Box<ObjectRef>,
        /// What needs the count.
        what: &'static str,
    },
    /// Something about an object that a plan may not do or leave out.
    #[error("{place}: {object}: {}{reason}", field(pointer))]
    Object {
        /// The state of the plan, or of a way back, in which it breaks.
        place: Place,
        /// The object that it is about.
        object: Box<ObjectRef>,
        /// The JSON pointer of the field that it is about; empty for the whole object.
        pointer: String,
        /// What is wrong, as the end of a sentence.
        reason: &'static str,
    },
    /// Something about a set or a router that a workload may not say or leave out.
    #[error("{place}: {object}: {reason} workload {workload}{rest}")]
    Named {
        /// The state of the plan, or of a way back, in which it breaks.
        place: Place,
        /// The set or the router.
        object: Box<ObjectRef>,
        /// The name of the workload whose promise it is.
        workload: String,
        /// What is wrong, up to the workload.
        reason: &'static str,
        /// What is wrong, after it.
        rest: &'static str,
    },
    /// Something that a workload may not say or leave out.
    #[error("plan: workload {workload}: {reason}")]
    Workload {
        /// The name of the workload whose promise it is.
        workload: String,
        /// What is wrong, as the end of a sentence.
        reason: &'static str,
    },
    /// Something that a plan may not say or leave out.
    #[error("{place}: {reason}")]
    Says {
        /// The state of the plan, or of a way back, in which it breaks.
        place: Place,
        /// What is wrong, as the end of a sentence.
        reason: &'static str,
    },
    /// A document that is not whole: changes that do not fit, digests of something else.
    #[error(transparent)]
    Plan(#[from] cutover_plan::Error),
}

impl Broken {
    pub(crate) fn object(place: Place, object: &ObjectRef, reason: &'static str) -> Self {
        Self::field(place, object, "", reason)
    }

    pub(crate) fn field(
        place: Place,
        object: &ObjectRef,
        pointer: &str,
        reason: &'static str,
    ) -> Self {
        Self::Object {
            place,
            object: Box::new(object.clone()),
            pointer: pointer.to_owned(),
            reason,
        }
    }

    pub(crate) fn workload(workload: &Workload, reason: &'static str) -> Self {
        Self::Workload {
            workload: workload.name.clone(),
            reason,
        }
    }
}

/// A pointer in front of what is said about it.
fn field(pointer: &str) -> String {
    match pointer {
        "" => String::new(),
        pointer => format!("{pointer}: "),
    }
}
