//! What `read` and `emit` promise, and kubectl and kustomize as second opinions.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "that a file is refused is what kubectl and we are compared by"
)]

mod emitter;
mod findings;
mod fragments;
mod kubectl;
mod places;
mod refusals;
mod scalars;
mod table;
