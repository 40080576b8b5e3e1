//! What is changed and changed back is byte for byte as it was.

use cutover_patch::{PatchOperation, diff};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use super::on_text::{edited, value};
use crate::MergeKeys;

/// Manifests as people write them.
const FILES: [&str; 6] = [
    "# the web server\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web   # its name\n  labels: {app: web, \"tier\": \"front\"}\n  annotations:\n    note: >-\n      one line\n    script: |\n      echo a\n\n      echo b\n\nspec:\n  replicas: +3           # one a zone\n  paused: false\n\n  # how it rolls\n  strategy:\n    rollingUpdate: {maxSurge: 1, maxUnavailable: 25%}\n  template:\n    spec:\n      nodeSelector: {}\n      tolerations: []\n      volumes: [{name: v, configMap: {name: a, defaultMode: 0644}}]\n      containers:\n      # the web server\n      - name: web\n        image: \"web:1.0.0\" # tagged\n        args: [\"-v\", \"--port\", \"8080\"]\n        env:\n        # why A\n        - name: A\n          value: a\n        # why B\n        - name: B\n          value: \"1\"\n          # - name: C\n        - {name: D, value: \"yes\"}\n\n      # ships logs\n      - image: logs:1\n        name: logs\n        command:\n          - sh\n          - -c\n          - |\n            run\n            more\n      # the end\n",
    "kind: 'ConfigMap'\napiVersion: v1\nmetadata:\n    name: 'map'\ndata:\n    version: 1.0.0\n    port: '8080'\n    path: /etc\n    list:\n        - a\n        - b  # the second\n\n        - c\n    last: 'x'",
    "---\n{apiVersion: v1, kind: Service, metadata: {name: web}, # its name\n spec: {ports: [{name: web, port: 80},\n    {name: tls, port: 443}], selector: {app: web}, none: [], some: [ ], externalIPs: [ 10.0.0.1, 10.0.0.2 ]}}\n",
    "{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"Service\",\n  \"metadata\": {\"name\": \"web\"},\n  \"spec\": {\n    \"ports\": [\n      {\n        \"name\": \"web\",\n        \"port\": 80\n      },\n      {\n        \"name\": \"tls\",\n        \"port\": 443\n      }\n    ],\n    \"none\": [],\n    \"selector\": {\n      \"app\": \"web\"\n    }\n  }\n}\n",
    "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"spec\":{\"ports\":[{\"name\":\"web\",\"port\":80},{\"name\":\"tls\",\"port\":443}],\"selector\":{\"app\":\"web\"}}}",
    "apiVersion: v1\r\nkind: Pod\r\nspec:\r\n  containers:\r\n    - name: a\r\n      image: a:1   # tagged\r\n\r\n    # the second\r\n    - name: b\r\n      image: b:1\r\n  hosts:\r\n    -\r\n      ip: 10.0.0.1\r\n      names:\r\n        - one\r\n        - two\r\n    - ip: 10.0.0.2\r\n",
];

const TEXTS: [&str; 8] = [
    "b",
    "web:2.0.0",
    "2.0.0",
    "10",
    "true",
    "a: b",
    "é",
    "a, [b]",
];

/// One change of a manifest that takes nothing away.
#[derive(Clone, Debug)]
enum Mutation {
    Scalar(Index, &'static str),
    Number(Index, i64),
    Entry(Index, &'static str),
    Item(Index, Index),
    Move(Index, Index, Index),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let index = any::<Index>;
    prop_oneof![
        (index(), select(&TEXTS[..])).prop_map(|(at, text)| Mutation::Scalar(at, text)),
        (index(), 0..9000_i64).prop_map(|(at, number)| Mutation::Number(at, number)),
        (index(), select(&TEXTS[..])).prop_map(|(at, text)| Mutation::Entry(at, text)),
        (index(), index()).prop_map(|(at, place)| Mutation::Item(at, place)),
        (index(), index(), index()).prop_map(|(at, from, to)| Mutation::Move(at, from, to)),
    ]
}

impl Mutation {
    fn apply(&self, value: &mut Value) {
        match self {
            Self::Scalar(at, text) => pick(value, *at, Value::is_string, |old| *old = json!(text)),
            Self::Number(at, number) => {
                pick(value, *at, Value::is_number, |old| *old = json!(number));
            }
            Self::Entry(at, text) => pick(value, *at, Value::is_object, |map| {
                map["extra"] = json!({"name": text, "list": [1, text], "none": []});
            }),
            Self::Item(at, place) => pick(value, *at, Value::is_array, |list| {
                let Value::Array(items) = list else { return };
                let mut new = items.first().cloned().unwrap_or_else(|| json!("new"));
                match new.get_mut("name") {
                    Some(name) => *name = json!("new"),
                    None => new = json!("new"),
                }
                items.insert(place.index(items.len() + 1), new);
            }),
            Self::Move(at, from, to) => pick(value, *at, Value::is_array, |list| {
                let Value::Array(items) = list else { return };
                if !items.is_empty() {
                    let item = items.remove(from.index(items.len()));
                    items.insert(to.index(items.len() + 1), item);
                }
            }),
        }
    }
}

/// Changes one of the values of a kind.
fn pick(value: &mut Value, at: Index, kind: fn(&Value) -> bool, change: impl FnOnce(&mut Value)) {
    let mut pointers = Vec::new();
    collect(value, String::new(), kind, &mut pointers);
    // What says which object it is stays.
    pointers.retain(|pointer| !["/kind", "/apiVersion"].contains(&pointer.as_str()));
    if !pointers.is_empty()
        && let Some(found) = value.pointer_mut(at.get::<String>(&pointers))
    {
        change(found);
    }
}

fn collect(value: &Value, at: String, kind: fn(&Value) -> bool, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => map
            .iter()
            .for_each(|(key, value)| collect(value, format!("{at}/{key}"), kind, found)),
        Value::Array(items) => (0..).zip(items).for_each(|(index, item): (usize, _)| {
            collect(item, format!("{at}/{index}"), kind, found)
        }),
        _ => {}
    }
    if kind(value) {
        found.push(at);
    }
}

/// Whether the way there removes anything, or puts a map or list in place of something else.
fn takes_away(before: &Value, after: &Value) -> bool {
    let there = diff(before, after, &MergeKeys).0;
    let back = diff(after, before, &MergeKeys).0;
    let replaces = |operation: &PatchOperation| match operation {
        PatchOperation::Replace(replace) => replace.value.is_object() || replace.value.is_array(),
        _ => false,
    };
    let removes = |operation: &PatchOperation| matches!(operation, PatchOperation::Remove(_));
    there.iter().any(removes) || there.iter().chain(&back).any(replaces)
}

proptest! {
    #![proptest_config(ProptestConfig { max_global_rejects: 100_000, ..ProptestConfig::with_cases(1000) })]
    #[test]
    fn what_is_changed_and_changed_back_is_as_it_was(
        text in select(&FILES[..]),
        mutations in prop::collection::vec(mutation(), 1..4),
    ) {
        let before = value(text);
        let mut after = before.clone();
        for mutation in &mutations {
            mutation.apply(&mut after);
        }
        // An item of another key is another item: the old one is taken away.
        prop_assume!(!takes_away(&before, &after));
        let there = edited(text, &before, &after);
        let back = edited(&there, &after, &before);
        prop_assert_eq!(&back, text, "there:\n{}\nback:\n{}", there, back);
    }
}
