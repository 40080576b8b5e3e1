//! Secrets: the plan has seals in place of their data, the cluster and the files have the data.

use cutover_manifest::{Manifest, Sealer};

use crate::options::Options;

/// What is known of Secrets beside the plan.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Secrets<'a> {
    sealer: &'a Sealer,
    /// With their data, as files hold them.
    files: &'a [Manifest],
}

impl Options {
    pub(crate) fn as_secrets(&self) -> Secrets<'_> {
        Secrets {
            sealer: &self.sealer,
            files: &self.secrets,
        }
    }
}

impl Secrets<'_> {
    /// A live object, to be compared with a state of it.
    pub(crate) fn seal_like(&self, live: &Manifest, state: &Manifest) -> Manifest {
        self.sealer.seal_like(live, state)
    }

    /// A state with the data that its seal names; none where no file has it, or where the seal names
    /// none or cannot be read.
    pub(crate) fn open(&self, state: &Manifest) -> Option<Manifest> {
        self.sealer.open(state, self.files)
    }
}

#[cfg(test)]
mod tests {
    use cutover_manifest::{Seal, SealKey};
    use serde_json::json;

    use super::*;

    fn secret(name: &str, token: &str) -> Manifest {
        Manifest::new(json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": {"token": token}
        }))
        .unwrap()
    }

    fn keyed(key: &str) -> Sealer {
        Sealer::Keyed(SealKey::new(key.as_bytes()).unwrap())
    }

    #[test]
    fn data_is_taken_from_the_file_that_the_seal_names() {
        let sealer = keyed("0123456789abcdef");
        let mut options = Options::new("prod", "a test");
        options.secrets = vec![
            secret("key", "one"),
            secret("key", "two"),
            secret("a", "one"),
        ];
        let mut check = |state: &Manifest, by: &Sealer, expect: Option<&str>| {
            options.sealer = by.clone();
            let open = options.as_secrets().open(state);
            let token = open
                .as_ref()
                .map(|open| open.pointer("/stringData/token").unwrap());
            assert_eq!(token.and_then(|token| token.as_str()), expect, "{state:?}");
        };
        check(&sealer.seal(&secret("key", "one")), &sealer, Some("one"));
        check(&sealer.seal(&secret("key", "two")), &sealer, Some("two"));
        check(&sealer.seal(&secret("key", "three")), &sealer, None);
        check(&sealer.seal(&secret("b", "one")), &sealer, None);
        check(
            &sealer.seal(&secret("key", "one")),
            &keyed("fedcba9876543210"),
            None,
        );
        check(&sealer.seal(&secret("key", "one")), &Sealer::Slow, None);
        check(
            &Sealer::Slow.seal(&secret("key", "two")),
            &Sealer::Slow,
            Some("two"),
        );
        let two = sealer.seal(&secret("key", "two")).seal().unwrap().unwrap();
        check(&secret("key-2", "").with_seal(&two), &sealer, Some("two"));
        check(
            &secret("key", "one").with_seal(&Seal::unchanged()),
            &sealer,
            None,
        );
        check(&secret("key", "open"), &sealer, Some("open"));
    }
}
