//! `cargo xtask bench`.

use crate::Result;

/// x
pub fn run() -> Result<String> {
    Ok(String::new())
}
