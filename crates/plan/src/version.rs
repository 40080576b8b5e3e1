//! Which documents are plans, and of which version.

/// The `apiVersion` of plan files.
pub const API_VERSION: &str = "cutover.dev/v1alpha1";

/// The `kind` of plan files.
pub const KIND: &str = "Plan";
