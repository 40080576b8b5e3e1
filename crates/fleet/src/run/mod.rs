//! Carrying a fleet plan out: which cluster starts, stops or goes back when, as a state machine
//! without IO.
//!
//! ```text
//!            ┌──────────────── Run ────────────────┐
//!  events ──▶│ recall ▶ confirm ▶ ┌─ before ─┐      │──▶ effects
//!  clusters, │                    │  work    │ wave │   look, start, stop, undo, watch a cluster;
//!  gates,    │                    └─ after ──┘      │   ask a gate; write the journal
//!  people,   │  ▲ on failure, or asked for: back,   │
//!     time ─▶│    wave by wave in reverse           │
//!            └──────────────────────────────────────┘
//! ```
//!
//! - **It knows no run of a cluster.** That a cluster's plan is carried out, and how that ended, is
//!   an effect and an event. Each cluster's own journal stays the truth about itself.
//! - **The journal is a position, and not an order** ([`Position`]). What is done is decided by the
//!   fleet plan that was given. It is written before a cluster is begun or taken back, so that who
//!   goes on knows which may have been; what it says of a cluster is confirmed by looking there.
//! - **One runner, one epoch.** Whoever goes on with a run writes the journal under the next number.
//!   One that meets another's number begins nothing more.

mod back;
mod effect;
mod ending;
mod event;
mod failures;
mod forward;
mod gates;
mod judged;
mod launch;
mod ledger;
mod machine;
mod members;
mod open;
mod options;
mod outcome;
mod position;
mod progress;
mod soak;
mod when;
mod wishes;

pub use effect::{Effect, GateId};
pub use event::{Ending, Event, Standing};
pub use machine::Run;
pub use options::{Goal, Options};
pub use outcome::{Outcome, Reason};
pub use position::{Approval, BadPosition, ClusterState, Course, Position, Scope, Stage};
pub use progress::Progress;
pub use when::When;
pub use wishes::{BadWish, Wish, Wishes};
