//! Why a run cannot be made of what it is given.

/// Why a run cannot be made of what it is given. Each says where, and what to do.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The plan is not what it should be.
    #[error(transparent)]
    Plan(#[from] cutover_plan::Error),
    /// A manifest of the plan cannot be placed in its namespace.
    #[error(transparent)]
    Manifest(#[from] cutover_manifest::Error),
    /// The plan's Secrets are sealed with a key that was not given.
    #[error(transparent)]
    SealKey(#[from] cutover_manifest::SealKeyError),
    /// The live objects are not those that the plan starts from.
    #[error(
        "{}\nhint: make the plan anew from what runs, or bring the files and the cluster together first",
        .0.join("\n")
    )]
    Unbound(Vec<String>),
    /// The plan has a change or a gate that this version does not carry out.
    #[error(
        "{place}: this version does not carry out {what}\nhint: use a version of cutover that does, or make the plan without it"
    )]
    Unsupported {
        /// The step, with its way back where it is on one.
        place: String,
        /// The change or the gate, and its object.
        what: String,
    },
    /// The plan has objects with the namespace of the run and without one, and does not keep its
    /// promises where they meet.
    #[error(
        "in namespace {namespace} the plan does not keep what it promises:\n{}\nhint: make the plan with this namespace",
        .broken.join("\n")
    )]
    Misplaced {
        /// The namespace of the run.
        namespace: String,
        /// What does not hold there, a line each.
        broken: Vec<String>,
    },
    /// The plan that a journal keeps is not the given one.
    #[error(
        "the journal's plan is not the given one: {place}: {reason}\nhint: {}",
        KEPT
    )]
    Kept {
        /// Where in the plan.
        place: String,
        /// Which object and field, what is there, and what should be.
        reason: String,
    },
    /// A journal cannot be read.
    #[error("ConfigMap {name}: {reason}\nhint: {hint}")]
    Journal {
        /// The name of the ConfigMap, without its namespace.
        name: String,
        /// What is wrong with it.
        reason: String,
        /// What a person can do about it, in one line.
        hint: String,
    },
}

/// What to do about a journal that somebody has edited.
const KEPT: &str = "nothing was written; somebody may have edited the journal, so update who may write \
                    ConfigMaps, bring the objects to a state of the plan first, and delete it";
