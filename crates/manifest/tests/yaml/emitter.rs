//! What we write is what we, kubectl and kustomize read.

use cutover_manifest::{emit, emit_all, read};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use crate::kubectl;

#[test]
fn documents_are_printed_as_kubectl_prints_them() {
    check(json!({}), "{}\n");
    check(json!([]), "[]\n");
    check(json!("text"), "text\n");
    check(
        json!({"b": 1, "a": {"d": null, "c": true}}),
        "a:\n  c: true\n  d: null\nb: 1\n",
    );
    check(
        json!({"a": {}, "b": [], "c": ""}),
        "a: {}\nb: []\nc: \"\"\n",
    );
    check(
        json!({"a": ["x", {"k": 1, "l": [2]}]}),
        "a:\n- x\n- k: 1\n  l:\n  - 2\n",
    );
    check(
        json!({"a": [["x", ["z"]], [], {}]}),
        "a:\n- - x\n  - - z\n- []\n- {}\n",
    );
    check(json!([{"a": {"b": 1}}]), "- a:\n    b: 1\n");
}

#[test]
fn numbers_are_printed_as_kubectl_prints_them() {
    check(
        json!([i64::MAX, -1, 0.5, -1.5e-7]),
        "- 9223372036854775807\n- -1\n- 0.5\n- -1.5e-7\n",
    );
    check(json!([1e20, 1e21]), "- 100000000000000000000\n- 1e+21\n");
}

#[test]
fn texts_are_quoted_where_a_reader_needs_it() {
    for plain in [
        "a",
        "a b",
        "1.2.3",
        "1.10.2-rc1",
        "http://a:80/?x=1#y",
        "a'b",
        "a,b]",
        "-a",
        "=",
        "é",
        "😀",
        "tRue",
        "100m",
    ] {
        check(json!(plain), &format!("{plain}\n"));
    }
    for double in [
        "",
        "yes",
        "No",
        "y",
        "on",
        "~",
        "null",
        "0440",
        "0o8",
        "1_000",
        "1e3",
        ".5",
        ".inf",
        "1:30",
        "2024-01-01",
        "<<",
    ] {
        check(json!(double), &format!("\"{double}\"\n"));
    }
    for single in [
        "a: b", "a:", "a #b", "#a", "- a", "-", "? a", ": a", "*a", "&a", "[a]", "{a}", "@a", "%a",
        " a", "a ", "--- a", "...",
    ] {
        check(json!(single), &format!("'{single}'\n"));
    }
    check(json!("'a"), "'''a'\n");
    check(
        json!("a\tb\\\"\u{1}\u{7f}\u{85}\u{2028}\u{feff}"),
        "\"a\\tb\\\\\\\"\\x01\\x7f\\x85\\u2028\\ufeff\"\n",
    );
}

#[test]
fn lines_are_a_block_where_it_is_safe() {
    check(json!({"a": "x\ny"}), "a: |-\n  x\n  y\n");
    check(json!({"a": "x\n\n  y\n"}), "a: |\n  x\n\n    y\n");
    check(json!({"a": "x\n\n\n"}), "a: |+\n  x\n\n\n");
    check(
        json!({"a": {"b": ["x\n\ty\tz\n"]}}),
        "a:\n  b:\n  - \"x\\n\\ty\\tz\\n\"\n",
    );
    check(
        json!({"a": {"b": ["x\n y\tz\n"]}}),
        "a:\n  b:\n  - |\n    x\n     y\tz\n",
    );
    check(json!({"a": " x\ny"}), "a: \" x\\ny\"\n");
    check(json!({"a": "x \ny"}), "a: \"x \\ny\"\n");
    check(json!({"a": "x\r\ny"}), "a: \"x\\r\\ny\"\n");
    check(json!({"a": "\n"}), "a: \"\\n\"\n");
}

#[test]
fn keys_are_quoted_like_texts() {
    check(
        json!({"y": 1, "on": 1, "1": 1, "<<": 1, "": 1}),
        "\"\": 1\n\"1\": 1\n\"<<\": 1\n\"on\": 1\n\"y\": 1\n",
    );
    check(json!({"a: b": 1, "a\nb": 1}), "\"a\\nb\": 1\n'a: b': 1\n");
    let long = "k".repeat(2000);
    check(json!({&long: {"a": 1}}), &format!("? {long}\n:\n  a: 1\n"));
}

