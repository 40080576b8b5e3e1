//! What does not hold.

use cutover_manifest::Digest;

use crate::error::Error;
use crate::name::{Name, all};

/// A promise of a fleet plan that does not hold, or something that it may not say.
///
/// Whoever made the fleet plan, or the fleet file, is at fault.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Broken {
    /// Less of the fleet may be there than its budget asks for.
    #[error("wave {wave}{}: {left} may be left{}, and {asked} are asked for\nhint: let fewer clusters change or fail at once, or give the wave fewer", direction(*back), counted(value))]
    Budget {
        /// The wave during which it may be so.
        wave: Name,
        /// Whether the fleet goes back then.
        back: bool,
        /// The value of the budget's label; empty where all clusters are counted together.
        value: String,
        /// What is left, as `5/2 of 3 (83 %)`.
        left: String,
        /// What is asked for, as `80%`.
        asked: String,
    },
    /// One context is that of several clusters: its cluster would change twice.
    #[error(
        "clusters {}: they have one context, `{context}`\nhint: a cluster is in the fleet once",
        all(clusters)
    )]
    Context {
        /// The kubeconfig context that they share.
        context: String,
        /// All that have it, two at least, in the order of the fleet plan.
        clusters: Vec<Name>,
    },
    /// The document is not one that was made, or is larger than one may be.
    #[error(transparent)]
    Document(#[from] Error),
    /// A plan does not keep what it promises.
    #[error("clusters {}: {broken}", all(clusters))]
    Plan {
        /// The clusters whose plan it is.
        clusters: Vec<Name>,
        /// What does not hold.
        broken: Box<cutover_check::Broken>,
    },
    /// Plans that no cluster has.
    #[error("plans {}: no cluster has them", digests(plans))]
    Unused {
        /// The digests under which they stand in the fleet plan.
        plans: Vec<Digest>,
    },
    /// Clusters have no value of the label by which the budget counts, or one that nobody asks for.
    #[error("clusters {}: {reason}", all(clusters))]
    Uncounted {
        /// All of them, in the order of the fleet plan; `reason` says which of both it is.
        clusters: Vec<Name>,
        /// What is wrong, with what to do.
        reason: String,
    },
    /// The plans of clusters are not in the fleet plan.
    #[error("clusters {}: their plan is not there", all(clusters))]
    Unknown {
        /// Those whose digest no plan of the document has.
        clusters: Vec<Name>,
    },
    /// Something that a wave may not say.
    #[error("wave {wave}: {reason}")]
    Wave {
        /// The wave that has the limit or the gate.
        wave: Name,
        /// What is wrong, with what to do.
        reason: String,
    },
    /// The journal is where nobody can keep it.
    #[error("journal: cluster {cluster}: {reason}")]
    Journal {
        /// The cluster that it names.
        cluster: Name,
        /// What is wrong, with what to do.
        reason: &'static str,
    },
}

fn direction(back: bool) -> &'static str {
    if back { ", going back" } else { "" }
}

fn counted(value: &str) -> String {
    match value {
        "" => String::new(),
        value => format!(" of {value}"),
    }
}

fn digests(plans: &[Digest]) -> String {
    let plans: Vec<String> = plans.iter().map(ToString::to_string).collect();
    plans.join(", ")
}
