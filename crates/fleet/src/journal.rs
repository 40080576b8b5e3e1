//! Where the journal of a fleet's run is.

use cutover_manifest::{PathSegment, is_invisible};
use serde::{Deserialize, Serialize};

use crate::name::Name;

/// Where a run keeps what it has done: in one place, whatever becomes of the clusters.
///
/// In a document it is `{ cluster: eu-1, namespace: ops }` or `{ file: fleet.journal }`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "Fields", into = "Fields")]
pub enum Journal {
    /// In a ConfigMap of one of the fleet's clusters.
    Cluster {
        /// The cluster.
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        cluster: Name,
        /// The namespace (default: that of the cluster's context).
        namespace: Option<String>,
    },
    /// In a file.
    File(String),
}

/// A journal has no place, or two.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadJournal {
    /// Neither a cluster nor a file, or both.
    #[error(
        "a journal is in a cluster or in a file\nhint: write {{ cluster: eu-1, namespace: ops }}, or {{ file: fleet.journal }}"
    )]
    Place,
    /// The namespace is none.
    #[error("the journal's namespace `{0}` is not a name")]
    Namespace(String),
    /// The file's name is empty, or has what nobody sees.
    #[error("the journal's file {0:?} is not a path\nhint: write {{ file: fleet.journal }}")]
    File(String),
}

/// A journal's place as a document has it.
#[derive(Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Fields {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    cluster: Option<Name>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<String>,
}

impl TryFrom<Fields> for Journal {
    type Error = BadJournal;

    fn try_from(fields: Fields) -> Result<Self, BadJournal> {
        match (fields.cluster, fields.namespace, fields.file) {
            (Some(_), Some(namespace), None) if PathSegment::name(&namespace).is_err() => {
                Err(BadJournal::Namespace(namespace))
            }
            (Some(cluster), namespace, None) => Ok(Self::Cluster { cluster, namespace }),
            (None, None, Some(file)) if file.is_empty() || file.chars().any(is_invisible) => {
                Err(BadJournal::File(file))
            }
            (None, None, Some(file)) => Ok(Self::File(file)),
            _ => Err(BadJournal::Place),
        }
    }
}

impl From<Journal> for Fields {
    fn from(journal: Journal) -> Self {
        match journal {
            Journal::Cluster { cluster, namespace } => Self {
                cluster: Some(cluster),
                namespace,
                file: None,
            },
            Journal::File(file) => Self {
                file: Some(file),
                ..Self::default()
            },
        }
    }
}
