//! All strategies under one name each: what strategy files and flags are read into.

mod file;
mod meant;
mod strategy;
#[cfg(feature = "yaml")]
mod yaml;

pub use file::StrategyFile;
#[cfg(feature = "schema")]
pub use file::strategy_schema;
pub use strategy::AnyStrategy;
#[cfg(feature = "yaml")]
pub use yaml::{BadFile, BadFileKind, from_yaml};
