use serde_json::{Value, json};
use sha2::Digest as _;

use super::*;

fn secret(name: &str, fields: Value) -> Manifest {
    let mut secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}});
    secret
        .as_object_mut()
        .unwrap()
        .extend(fields.as_object().cloned().unwrap());
    Manifest::new(secret).unwrap()
}

fn pin(name: &str, pin: &str) -> Manifest {
    secret(name, json!({"stringData": {"pin": pin}}))
}

fn keyed(key: &str) -> Sealer {
    Sealer::Keyed(SealKey::new(key.as_bytes()).unwrap())
}

fn text(sealed: &Manifest) -> String {
    sealed.seal().unwrap().unwrap().to_string()
}

/// The whole text, so that what a released version writes stays what it wrote: recounted by
/// Python's `hashlib.pbkdf2_hmac` and `hmac`.
#[test]
fn a_seal_is_what_it_has_always_been() {
    let check = |sealer: Sealer, expect: &str| {
        assert_eq!(text(&sealer.seal(&pin("door", "1234"))), expect);
    };
    check(
        Sealer::Slow,
        "pbkdf2-sha256-600000:24f0ed5c0328f1fceac4c11569924654:49067d9ffaf10ac45bbbe709e1c883a9",
    );
    check(
        keyed("0123456789abcdef"),
        "hmac-sha256:20a9171a:24f0ed5c0328f1fceac4c11569924654:47b188d5cf5dcdd9d8d4d29ada0c3f2f",
    );
}

/// A failure means that whoever has a plan finds a PIN by hashing all that there are.
#[test]
fn a_pin_is_not_found_by_hashing() {
    let door = pin("door", "1234");
    for sealer in [Sealer::Slow, keyed("0123456789abcdef")] {
        let told = text(&sealer.seal(&door));
        let bare: String = Sha256::digest(door.data_text())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert!(!told.contains(&bare[..12]), "{told}");
        assert_ne!(told, text(&sealer.seal(&pin("safe", "1234"))), "the salt");
        assert_ne!(told, text(&sealer.seal(&pin("door", "1235"))), "the data");
        assert_eq!(told, text(&sealer.seal(&pin("door", "1234"))));
    }
}

#[test]
fn one_content_has_one_seal_however_it_is_written() {
    let sealer = keyed("0123456789abcdef");
    let check = |one: Value, other: Value, same: bool| {
        let (one, other) = (secret("key", one), secret("key", other));
        assert_eq!(one.has_data_of(&other), same, "{one:?} {other:?}");
        let (one, other) = (sealer.seal(&one), sealer.seal(&other));
        assert!(one.is_sealed() && other.is_sealed());
        assert_eq!(one == other, same, "{one:?} {other:?}");
    };
    check(
        json!({"data": {"a": "b25l"}}),
        json!({"stringData": {"a": "one"}}),
        true,
    );
    check(
        json!({"data": {"a": "b2\n5l\n"}}),
        json!({"data": {"a": "b25l"}}),
        true,
    );
    check(
        json!({"data": {"a": "dHdv"}, "stringData": {"a": "one"}}),
        json!({"data": {"a": "b25l"}}),
        true,
    );
    check(json!({}), json!({"data": {}}), true);
    check(
        json!({"data": {"a": "b25l"}}),
        json!({"data": {"b": "b25l"}}),
        false,
    );
    check(
        json!({"data": {"a": "", "b": "ab"}}),
        json!({"data": {"a": "b", "b": "a"}}),
        false,
    );
    check(
        json!({"data": {"a": null}}),
        json!({"data": {"a": 1}}),
        false,
    );
}

#[test]
fn data_is_known_again() {
    let (slow, key, other) = (
        Sealer::Slow,
        keyed("0123456789abcdef"),
        keyed("fedcba9876543210"),
    );
    let check = |planned: &Manifest, by: &Sealer, found: &Manifest, same: bool| {
        let like = by.seal_like(found, planned);
        assert!(like.is_sealed());
        assert_eq!(like.seal() == planned.seal(), same, "{planned:?} {found:?}");
    };
    let (was, is) = (pin("door", "1234"), pin("door", "1235"));
    let copy = pin("copy", "1234");
    for sealer in [&slow, &key] {
        let planned = sealer.seal(&was);
        check(&planned, sealer, &was, true);
        check(&planned, sealer, &copy, true);
        check(&planned, sealer, &is, false);
    }
    // A key more does no harm, and the wrong one or none is no match.
    check(&slow.seal(&was), &key, &was, true);
    check(&key.seal(&was), &slow, &was, false);
    check(&key.seal(&was), &other, &was, false);
    // Data that stays is whatever it is; what is no seal is like nothing.
    let unchanged = was.with_seal(&Seal::unchanged());
    check(&unchanged, &slow, &is, true);
    check(&was.redacted(), &slow, &was, true);
    assert!(slow.seal_like(&was, &was).seal().unwrap().is_err());
}

#[test]
fn a_key_that_does_not_fit_is_told() {
    let (key, other) = (keyed("0123456789abcdef"), keyed("fedcba9876543210"));
    let door = || Box::new(pin("door", "1").object().clone());
    let check = |planned: Manifest, by: &Sealer, expect: Result<(), SealKeyError>| {
        assert_eq!(by.fits([&planned]), expect);
    };
    let sealed = || key.seal(&pin("door", "1234"));
    check(sealed(), &key, Ok(()));
    check(sealed(), &other, Err(SealKeyError::Other(door())));
    check(sealed(), &Sealer::Slow, Err(SealKeyError::Missing(door())));
    check(Sealer::Slow.seal(&pin("door", "1234")), &key, Ok(()));
    let unchanged = pin("door", "1234").with_seal(&Seal::unchanged());
    check(unchanged, &Sealer::Slow, Ok(()));
}

#[test]
fn a_key_is_long_and_is_not_printed() {
    let check = |key: &[u8], expect: Result<&[u8], usize>| {
        let made = SealKey::new(key);
        let expect = match expect {
            Ok(bytes) => Ok(SealKey(bytes.to_vec())),
            Err(length) => Err(SealKeyError::Short(length)),
        };
        assert_eq!(made, expect);
    };
    check(b"0123456789abcdef", Ok(b"0123456789abcdef"));
    check(b"0123456789abcdef\n", Ok(b"0123456789abcdef"));
    check(b"0123456789abcdef\r\n", Ok(b"0123456789abcdef"));
    check(b"0123456789abcdef\n\n", Ok(b"0123456789abcdef\n"));
    check(&[0; 40], Ok(&[0; 40]));
    check(b"0123456789abcde\n", Err(15));
    check(b"\n", Err(0));
    check(b"", Err(0));
    let told = format!("{:?}", keyed("0123456789abcdef"));
    assert!(!told.contains("0123") && !told.contains("48, 49"), "{told}");
}
