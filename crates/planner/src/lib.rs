//! The planner: from a strategy's waypoints to steps that are safe one by one, and back.

mod answered;
mod assemble;
mod error;
mod hold;
pub mod kinds;
mod name;
mod options;
mod passage;
mod passed_over;
mod route;
mod stages;
mod strategy;
mod warn;
mod waypoint;

pub use assemble::plan;
pub use error::Error;
pub use options::Options;
pub use strategy::{Strategy, from_fn};
pub use waypoint::{Followed, Waypoint, Waypoints, outage, succession};

#[cfg(test)]
mod tests;
