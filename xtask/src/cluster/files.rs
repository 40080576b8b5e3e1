//! The files of a cluster, all in one folder that goes when the cluster does.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::certificates::{self, ADMINISTRATOR, ADMINISTRATOR_KEY, AUTHORITY};
use super::name::Name;
use crate::{Result, root};

/// Where a cluster keeps what it writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Files(PathBuf);

impl Files {
    /// Where the cluster of a name keeps its files, there or not.
    pub(super) fn of(name: &Name) -> Self {
        Self(root().join("target/cluster").join(name.as_str()))
    }

    /// Makes the folder; refuses where it is there.
    pub(super) fn create(&self) -> Result<()> {
        self.0.parent().map_or(Ok(()), fs::create_dir_all)?;
        match fs::create_dir(&self.0) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                let hint = "hint: `cargo xtask cluster down`, or another `--name`";
                Err(format!("a cluster is there already: {}\n{hint}", self.0.display()).into())
            }
            made => Ok(made.and_then(|()| fs::create_dir(self.0.join("logs")))?),
        }
    }

    /// Writes the certificates, and the kubeconfig for an API server on a port of 127.0.0.1.
    pub(super) fn write_credentials(&self, port: u16) -> Result<()> {
        certificates::write(&self.0)?;
        let kubeconfig = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{ "name": "cutover", "cluster": {
                "server": format!("https://127.0.0.1:{port}"),
                "certificate-authority": self.path(AUTHORITY),
            }}],
            "users": [{ "name": "administrator", "user": {
                "client-certificate": self.path(ADMINISTRATOR),
                "client-key": self.path(ADMINISTRATOR_KEY),
            }}],
            "contexts": [{ "name": "cutover", "context": { "cluster": "cutover", "user": "administrator" }}],
            "current-context": "cutover",
        });
        Ok(fs::write(self.kubeconfig(), format!("{kubeconfig:#}\n"))?)
    }

    /// Removes the folder, there or not.
    pub(super) fn remove(&self) -> io::Result<()> {
        match fs::remove_dir_all(&self.0) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.0
    }

    pub(super) fn path(&self, file: &str) -> PathBuf {
        self.0.join(file)
    }

    pub(super) fn kubeconfig(&self) -> PathBuf {
        self.path("kubeconfig")
    }

    pub(super) fn audit_log(&self) -> PathBuf {
        self.path("audit.log")
    }

    pub(super) fn etcd(&self) -> PathBuf {
        self.path("etcd")
    }

    pub(super) fn state(&self) -> PathBuf {
        self.path("state.json")
    }

    pub(super) fn log(&self, program: &str) -> PathBuf {
        self.path("logs").join(program).with_extension("log")
    }
}
