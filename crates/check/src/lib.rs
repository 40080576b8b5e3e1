//! Whether a plan keeps what it promises: recounted from its changes alone.
//!
//! ```text
//!  Plan ─▶ check ─┬─▶ Checked    the plan, which everybody may act on
//!                 └─▶ [Broken]   each promise that does not hold, with its step
//! ```
//!
//! A plan comes from somebody else, who may have digested it again. So nothing that it says of
//! itself is believed: only what its changes do, one after the other, and what its gates wait for.
//!
//! A set has, at every moment, pods alive and pods answering, each between two counts ([`Pods`]). A
//! change widens them, a gate narrows them to what it says. After each change, forward, back, and in
//! the middle of a step, the fewest that answer are held against the floor, and the most that are
//! alive against the ceiling.
//!
//! # What it does not do
//!
//! It plans nothing and knows no planner: its `Cargo.toml` says so. It knows no cluster either: what
//! it counts holds as long as pods that are available stay so.

mod bounds;
mod broken;
mod checked;
mod counts;
mod gates;
mod pods;
mod routers;
mod sets;
mod within;
mod workloads;

pub use broken::{Broken, Place};
pub use checked::{Checked, check};
pub use pods::{Counts, Pods};

#[cfg(test)]
mod tests;
