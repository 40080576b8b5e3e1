//! What a run asks of a cluster and hears of it, as data.

pub(crate) mod effect;
pub(crate) mod event;
mod fault;
pub(crate) mod guard;
