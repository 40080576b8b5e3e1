//! The journal of a fleet's run in a file: one runner has it at a time, by a lock.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use cutover::manifest::ObjectRef;
use cutover_kube::{Cluster, Store, Stored};
use futures::FutureExt;
use futures::future::BoxFuture;

use crate::error::Error;
use crate::output::Staged;

/// A journal in a file, with what people ask of the run in another one beside it.
pub(super) struct FileStore {
    path: PathBuf,
    /// Held as long as this process lives, by a runner.
    lock: Option<File>,
}

impl FileStore {
    /// To look at it, and to ask something of its run.
    pub(super) fn open(path: PathBuf) -> Self {
        Self { path, lock: None }
    }

    /// To carry the run out.
    ///
    /// # Errors
    ///
    /// A folder that cannot be written to, and another runner that has the journal.
    pub(super) fn lock(path: PathBuf) -> Result<Self, Error> {
        let beside = beside(&path, "lock");
        let failed = |error: io::Error| Error::failed(format!("{}: {error}", beside.display()));
        let file = File::create(&beside).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self {
                path,
                lock: Some(file),
            }),
            Err(fs::TryLockError::WouldBlock) => Err(Error::failed(format!(
                "{}: another runner has the journal",
                path.display()
            ))),
            Err(fs::TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    fn text(&self) -> Result<Option<String>, String> {
        read(&self.path)
    }

    fn wishes(&self) -> PathBuf {
        beside(&self.path, "wishes")
    }
}

impl Store for FileStore {
    fn read(&self) -> BoxFuture<'_, Result<Stored, String>> {
        let stored = || {
            Ok(Stored {
                position: self.text()?,
                wishes: read(&self.wishes())?,
            })
        };
        async move { stored() }.boxed()
    }

    fn replace<'s>(
        &'s self,
        last: Option<&'s str>,
        position: &'s str,
    ) -> BoxFuture<'s, Result<bool, String>> {
        async move {
            if self.lock.is_none() {
                return Err(format!("{}: it is not locked", self.path.display()));
            }
            put(&self.path, last, position)
        }
        .boxed()
    }

    fn wish<'s>(
        &'s self,
        last: Option<&'s str>,
        wishes: &'s str,
    ) -> BoxFuture<'s, Result<bool, String>> {
        async move { put(&self.wishes(), last, wishes) }.boxed()
    }

    fn lease(&self) -> Option<(&Cluster, ObjectRef)> {
        None
    }
}

/// Puts a text in the place of the last one, whole or not at all.
fn put(path: &Path, last: Option<&str>, text: &str) -> Result<bool, String> {
    if read(path)?.as_deref() != last {
        return Ok(false);
    }
    let staged = Staged::replacing(path, text.as_bytes());
    staged
        .and_then(Staged::place)
        .map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(true)
}

fn read(path: &Path) -> Result<Option<String>, String> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{}: {error}", path.display())),
    }
}

/// A file beside the journal.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put_to(path: &Path, last: Option<&str>, text: &str) -> bool {
        put(path, last, text).unwrap()
    }

    /// A failure means that a runner writes over what another one has written.
    #[test]
    fn a_journal_is_replaced_where_it_says_what_it_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fleet.journal");
        assert!(!put_to(&path, Some("one"), "two"));
        assert!(put_to(&path, None, "one"));
        assert!(!put_to(&path, None, "two"));
        assert!(put_to(&path, Some("one"), "two"));
        assert_eq!(read(&path).unwrap().as_deref(), Some("two"));
    }

    /// A failure means that two runners carry one fleet out.
    #[test]
    fn a_second_runner_is_not_let_in() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fleet.journal");
        let first = FileStore::lock(path.clone()).map_err(|_| ()).unwrap();
        assert!(FileStore::lock(path.clone()).is_err());
        drop(first);
        assert!(FileStore::lock(path).is_ok());
    }
}
