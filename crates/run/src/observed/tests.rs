use serde_json::json;

use super::*;

fn map(uid: &str, version: u32) -> Manifest {
    Manifest::new(json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "a", "namespace": "prod", "uid": uid, "resourceVersion": version.to_string()},
    }))
    .unwrap()
}

fn scope() -> Scope {
    Scope {
        api_version: "v1".into(),
        kind: "ConfigMap".into(),
        namespace: Some("prod".into()),
        name: None,
    }
}

fn object() -> ObjectRef {
    map("1", 1).object().clone()
}

/// What is known, as a version: nothing, that it is gone, or a version.
fn known(observed: &Observed) -> Option<Option<u64>> {
    let known = observed.object(&object())?;
    Some(known.and_then(version))
}

/// A failure means that a run decides by what an object was, though it has heard what it is.
#[test]
fn what_is_older_is_not_taken() {
    let mut observed = Observed::of(&[object()]);
    assert_eq!(known(&observed), None);
    observed.update(&map("1", 5));
    observed.update(&map("1", 4));
    assert_eq!(known(&observed), Some(Some(5)));
    observed.update_gone(&map("1", 4));
    assert_eq!(known(&observed), Some(Some(5)));
    observed.update_gone(&map("1", 6));
    assert_eq!(known(&observed), Some(None));
    // A watch is late: this one is gone, and another one may come.
    observed.update(&map("1", 7));
    assert_eq!(known(&observed), Some(None));
    observed.update(&map("2", 8));
    assert_eq!(known(&observed), Some(Some(8)));
}

/// A failure means that a write whose answer was lost is taken for not made, by what a watch said
/// before.
#[test]
fn what_is_forgotten_is_not_known_before_it_is_newer() {
    let mut observed = Observed::of(&[object()]);
    observed.update(&map("1", 5));
    observed.forget(&object());
    assert_eq!(known(&observed), None);
    observed.update(&map("1", 4));
    assert_eq!(known(&observed), None);
    observed.read(&object(), Some(&map("1", 5)));
    assert_eq!(known(&observed), Some(Some(5)));
}

/// A failure means that an object which came while it was read is taken for gone.
#[test]
fn a_read_may_be_older_than_what_a_watch_tells() {
    let mut observed = Observed::of(&[object()]);
    observed.update(&map("1", 5));
    observed.read(&object(), None);
    assert_eq!(known(&observed), None, "it is read again");
    observed.read(&object(), None);
    assert_eq!(known(&observed), Some(None));
}

/// A failure means that a run goes on with objects that a list no longer has.
#[test]
fn what_a_list_does_not_have_is_looked_at_again() {
    let mut observed = Observed::of(&[object()]);
    observed.update(&map("1", 5));
    observed.replace_all(&scope(), &[]);
    assert!(observed.is_listed(&scope()));
    assert_eq!(known(&observed), None);
    observed.settle([object()].iter());
    assert_eq!(known(&observed), Some(None));
}

/// A failure means that thousands of objects are compared at every event, or one is not.
#[test]
fn what_changed_is_told_once() {
    let mut observed = Observed::of(&[object()]);
    observed.update(&map("1", 5));
    assert!(observed.take_changed().contains(&object()));
    assert!(observed.take_changed().is_empty());
    observed.remove(&object());
    assert!(observed.take_changed().contains(&object()));
}
