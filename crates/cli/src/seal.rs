//! The key by which Secrets are sealed, as `--seal-key` names it.

use std::fs;

use cutover::Plan;
use cutover::manifest::{SealKey, SealKeyError, Sealer};

use crate::World;
use crate::args::SealArgs;
use crate::error::Error;
use crate::walk::in_words;

/// How Secrets are sealed.
///
/// # Errors
///
/// A file that cannot be read, or that holds no key.
pub(crate) fn sealer(args: &SealArgs, world: &World<'_>) -> Result<Sealer, Error> {
    let Some(path) = &args.seal_key else {
        return Ok(Sealer::Slow);
    };
    let failed = |reason: String| Error::failed(format!("{}: {reason}", path.display()));
    let bytes = fs::read(world.directory.join(path)).map_err(|error| failed(in_words(&error)))?;
    let key = SealKey::new(&bytes).map_err(|error| failed(error.to_string()))?;
    Ok(Sealer::Keyed(key))
}

/// How Secrets are sealed, where the plan's are to be compared with files or live objects.
///
/// # Errors
///
/// As [`sealer`], and where the plan was made with another key, or with one where none is named.
pub(crate) fn sealer_of(plan: &Plan, args: &SealArgs, world: &World<'_>) -> Result<Sealer, Error> {
    let sealer = sealer(args, world)?;
    match sealer.fits(&plan.secrets()) {
        Ok(()) => Ok(sealer),
        Err(error) => Err(Error::failed(by_flags(&error))),
    }
}

fn by_flags(error: &SealKeyError) -> String {
    match error {
        SealKeyError::Missing(object) => {
            let hint = "name the key that the plan was made with: --seal-key FILE";
            format!("{object}: its data is sealed with a key\nhint: {hint}")
        }
        SealKeyError::Other(object) => {
            let hint = "name the key that the plan was made with, or make the plan anew";
            format!(
                "{object}: its data is sealed with another key than --seal-key names\nhint: {hint}"
            )
        }
        SealKeyError::Short(_) => error.to_string(),
    }
}
