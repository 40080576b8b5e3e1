//! Why a run cannot be made of what it is given.

/// Why a run cannot be made of what it is given. Each says where, and what to do.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The plan is not what it should be.
    #[error(transparent)]
    Plan(#[from] cutover_plan::Error),
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
    /// A journal cannot be read.
    #[error("ConfigMap {name}: {reason}\nhint: {hint}")]
    Journal {
        /// The ConfigMap's name.
        name: String,
        /// What is wrong with it.
        reason: String,
        /// What to do.
        hint: String,
    },
}
