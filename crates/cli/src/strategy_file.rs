//! Reads the file that `--strategy` names.

use std::path::PathBuf;

use cutover::StrategyFile;

use crate::World;
use crate::error::Error;
use crate::typed_file::Typed;
use crate::walk::File;

/// Reads a strategy, and returns the file that it is in beside it.
///
/// # Errors
///
/// No strategy, several, a field that is not known, a value that a field cannot have.
pub(crate) fn read(world: &mut World<'_>, path: &PathBuf) -> Result<(StrategyFile, File), Error> {
    STRATEGY.read(world, path, StrategyFile::from_yaml)
}

const STRATEGY: Typed = Typed {
    what: "a strategy",
    name: "name the file: `--strategy strategy.yaml`",
    missing: "`cutover schema strategy` tells what each strategy needs",
    form: "write one strategy with its fields, as canary: { steps: [{ setWeight: 25 }, { pause: {} }] }; \
           `cutover schema strategy` tells what each takes",
};
