//! What holds for all documents.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;

use super::random::{document, pair};
use super::{Named, operations, strict};
use crate::{
    Patch, PatchOperation, Plain, Standing, apply, diff, differences, invert, lacking, merge,
    unguarded,
};

const SENTINEL: &str = "drifted";

proptest! {
    /// A failure means that a step of a plan would not lead to the state that the plan shows.
    #[test]
    fn a_diff_leads_from_before_to_after((before, after) in pair()) {
        let mut document = before.clone();
        apply(&mut document, &diff(&before, &after, &Named)).unwrap();
        prop_assert_eq!(document, after);
    }

    /// A failure means that a rollback would leave something behind, or not apply at all.
    #[test]
    fn the_inverse_leads_back((before, after) in pair()) {
        let patch = diff(&before, &after, &Named);
        let mut document = before.clone();
        apply(&mut document, &patch).unwrap();
        apply(&mut document, &invert(&patch, &before, &Named).unwrap()).unwrap();
        prop_assert_eq!(document, before);
    }

    /// A failure means that a patch could mean something else, or nothing, to another
    /// implementation.
    #[test]
    fn a_diff_is_strict((before, after) in pair()) {
        for patch in [diff(&before, &after, &Named), diff(&before, &after, &Plain)] {
            prop_assert_eq!(strict::apply(&before, &operations(&patch)), Ok(after.clone()));
        }
    }

    /// A failure means an empty step, or one that repeats itself.
    #[test]
    fn nothing_differs_from_itself(document in document()) {
        prop_assert_eq!(diff(&document, &document, &Named), Patch::default());
        prop_assert_eq!(differences(&document, &document, &Named), vec![]);
    }

    /// A failure means that a plan which is bound to a cluster that holds just its files would be
    /// another plan.
    #[test]
    fn where_nothing_was_added_a_merge_is_the_target((before, after) in pair()) {
        prop_assert_eq!(&merge(&before, &before, &after, &Named), &after);
        prop_assert_eq!(&merge(&after, &before, &after, &Named), &after);
    }

    /// A failure means that what others have written would be lost when a step is taken, or taken
    /// back.
    #[test]
    fn a_merge_that_is_taken_back_leaves_what_was_there((live, other) in pair(), target in document()) {
        prop_assert_eq!(&merge(&live, &target, &target, &Named), &live);
        if merge(&live, &live, &other, &Named) == other {
            prop_assert_eq!(merge(&other, &other, &live, &Named), live);
        }
    }

    /// A failure means that a run would take a change for not made that is made, and make it twice.
    #[test]
    fn a_document_stands_where_it_is((before, after) in pair()) {
        prop_assert!(Standing::of(&before, &before, &after, &Named).is_before());
        prop_assert!(Standing::of(&after, &before, &after, &Named).is_after());
        prop_assert_eq!(lacking(&before, &before, &Named), vec![]);
    }

    /// A failure means that a half-applied state can be seen.
    #[test]
    fn a_patch_that_fails_changes_nothing((before, after) in pair(), other in document(), skip in 0..8_usize) {
        let Patch(mut operations) = diff(&before, &after, &Plain);
        operations.retain(|operation| !matches!(operation, PatchOperation::Test(_)));
        operations.drain(..skip.min(operations.len()));
        let mut document = other.clone();
        if apply(&mut document, &Patch(operations)).is_err() {
            prop_assert_eq!(document, other);
        }
    }

    /// A failure means that a patch would silently undo what somebody else has done since the plan
    /// was made.
    #[test]
    fn drift_is_refused_or_survives((before, after) in pair()) {
        let patch = diff(&before, &after, &Named);
        let blind: BTreeSet<String> = unguarded(&before, &after, &Named).into_iter().collect();
        for pointer in scalars(&before, "") {
            let mut document = before.clone();
            *document.pointer_mut(&pointer).unwrap() = SENTINEL.into();
            let applied = apply(&mut document, &patch).is_ok();
            let survives = document.to_string().contains(SENTINEL);
            prop_assert_eq!(!applied || survives, !blind.contains(&pointer), "{}", pointer);
        }
    }

    /// A failure means that a plan differs from run to run.
    #[test]
    fn the_same_input_gives_the_same_bytes((before, after) in pair()) {
        let text = || diff(&before.clone(), &after.clone(), &Named).to_string();
        prop_assert_eq!(text(), text());
    }

    /// A failure means that a reviewer is shown too little, or a change that is none.
    #[test]
    fn differences_are_seen_exactly_where_there_are_some((before, after) in pair()) {
        prop_assert_eq!(differences(&before, &after, &Named).is_empty(), before == after);
        prop_assert_eq!(diff(&before, &after, &Named).is_empty(), before == after);
    }

    /// A failure means that the API server would be asked the same twice, or in an order that
    /// varies.
    #[test]
    fn guards_are_distinct_and_about_before((before, after) in pair()) {
        let Patch(operations) = diff(&before, &after, &Named);
        let mut seen = BTreeSet::new();
        for operation in &operations {
            if let PatchOperation::Test(test) = operation {
                prop_assert!(seen.insert(test.path.to_string()));
                prop_assert_eq!(before.pointer(test.path.as_str()), Some(&test.value));
            }
        }
        let mut read = scalars(&before, "");
        read.retain(|pointer| seen.contains(pointer));
        let tested: Vec<_> = operations.iter().take(seen.len()).map(|test| test.path().to_string()).collect();
        prop_assert_eq!(tested, read, "in the order of the document");
    }

    /// A failure means that a reordered list is harder to review than it need be.
    #[test]
    fn a_reordered_list_moves_as_few_items_as_possible(order in Just((0..9).collect::<Vec<u8>>()).prop_shuffle()) {
        let list = |order: &[u8]| {
            let items: Vec<Value> = order.iter().map(|name| serde_json::json!({"name": name})).collect();
            serde_json::json!({"items": items})
        };
        let mut sorted = order.clone();
        sorted.sort_unstable();
        let Patch(operations) = diff(&list(&sorted), &list(&order), &Named);
        let moves = operations.iter().filter(|operation| matches!(operation, PatchOperation::Move(_))).count();
        prop_assert_eq!(moves, order.len() - longest_increasing(&order));
    }
}

/// The pointers of all scalars, in the order of the document.
fn scalars(value: &Value, pointer: &str) -> Vec<String> {
    match value {
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, member)| {
                scalars(
                    member,
                    &format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1")),
                )
            })
            .collect(),
        Value::Array(items) => {
            let indexed = items.iter().enumerate();
            indexed
                .flat_map(|(index, item)| scalars(item, &format!("{pointer}/{index}")))
                .collect()
        }
        _ => vec![pointer.to_owned()],
    }
}

/// By trying all subsequences.
fn longest_increasing(numbers: &[u8]) -> usize {
    let chosen = |set: u32| {
        (0..numbers.len())
            .filter(move |index| set & (1 << index) != 0)
            .map(|i| numbers[i])
    };
    let increasing = (0..1_u32 << numbers.len()).filter(|set| chosen(*set).is_sorted());
    increasing.map(u32::count_ones).max().unwrap_or(0) as usize
}
