//! What a cluster consists of, written before any of it is started, so that `down` finds all of it
//! after a crash.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::namespace::Namespace;
use super::programs::Program;
use crate::Result;

/// The state file, in the cluster's folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct State {
    /// In the order of their start.
    pub(super) programs: Vec<Program>,
    /// The cluster's own kubectl.
    pub(super) kubectl: PathBuf,
    /// The network namespace that the programs are in, where it is not the one of all.
    pub(super) namespace: Option<Namespace>,
}

impl State {
    /// Writes it whole or not at all.
    pub(super) fn write(&self, file: &Path) -> Result<()> {
        let partial = file.with_extension("partial");
        fs::write(&partial, serde_json::to_vec_pretty(self)?)?;
        Ok(fs::rename(partial, file)?)
    }

    /// Reads it; `None` where there is none.
    pub(super) fn read(file: &Path) -> Result<Option<Self>> {
        let place = |error: String| format!("{}: {error}", file.display());
        match fs::read(file) {
            Ok(bytes) => Ok(Some(
                serde_json::from_slice(&bytes).map_err(|error| place(error.to_string()))?,
            )),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(place(error.to_string()).into()),
        }
    }

    /// The program of a name.
    pub(super) fn program(&self, name: &str) -> Result<&Program> {
        let found = self.programs.iter().find(|program| program.name == name);
        Ok(found.ok_or_else(|| {
            let names: Vec<&str> = self
                .programs
                .iter()
                .map(|program| program.name.as_str())
                .collect();
            format!(
                "no program {name} in this cluster\nhint: one of {}",
                names.join(", ")
            )
        })?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::programs::Ready;

    fn state() -> State {
        let command = vec!["/bin/etcd".into(), "--name=etcd".into()];
        let etcd = Program {
            name: "etcd".into(),
            command,
            ready: Ready::Port(2379),
        };
        State {
            programs: vec![etcd],
            kubectl: "/bin/kubectl".into(),
            namespace: None,
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.json");
        assert_eq!(State::read(&file).unwrap(), None);
        state().write(&file).unwrap();
        assert_eq!(State::read(&file).unwrap(), Some(state()));
    }

    #[test]
    fn a_damaged_file_is_an_error_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.json");
        let check = |text: &str, expect: &str| {
            fs::write(&file, text).unwrap();
            let error = State::read(&file).unwrap_err().to_string();
            assert!(
                error.starts_with(&file.display().to_string()) && error.contains(expect),
                "{error}"
            );
        };
        check("{", "EOF");
        check(
            r#"{ "programs": [], "kubectl": "k", "namespace": null, "pids": [1] }"#,
            "unknown field `pids`",
        );
    }

    #[test]
    fn a_program_that_is_not_there_is_named_with_those_that_are() {
        let error = state().program("kubelet").unwrap_err().to_string();
        assert_eq!(
            error,
            "no program kubelet in this cluster\nhint: one of etcd"
        );
    }
}
