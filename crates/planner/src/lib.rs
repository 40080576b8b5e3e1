//! The planner: from a strategy's waypoints to steps that are safe one by one, and back.

mod assemble;
mod error;
mod route;
mod warn;
mod waypoint;

pub use assemble::{Options, plan};
pub use error::Error;
pub use route::MOST_STEPS;
pub use waypoint::{Waypoint, Waypoints, silence};

#[cfg(test)]
mod tests;
