//! The executor as a state machine without IO.

mod direction;
mod effect;
mod event;
mod options;
mod outcome;
mod progress;

pub use direction::Direction;
pub use effect::{Effect, HttpRequest, Request, Right, Scope, Ticket, Write};
pub use event::{Answer, Event, Fault, Reply};
pub use options::{Goal, Options};
pub use outcome::Outcome;
pub use progress::Progress;
