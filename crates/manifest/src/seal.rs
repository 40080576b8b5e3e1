//! What stands for a Secret's data in a plan.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use crate::ObjectRef;
use crate::hex::Hex;

/// What stands for a Secret's data in a plan: enough to know the data again, and too little to find
/// it.
///
/// It is written `pbkdf2-sha256-600000:SALT:DIGEST`, or `hmac-sha256:KEY:SALT:DIGEST` where the plan
/// was made with a key, of which `KEY` tells that it is another one. The salt is made of the
/// object's identity, and stands in the seal, so that it can be recounted of the same data under
/// another name. `unchanged` stands for data that the plan does not touch: nothing of it is said.
///
/// ```
/// use cutover_manifest::{BadSeal, Seal};
///
/// let text = "pbkdf2-sha256-600000:000102030405060708090a0b0c0d0e0f:101112131415161718191a1b1c1d1e1f";
/// assert_eq!(text.parse::<Seal>()?.to_string(), text);
/// assert_eq!("unchanged".parse(), Ok(Seal::unchanged()));
/// let weak = "pbkdf2-sha256-1:000102030405060708090a0b0c0d0e0f:101112131415161718191a1b1c1d1e1f";
/// assert_eq!(weak.parse::<Seal>(), Err(BadSeal::Unknown));
/// # Ok::<(), BadSeal>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal(pub(crate) Form);

/// The forms that a seal has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// HMAC by a key that who compares must have too.
    Keyed {
        key: Hex<4>,
        salt: Hex<16>,
        digest: Hex<16>,
    },
    /// By a function that takes long.
    Slow { salt: Hex<16>, digest: Hex<16> },
    /// Of data that stays.
    Unchanged,
}

/// Why a text is no seal. The text is not told: it may be what it should have sealed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadSeal {
    /// It does not have the parts of its algorithm.
    #[error(
        "the seal of its data is malformed\nhint: a seal is `{SLOW}:SALT:DIGEST`, `{KEYED}:KEY:SALT:DIGEST` or `{UNCHANGED}`"
    )]
    Malformed,
    /// Data itself where a seal should be.
    #[error("its data is not sealed\nhint: make the plan with Cutover, which seals it")]
    Open,
    /// It is of an algorithm that this version does not have, or of another number of iterations.
    #[error(
        "the seal of its data is of an algorithm that this version does not know\nhint: use the version of cutover that made the plan, or make it anew"
    )]
    Unknown,
    /// It is salted for none of the Secrets that it may stand for.
    #[error(
        "the seal of its data was made for another Secret\nhint: make the plan with Cutover, which seals it"
    )]
    Strange,
}

impl Seal {
    /// Whether it was made for an object, by its salt: a copy has the seal of what it is a copy of.
    ///
    /// ```
    /// use cutover_manifest::{Manifest, Sealer};
    /// use serde_json::json;
    ///
    /// let secret = |name: &str| Manifest::new(json!({
    ///     "apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": {"token": "one"}
    /// })).unwrap();
    /// let sealed = Sealer::Slow.seal(&secret("key")).seal().unwrap()?;
    /// assert!(sealed.is_for(secret("key").object()));
    /// assert!(!sealed.is_for(secret("copy").object()));
    /// # Ok::<(), cutover_manifest::BadSeal>(())
    /// ```
    pub fn is_for(&self, object: &ObjectRef) -> bool {
        match &self.0 {
            Form::Keyed { salt: made, .. } | Form::Slow { salt: made, .. } => *made == salt(object),
            Form::Unchanged => false,
        }
    }

    /// The seal of data that stays as it is: of which nothing is said, and nothing compared.
    ///
    /// ```
    /// assert_eq!(cutover_manifest::Seal::unchanged().to_string(), "unchanged");
    /// ```
    pub const fn unchanged() -> Self {
        Self(Form::Unchanged)
    }

    /// Whether the data stays as it is.
    ///
    /// ```
    /// assert!(cutover_manifest::Seal::unchanged().is_unchanged());
    /// ```
    pub fn is_unchanged(&self) -> bool {
        *self == Self::unchanged()
    }

