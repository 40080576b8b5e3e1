//! Laws of edits in place.

use cutover_manifest::{Loaded, bundle, edit, read};
use cutover_patch::apply;
use proptest::prelude::*;
use serde_json::{Value, json};

const FILE: &str = "\
# the front
apiVersion: apps/v1
kind: Deployment
metadata: {name: hello, labels: {app: hello}}
spec:
  replicas: 3   # pods
  template:
    spec:
      containers:
      - name: hello
        image: 'hello:1.0.0'
        args: [a, \"b\"] # two
        # the variables
        env:
          - {name: A, value: \"1\"}
          - name: B
            value: >-
              folded
              text
---
apiVersion: v1
kind: Service
metadata:
  name: hello # the same
";

/// Places of scalars, with how many lines they take.
const SCALARS: [(&str, usize); 7] = [
    ("/metadata/labels/app", 1),
    ("/spec/replicas", 1),
    ("/spec/template/spec/containers/0/image", 1),
    ("/spec/template/spec/containers/0/args/0", 1),
    ("/spec/template/spec/containers/0/args/1", 1),
    ("/spec/template/spec/containers/0/env/0/value", 1),
    ("/spec/template/spec/containers/0/env/1/value", 3),
];

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        "[ -~]{0,12}".prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
        "(yes|no|y|n|on|off|~|null|0[0-7]{1,4}|1_0|1e[0-9]|[0-9]{1,3}:[0-9]{2}|<<|=|-|\\?|!|&a|\\*a)"
            .prop_map(Value::from),
    ]
}

fn json_value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[a-zA-Z0-9_.~/-]{1,6}|y|on|0400", inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn loaded(text: &[u8]) -> Loaded {
    bundle(vec![read("a.yaml", text).unwrap()]).unwrap()
}

/// The file after an edit of its first object, read again.
fn edited(text: &str, change: Value) -> (String, Value, Value) {
    let before = loaded(text.as_bytes());
    let (object, source) = before.sources.first_key_value().unwrap();
    let old = before.bundle.get(object).unwrap().value();
    let mut new = old.clone();
    apply(&mut new, &serde_json::from_value(json!([change])).unwrap()).unwrap();
    let edited = edit(text.as_bytes(), source, old, &new).unwrap();
    let after = loaded(&edited).bundle.get(object).unwrap().value().clone();
    (String::from_utf8(edited).unwrap(), after, new)
}

proptest! {
    /// A failure means that a release of one image would touch lines of a user's file that it has
    /// no business with.
    #[test]
    fn a_scalar_s_edit_keeps_all_other_lines(
        (pointer, lines) in prop::sample::select(&SCALARS[..]),
        value in scalar(),
        line_end in prop::sample::select(&["\n", "\r\n"][..]),
    ) {
        let text = FILE.replace('\n', line_end);
        let (edited, after, wanted) = edited(&text, json!({"op": "replace", "path": pointer, "value": value}));
        prop_assert_eq!(after, wanted);
        let old: Vec<_> = text.split('\n').collect();
        let new: Vec<_> = edited.split('\n').collect();
        let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
        let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
        prop_assert!(old.len() <= head + tail + lines, "{}", edited);
        prop_assert_eq!(edited.matches('\n').count(), edited.matches(line_end).count());
    }

    /// A failure means that a file would say something else than the plan, or that a comment would
    /// be lost.
    #[test]
    fn whatever_is_put_in_reads_back(
        place in prop::sample::select(&[
            ("replace", "/spec/template/spec/containers/0/image"),
            ("add", "/spec/template/spec/containers/0/env/0"),
            ("add", "/spec/template/spec/containers/0/env/2"),
            ("add", "/spec/template/spec/containers/0/args/1"),
            ("add", "/metadata/labels/new"),
            ("add", "/spec/new~1y"),
        ][..]),
        value in json_value(),
    ) {
        let (edited, after, wanted) = edited(FILE, json!({"op": place.0, "path": place.1, "value": value}));
        prop_assert_eq!(after, wanted, "{}", edited);
        for comment in ["# the front\n", "# pods\n", "# two\n", "# the variables\n", "# the same\n"] {
            prop_assert!(edited.contains(comment), "{}", edited);
        }
    }
}