#[test]
fn kubectl_prints_the_same_bytes() {
    let object = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "labels": {"zz": "zz"}},
        "spec": {
            "replicas": 3,
            "selector": {"matchLabels": {"app.kubernetes.io/name": "web", "version": "1.10"}},
            "template": {"spec": {"containers": [{
                "name": "app", "image": "reg.io:5000/a/b:1.2@sha256:abc", "args": ["--port=80", "-v", "a: b", "@x", ""],
                "env": [{"name": "DEBUG", "value": "on"}, {"name": "AT", "value": "2024-01-01"}, {"name": "N", "value": "012"}],
                "command": ["sh", "-c", "echo a\necho b\n"], "resources": {}, "ports": [],
                "readinessProbe": {"httpGet": {"path": "/", "port": "web"}, "periodSeconds": 10},
            }]}},
        },
    });
    let Some(printed) = kubectl::printed(emit(&object).as_bytes()) else {
        return;
    };
    assert_eq!(printed, emit(&object));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// A failure means that a manifest we write is another one when it is read.
    #[test]
    fn what_is_written_is_read(value in value(text().boxed())) {
        let object = json!({"value": value});
        let text = emit(&object);
        let reading = read("emitted.yaml", text.as_bytes());
        prop_assert!(reading.is_ok(), "{}\n{:?}", text, reading);
        let reading = reading.unwrap();
        prop_assert_eq!(&reading.documents[0].value, &object, "{}", text);
        prop_assert_eq!(reading.findings, [], "{}", text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 0, failure_persistence: None, ..ProptestConfig::default() })]

    /// A failure means that a user's manifest is another one in the cluster.
    #[test]
    fn what_is_written_is_read_by_kubectl(values in vec(value(text().boxed()), 200)) {
        let objects = objects(values);
        let Some(theirs) = kubectl::objects(emit_all(&objects).as_bytes()) else { return Ok(()) };
        let theirs = theirs.expect("kubectl reads what we write");
        for (ours, theirs) in objects.iter().zip(theirs) {
            prop_assert_eq!(ours, &theirs, "{}", emit(ours));
        }
    }

    /// A failure means that a user's manifest is another one behind kustomize.
    #[test]
    fn what_is_written_is_read_by_kustomize(values in vec(value(kustomizable().boxed()), 50)) {
        let objects = objects(values);
        let Some(theirs) = kubectl::kustomized(emit_all(&objects).as_bytes()) else { return Ok(()) };
        let theirs = theirs.expect("kustomize reads what we write");
        for (ours, theirs) in objects.iter().zip(theirs) {
            prop_assert_eq!(ours, &theirs, "{}", emit(ours));
        }
    }
}

fn check(value: Value, text: &str) {
    assert_eq!(emit(&value), text);
    let reading = read("emitted.yaml", text.as_bytes()).unwrap();
    assert_eq!(reading.documents[0].value, kubectl::normal(value), "{text}");
}

fn objects(values: Vec<Value>) -> Vec<Value> {
    let object = |(number, value): (usize, Value)| json!({"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": format!("thing-{number:03}")}, "value": value});
    values.into_iter().enumerate().map(object).collect()
}

/// Values as the reader gives them: no whole floats.
fn value(text: BoxedStrategy<String>) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<f64>().prop_filter("a number of JSON", |float| float.is_finite()).prop_map(|float| kubectl::normal(float.into())),
        4 => text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            btree_map(text.clone(), inner, 0..6).prop_map(|map| Value::Object(Map::from_iter(map))),
        ]
    })
}

/// Without what kustomize loses or cannot read even as it writes it: a quoted key `<<`, long keys,
/// line ends of YAML 1.1, some control characters.
fn kustomizable() -> impl Strategy<Value = String> {
    let stumbles = [
        '\u{7f}', '\u{85}', '\u{2028}', '\u{2029}', '\u{fffe}', '\u{ffff}',
    ];
    short_text().prop_map(move |text| text.replace(stumbles, "").replace("<<", ""))
}

/// Texts that YAML has traps for.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![20 => short_text(), 1 => "k{990,1030}"]
}

fn short_text() -> impl Strategy<Value = String> {
    let nasty = select(vec![
        "yes",
        "No",
        "y",
        "N",
        "on",
        "OFF",
        "true",
        "null",
        "~",
        "",
        " ",
        "\n",
        "\t",
        "-",
        "?",
        ":",
        "---",
        "...",
        "<<",
        "=",
        "0440",
        "0o17",
        "0o-17",
        "0x1F",
        "1_000",
        "1e3",
        ".5",
        "1.",
        ".inf",
        ".NaN",
        "1:30",
        "2024-01-01",
        "1234e567",
        "a: b",
        "a #b",
        "#",
        "*a",
        "&a",
        "!a",
        "!!str",
        "|",
        ">",
        "%a",
        "@a",
        "`a",
        "{{ a }}",
        "[",
        "]",
        "{",
        "}",
        ",",
        "'",
        "\"",
        "\\",
        "a\r\nb",
        "a\n\nb\n",
        " a\nb",
        "a\n b",
        "a \nb",
        "\ta\nb",
        "a\n\tb",
        "a\n\n",
        "a\n---\nb",
        "a\n...\n",
        "\u{85}",
        "\u{2028}",
        "\u{feff}",
        "\u{a0}",
        "\u{fffd}",
        "\u{1f600}",
        "\0",
        "\u{1b}",
        "\u{7f}",
        "\u{fffe}",
        "\u{10ffff}",
    ]);
    let piece = prop_oneof![
        nasty.prop_map(str::to_owned),
        "[a-z0-9:# \n-]{0,6}",
        "[0-9._eE+xXobyYnN~:-]{1,7}",
        any::<String>()
    ];
    prop_oneof![
        piece.clone(),
        vec(piece, 0..5).prop_map(|pieces| pieces.concat())
    ]
}
