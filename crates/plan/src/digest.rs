//! Digests: what a reviewer approves, and how a plan knows that nothing was changed since.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The SHA-256 of a value in canonical JSON (RFC 8785), written `sha256:` and 64 hexadecimal
/// digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(String);

/// A text is no digest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a digest\nhint: a digest is `sha256:` and 64 hexadecimal digits")]
pub struct BadDigest(String);

impl Digest {
    /// The digest of any value that can be written as JSON.
    ///
    /// ```
    /// use cutover_plan::Digest;
    ///
    /// let digest = Digest::of(&serde_json::json!({"b": 1, "a": 2}));
    /// assert_eq!(digest, Digest::of(&serde_json::json!({"a": 2, "b": 1})));
    /// assert_eq!(digest.short().len(), 12);
    /// ```
    pub fn of(value: &impl Serialize) -> Self {
        // Writing to memory cannot fail, and all that we digest has text for keys.
        let bytes = serde_json_canonicalizer::to_vec(value).unwrap_or_default();
        let mut text = String::from("sha256:");
        for byte in Sha256::digest(bytes) {
            let _ = write!(text, "{byte:02x}");
        }
        Self(text)
    }

    /// The first twelve digits, enough for people to tell two apart.
    pub fn short(&self) -> &str {
        &self.0["sha256:".len()..][..12]
    }
}

impl TryFrom<String> for Digest {
    type Error = BadDigest;

    fn try_from(text: String) -> Result<Self, BadDigest> {
        let digits = text.strip_prefix("sha256:").unwrap_or_default();
        let valid = digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if valid {
            Ok(Self(text))
        } else {
            Err(BadDigest(text))
        }
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The digest of a state, kept up to date object by object: a plan over thousands of objects
/// changes few of them in a step.
#[derive(Clone, Debug, Default)]
pub struct StateDigest(BTreeMap<ObjectRef, (Manifest, Digest)>);

impl StateDigest {
    /// The digest of a state; what is known of its objects is kept for the next one.
    pub fn update(&mut self, state: &Bundle) -> Digest {
        self.0.retain(|object, _| state.contains(object));
        for manifest in state.iter() {
            let known = self
                .0
                .get(manifest.object())
                .is_some_and(|(old, _)| old == manifest);
            if !known {
                self.0.insert(
                    manifest.object().clone(),
                    (manifest.clone(), Digest::of(manifest.value())),
                );
            }
        }
        Digest::of(
            &self
                .0
                .iter()
                .map(|(object, (_, digest))| (object, digest))
                .collect::<Vec<_>>(),
        )
    }
}
