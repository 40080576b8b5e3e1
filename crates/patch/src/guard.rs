use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::Schema;
use crate::edit::{Edit, edits};
use crate::list::Matching;
use crate::step::{Step, child, pointer, push_shape, shape};

/// The pointers into `before` of the scalars that [`diff`](crate::diff) replaces or removes without
/// a `test`, in the order of the document.
///
/// They are what a warning should name: there alone can the patch overwrite a value that has
/// drifted.
///
/// ```
/// use cutover_patch::{Schema, unguarded};
/// use serde_json::{Value, json};
///
/// struct Quantities;
///
/// impl Schema for Quantities {
///     fn key(&self, _path: &str) -> &[&str] {
///         &[]
///     }
///     fn testable(&self, path: &str, _value: &Value) -> bool {
///         !path.ends_with("/cpu")
///     }
/// }
///
/// let before = json!({"limits": [{"cpu": "0.2", "memory": "1Gi"}]});
/// let after = json!({"limits": [{"cpu": "0.3", "memory": "2Gi"}]});
/// assert_eq!(unguarded(&before, &after, &Quantities), ["/limits/0/cpu"]);
/// ```
pub fn unguarded<S: Schema + ?Sized>(before: &Value, after: &Value, schema: &S) -> Vec<String> {
    let guards = Guards::of(&edits(before, after, schema), before, schema);
    guards
        .unguarded
        .iter()
        .map(|steps| pointer(steps).to_string())
        .collect()
}

/// What the edits rely on, in the order of the document.
#[derive(Default)]
pub(crate) struct Guards<'a> {
    /// The scalars to test.
    pub(crate) tests: BTreeMap<Vec<Step<'a>>, &'a Value>,
    /// The scalars that are replaced or removed and cannot be tested.
    unguarded: BTreeSet<Vec<Step<'a>>>,
}

impl<'a> Guards<'a> {
    pub(crate) fn of<S: Schema + ?Sized>(
        edits: &[Edit<'a>],
        before: &'a Value,
        schema: &S,
    ) -> Self {
        let mut guard = Guard {
            schema,
            root: before,
            guards: Self::default(),
        };
        for edit in edits {
            guard.edit(edit);
        }
        if !edits.is_empty() && guard.guards.tests.is_empty() {
            guard.document();
        }
        guard.guards
    }
}

struct Guard<'a, 's, S: ?Sized> {
    schema: &'s S,
    root: &'a Value,
    guards: Guards<'a>,
}

impl<'a, S: Schema + ?Sized> Guard<'a, '_, S> {
    fn edit(&mut self, edit: &Edit<'a>) {
        match edit {
            Edit::Add { place, .. } => self.way(&place.before),
            Edit::Items {
                place,
                before,
                matching,
                ..
            } => {
                self.way(&place.before);
                self.items(&place.before, before, matching);
            }
            Edit::Remove { place, before } | Edit::Replace { place, before, .. } => {
                self.way(&place.before);
                self.overwritten(&place.before, before);
            }
        }
    }

    /// The items that the indices of a path go through are still the same, and so is all of an
    /// atomic map.
    fn way(&mut self, steps: &[Step<'a>]) {
        let mut value = self.root;
        let mut shape = String::new();
        for (depth, step) in steps.iter().enumerate() {
            let Some(inner) = step.of(value) else { return };
            value = inner;
            push_shape(&mut shape, *step);
            if matches!(step, Step::Item { .. }) {
                self.identity(&steps[..=depth], value);
            }
            if self.schema.atomic(&shape) {
                self.unchanged(&steps[..=depth], value);
            }
        }
    }

    /// The items that go are still what they were; those that move, and those that something is put
    /// beside, are still where they were.
    fn items(&mut self, list: &[Step<'a>], before: &'a [Value], matching: &Matching) {
        let item = |index| {
            child(
                list,
                Step::Item {
                    index,
                    keyed: matching.keyed,
                },
            )
        };
        for old in matching.removed() {
            self.overwritten(&item(old), &before[old]);
        }
        let neighbours = matching.neighbours();
        let origins = &matching.origins;
        for new in matching.displaced().into_iter().chain(matching.added()) {
            for old in [origins[new], neighbours[new]].into_iter().flatten() {
                self.identity(&item(old), &before[old]);
            }
        }
    }

    /// Tests what tells a list's item from the others: its key fields, or itself where it is a
    /// scalar.
    fn identity(&mut self, steps: &[Step<'a>], item: &'a Value) {
        let Value::Object(members) = item else {
            if is_scalar(item) {
                self.test(steps, item);
            }
            return;
        };
        let schema = self.schema;
        for field in schema.key(&shape(&steps[..steps.len() - 1])) {
            let Some((name, value)) = members.get_key_value(*field) else {
                continue;
            };
            if is_scalar(value) {
                self.test(&child(steps, Step::Field(name)), value);
            }
        }
    }

    /// Tests all scalars of a value that is replaced or removed, and notes those that cannot be
    /// tested.
    fn overwritten(&mut self, steps: &[Step<'a>], value: &'a Value) {
        for (steps, scalar) in scalars(steps, value) {
            if !self.test(&steps, scalar) {
                self.guards.unguarded.insert(steps);
            }
        }
    }

    /// Tests all scalars of a value that gives what is changed in it its meaning.
    fn unchanged(&mut self, steps: &[Step<'a>], value: &'a Value) {
        for (steps, scalar) in scalars(steps, value) {
            self.test(&steps, scalar);
        }
    }

    /// Tests that this is the document that the patch was made for.
    fn document(&mut self) {
        let schema = self.schema;
        let mut steps = Vec::new();
        let mut value = self.root;
        for name in schema.identity() {
            let Value::Object(members) = value else {
                return;
            };
            let Some((name, member)) = members.get_key_value(*name) else {
                return;
            };
            steps.push(Step::Field(name));
            value = member;
        }
        if is_scalar(value) {
            self.test(&steps, value);
        }
    }

    fn test(&mut self, steps: &[Step<'a>], scalar: &'a Value) -> bool {
        let testable = self.schema.testable(&shape(steps), scalar);
        if testable {
            // One test a place, however its lists were matched.
            let steps = steps.iter().map(|step| step.by_position()).collect();
            self.guards.tests.insert(steps, scalar);
        }
        testable
    }
}

/// The scalars of a value, each with the way to it.
fn scalars<'a>(steps: &[Step<'a>], value: &'a Value) -> Vec<(Vec<Step<'a>>, &'a Value)> {
    match value {
        Value::Object(members) => {
            let members = members.iter();
            members
                .flat_map(|(name, value)| scalars(&child(steps, Step::Field(name)), value))
                .collect()
        }
        Value::Array(items) => {
            let item = |index| Step::Item {
                index,
                keyed: false,
            };
            let items = items.iter().enumerate();
            items
                .flat_map(|(index, value)| scalars(&child(steps, item(index)), value))
                .collect()
        }
        scalar => vec![(steps.to_vec(), scalar)],
    }
}

fn is_scalar(value: &Value) -> bool {
    !matches!(value, Value::Object(_) | Value::Array(_))
}
