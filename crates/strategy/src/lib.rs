//! All strategies under one name each: what strategy files and flags are read into.

mod strategy;

pub use strategy::AnyStrategy;
