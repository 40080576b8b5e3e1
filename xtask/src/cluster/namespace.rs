//! A network of a cluster's own, in which pods' and Services' addresses are real: a network
//! namespace of Linux, that nothing leaves.

use std::fs::{self, File};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use rustix::process::geteuid;
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::addresses::{NODE, PODS, SERVICES};
use super::name::Name;
use crate::Result;

/// A network namespace, made or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Namespace(String);

/// What a cluster with traffic lacks here, with what to do; `None` where nothing is missing.
pub fn lacks() -> Option<String> {
    if !geteuid().is_root() {
        return Some(
            "a cluster with traffic needs root\nhint: run it as root, or without --traffic".into(),
        );
    }
    let missing = [("ip", "iproute2"), ("nft", "nftables")]
        .into_iter()
        .find(|(program, _)| !is_there(program));
    missing
        .map(|(program, package)| format!("{program} is missing\nhint: apt-get install {package}"))
}

fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

impl Namespace {
    /// The namespace of the cluster of a name that keeps its files in a folder.
    pub(super) fn of(name: &Name, folder: &Path) -> Self {
        let digest = Sha256::digest(folder.as_os_str().as_encoded_bytes());
        let digest: String = digest
            .iter()
            .take(4)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self(format!("cutover-{name}-{digest}"))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Makes it, with a network in which any pod's address can be listened on.
    pub(super) fn create(&self) -> Result<()> {
        ip(&format!("netns add {}", self.0))?;
        self.inside(|| {
            ip("link set lo up")?;
            ip(&format!("addr add {NODE}/24 dev lo"))?;
            ip(&format!("route add local {PODS} dev lo"))?;
            // kube-apiserver wants to see a way out.
            ip(&format!("route add default dev lo src {NODE}"))?;
            // Else a Service without endpoints hangs, where it is to refuse.
            ip(&format!("route add local {SERVICES} dev lo src {NODE}"))?;
            // Else ports that are used again cause delays of their own.
            Ok(fs::write("/proc/sys/net/ipv4/tcp_max_tw_buckets", "0")?)
        })
    }

    /// Removes it, there or not.
    pub(super) fn remove(&self) -> Result<()> {
        if self.file().exists() {
            ip(&format!("netns delete {}", self.0))
        } else {
            Ok(())
        }
    }

    /// Moves this thread into it, with all threads and programs that it starts from now on.
    pub(super) fn enter(&self) -> Result<()> {
        let file = File::open(self.file())
            .map_err(|error| format!("network namespace {}: {error}", self.0))?;
        Ok(move_into_link_name_space(
            file.as_fd(),
            Some(LinkNameSpaceType::Network),
        )?)
    }

    /// A program that is to run in it.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.0]).arg(program);
        command
    }

    /// Does some work in it, on a thread of its own.
    pub(super) fn inside<T: Send>(&self, work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
        let done = thread::scope(|scope| {
            let thread = scope.spawn(|| {
                self.enter().map_err(|error| error.to_string())?;
                work().map_err(|error| error.to_string())
            });
            thread.join()
        });
        Ok(done.map_err(|_| "the work in the network namespace panicked")??)
    }

    fn file(&self) -> PathBuf {
        Path::new("/run/netns").join(&self.0)
    }
}

fn ip(arguments: &str) -> Result<()> {
    let output = Command::new("ip").args(arguments.split(' ')).output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!(
        "ip {arguments}: {}",
        String::from_utf8_lossy(&output.stderr).trim_end()
    )
    .into())
}
