//! Asking the API server, by the cluster's own kubectl.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::namespace::Namespace;
use crate::Result;

/// A kubectl that talks to one cluster as its administrator.
#[derive(Clone, Debug)]
pub struct Kubectl {
    program: PathBuf,
    kubeconfig: PathBuf,
    namespace: Option<Namespace>,
}

impl Kubectl {
    /// A kubectl that runs in a network namespace, or in the one of this thread.
    pub(super) fn new(program: PathBuf, kubeconfig: PathBuf, namespace: Option<Namespace>) -> Self {
        Self {
            program,
            kubeconfig,
            namespace,
        }
    }

    /// The command without its arguments.
    pub fn command(&self) -> Command {
        let mut command = match &self.namespace {
            Some(namespace) => namespace.command(&self.program),
            None => Command::new(&self.program),
        };
        // Its cache of what the server knows is this cluster's alone.
        let home = self.kubeconfig.parent().unwrap_or_else(|| Path::new("/"));
        command
            .env("KUBECONFIG", &self.kubeconfig)
            .env("HOME", home);
        command
    }

    /// Runs it and gives what it prints.
    ///
    /// # Errors
    ///
    /// What it says where it fails.
    pub fn run<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Result<String> {
        self.run_with(arguments, "")
    }

    /// Runs it with a text as its input, as for `apply -f -`, and gives what it prints.
    ///
    /// # Errors
    ///
    /// What it says where it fails.
    pub fn run_with<A: AsRef<OsStr>>(&self, arguments: &[A], input: &str) -> Result<String> {
        let mut command = self.command();
        command
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input.as_bytes())?;
        }
        let output = child.wait_with_output()?;
        if output.status.success() {
            return Ok(String::from_utf8(output.stdout)?);
        }
        Err(format!(
            "kubectl: {}",
            String::from_utf8_lossy(&output.stderr).trim_end()
        )
        .into())
    }
}
