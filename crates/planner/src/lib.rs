//! The planner: from a strategy's waypoints to steps that are safe one by one, and back.

mod assemble;
mod error;
pub mod kinds;
mod name;
mod route;
mod strategy;
mod warn;
mod waypoint;

pub use assemble::{Options, plan};
pub use error::Error;
pub use strategy::{Strategy, from_fn};
pub use waypoint::{Waypoint, Waypoints, silence};

#[cfg(test)]
mod tests;
