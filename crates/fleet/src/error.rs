//! What is wrong with a fleet.

use cutover_manifest::{Digest, NotCanonical};
use cutover_plan::API_VERSION;

use crate::amounts::MaxFailures;
use crate::name::{Name, all};

/// Why a fleet has no waves, or no plan. Each names all clusters that it is about.
///
/// Whoever wrote the fleet file is at fault.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There are no clusters, or no waves.
    #[error("the fleet has no {what}\nhint: write them under spec.{what}")]
    None {
        /// Of which there are none.
        what: &'static str,
    },
    /// There are more clusters, or waves, than a fleet may have.
    #[error("the fleet has {count} {what}, and {most} are allowed")]
    TooMany {
        /// Of which there are too many.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many there may be.
        most: usize,
    },
    /// A name stands twice.
    #[error(
        "{what} {}: they are there twice\nhint: a name stands for one of the {what}",
        all(names)
    )]
    Twice {
        /// Whether they name clusters or waves.
        what: &'static str,
        /// Each of them once, sorted.
        names: Vec<Name>,
    },
    /// Several waves select one cluster.
    #[error(
        "cluster {cluster}: it is in the waves {}\nhint: a cluster is in one wave: narrow the clusterSelector of the others",
        all(waves)
    )]
    Several {
        /// The cluster; each such cluster has an error of its own.
        cluster: Name,
        /// The waves that select it.
        waves: Vec<Name>,
    },
    /// No wave selects some clusters.
    #[error(
        "clusters {}: they are in no wave\nhint: write a wave for them, or say `unmatched: last` or `unmatched: leave`",
        all(clusters)
    )]
    Unmatched {
        /// All of them, sorted by name.
        clusters: Vec<Name>,
    },
    /// A wave selects no cluster.
    #[error(
        "waves {}: no cluster is in them\nhint: check their clusterSelector (`{{}}` is all, none is none), or leave them out",
        all(waves)
    )]
    Empty {
        /// All of them, in the order in which they change.
        waves: Vec<Name>,
    },
    /// Clusters have no label by which their wave is to be ordered.
    #[error(
        "wave {wave}: clusters {}: they have no label `{key}`, by which they are to be ordered\nhint: label them, or leave sortingLabelKey out",
        all(clusters)
    )]
    Unsorted {
        /// The wave that has the `sortingLabelKey`.
        wave: Name,
        /// The key of the label: `sortingLabelKey` of the wave.
        key: String,
        /// Those of the wave that lack the label, sorted by name.
        clusters: Vec<Name>,
    },
    /// More clusters may fail than a wave has.
    #[error("wave {wave}: maxFailures is {written}, and it has {}\nhint: write {clusters} where all of them may fail", clusters_of(*clusters))]
    Failures {
        /// The wave that has the `maxFailures`.
        wave: Name,
        /// As it is written.
        written: MaxFailures,
        /// How many clusters the wave has.
        clusters: u32,
    },
    /// Clusters that are in a wave have no plan.
    #[error("clusters {}: they have no plan", all(clusters))]
    Planless {
        /// Those for which the caller has given none.
        clusters: Vec<Name>,
    },
    /// A document is not a fleet plan.
    #[error("{place}: {reason}\nhint: make the fleet plan with Cutover")]
    Document {
        /// A path into the document.
        place: String,
        /// What is wrong there.
        reason: String,
    },
    /// A document is deeper, or has a longer text, than a fleet plan may.
    #[error("fleet {0}")]
    Excessive(Box<cutover_plan::Error>),
    /// A fleet plan is not the one that was made.
    #[error(
        "fleet plan: digest: the fleet plan is not the one that this digest was made of\nhint: it is not edited by hand: change the fleet file or the manifests, and make it anew"
    )]
    Edited,
    /// A fleet plan of another version of the format.
    #[error(
        "fleet plan: apiVersion: `{version}` is not `{API_VERSION}`\nhint: use the version of cutover that made it, or make it anew"
    )]
    Version {
        /// What the document says.
        version: String,
    },
    /// A plan in a fleet plan is none.
    #[error("plan {digest}: {error}")]
    Plan {
        /// Under which digest it stands.
        digest: Digest,
        /// What is wrong with it.
        error: Box<cutover_plan::Error>,
    },
    /// A number that was rounded when it was read: it has no digest.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
    /// A fleet plan that cannot be written as JSON: none that was made or read.
    #[error("the fleet plan cannot be written: {0}")]
    Unwritable(String),
}

impl Error {
    pub(crate) fn document(place: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Document {
            place: place.into(),
            reason: reason.into(),
        }
    }
}

fn clusters_of(count: u32) -> String {
    match count {
        1 => "1 cluster".to_owned(),
        count => format!("{count} clusters"),
    }
}
