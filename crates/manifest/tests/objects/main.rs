//! Objects and edits against second opinions: laws over random edits, and kubectl where it is
//! installed.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

mod kubectl;
mod laws;
mod quantities;
