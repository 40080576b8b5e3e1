//! What comes before the first write.
//!
//! ```text
//!  recall     the Leases, and what an earlier run has left
//!  bind       the cluster is watched, and the plan bound to its objects
//!  rebind     the same, of a run that goes on
//!  survey     autoscalers, Ingresses, rights
//!  rehearsal  each state, with the server's dry run
//!  open       the journal
//! ```

mod bind;
mod managed;
mod open;
mod rebind;
mod recall;
mod rehearsal;
mod rollout;
mod survey;