    /// The first twelve digits of the digest, enough for people to tell two apart.
    ///
    /// ```
    /// # use cutover_manifest::{BadSeal, Seal};
    /// let text = "pbkdf2-sha256-600000:000102030405060708090a0b0c0d0e0f:101112131415161718191a1b1c1d1e1f";
    /// assert_eq!(text.parse::<Seal>()?.short(), "101112131415");
    /// assert_eq!(Seal::unchanged().short(), "unchanged");
    /// # Ok::<(), BadSeal>(())
    /// ```
    pub fn short(&self) -> String {
        match &self.0 {
            Form::Keyed { digest, .. } | Form::Slow { digest, .. } => {
                digest.to_string().chars().take(12).collect()
            }
            Form::Unchanged => UNCHANGED.to_owned(),
        }
    }
}

impl FromStr for Seal {
    type Err = BadSeal;

    fn from_str(text: &str) -> Result<Self, BadSeal> {
        let parts: Vec<&str> = text.split(':').collect();
        let form = match parts.as_slice() {
            [KEYED, key, salt, digest] => keyed(key, salt, digest),
            [SLOW, salt, digest] => slow(salt, digest),
            [UNCHANGED] => Some(Form::Unchanged),
            [KEYED | SLOW | UNCHANGED, ..] | [] | [_] => None,
            [_, ..] => return Err(BadSeal::Unknown),
        };
        form.map(Self).ok_or(BadSeal::Malformed)
    }
}

/// What makes the same data of two objects two seals.
pub(crate) fn salt(object: &ObjectRef) -> Hex<16> {
    let namespace = object.namespace.as_deref().unwrap_or_default();
    // None of these may contain a `/` but the version of the API.
    let identity = format!(
        "{}/{}/{namespace}/{}",
        object.api_version, object.kind, object.name
    );
    Hex::first_of(&Sha256::digest(identity).into())
}

fn keyed(key: &str, salt: &str, digest: &str) -> Option<Form> {
    Some(Form::Keyed {
        key: Hex::parse(key)?,
        salt: Hex::parse(salt)?,
        digest: Hex::parse(digest)?,
    })
}

fn slow(salt: &str, digest: &str) -> Option<Form> {
    Some(Form::Slow {
        salt: Hex::parse(salt)?,
        digest: Hex::parse(digest)?,
    })
}

impl fmt::Display for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Keyed { key, salt, digest } => write!(f, "{KEYED}:{key}:{salt}:{digest}"),
            Form::Slow { salt, digest } => write!(f, "{SLOW}:{salt}:{digest}"),
            Form::Unchanged => f.write_str(UNCHANGED),
        }
    }
}

/// HMAC-SHA256, cut to half of its length.
const KEYED: &str = "hmac-sha256";

/// PBKDF2-HMAC-SHA256. The number is part of the name: nobody who forges a plan picks another.
const SLOW: &str = "pbkdf2-sha256-600000";

const UNCHANGED: &str = "unchanged";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_seal_is_refused() {
        let check = |text: &str, expect: Result<(), BadSeal>| {
            let written = text.parse::<Seal>().map(|seal| seal.to_string());
            assert_eq!(written, expect.map(|()| text.to_owned()));
        };
        let (salt, digest) = ("0".repeat(32), "f".repeat(32));
        let with = |algorithm: &str| format!("{algorithm}:{salt}:{digest}");
        check("unchanged", Ok(()));
        check(&with("pbkdf2-sha256-600000"), Ok(()));
        check(&with("hmac-sha256:01020304"), Ok(()));
        for algorithm in [
            "md5",
            "sha256",
            "pbkdf2-sha256-1",
            "pbkdf2-sha256-0600000",
            "pbkdf2-sha256-1000000000000",
            "PBKDF2-SHA256-600000",
            "",
        ] {
            check(&with(algorithm), Err(BadSeal::Unknown));
        }
        check(&with("hmac-sha256"), Err(BadSeal::Malformed));
        check(&with("hmac-sha256:01"), Err(BadSeal::Malformed));
        check(&with("unchanged"), Err(BadSeal::Malformed));
        check(&with("pbkdf2-sha256-600000:00"), Err(BadSeal::Malformed));
        check("pbkdf2-sha256-600000:00:00", Err(BadSeal::Malformed));
        check("9565dcb099d8ab7e", Err(BadSeal::Malformed));
        check("hunter2", Err(BadSeal::Malformed));
        check("", Err(BadSeal::Malformed));
    }
}
