//! A browser without a window: Chromium, where the machine has one.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::{Result, works};

/// Under which names it is found.
const NAMES: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "chromium-headless-shell",
];

/// Chromium, each time with a profile of its own, and without asking anybody for anything.
pub struct Browser(&'static str);

/// How a page is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// How wide the window is.
    pub width: u32,
    /// How high the window is.
    pub height: u32,
    /// Whether the system is dark.
    pub dark: bool,
}

impl Browser {
    /// The first that is there; none where none is.
    pub fn find() -> Option<Self> {
        let is_there = |name: &&&str| works(name, &["--version"]);
        NAMES.iter().find(is_there).map(|name| Self(name))
    }

    /// The page as it looks, as a PNG.
    ///
    /// # Errors
    ///
    /// A browser that fails.
    pub fn picture(&self, page: &Path, look: Look, to: &Path) -> Result<()> {
        self.run(page, look, &[&format!("--screenshot={}", to.display())])?;
        Ok(())
    }

    /// The page as it is printed, as a PDF.
    ///
    /// # Errors
    ///
    /// A browser that fails.
    pub fn print(&self, page: &Path, look: Look, to: &Path) -> Result<()> {
        let to = format!("--print-to-pdf={}", to.display());
        self.run(page, look, &["--no-pdf-header-footer", &to])?;
        Ok(())
    }

    /// The page as its scripts leave it, as HTML.
    ///
    /// # Errors
    ///
    /// A browser that fails.
    pub fn document(&self, page: &Path, look: Look) -> Result<String> {
        self.run(page, look, &["--dump-dom"])
    }

    fn run(&self, page: &Path, look: Look, arguments: &[&str]) -> Result<String> {
        let profile = tempfile::tempdir()?;
        let scheme = u8::from(!look.dark);
        let output = Command::new(self.0)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
            ])
            .args([
                "--disable-background-networking",
                "--disable-component-update",
            ])
            .args(["--disable-sync", "--disable-quic", "--hide-scrollbars"])
            .args([
                "--allow-file-access-from-files",
                "--virtual-time-budget=2000",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg(format!("--window-size={},{}", look.width, look.height))
            .arg(format!("--blink-settings=preferredColorScheme={scheme}"))
            .args(arguments)
            .arg(format!("file://{}", page.display()))
            .stdin(Stdio::null())
            .output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("{} failed: {said}", self.0).into());
        }
        Ok(String::from_utf8(output.stdout)?)
    }
}
