//! Fleets for people.

mod waves;

pub use waves::show_waves;
