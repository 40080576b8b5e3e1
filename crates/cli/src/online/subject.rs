//! The run that a command is about: by the plan's file, or by its name alone.

use std::path::Path;

use cutover::manifest::{Digest, Manifest};
use cutover::{Checked, Plan};
use cutover_run::{Journal, Reply, Request, Runner, lease_objects};
use jiff::Timestamp;

use crate::args::PlanFile;
use crate::error::Error;
use crate::online::Online;
use crate::{World, plan_file};

/// The endings by which a plan's file is told from its name, where no such file is there.
const ENDINGS: [&str; 3] = [".json", ".yaml", ".yml"];

/// A plan as somebody names it.
pub(crate) enum Subject {
    /// By its file, which was checked.
    File(Box<Checked>),
    /// By its name, and the digest under which it was approved where one is given.
    Name(String, Option<Digest>),
}

/// A run that has a journal.
pub(crate) struct Found {
    pub(crate) manifest: Manifest,
    pub(crate) journal: Journal,
}

impl Subject {
    /// Reads the plan where its file is meant.
    ///
    /// # Errors
    ///
    /// A file that is no plan, or is not there.
    pub(crate) fn of(plan: &PlanFile, world: &mut World<'_>) -> Result<Self, Error> {
        match plan.plan.to_str() {
            Some(name) if !is_file(&world.directory.join(&plan.plan), name) => {
                Ok(Self::Name(name.to_owned(), plan.digest.clone()))
            }
            _ => Ok(Self::File(Box::new(plan_file::read(world, plan)?))),
        }
    }

    /// The plan's name, as it was given or as the file has it.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::File(plan) => &plan.metadata.name,
            Self::Name(name, _) => name,
        }
    }

    /// Its run, where there is one.
    ///
    /// # Errors
    ///
    /// A journal that cannot be read, and the run of another plan of the same name.
    pub(crate) fn find(&self, online: &Online) -> Result<Option<Found>, Error> {
        let (name, digest) = match self {
            Self::File(plan) => {
                let manifest = online.journal(plan)?;
                return manifest.map(Found::read).transpose();
            }
            Self::Name(name, digest) => (name, digest),
        };
        let object = Journal::named(name, online.cluster.namespace());
        let found = match online.ask(Request::Get(object.clone())) {
            Ok(Reply::Object(Some(found))) => Found::read(found)?,
            Ok(_) => return Ok(None),
            Err(fault) => return Err(Error::failed(format!("{object}: {}", online.told(&fault)))),
        };
        match digest {
            Some(digest) if *digest != found.journal.position.digest => {
                Err(Error::failed(format!(
                    "the run of plan {name} is of {}, and {digest} was approved\nhint: `cutover status {name}` tells where it is",
                    found.journal.position.digest
                )))
            }
            _ => Ok(Some(found)),
        }
    }

    /// Its run.
    ///
    /// # Errors
    ///
    /// As [`find`](Self::find), and where there is none.
    pub(crate) fn run(&self, online: &Online) -> Result<Found, Error> {
        let hint = match self {
            Self::File(_) => "`cutover apply` begins one",
            Self::Name(..) => {
                "`cutover status` lists the runs of the namespace, and -n names another"
            }
        };
        self.find(online)?.ok_or_else(|| {
            let (name, namespace) = (self.name(), online.cluster.namespace());
            Error::failed(format!(
                "there is no run of plan {name} in namespace {namespace}\nhint: {hint}"
            ))
        })
    }
}

impl Found {
    pub(crate) fn read(manifest: Manifest) -> Result<Self, Error> {
        let journal = Journal::parse(&manifest).map_err(Error::failed)?;
        Ok(Self { manifest, journal })
    }

    /// The plan as it is bound to the cluster.
    pub(crate) fn plan(&self) -> &Plan {
        &self.journal.bound.plan
    }

    /// The namespace of its journal, which objects are in that name none.
    pub(crate) fn namespace(&self) -> &str {
        let namespace = &self.manifest.object().namespace;
        namespace.as_deref().unwrap_or_default()
    }

    /// Who carries it out.
    ///
    /// # Errors
    ///
    /// A Lease that cannot be read.
    pub(crate) fn runner(&self, online: &Online, now: Timestamp) -> Result<Runner, Error> {
        let mut leases = Vec::new();
        for object in lease_objects(self.plan(), self.namespace()) {
            match online.ask(Request::Get(object.clone())) {
                Ok(Reply::Object(lease)) => leases.push(lease),
                Ok(_) => leases.push(None),
                Err(fault) => {
                    return Err(Error::failed(format!("{object}: {}", online.told(&fault))));
                }
            }
        }
        Ok(Runner::of(&leases, now))
    }
}

/// Whether a file is meant: one that is there, or what only a file is called.
fn is_file(path: &Path, name: &str) -> bool {
    let is_called_so = name == "-" || name.contains('/');
    is_called_so || ENDINGS.iter().any(|ending| name.ends_with(ending)) || path.is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A failure means that a command acts on another plan than the one that is meant, or on none.
    #[test]
    fn a_name_is_told_from_a_file() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let check = |name: &str, expect: bool| {
            assert_eq!(is_file(&here.join(name), name), expect, "{name}");
        };
        check("hello", false);
        check("hello.v2", false);
        check("plan.yaml", true);
        check("plan.json", true);
        check("-", true);
        check("./hello", true);
        check("Cargo.toml", true);
        check("src", false);
    }
}
