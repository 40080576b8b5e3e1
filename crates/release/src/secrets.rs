//! Secrets of both ends, without their values.

use cutover_manifest::{Bundle, Manifest, Seal};

use crate::refusal::{Gathered, Refusals};
use crate::sealing::Sealing;
use crate::versions::base_name;

/// Both ends with a seal in place of each Secret's data. Where the data is the same at both, it is
/// not the plan's business, and nothing is made of it.
///
/// # Errors
///
/// Each Secret whose data differs, where nothing can seal it.
pub(crate) fn sealed([from, to]: [Bundle; 2], sealing: &Sealing) -> Result<[Bundle; 2], Refusals> {
    let mut refused = Gathered::default();
    let mut ends = [
        sealed_end(&from, &to, sealing, &mut refused),
        sealed_end(&to, &from, sealing, &mut refused),
    ];
    refused.judge()?;
    let copies = sealed_copies(&from, &to, &ends[1]);
    for end in &mut ends {
        let there = copies.iter().filter(|copy| end.contains(copy.object()));
        let there: Vec<Manifest> = there.cloned().collect();
        end.extend(there);
    }
    Ok(ends)
}

fn sealed_end(end: &Bundle, other: &Bundle, sealing: &Sealing, refused: &mut Gathered) -> Bundle {
    let mut sealed = Bundle::new();
    for manifest in end {
        let stays = other
            .get(manifest.object())
            .is_some_and(|other| other.has_data_of(manifest));
        if stays {
            sealed.insert(manifest.with_seal(&Seal::unchanged()));
            continue;
        }
        match sealing.seal(manifest) {
            Ok(manifest) => drop(sealed.insert(manifest)),
            Err(refusals) => refused.note(Err(refusals)),
        }
    }
    sealed
}

/// Secrets that stay or go, and that hold what another one changes to: copies that an earlier release
/// has left. New pods read such a one, and its seal is that of what it is a copy of.
fn sealed_copies(from: &Bundle, to: &Bundle, sealed: &Bundle) -> Vec<Manifest> {
    let mut copies = Vec::new();
    for original in sealed.of_kind("Secret") {
        let (Some(open), Some(Ok(seal))) = (to.get(original.object()), original.seal()) else {
            continue;
        };
        if seal.is_unchanged() || !from.contains(original.object()) {
            continue;
        }
        let left = from.of_kind("Secret").filter(|copy| {
            let wanted = to.get(copy.object());
            is_copy(copy, original)
                && copy.has_data_of(open)
                && wanted.is_none_or(|wanted| wanted == *copy)
        });
        copies.extend(left.map(|copy| copy.with_seal(&seal)));
    }
    copies
}

/// Whether a Secret has the name of a copy of another.
fn is_copy(copy: &Manifest, original: &Manifest) -> bool {
    let (copy, original) = (copy.object(), original.object());
    let rest = copy.name.strip_prefix(base_name(&original.name));
    copy.namespace == original.namespace && rest.is_some_and(|rest| rest.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use cutover_manifest::{SealKey, Sealer};
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
        let sealed = sealed(ends, &Sealer::Keyed(key).into()).unwrap();
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
        let labelled = one
            .set("/metadata/labels", json!({"app": "hello"}))
            .unwrap();
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
            let sealed = sealed([end("1"), end("2")], &Sealing::default()).unwrap();
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
