//! The addresses inside of a cluster's network.

/// The addresses of pods.
pub(super) const PODS: &str = "10.244.0.0/16";

/// The cluster IPs of Services.
pub(super) const SERVICES: &str = "10.96.0.0/16";

/// That of the nodes, and of who asks.
pub(super) const NODE: &str = "10.0.2.1";
