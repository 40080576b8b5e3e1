//! Fleets for people.

mod facts;
mod markdown;
mod mismatches;
mod names;
mod show;
mod tables;
mod waves;

pub use markdown::fleet_markdown;
pub use mismatches::fleet_mismatches;
pub use show::{show_fleet, show_moments};
pub use waves::show_waves;
