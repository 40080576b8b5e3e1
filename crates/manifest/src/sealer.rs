//! How a Secret's data is sealed, and how sealed data is known again.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use pbkdf2::pbkdf2_hmac;
use sha2::Sha256;

use crate::hex::Hex;
use crate::seal::{Form, salt};
use crate::secret::DATA;
use crate::{Field, Manifest, ObjectRef, Seal};

/// Where a file may have its values: the server takes it as a way to write the data.
const STRING_DATA: Field = Field::new("/stringData");

/// How the data of Secrets is sealed: so that a plan tells whether data is what it names, and who
/// has the plan cannot find the data by trying.
///
/// ```
/// use cutover_manifest::{Manifest, Sealer};
/// use serde_json::json;
///
/// let secret = |name: &str, pin: &str| Manifest::new(json!({
///     "apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": {"pin": pin}
/// })).unwrap();
/// let sealed = Sealer::Slow.seal(&secret("door", "1234"));
/// assert!(!sealed.value().to_string().contains("1234"));
/// assert_eq!(sealed, Sealer::Slow.seal(&secret("door", "1234")));
/// assert_ne!(sealed.seal(), Sealer::Slow.seal(&secret("safe", "1234")).seal());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Sealer {
    /// By HMAC-SHA256: without the key nothing can be tried.
    Keyed(SealKey),
    /// By PBKDF2-HMAC-SHA256 with 600,000 iterations: each try takes about a tenth of a second.
    /// Data that is easily guessed is found all the same by whoever has the time.
    #[default]
    Slow,
}

impl Sealer {
    /// The manifest with a seal in place of a Secret's data, salted with the object's identity.
    /// Other kinds stay as they are; sealing twice is sealing once.
    ///
    /// ```
    /// use cutover_manifest::{Manifest, Sealer};
    /// use serde_json::json;
    ///
    /// let secret = Manifest::new(json!({
    ///     "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key"}, "stringData": {"token": "one"}
    /// })).unwrap();
    /// let sealed = Sealer::Slow.seal(&secret);
    /// assert!(sealed.is_sealed());
    /// assert_eq!(Sealer::Slow.seal(&sealed), sealed);
    /// ```
    #[must_use]
    pub fn seal(&self, manifest: &Manifest) -> Manifest {
        if !manifest.is_secret() || manifest.is_sealed() {
            return manifest.clone();
        }
        let salt = salt(manifest.object());
        manifest.with_seal(&match self {
            Self::Keyed(key) => key.seal(manifest, salt),
            Self::Slow => slow(manifest, salt),
        })
    }

    /// The manifest with its data sealed as another has it, to be compared with that: by the same
    /// algorithm and salt, whatever the names. Where data stays [`unchanged`](Seal::unchanged), any
    /// data is.
    ///
    /// Where that is not possible, as by the wrong key, it is the manifest
    /// [`redacted`](Manifest::redacted), which is like no seal.
    ///
    /// ```
    /// use cutover_manifest::{Manifest, Sealer};
    /// use serde_json::json;
    ///
    /// let secret = |name: &str, token: &str| Manifest::new(json!({
    ///     "apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": {"token": token}
    /// })).unwrap();
    /// let planned = Sealer::Slow.seal(&secret("key", "one"));
    /// assert_eq!(Sealer::Slow.seal_like(&secret("key", "one"), &planned), planned);
    /// assert_ne!(Sealer::Slow.seal_like(&secret("key", "two"), &planned), planned);
    /// let copy = Sealer::Slow.seal_like(&secret("copy", "one"), &planned);
    /// assert_eq!(copy.seal(), planned.seal());
    /// ```
    #[must_use]
    pub fn seal_like(&self, manifest: &Manifest, other: &Manifest) -> Manifest {
        if !manifest.is_secret() || manifest.is_sealed() {
            return manifest.clone();
        }
        let again = match other.seal() {
            Some(Ok(seal)) => self.seal_again(manifest, &seal),
            Some(Err(_)) | None => None,
        };
        match again {
            Some(seal) => manifest.with_seal(&seal),
            None => manifest.redacted(),
        }
    }

    /// A sealed Secret with the data that its seal stands for, of whichever of these has it: a copy
    /// has the seal of what it is a copy of. What is not sealed stays as it is; none where nothing
    /// has the data, or where it stays [`unchanged`](Seal::unchanged), so that nobody says what it is.
    ///
    /// ```
    /// use cutover_manifest::{Manifest, Sealer};
    /// use serde_json::json;
    ///
    /// let secret = |name: &str, token: &str| Manifest::new(json!({
    ///     "apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": {"token": token}
    /// })).unwrap();
    /// let sealed = Sealer::Slow.seal(&secret("key", "one"));
    /// let copy = sealed.copy_as("key-2").unwrap();
    /// let known = [secret("key", "two"), secret("key", "one")];
    /// assert_eq!(Sealer::Slow.open(&copy, &known), Some(secret("key-2", "one")));
    /// assert_eq!(Sealer::Slow.open(&copy, &known[..1]), None);
    /// ```
    pub fn open(&self, sealed: &Manifest, known: &[Manifest]) -> Option<Manifest> {
        if !sealed.is_sealed() {
            return Some(sealed.clone());
        }
        let seal = match sealed.seal() {
            Some(Ok(seal)) if !seal.is_unchanged() => seal,
            Some(Ok(_) | Err(_)) | None => return None,
        };
        let is_named = |secret: &&Manifest| {
            let object = secret.object();
            let unplaced = ObjectRef {
                namespace: None,
                ..object.clone()
            };
            let is_itself = object.name == sealed.object().name;
            is_itself || seal.is_for(object) || seal.is_for(&unplaced)
        };
        let mut named = known.iter().filter(is_named);
        let same =
            named.find(|secret| self.seal_like(secret, sealed).seal() == Some(Ok(seal.clone())))?;
        let mut open = sealed.without(DATA);
        for field in [DATA, STRING_DATA] {
            if let Some(data) = same.pointer(field.pointer()) {
                open = open.with(field, data.clone());
            }
        }
        Some(open)
    }

