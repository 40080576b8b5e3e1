//! The values of Secrets, as files have them: a plan has seals of them only.

use std::path::PathBuf;
use std::slice;

use cutover::Plan;
use cutover::manifest::{Bundle, Manifest, ObjectRef, Sealer};

use crate::World;
use crate::args::SecretsArgs;
use crate::error::Error;
use crate::input::{Input, judge_duplicates};
use crate::seal::sealer_of;
use crate::walk::Folders;

/// How a plan's Secrets are sealed, and the files that have the values of some.
#[derive(Default)]
pub(crate) struct Secrets {
    pub(crate) sealer: Sealer,
    pub(crate) known: Vec<Manifest>,
}

impl Secrets {
    /// The Secrets of each file or folder by itself: as a Secret was and as it is to be, they are
    /// two of one name.
    ///
    /// # Errors
    ///
    /// A key that does not fit, files that cannot be read, and a key that stands twice in a Secret
    /// of the plan.
    pub(crate) fn read(
        plan: &Plan,
        args: &SecretsArgs,
        world: &mut World<'_>,
    ) -> Result<Self, Error> {
        let sealer = sealer_of(plan, &args.seal, world)?;
        let known = known(plan, &args.secrets_from, world)?;
        Ok(Self { sealer, known })
    }

    /// The same with those of an input.
    pub(crate) fn with(mut self, input: &Input) -> Self {
        let secrets = input.loaded.bundle.of_kind("Secret");
        self.known.extend(secrets.cloned());
        self
    }

    /// A sealed Secret with its values; none where no file has them.
    pub(crate) fn open(&self, sealed: &Manifest) -> Option<Manifest> {
        self.sealer.open(sealed, &self.known)
    }
}

fn known(plan: &Plan, paths: &[PathBuf], world: &mut World<'_>) -> Result<Vec<Manifest>, Error> {
    let planned = plan.secrets();
    let mut known = Vec::new();
    for path in paths {
        let input = Input::read(world, slice::from_ref(path), Folders::Own)?;
        judge_duplicates(world, &[&input], |object| is_asked_for(object, &planned))?;
        known.extend(input.loaded.bundle.of_kind("Secret").cloned());
    }
    Ok(known)
}

/// Whether a Secret is the plan's, or what one of the plan's is a copy of.
fn is_asked_for(object: &ObjectRef, planned: &Bundle) -> bool {
    let mut planned = planned.iter();
    planned.any(|secret| match secret.seal() {
        Some(Ok(seal)) => secret.object() == object || seal.is_for(object),
        Some(Err(_)) | None => secret.object() == object,
    })
}
