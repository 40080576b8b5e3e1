//! Patches that overwrite whatever they find.

use cutover::patch::PatchOperation;
use cutover::planning::{Change, Spec};
use serde_json::{from_value, json};

use super::{deployment, refused, state};

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

/// What the plan does not know of an object would be lost by a value that is put over it.
#[test]
fn more_than_the_difference() {
    for inverse in [false, true] {
        let over = |spec: &mut Spec| {
            let is = state(spec, if inverse { 1 } else { 2 });
            let whole = is.get(&deployment("hello")).unwrap().pointer("/spec");
            let over = json!({"op": "replace", "path": "/spec", "value": whole});
            let Change::Patch(patch) = &mut spec.steps[1].changes[0] else {
                panic!("it is a patch")
            };
            let ops = match inverse {
                true => &mut patch.inverse,
                false => &mut patch.ops,
            };
            ops.0.push(from_value(over).unwrap());
        };
        let words = "step 2: Deployment hello: /spec: it is written, and is no difference between what was and what is";
        refused("canary/hello", over, &[words]);
    }
}
