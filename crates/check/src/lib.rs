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
//! # What it holds a plan to
//!
//! One file a kind of promise:
//!
//! | promise | file | what is refused |
//! | --- | --- | --- |
//! | whole | `cutover-plan` | another digest, patches that do not fit, inverses that do not restore, more than a plan may hold |
//! | workloads | `workloads.rs` | no set, a stranger's, a set twice, two of one role, bounds that cannot be recounted |
//! | routers | `routers.rs` | one that is left out, one that is called a preview and serves, one that is away for a while |
//! | routes | `passing.rs` | a share before ready pods or to what is not there, a backend that comes or goes with one, a change that no gate has seen followed or drained, more requests for the new version on a way back |
//! | ports | `dead_ends.rs` | a route to a port that its Service does not have, yet or any more |
//! | pods' ports | `unheard.rs` | a Service that leads to a port which none of its pods has, and at neither end |
//! | sets | `sets.rs` | one of no workload, another selector, a count that is none, a change while its pods are replaced |
//! | templates | `templates.rs` | a set that runs what is run at neither end |
//! | bounds | `bounds.rs` | fewer pods that answer than the floor, more alive than the ceiling |
//! | counts | `autoscalers.rs` | one that an autoscaler may write too, which nothing holds, or not seen to; limits that leave one out |
//! | gates | `gates.rs` | one that cannot hold, or holds whatever happens |
//! | patches | `patches.rs` | a value that is replaced without a test of it, or that is no difference |
//! | ways back | `within.rs` | an object or a field of its own, a state of a later step, a question, pods of the new version that it waits for or starts, a time that sets do not take |
//!
//! # What it does not do
//!
//! It plans nothing and knows no planner: its `Cargo.toml` says so. It knows no cluster either: what
//! it counts holds as long as pods that are available stay so.

mod autoscalers;
mod between;
mod bounds;
mod broken;
mod checked;
mod counts;
mod crowds;
mod dead_ends;
mod gates;
mod parts;
mod passing;
mod patches;
mod pods;
mod routers;
mod routes;
mod sets;
mod templates;
mod unheard;
mod within;
mod workloads;

pub use broken::{Broken, Place};
pub use checked::{Checked, check};
pub use pods::{Counts, Pods};

#[cfg(test)]
mod tests;
