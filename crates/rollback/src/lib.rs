//! Strategy: roll back to an earlier revision, as kubectl rollout undo does.
