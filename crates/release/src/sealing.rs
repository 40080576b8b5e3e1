//! What seals the data of Secrets; a build without the feature `seal` has nothing that could.

use cutover_manifest::Manifest;
#[cfg(feature = "seal")]
use cutover_manifest::Sealer;

use crate::refusal::Refusals;
#[cfg(not(feature = "seal"))]
use crate::{hint::Hint, kinds, refusal::refuse};

/// How Secrets are sealed, where they can be.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sealing {
    #[cfg(feature = "seal")]
    sealer: Sealer,
}

impl Sealing {
    /// The manifest with a seal in place of a Secret's data; other kinds stay as they are.
    #[cfg(feature = "seal")]
    pub(crate) fn seal(&self, manifest: &Manifest) -> Result<Manifest, Refusals> {
        Ok(self.sealer.seal(manifest))
    }

    /// The same without a sealer: an open Secret is refused, and all else stays as it is.
    #[cfg(not(feature = "seal"))]
    pub(crate) fn seal(&self, manifest: &Manifest) -> Result<Manifest, Refusals> {
        if !manifest.is_secret() || manifest.is_sealed() {
            return Ok(manifest.clone());
        }
        Err(refuse(
            kinds::SEAL,
            manifest.object(),
            "/data",
            "the data changes, and this build cannot seal it",
            Hint::BuildWithSeal,
        ))
    }
}

#[cfg(feature = "seal")]
impl From<Sealer> for Sealing {
    fn from(sealer: Sealer) -> Self {
        Self { sealer }
    }
}
