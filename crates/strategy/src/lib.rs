//! All strategies under one name each: what strategy files and flags are read into.

mod file;
mod meant;
mod strategy;

pub use file::StrategyFile;
pub use strategy::AnyStrategy;
