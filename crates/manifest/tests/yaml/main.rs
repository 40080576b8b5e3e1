//! What `read` and `emit` promise, and kubectl and kustomize as second opinions.

mod emitter;
mod findings;
mod fragments;
mod kubectl;
mod places;
mod refusals;
mod scalars;
mod table;
