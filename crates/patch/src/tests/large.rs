//! Lists of ten thousand items: as few operations as ever, and no quadratic search.

use serde_json::{Value, json};

use super::Named;
use crate::{Patch, PatchOperation, apply, diff, differences};

const ITEMS: u32 = 10_000;

fn list(names: impl Iterator<Item = u32>) -> Value {
    json!({"items": names.map(|name| json!({"name": name, "value": "x"})).collect::<Vec<_>>()})
}

fn check(before: Value, after: Value, expect: usize) {
    let patch = diff(&before, &after, &Named);
    let is_test = |operation: &&PatchOperation| matches!(operation, PatchOperation::Test(_));
    assert_eq!(patch.len() - patch.iter().filter(is_test).count(), expect);
    let mut document = before.clone();
    apply(&mut document, &patch).unwrap();
    assert_eq!(document, after);
    assert!(!differences(&before, &after, &Named).is_empty());
}

#[test]
fn one_item_in_front() {
    check(list(0..ITEMS), list([ITEMS].into_iter().chain(0..ITEMS)), 1);
}

#[test]
fn the_first_item_gone() {
    check(list(0..ITEMS), list(1..ITEMS), 1);
}

#[test]
fn reversed() {
    check(list(0..ITEMS), list((0..ITEMS).rev()), ITEMS as usize - 1);
}

#[test]
fn all_gone() {
    check(list(0..ITEMS), list(0..0), ITEMS as usize);
}

#[test]
fn as_deep_as_the_reader_goes() {
    let nested = |leaf: Value| (0..200).fold(leaf, |inner, _| json!({"a": [inner]}));
    let Patch(operations) = diff(&nested(json!(1)), &nested(json!(2)), &Named);
    assert_eq!(operations.len(), 2);
}
