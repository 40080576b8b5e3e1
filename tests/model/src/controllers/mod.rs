//! What controllers do: each one small change of the server, from what they see of it.

mod action;
mod rolling;
mod scaling;
mod sets;
mod status;

pub(crate) mod autoscaler;
pub(crate) mod deployment;
pub(crate) mod endpoints;
pub(crate) mod kubelet;
pub(crate) mod replica_set;
