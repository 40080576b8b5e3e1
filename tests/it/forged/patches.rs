//! Patches that overwrite whatever they find.

use cutover::patch::PatchOperation;
use cutover::planning::{Change, Spec};

use super::refused;

/// Takes the tests out of the patches, or the inverses, of all steps: those of the list's keys alone, or
/// all but one.
fn untested(inverse: bool, of_keys: bool) -> impl FnOnce(&mut Spec) {
    move |spec: &mut Spec| {
        for change in spec.steps.iter_mut().flat_map(|step| &mut step.changes) {
            let Change::Patch(patch) = change else {
                continue;
            };
            let ops = match inverse {
                true => &mut patch.inverse,
                false => &mut patch.ops,
            };
            ops.0.retain(|operation| match operation {
                PatchOperation::Test(test) => test.path.as_str().ends_with("/name") != of_keys,
                PatchOperation::Add(_)
                | PatchOperation::Copy(_)
                | PatchOperation::Move(_)
                | PatchOperation::Remove(_)
                | PatchOperation::Replace(_) => true,
            });
        }
    }
}

#[test]
fn without_tests() {
    for inverse in [false, true] {
        for of_keys in [false, true] {
            let words = "it is replaced, or tells an item of a list, and is not tested first";
            refused(
                "rolling/widen-roll-narrow",
                untested(inverse, of_keys),
                &[words],
            );
        }
    }
}
