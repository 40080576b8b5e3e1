//! Whether patches do what they change, and test what they replace.

use std::collections::BTreeSet;

use cutover_manifest::{Manifest, MergeKeys};
use cutover_patch::{Patch, PatchOperation, diff};
use cutover_plan::Change;

use crate::broken::{Broken, Place};

/// A patch, or an inverse, that would replace or remove a value, or an item of a list, without a test
/// that it is still what the plan was made with; or that does more than the difference between the two
/// states: what the plan does not know of an object is lost by a value that is put over it.
pub(crate) fn broken(
    change: &Change,
    before: Option<&Manifest>,
    after: Option<&Manifest>,
    place: Place,
) -> Vec<Broken> {
    let (Change::Patch(patch), Some(before), Some(after)) = (change, before, after) else {
        return Vec::new();
    };
    let mut broken = Vec::new();
    for (ops, was, is) in [(&patch.ops, before, after), (&patch.inverse, after, before)] {
        let wanted = diff(was.value(), is.value(), &MergeKeys);
        let there = tests(ops);
        if let Some((path, _)) = tests(&wanted).difference(&there).next() {
            let reason = "it is replaced, or tells an item of a list, and is not tested first";
            broken.push(Broken::field(place, change.object(), path, reason));
        } else if let Some(more) = ops.iter().find(|one| !wanted.contains(one)) {
            let path = more.path().to_string();
            let reason = "it is written, and is no difference between what was and what is";
            broken.push(Broken::field(place, change.object(), &path, reason));
        }
    }
    broken
}

/// The tests with which a patch opens.
fn tests(patch: &Patch) -> BTreeSet<(String, String)> {
    let mut tests = BTreeSet::new();
    for operation in patch.iter() {
        let PatchOperation::Test(test) = operation else {
            break;
        };
        tests.insert((test.path.to_string(), test.value.to_string()));
    }
    tests
}
