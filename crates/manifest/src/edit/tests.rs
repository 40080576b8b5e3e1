use serde_json::{Value, json};

use super::{EditError, edit};
use crate::{Place, Source, read};

/// One document in many spellings.
const FIXTURES: [(&str, &str); 14] = [
    ("plain", PLAIN),
    (
        "compact lists",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: hello # its name\nspec:\n  replicas: 3\n  empty: {}\n  none: []\n  template:\n    metadata:\n      labels:\n        app: hello\n    spec:\n      containers:\n      # the only one\n      - name: hello\n        image: hello:1.0.0 # tagged\n        env:\n        - name: A\n          value: \"1\"\n        # about B\n        - name: B\n          value: '2'\n",
    ),
    (
        "flow",
        "---\n{apiVersion: apps/v1, kind: Deployment, metadata: {name: hello}, # its name\n spec: {replicas: 3, empty: {}, none: [], template: {metadata: {labels: {app: hello}},\n  spec: {containers: [{name: hello, image: \"hello:1.0.0\", # tagged\n    env: [{name: A, value: \"1\"}, {name: B, value: '2'}]}]}}}}\n",
    ),
    (
        "json",
        "{\n  \"apiVersion\": \"apps/v1\",\n  \"kind\": \"Deployment\",\n  \"metadata\": {\"name\": \"hello\"},\n  \"spec\": {\n    \"replicas\": 3,\n    \"empty\": {},\n    \"none\": [],\n    \"template\": {\n      \"metadata\": {\"labels\": {\"app\": \"hello\"}},\n      \"spec\": {\n        \"containers\": [\n          {\n            \"name\": \"hello\",\n            \"image\": \"hello:1.0.0\",\n            \"env\": [\n              {\"name\": \"A\", \"value\": \"1\"},\n              {\"name\": \"B\", \"value\": \"2\"}\n            ]\n          }\n        ]\n      }\n    }\n  }\n}\n",
    ),
    (
        "odd indent",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n     name: hello\nspec:\n   replicas:   3   # pods\n   empty:   {}\n   none: [ ]\n   template:\n         metadata:\n          labels:\n            app:   hello\n         spec:\n           containers:\n               -\n                   name: hello\n                   image: hello:1.0.0\n                   env:\n                     -   name: A\n                         value: \"1\"\n                     -   name: B\n                         value: '2'\n",
    ),
    (
        "quoted and folded",
        "\"apiVersion\": 'apps/v1'\n'kind': \"Deployment\"\nmetadata:\n  name: >-\n    hello\nspec:\n  replicas: 3\n  empty: {}\n  none: []\n  template:\n    metadata: {labels: {\"app\": 'hello'}}\n    spec:\n      containers:\n        - name: |-\n            hello\n          image: >-\n            hello:1.0.0\n          # the variables\n          env:\n            - name: A\n              value: |-\n                1\n            - { name: B, value: '2' }\n",
    ),
    (
        "several documents",
        "# first\n---\napiVersion: v1\nkind: Service\nmetadata: {name: hello} # kept\n---\n# second\n",
    ),
    ("no end of line", ""),
    ("carriage returns", ""),
    ("byte order mark", ""),
    ("list", ""),
    ("in front", ""),
    ("empty documents", ""),
    ("several values", ""),
];

const PLAIN: &str = "# a Deployment\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: hello # its name\nspec:\n  replicas: 3 # pods\n  empty: {}\n  none: []\n\n  template:\n    metadata:\n      labels:\n        app: hello\n    spec:\n      containers:\n        # the only one\n        - name: hello\n          image: hello:1.0.0   # tagged\n          env:\n            - name: A\n              value: \"1\"\n            # about B\n            - name: B\n              value: '2'\n      # the end\n";

