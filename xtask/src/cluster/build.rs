//! The programs of a cluster, built from ordinary Go modules and kept between runs, outside of the
//! repository.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sha2::{Digest, Sha256};

use super::say;
use crate::{Result, root};

/// This very program as it is on the command line; it is built where a test runs it.
pub(super) fn xtask() -> Result<PathBuf> {
    let this = env::current_exe()?;
    match this.file_stem().is_some_and(|name| name == "xtask") {
        true => Ok(this),
        false => crate::built("xtask"),
    }
}

/// Where the programs are.
#[derive(Clone, Debug)]
pub(super) struct Binaries {
    kubernetes: PathBuf,
    kwok: PathBuf,
}

impl Binaries {
    /// Builds what is not there yet: ten minutes for the first time, and nothing after.
    pub(super) fn built() -> Result<Self> {
        let go_mod = fs::read_to_string(module("kubernetes").join("go.mod"))?;
        let version = kubernetes_version(&go_mod)
            .ok_or("tests/cluster/kubernetes/go.mod requires no k8s.io/kubernetes")?;
        let flags = linker_flags(version);
        Ok(Self {
            kubernetes: built("kubernetes", &flags)?,
            kwok: built("kwok", &flags)?,
        })
    }

    #[cfg(test)]
    pub(super) fn at(folder: &str) -> Self {
        Self {
            kubernetes: folder.into(),
            kwok: folder.into(),
        }
    }

    pub(super) fn etcd(&self) -> PathBuf {
        // `go build` calls a program after its package, go.etcd.io/etcd/server/v3.
        self.kubernetes.join("server")
    }

    pub(super) fn kubernetes(&self, program: &str) -> PathBuf {
        self.kubernetes.join(program)
    }

    pub(super) fn kwok(&self) -> PathBuf {
        self.kwok.join("kwok")
    }
}

/// The folder with all programs that a module's `tool` lines name.
fn built(name: &str, flags: &str) -> Result<PathBuf> {
    let folder = cache()?.join(format!("{name}-{}", digest(&module(name), flags)?));
    if !folder.exists() {
        build(name, flags, &folder)?;
    }
    Ok(folder)
}

fn build(name: &str, flags: &str, folder: &Path) -> Result<()> {
    say(&format!(
        "building {name} into {}; without Go's own cache this takes minutes",
        folder.display()
    ));
    kept(folder, |partial| {
        let status = Command::new("go")
            .args(["build", "-trimpath", "-ldflags", flags, "-o"])
            .arg(partial)
            .arg("tool")
            .env("CGO_ENABLED", "0")
            .current_dir(module(name))
            .stdout(Stdio::null())
            .status()
            .map_err(|error| {
                format!("go cannot be started: {error}\nhint: install Go 1.26 or newer")
            })?;
        match status.success() {
            true => Ok(()),
            false => Err(format!("tests/cluster/{name} does not build").into()),
        }
    })
}

/// Makes a folder of what is kept between runs; it has its own name only once it is whole.
pub(super) fn kept(folder: &Path, make: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let cache = cache()?;
    fs::create_dir_all(&cache)?;
    let partial = tempfile::tempdir_in(cache)?;
    make(partial.path())?;
    match fs::rename(partial.path(), folder) {
        // Another run was quicker.
        Err(_) if folder.exists() => Ok(()),
        moved => Ok(moved?),
    }
}

/// Without these the server calls itself `v0.0.0-master+$Format:%H$`, which clients choke on.
fn linker_flags(version: &str) -> String {
    let package = "k8s.io/component-base/version";
    let mut numbers = version.trim_start_matches('v').split('.');
    let (major, minor) = (
        numbers.next().unwrap_or_default(),
        numbers.next().unwrap_or_default(),
    );
    format!(
        "-s -w -X {package}.gitVersion={version} -X {package}.gitMajor={major} -X {package}.gitMinor={minor}"
    )
}

fn kubernetes_version(go_mod: &str) -> Option<&str> {
    let line = go_mod.lines().find_map(|line| {
        let line = line.trim();
        line.strip_prefix("require ")
            .unwrap_or(line)
            .strip_prefix("k8s.io/kubernetes ")
    })?;
    line.split(' ').next()
}

/// The folder of what a cluster is made from.
pub(super) fn module(name: &str) -> PathBuf {
    root().join("tests/cluster").join(name)
}

/// Where programs are kept.
pub(super) fn cache() -> Result<PathBuf> {
    let home = || env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    let cache = env::var_os("XDG_CACHE_HOME")
        .filter(|folder| !folder.is_empty())
        .map(PathBuf::from)
        .or_else(home);
    Ok(cache
        .ok_or("neither XDG_CACHE_HOME nor HOME is set")?
        .join("cutover/bin"))
}

/// What a module's programs depend on, in short.
fn digest(module: &Path, flags: &str) -> Result<String> {
    digest_of(flags, &["go.mod", "go.sum"].map(|file| module.join(file)))
}

/// What some files say, in short.
pub(super) fn digest_of(prefix: &str, files: &[impl AsRef<Path>]) -> Result<String> {
    let mut digest = Sha256::new_with_prefix(prefix);
    for file in files {
        digest.update(fs::read(file)?);
    }
    Ok(digest
        .finalize()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_the_one_of_the_module() {
        let check =
            |go_mod: &str, expect: Option<&str>| assert_eq!(kubernetes_version(go_mod), expect);
        check("require k8s.io/kubernetes v1.36.4\n", Some("v1.36.4"));
        check(
            "require (\n\tk8s.io/kubernetes v1.36.4 // indirect\n)\n",
            Some("v1.36.4"),
        );
        check("tool k8s.io/kubernetes/cmd/kubectl\n", None);
    }

    #[test]
    fn the_server_is_told_its_version() {
        let flags = linker_flags("v1.36.4");
        assert!(
            flags.contains(".gitVersion=v1.36.4 ") && flags.contains(".gitMajor=1 "),
            "{flags}"
        );
        assert!(flags.ends_with(".gitMinor=36"), "{flags}");
    }
}
