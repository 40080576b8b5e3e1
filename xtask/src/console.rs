//! `cargo xtask console`: what the commands in the README and in docs/ print, as they print it.
//!
//! Each line of a `console` block that starts with `$ ` is run by bash, in a copy of docs/, one
//! after the other; what follows it is what it printed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{Mode, Outputs, Result, built, root, works};

const OPEN: &str = "```console";
const CLOSE: &str = "```";

/// As the README runs the command in a fresh clone; here it is built already.
const FROM_SOURCE: &str = "cargo run --release -p cutover-cli --";

/// What some blocks need besides bash: where one is missing, its block stays as it is.
const TOOLS: [&str; 2] = ["jq", "kubectl"];

/// Writes or checks what the commands print.
///
/// # Errors
///
/// A command that cannot be started; in check mode an output that differs.
pub fn run(mode: Mode) -> Result<String> {
    outputs()?.settle(&root(), mode, "cargo xtask console")
}

fn outputs() -> Result<Outputs> {
    let cutover = built("cutover")?;
    let missing: Vec<&str> = TOOLS
        .into_iter()
        .filter(|tool| !works(tool, &["--help"]))
        .collect();
    let mut outputs = Outputs::default();
    for page in pages()? {
        let text = fs::read_to_string(root().join(&page))?;
        let scratch = Scratch::new(&cutover)?;
        outputs.insert(page, scratch.filled(&text, &missing)?);
    }
    Ok(outputs)
}

/// The pages, from the root of the workspace.
fn pages() -> Result<Vec<PathBuf>> {
    let mut pages = vec![PathBuf::from("README.md")];
    for folder in ["docs", "docs/strategies"] {
        for entry in fs::read_dir(root().join(folder))? {
            let path = Path::new(folder).join(entry?.file_name());
            pages.extend(
                path.extension()
                    .is_some_and(|ending| ending == "md")
                    .then_some(path),
            );
        }
    }
    pages.sort();
    Ok(pages)
}

/// A folder with a copy of docs/, in which a page's commands run.
struct Scratch {
    folder: tempfile::TempDir,
    path: String,
}

impl Scratch {
    fn new(cutover: &Path) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let copied = Command::new("cp")
            .arg("-r")
            .arg(root().join("docs"))
            .arg(folder.path())
            .status()?;
        if !copied.success() {
            return Err("docs/ cannot be copied".into());
        }
        let binaries = cutover.parent().ok_or("the command is nowhere")?;
        let path = format!("{}:{}", binaries.display(), std::env::var("PATH")?);
        Ok(Self { folder, path })
    }

    /// The page with each block's outputs as they are now.
    fn filled(&self, page: &str, missing: &[&str]) -> Result<String> {
        let mut filled = String::new();
        let mut lines = page.lines();
        while let Some(line) = lines.next() {
            filled += &format!("{line}\n");
            if line == OPEN {
                let block: Vec<&str> = lines.by_ref().take_while(|line| *line != CLOSE).collect();
                let lacks = missing.iter().any(|tool| {
                    block
                        .iter()
                        .any(|line| line.starts_with("$ ") && line.contains(tool))
                });
                let outputs = if lacks {
                    block.join("\n")
                } else {
                    self.block(&block)?
                };
                filled += &format!("{outputs}\n{CLOSE}\n");
            }
        }
        Ok(filled)
    }

    /// The commands of a block, each with what it prints.
    fn block(&self, lines: &[&str]) -> Result<String> {
        let mut filled: Vec<String> = Vec::new();
        let mut rest = lines.iter().peekable();
        while let Some(line) = rest.next() {
            let followed = rest.peek().is_some_and(|next| next.starts_with("$ "));
            if line.is_empty() && followed {
                filled.push(String::new());
            }
            if let Some(start) = line.strip_prefix("$ ") {
                filled.push((*line).into());
                let mut command = start.to_owned();
                while command.ends_with('\\') {
                    let more = rest.next().copied().unwrap_or_default();
                    filled.push(more.into());
                    command = format!("{command}\n{more}");
                }
                filled.extend(self.output(&command)?.trim_end().lines().map(Into::into));
            }
        }
        Ok(filled.join("\n"))
    }

    /// What a command prints, data and messages together.
    fn output(&self, command: &str) -> Result<String> {
        let command = command.replace(FROM_SOURCE, "cutover");
        let output = Command::new("bash")
            .args(["-c", &format!("exec 2>&1\n{command}")])
            .current_dir(self.folder.path())
            .env("PATH", &self.path)
            .env("NO_COLOR", "1")
            .env("KUBECONFIG", "/dev/null")
            .stdin(Stdio::null())
            .output()?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}
