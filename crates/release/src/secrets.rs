//! Secrets of both ends, without their values.

use cutover_manifest::{Bundle, Manifest, Seal, Sealer};

/// Both ends with a seal in place of each Secret's data. Where the data is the same at both, it is
/// not the plan's business, and nothing is made of it.
pub(crate) fn sealed([from, to]: [Bundle; 2], sealer: &Sealer) -> [Bundle; 2] {
    let mut ends = [
        sealed_end(&from, &to, sealer),
        sealed_end(&to, &from, sealer),
    ];
    let copies = sealed_copies(&from, &to, &ends[1]);
    for end in &mut ends {
        end.extend(copies.iter().cloned());
    }
    ends
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

/// Secrets that stay, and that hold what another one changes to: copies that an earlier release has
/// left. A second set reads such a one, and its seal is that of what it is a copy of.
fn sealed_copies(from: &Bundle, to: &Bundle, sealed: &Bundle) -> Vec<Manifest> {
    let mut copies = Vec::new();
    for original in sealed.of_kind("Secret") {
        let (Some(open), Some(Ok(seal))) = (to.get(original.object()), original.seal()) else {
            continue;
        };
        if seal.is_unchanged() || !from.contains(original.object()) {
            continue;
        }
        let left = to.of_kind("Secret").filter(|copy| {
            is_copy(copy, original)
                && copy.has_data_of(open)
                && from.get(copy.object()) == Some(copy)
        });
        copies.extend(left.map(|copy| copy.with_seal(&seal)));
    }
    copies
}

/// Whether a Secret has the name of a copy of another.
fn is_copy(copy: &Manifest, original: &Manifest) -> bool {
    let (copy, original) = (copy.object(), original.object());
    let rest = copy.name.strip_prefix(&original.name);
    copy.namespace == original.namespace && rest.is_some_and(|rest| rest.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use cutover_manifest::SealKey;
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

    /// A failure means that a second set is refused its copy, as one that holds other data.
    #[test]
    fn a_copy_that_is_there_has_the_seal_of_its_original() {
        let check = |copy: &Manifest, same: bool| {
            let end = |pin: &str| {
                let secret = secret("a", json!({"pin": pin}));
                Bundle::from_iter([secret, copy.clone()])
            };
            let sealed = sealed([end("1"), end("2")], &Sealer::default());
            let seals = sealed.map(|end| end.get(copy.object()).and_then(Manifest::seal));
            let original = Sealer::Slow.seal(&secret("a", json!({"pin": "2"})));
            let expect = match same {
                true => original.seal(),
                false => Some(Ok(Seal::unchanged())),
            };
            assert_eq!(seals, [expect.clone(), expect]);
        };
        check(&secret("a-5f3c", json!({"pin": "2"})), true);
        check(&secret("a-5f3c", json!({"pin": "1"})), false);
        check(&secret("b-5f3c", json!({"pin": "2"})), false);
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
