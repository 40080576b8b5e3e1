//! The way to a cluster.

use crate::cluster::Cluster;

/// The way to a cluster, or why there is none.
pub(super) type Connection = Result<Cluster, String>;
