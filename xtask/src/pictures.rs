//! `cargo xtask pictures`: the page and the picture of the plan that the README shows, in docs/.
//!
//! The picture is text, and a test holds it to what the command makes. The page is photographed by
//! Chromium: where its version or its fonts are others, so are the bytes, and nothing compares them.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::browser::{Browser, Look};
use crate::{Result, built, root};

/// The plan of the README, on what the README works on.
const PLAN: [&str; 9] = [
    "plan",
    "canary",
    "-f",
    "docs/example",
    "--image",
    "hello=registry.example/hello:2.0.0",
    "--steps",
    "25,50",
    "-o",
];

/// How the page is photographed, each under its name.
pub const LOOKS: [(&str, Look); 3] = [
    (
        "light",
        Look {
            width: 1000,
            height: 1040,
            dark: false,
        },
    ),
    (
        "dark",
        Look {
            width: 1000,
            height: 1040,
            dark: true,
        },
    ),
    // No window of Chromium is narrower than 500.
    (
        "phone",
        Look {
            width: 500,
            height: 1040,
            dark: false,
        },
    ),
];

/// Writes them.
///
/// # Errors
///
/// A command or a browser that fails, or no browser.
pub fn run() -> Result<String> {
    let browser = Browser::find().ok_or("Chromium is missing: `apt-get install chromium`")?;
    let folder = tempfile::tempdir()?;
    let plan = folder.path().join("plan.yaml");
    let cutover = built("cutover")?;
    let made = Command::new(&cutover)
        .args(PLAN)
        .arg(&plan)
        .current_dir(root())
        .status()?;
    if !made.success() {
        return Err("the plan is not made".into());
    }
    fs::write(root().join("docs/plan.svg"), shown(&cutover, &plan, "svg")?)?;
    let page = folder.path().join("plan.html");
    fs::write(&page, shown(&cutover, &plan, "html")?)?;
    for (name, look) in LOOKS {
        browser.picture(&page, look, &root().join(format!("docs/page-{name}.png")))?;
    }
    Ok("docs/plan.svg and three pictures of the page written\n".to_owned())
}

fn shown(cutover: &Path, plan: &Path, format: &str) -> Result<Vec<u8>> {
    let output = Command::new(cutover)
        .arg("show")
        .arg(plan)
        .args(["-o", format])
        .output()?;
    match output.status.success() {
        true => Ok(output.stdout),
        false => Err("the plan is not shown".into()),
    }
}