    /// Whether this key, or none, is what the seals of these manifests were made with.
    ///
    /// # Errors
    ///
    /// The first whose data could not be compared.
    ///
    /// ```
    /// use cutover_manifest::{Manifest, SealKey, SealKeyError, Sealer};
    /// use serde_json::json;
    ///
    /// let keyed = Sealer::Keyed(SealKey::new(b"sixteen and more bytes")?);
    /// let secret = keyed.seal(&Manifest::new(json!({
    ///     "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key"}, "stringData": {"token": "one"}
    /// }))?);
    /// assert_eq!(keyed.fits([&secret]), Ok(()));
    /// assert!(matches!(Sealer::Slow.fits([&secret]), Err(SealKeyError::Missing(_))));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn fits<'a>(
        &self,
        manifests: impl IntoIterator<Item = &'a Manifest>,
    ) -> Result<(), SealKeyError> {
        for manifest in manifests {
            let Some(Ok(Seal(Form::Keyed { key: mark, .. }))) = manifest.seal() else {
                continue;
            };
            let object = || Box::new(manifest.object().clone());
            match self {
                Self::Keyed(key) if key.mark() == mark => {}
                Self::Keyed(_) => return Err(SealKeyError::Other(object())),
                Self::Slow => return Err(SealKeyError::Missing(object())),
            }
        }
        Ok(())
    }

    /// The seal of a Secret's data by the algorithm and the salt of another seal.
    fn seal_again(&self, secret: &Manifest, seal: &Seal) -> Option<Seal> {
        match (&seal.0, self) {
            (
                Form::Keyed {
                    key: mark, salt, ..
                },
                Self::Keyed(key),
            ) => (key.mark() == *mark).then(|| key.seal(secret, *salt)),
            (Form::Keyed { .. }, Self::Slow) => None,
            (Form::Slow { salt, .. }, _) => Some(slow(secret, *salt)),
            (Form::Unchanged, _) => Some(Seal::unchanged()),
        }
    }
}

/// Why seals cannot be compared with data.
///
/// It is exhaustive on purpose: a command says by its flags which key it means.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealKeyError {
    /// There is no key, and the seal was made with one.
    #[error("{0}: its data is sealed with a key\nhint: give the key that the plan was made with")]
    Missing(Box<ObjectRef>),
    /// The seal was made with another key.
    #[error(
        "{0}: its data is sealed with another key\nhint: give the key that the plan was made with"
    )]
    Other(Box<ObjectRef>),
    /// A key that could be guessed.
    #[error(
        "a key of {0} bytes is too short to seal with\nhint: take {SHORTEST} bytes or more, as `openssl rand -base64 32` makes them"
    )]
    Short(usize),
}

/// A key to seal with. It is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct SealKey(Vec<u8>);

impl SealKey {
    /// A key, as a file holds it: one line break at its end is no part of it.
    ///
    /// # Errors
    ///
    /// Fewer than 16 bytes.
    ///
    /// ```
    /// use cutover_manifest::{SealKey, SealKeyError};
    ///
    /// assert_eq!(SealKey::new(b"sixteen bytes ok\n"), SealKey::new(b"sixteen bytes ok"));
    /// assert_eq!(SealKey::new(b"short\n"), Err(SealKeyError::Short(5)));
    /// ```
    pub fn new(bytes: &[u8]) -> Result<Self, SealKeyError> {
        let line = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let key = line.strip_suffix(b"\r").unwrap_or(line);
        match key.len() {
            short if short < SHORTEST => Err(SealKeyError::Short(short)),
            _ => Ok(Self(key.to_vec())),
        }
    }

    fn seal(&self, secret: &Manifest, salt: Hex<16>) -> Seal {
        let digest = self.digest(&[b"data:", &salt.0, secret.data_text().as_bytes()]);
        Seal(Form::Keyed {
            key: self.mark(),
            salt,
            digest: Hex::first_of(&digest),
        })
    }

    /// By which the key is told from another.
    fn mark(&self) -> Hex<4> {
        Hex::first_of(&self.digest(&[b"key"]))
    }

    fn digest(&self, parts: &[&[u8]]) -> [u8; 32] {
        // HMAC takes keys of any length.
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).unwrap_or_else(|_| unreachable!());
        parts.iter().for_each(|part| mac.update(part));
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealKey(…)")
    }
}

/// The fewest bytes of a key.
const SHORTEST: usize = 16;

/// About what OWASP asks for of PBKDF2-HMAC-SHA256. The seal's text has the number too.
const ITERATIONS: u32 = 600_000;

fn slow(secret: &Manifest, salt: Hex<16>) -> Seal {
    let stretched = |salt: Hex<16>| {
        let mut digest = [0; 16];
        let text = secret.data_text();
        pbkdf2_hmac::<Sha256>(text.as_bytes(), &salt.0, ITERATIONS, &mut digest);
        Hex(digest)
    };
    Seal(Form::Slow {
        salt,
        digest: secret.stretched(salt, stretched),
    })
}

#[cfg(test)]
mod tests;
