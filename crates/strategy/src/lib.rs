//! All strategies under one name each: what strategy files and flags are read into.

mod error;
mod strategy;

pub use error::Error;
pub use strategy::{Strategy, plan, wanted};
