//! Kubernetes deployment strategies as pure functions: from manifests to a reviewable plan.
