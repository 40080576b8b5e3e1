//! Digests: what a reviewer approves, and how a plan knows that nothing was changed since.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::canonical::{NotCanonical, canonical};
use crate::hex::Hex;

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
    /// The digest of a JSON value.
    ///
    /// # Errors
    ///
    /// A number past 64 bits: it was rounded when it was read.
    ///
    /// ```
    /// use cutover_manifest::Digest;
    /// use serde_json::json;
    ///
    /// let digest = Digest::of(&json!({"b": 1, "a": 2}))?;
    /// assert_eq!(digest, Digest::of(&json!({"a": 2, "b": 1}))?);
    /// assert_ne!(digest, Digest::of(&json!({"a": 2, "b": 1.0}))?);
    /// assert_eq!(digest.short().len(), 12);
    /// # Ok::<(), cutover_manifest::NotCanonical>(())
    /// ```
    pub fn of(value: &Value) -> Result<Self, NotCanonical> {
        Ok(Self::of_canonical(&canonical(value)?))
    }

    /// The digest of a document that is in canonical form.
    pub(crate) fn of_canonical(text: &str) -> Self {
        let hash = Hex::<32>(Sha256::digest(text).into());
        Self(format!("sha256:{hash}"))
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

/// The first `characters` (of 64) of the SHA-256 of `bytes`, in hexadecimal.
pub(crate) fn short_digest(bytes: &[u8], characters: usize) -> String {
    let mut text = Hex::<32>(Sha256::digest(bytes).into()).to_string();
    text.truncate(characters);
    text
}
