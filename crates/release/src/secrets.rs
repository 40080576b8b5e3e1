//! Secrets of both ends, without their values.

use cutover_manifest::{Bundle, Seal, Sealer};

/// Both ends with a seal in place of each Secret's data. Where the data is the same at both, it is
/// not the plan's business, and nothing is made of it.
pub(crate) fn sealed([from, to]: [Bundle; 2], sealer: &Sealer) -> [Bundle; 2] {
    [
        sealed_end(&from, &to, sealer),
        sealed_end(&to, &from, sealer),
    ]
}

fn sealed_end(end: &Bundle, other: &Bundle, sealer: &Sealer) -> Bundle {
    let mut sealed = Bundle::new();
    for manifest in end {
        let stays = other
            .get(manifest.object())
            .is_some_and(|other| other.has_data_of(manifest));
        sealed.insert(match stays {
            true => manifest.with_seal(&Seal::unchanged()),
            false => sealer.seal(manifest),
        });
    }
    sealed
}

#[cfg(test)]
mod tests {
    use cutover_manifest::{Manifest, SealKey};
    use serde_json::{Value, json};

    use super::*;

    fn secret(name: &str, data: Value) -> Manifest {
        Manifest::new(json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": data
        }))
        .unwrap()
    }

    /// The first word of the seal of each Secret, at both ends.
    fn check(from: &[&Manifest], to: &[&Manifest], expect: [&[&str]; 2]) {
        let key = SealKey::new(b"0123456789abcdef").unwrap();
        let ends = [from, to].map(|end| end.iter().copied().cloned().collect());
        let sealed = sealed(ends, &Sealer::Keyed(key));
        let words = sealed.each_ref().map(|end| {
            let seals = end.iter().map(|secret| secret.seal().unwrap().unwrap());
            let words = seals.map(|seal| seal.to_string().split(':').next().unwrap().to_owned());
            words.collect::<Vec<_>>()
        });
        assert_eq!(words.each_ref().map(Vec::as_slice), expect);
    }

    #[test]
    fn only_data_that_differs_is_sealed() {
        const KEYED: &str = "hmac-sha256";
        const STAYS: &str = "unchanged";
        let one = secret("a", json!({"pin": "1"}));
        let two = secret("a", json!({"pin": "2"}));
        let labelled = one.set("/metadata/labels", json!({"app": "hello"}));
        let other = secret("b", json!({"pin": "1"}));
        check(&[&one], &[&two], [&[KEYED], &[KEYED]]);
        check(&[&one], &[&one], [&[STAYS], &[STAYS]]);
        check(&[&one], &[&labelled], [&[STAYS], &[STAYS]]);
        check(&[&one], &[], [&[KEYED], &[]]);
        check(&[], &[&one], [&[], &[KEYED]]);
        let both = [&[KEYED, STAYS][..], &[KEYED, STAYS]];
        check(&[&one, &other], &[&two, &other], both);
    }

    #[test]
    fn what_is_sealed_stays_so() {
        const SLOW: &str = "pbkdf2-sha256-600000";
        let one = Sealer::Slow.seal(&secret("a", json!({"pin": "1"})));
        assert_eq!(one.with_seal(&Seal::unchanged()), one);
        check(&[&one], &[], [&[SLOW], &[]]);
        check(&[&one], &[&one], [&[SLOW], &[SLOW]]);
    }
}