/// A fixture's text, and where in it the Deployment stands.
fn fixture(name: &str, text: &str) -> (String, Source) {
    let source = |document, pointer: &str| Source {
        place: Place::new("a.yaml", 1, 1),
        document,
        pointer: String::from(pointer),
    };
    match name {
        "several documents" => (
            format!("{text}{PLAIN}---\n# third\nkind: Other\n"),
            source(1, ""),
        ),
        "no end of line" => (
            PLAIN
                .trim_end_matches("      # the end\n")
                .trim_end()
                .to_owned(),
            source(0, ""),
        ),
        "carriage returns" => (PLAIN.replace('\n', "\r\n"), source(0, "")),
        "byte order mark" => (format!("\u{feff}{PLAIN}"), source(0, "")),
        "list" => (listed(), source(0, "/items/1")),
        "in front" => (format!("{PLAIN}---\nkind: Other # kept\n"), source(0, "")),
        "empty documents" => (
            format!("---\n---\n# nothing\n---\n{PLAIN}---\n"),
            source(2, ""),
        ),
        "several values" => {
            let json = FIXTURES
                .iter()
                .find(|(name, _)| *name == "json")
                .map_or("", |(_, text)| *text);
            (
                format!("{{\"kind\": \"Other\"}}\n{json}{{\"kind\": \"Last\"}}"),
                source(1, ""),
            )
        }
        _ => (text.to_owned(), source(0, "")),
    }
}

fn listed() -> String {
    let item = PLAIN
        .trim_end()
        .replace('\n', "\n    ")
        .replacen("# a Deployment\n    ", "", 1);
    format!(
        "kind: List\napiVersion: v1\nitems:\n  - kind: Other # kept\n  - {item}\n  - kind: Last\n"
    )
}

