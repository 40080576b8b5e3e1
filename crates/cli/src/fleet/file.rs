//! Reads a fleet file, and finds the waves of its clusters.

use std::path::{Path, PathBuf};

use cutover::fleet::{Error as FleetError, Fleet, Waves, waves};

use crate::World;
use crate::error::Error;
use crate::typed_file::Typed;
use crate::walk::File;

/// A fleet file that was read.
pub(crate) struct FleetFile {
    pub(crate) fleet: Fleet,
    pub(crate) waves: Waves,
    pub(crate) file: File,
}

impl FleetFile {
    /// Reads a fleet, and which clusters change when.
    ///
    /// # Errors
    ///
    /// A field that is not known, a value that a field cannot have, and all clusters at once that
    /// are where they should not be.
    pub(crate) fn read(world: &mut World<'_>, path: &PathBuf) -> Result<Self, Error> {
        let (fleet, file) = FLEET.read(world, path, Fleet::from_yaml)?;
        match waves(&fleet) {
            Ok(waves) => Ok(Self { fleet, waves, file }),
            Err(errors) => Err(Error::Failed(told(&file, &errors))),
        }
    }

    /// Where a path of the fleet file leads, from the world's directory.
    ///
    /// # Errors
    ///
    /// The standard input: a cluster's manifests are in files.
    pub(crate) fn path(&self, written: &str) -> Result<PathBuf, Error> {
        if written == "-" {
            let hint = "write the path of a file or a folder";
            return Err(Error::failed(format!(
                "`-`: the manifests of a cluster are in files\nhint: {hint}"
            )));
        }
        let folder = self.file.path.parent().unwrap_or_else(|| Path::new(""));
        Ok(folder.join(written))
    }
}

fn told(file: &File, errors: &[FleetError]) -> Vec<String> {
    let name = &file.name;
    errors
        .iter()
        .map(|error| format!("{name}: {error}"))
        .collect()
}

const FLEET: Typed = Typed {
    what: "a fleet",
    name: "name the file: fleet.yaml",
    missing: "`cutover schema fleet` tells what a fleet needs",
    form: "write a document of `kind: Fleet`; `cutover schema fleet` tells what it takes",
};
