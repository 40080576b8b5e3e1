//! `cargo xtask docs`: the man pages and completions of the command, from its definition.

use std::fs;

use clap_complete::{Shell, generate_to};

use crate::{Result, root};

/// Where they go, from the root of the workspace.
const ASSETS: &str = "target/assets";

/// Writes a man page for each command, and completions for each shell.
///
/// # Errors
///
/// A file that cannot be written.
pub fn run() -> Result<String> {
    let (man, completions) = (
        root().join(ASSETS).join("man"),
        root().join(ASSETS).join("completions"),
    );
    fs::create_dir_all(&man)?;
    fs::create_dir_all(&completions)?;
    clap_mangen::generate_to(cutover_cli::command(), &man)?;
    for shell in [
        Shell::Bash,
        Shell::Elvish,
        Shell::Fish,
        Shell::PowerShell,
        Shell::Zsh,
    ] {
        generate_to(shell, &mut cutover_cli::command(), "cutover", &completions)?;
    }
    Ok(format!("{ASSETS}/man and {ASSETS}/completions\n"))
}