/// Changes of the Deployment, as JSON patches.
fn changes(strings: &[&str]) -> Vec<Value> {
    let container = "/spec/template/spec/containers/0";
    let mut changes = vec![
        json!([{"op": "replace", "path": "/spec/replicas", "value": 5}]),
        json!([{"op": "replace", "path": format!("{container}/image"), "value": "hello:2.0.0"}]),
        json!([{"op": "replace", "path": format!("{container}/image"), "value": 1.5}]),
        json!([{"op": "replace", "path": format!("{container}/image"), "value": null}]),
        json!([{"op": "replace", "path": format!("{container}/image"), "value": {"y": [1, true, "no"], "a": {}}}]),
        json!([{"op": "replace", "path": format!("{container}/env"), "value": []}]),
        json!([{"op": "replace", "path": "/spec/template/metadata/labels", "value": {"1": "2", "~": ""}}]),
        json!([{"op": "remove", "path": format!("{container}/env/0")}]),
        json!([{"op": "remove", "path": format!("{container}/env/1")}]),
        json!([{"op": "remove", "path": format!("{container}/env/1")}, {"op": "remove", "path": format!("{container}/env/0")}]),
        json!([{"op": "remove", "path": format!("{container}/env")}]),
        json!([{"op": "remove", "path": "/spec/template/metadata/labels/app"}]),
        json!([{"op": "remove", "path": "/spec/empty"}, {"op": "remove", "path": "/spec/none"}]),
        json!([{"op": "remove", "path": "/spec/template/metadata"}]),
        json!([{"op": "move", "from": format!("{container}/env/1"), "path": format!("{container}/env/0")}]),
        json!([{"op": "add", "path": "/spec/none/0", "value": {"name": "x", "on": "y"}}]),
        json!([{"op": "add", "path": "/spec/none/0", "value": "y"}]),
        json!([{"op": "add", "path": "/spec/empty/y", "value": "y"}]),
        json!([{"op": "add", "path": "/spec/empty/a", "value": {"b": {"c": [[], {}, [1, [2]]]}}}]),
        json!([{"op": "add", "path": "/metadata/annotations", "value": {"a.b/c": "1"}}]),
        json!([{"op": "add", "path": "/spec/strategy", "value": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": "25%"}}}]),
        json!([{"op": "add", "path": "/spec/template/metadata/labels/track", "value": "canary"}]),
        json!([{"op": "add", "path": "/spec/template/spec/containers/0", "value": {"name": "proxy", "image": "proxy:1", "args": ["-v"]}}]),
        json!([{"op": "add", "path": "/spec/template/spec/containers/-", "value": {"name": "proxy", "args": ["a", "0"]}}]),
    ];
    for at in ["0", "1", "-"] {
        let variable = json!({"name": "C", "value": "on"});
        changes.push(
            json!([{"op": "add", "path": format!("{container}/env/{at}"), "value": variable}]),
        );
    }
    for text in strings {
        changes
            .push(json!([{"op": "replace", "path": format!("{container}/image"), "value": text}]));
        changes.push(
            json!([{"op": "replace", "path": format!("{container}/env/0/value"), "value": text}]),
        );
        changes.push(
            json!([{"op": "add", "path": format!("{container}/env/1/extra"), "value": text}]),
        );
        let key = text.replace('~', "~0").replace('/', "~1");
        changes.push(
            json!([{"op": "add", "path": format!("/spec/template/metadata/labels/{key}"), "value": text}]),
        );
    }
    changes
}

/// Strings that other readers take for something else, or that are hard to write.
const STRINGS: [&str; 44] = [
    "",
    " ",
    " a ",
    "y",
    "n",
    "yes",
    "On",
    "OFF",
    "true",
    "null",
    "~",
    "0400",
    "0o17",
    "0x1F",
    "1_000",
    "1e3",
    "1.10",
    "1:30",
    ".5",
    ".inf",
    "2024-01-01",
    "-",
    "- a",
    "a: b",
    "a:",
    "a #b",
    "#a",
    "{{ x }}",
    "[a]",
    "*a",
    "&a",
    "!a",
    "%a",
    "@a",
    "`a`",
    "'",
    "\"",
    "\\",
    "a\nb\n",
    "a\n\n  b",
    "a\tb",
    "é ☃ 😀",
    "<<",
    "=",
];

#[test]
fn each_change_of_each_spelling_reads_back_and_touches_nothing_else() {
    let mut failures = Vec::new();
    for (name, text) in FIXTURES {
        let (text, source) = fixture(name, text);
        let thorough = ["plain", "flow", "json", "carriage returns"].contains(&name);
        for change in changes(if thorough { &STRINGS } else { &["y", "a\nb\n"] }) {
            if let Err(why) = check(&text, &source, &change) {
                failures.push(format!("{name}: {change}\n{why}"));
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} failures\n{}",
        failures.len(),
        failures.join("\n")
    );
}

/// The change reads back, and all else is as it was.
fn check(text: &str, source: &Source, change: &Value) -> Result<(), String> {
    let before = object(text, source);
    let mut after = before.clone();
    cutover_patch::apply(&mut after, &serde_json::from_value(change.clone()).unwrap()).unwrap();
    let edited =
        edit(text.as_bytes(), source, &before, &after).map_err(|error| error.to_string())?;
    let edited = String::from_utf8(edited).unwrap();
    let fail = |why: &str| Err(format!("{why}:\n{edited}"));
    if object(&edited, source) != after {
        return fail("reads back differently");
    }
    // The comments of what is removed go with it.
    let is_kept = |change: &Value| change["op"] != "remove" && !change["value"].is_array();
    let keeps = change.as_array().unwrap().iter().all(is_kept);
    if keeps && comments(text).any(|comment| !edited.contains(comment)) {
        return fail("a comment is lost");
    }
    if text.ends_with('\n') != edited.ends_with('\n') {
        return fail("the end of the file has changed");
    }
    if text.contains("\r\n") && edited.replace("\r\n", "").contains('\n') {
        return fail("a line ends in another way");
    }
    let is_scalar = |key: &str| {
        change[0][key]
            .as_str()
            .is_some_and(|text| !text.contains('\n'))
    };
    if change[0]["op"] == "replace" && is_scalar("value") && changed_lines(text, &edited) > 2 {
        return fail("more lines changed than the one");
    }
    Ok(())
}

fn object(text: &str, source: &Source) -> Value {
    let documents = read("a.yaml", text.as_bytes()).unwrap().documents;
    let document = documents
        .into_iter()
        .find(|document| document.index == source.document)
        .unwrap();
    document.value.pointer(&source.pointer).unwrap().clone()
}

fn comments(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        line.split_once(" #")
            .or_else(|| line.split_once('#'))
            .map(|(_, comment)| comment)
    })
}

#[test]
fn a_file_that_holds_something_else_is_left_alone() {
    let check = |text: &[u8], document, before: Value| {
        let source = Source {
            place: Place::new("a.yaml", 1, 1),
            document,
            pointer: String::new(),
        };
        edit(text, &source, &before, &json!({"a": 2})).unwrap_err()
    };
    let place = Place::new("a.yaml", 1, 1);
    let changed = EditError::Changed {
        place: place.clone(),
    };
    assert_eq!(check(b"a: 1\n", 0, json!({"a": 0})), changed);
    assert_eq!(check(b"a: 1\n", 1, json!({"a": 1})), changed);
    assert_eq!(check(b"a: [\n", 0, json!({"a": 1})), changed);
    assert_eq!(
        check(b"\xff\xfea\0:\0 \x001\0", 0, json!({"a": 1})),
        EditError::NotUtf8 { place }
    );
}

#[test]
fn of_a_secret_only_paths_are_told() {
    let text = "kind: Secret\ndata: &x {key: b25l}\n";
    let source = Source {
        place: Place::new("a.yaml", 1, 1),
        document: 0,
        pointer: String::new(),
    };
    let before = object(text, &source);
    let after = json!({"kind": "Secret", "data": {"key": "dHdv"}});
    let error = edit(text.as_bytes(), &source, &before, &after)
        .unwrap_err()
        .to_string();
    assert!(
        error.ends_with(r#"[{"op":"replace","path":"/data/key"}]"#),
        "{error}"
    );
}

/// How many lines of the old text are gone, seen from both ends.
fn changed_lines(old: &str, new: &str) -> usize {
    let same = |(a, b): &(&str, &str)| a == b;
    let head = old.lines().zip(new.lines()).take_while(same).count();
    let tail = old
        .lines()
        .rev()
        .zip(new.lines().rev())
        .take_while(same)
        .count();
    old.lines().count().saturating_sub(head + tail)
}

#[test]
fn what_is_shared_is_refused() {
    let text = "a: &x\n  image: one # c\n  env: [&e {name: A}, {name: B}]\nb: *x\nc: {<<: *x, k: v}\nd: !!str 1\n";
    let check = |change: Value, what: &str, place: &str| {
        let source = Source {
            place: Place::new("a.yaml", 1, 1),
            document: 0,
            pointer: String::new(),
        };
        let before = object(text, &source);
        let mut after = before.clone();
        cutover_patch::apply(
            &mut after,
            &serde_json::from_value(json!([change])).unwrap(),
        )
        .unwrap();
        match edit(text.as_bytes(), &source, &before, &after) {
            Err(EditError::Shared {
                place: at,
                what: is,
                ..
            }) => {
                assert_eq!((is, at.to_string().as_str()), (what, place), "{change}");
            }
            other => panic!("{change}: {other:?}"),
        }
    };
    let anchor = "bears an anchor";
    check(
        json!({"op": "replace", "path": "/a/image", "value": "two"}),
        anchor,
        "a.yaml:2:3",
    );
    check(json!({"op": "remove", "path": "/a"}), anchor, "a.yaml:2:3");
    check(
        json!({"op": "replace", "path": "/b/image", "value": "two"}),
        "is an alias",
        "a.yaml:4:4",
    );
    check(
        json!({"op": "remove", "path": "/a/env/0"}),
        anchor,
        "a.yaml:2:3",
    );
    let merged = "is not written as it is read (a merge key?)";
    check(
        json!({"op": "replace", "path": "/c/image", "value": "two"}),
        merged,
        "a.yaml:5:4",
    );
    check(
        json!({"op": "remove", "path": "/c/env"}),
        merged,
        "a.yaml:5:4",
    );
    check(
        json!({"op": "add", "path": "/c/env/0", "value": {}}),
        merged,
        "a.yaml:5:4",
    );
}
