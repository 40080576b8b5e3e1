//! 93 files, and what kubectl 1.27 to 1.33 reads in them.

use cutover_manifest::{flatten, read};
use serde_json::{Value, json};

use crate::fragments::{self, Fragment};
use crate::kubectl;

/// What kubectl cannot be asked: it takes two spellings of one key in the order of a Go map, which
/// is none.
const RANDOM: &str = "a key in two spellings";

#[test]
fn files_are_read_as_kubectl_reads_them() {
    let cases = cases();
    assert_eq!(cases.len(), 93);
    for case in cases {
        assert_eq!(ours(&case.bytes), case.expected, "{}", case.name);
    }
}

#[test]
fn kubectl_still_reads_them_so() {
    for case in cases().into_iter().filter(|case| case.name != RANDOM) {
        let Some(theirs) = kubectl::objects(&case.bytes) else {
            return;
        };
        assert_eq!(theirs.ok(), case.expected, "{}", case.name);
    }
}

/// What the table of 93 lacks, found by trying kubectl out.
#[test]
fn more_files_are_read_as_kubectl_reads_them() {
    for (name, bytes) in more() {
        let Some(theirs) = kubectl::objects(&bytes) else {
            return;
        };
        assert_eq!(ours(&bytes), theirs.clone().ok(), "{name}: {theirs:?}");
    }
}

/// The scanner is YAML 1.2's, kubectl's is 1.1's. Neither file is read as something else than
/// kubectl reads.
#[test]
fn two_files_are_not_read_as_kubectl_reads_them() {
    let data = |lines: &str| format!("{}data:\n{lines}", yaml("a")).into_bytes();
    let refused_by_kubectl = data("  a:\n  -\tx\n");
    assert_eq!(
        ours(&refused_by_kubectl),
        Some(vec![with(json!({"data": {"a": ["x"]}}))])
    );
    let refused_by_us = data("  a: \"\\'\"\n");
    assert_eq!(ours(&refused_by_us), None);
    let theirs = [
        kubectl::objects(&refused_by_kubectl),
        kubectl::objects(&refused_by_us),
    ];
    if let [Some(tab), Some(escape)] = theirs {
        assert_eq!(
            (tab.ok(), escape.ok()),
            (None, Some(vec![with(json!({"data": {"a": "'"}}))]))
        );
    }
}

struct Case {
    name: &'static str,
    bytes: Vec<u8>,
    /// The objects, or nothing where kubectl refuses the file.
    expected: Option<Vec<Value>>,
}

/// The objects that we read.
fn ours(bytes: &[u8]) -> Option<Vec<Value>> {
    let documents = read("case.yaml", bytes).ok()?.documents;
    Some(
        documents
            .into_iter()
            .flat_map(flatten)
            .map(|document| kubectl::normal(document.value))
            .collect(),
    )
}

fn cases() -> Vec<Case> {
    let fragments = [
        fragments::SCALARS,
        fragments::TAGS,
        fragments::KEYS,
        fragments::ANCHORS_AND_MERGES,
        fragments::LAYOUT,
        fragments::CHARACTERS,
    ];
    let mut cases: Vec<Case> = fragments.concat().into_iter().map(fragment).collect();
    cases.extend(depths());
    cases.extend(anchored());
    cases.extend(documents());
    cases.extend(encodings());
    cases.extend(json_files());
    cases
}

fn fragment((name, lines, data): Fragment) -> Case {
    let object = |data: &str| with(json!({"data": serde_json::from_str::<Value>(data).unwrap()}));
    file(
        name,
        format!("{}data:\n{lines}", yaml("a")),
        data.map(|data| vec![object(data)]),
    )
}

fn depths() -> Vec<Case> {
    let nested = |depth: usize| {
        format!(
            "{}data: {}{}\n",
            yaml("a"),
            "[".repeat(depth),
            "]".repeat(depth)
        )
    };
    let deep = (1..200).fold(json!([]), |inner, _| json!([inner]));
    vec![
        file(
            "200 lists within each other",
            nested(200),
            Some(vec![with(json!({"data": deep}))]),
        ),
        file("12,000 lists within each other", nested(12_000), None),
        file(
            "a key of 1,100 characters",
            format!("{}data:\n  {}: x\n", yaml("a"), "k".repeat(1100)),
            None,
        ),
    ]
}

fn anchored() -> Vec<Case> {
    let base = json!({"a": "x", "b": "z"});
    let merged = |lines: &str| format!("{}x: &d\n  a: x\n  b: z\n{lines}", yaml("a"));
    let bomb = ('b'..='i').fold("a: &a [x,x,x,x,x,x,x,x,x,x]\n".to_owned(), |text, name| {
        let previous = char::from_u32(u32::from(name) - 1).unwrap();
        let aliases = vec![format!("*{previous}"); 10].join(",");
        format!("{text}{name}: &{name} [{aliases}]\n")
    });
    vec![
        file(
            "an anchored map",
            format!("{}data: &d\n  a: x\nbinaryData: *d\n", yaml("a")),
            Some(vec![with(
                json!({"data": {"a": "x"}, "binaryData": {"a": "x"}}),
            )]),
        ),
        file(
            "a merge before a key of the map",
            merged("data:\n  <<: *d\n  a: w\n"),
            Some(vec![with(json!({"x": base, "data": {"a": "w", "b": "z"}}))]),
        ),
        file(
            "a merge behind a key of the map",
            merged("data:\n  a: w\n  <<: *d\n"),
            Some(vec![with(json!({"x": base, "data": {"a": "x", "b": "z"}}))]),
        ),
        file(
            "a merge of a list of maps",
            merged("y1: &e\n  a: q\n  c: w\ndata:\n  <<: [*d, *e]\n"),
            Some(vec![with(
                json!({"x": base, "y1": {"a": "q", "c": "w"}, "data": {"a": "x", "b": "z", "c": "w"}}),
            )]),
        ),
        file(
            "a billion laughs",
            format!("{bomb}kind: X\napiVersion: v1\n"),
            None,
        ),
    ]
}

fn documents() -> Vec<Case> {
    let (a, b, c) = (yaml("a"), yaml("b"), yaml("c"));
    let crlf = format!("{a}data:\n  a: x\n  b: |\n    l1\n    l2\n").replace('\n', "\r\n");
    let list = "apiVersion: v1\nkind: List\nitems:\n\
        - apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a}\n\
        - apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: b}\n";
    vec![
        file("nothing", "", named(&[])),
        file("comments alone", "# a\n# b\n", named(&[])),
        file("no line end at the end", a.trim_end(), named(&["a"])),
        file(
            "documents of comments and of nothing",
            format!("# head\n---\n# only\n---\n{a}---\n---\n\n{b}---\n# tail\n"),
            named(&["a", "b"]),
        ),
        file(
            "separators with spaces and comments",
            format!("{a}--- \n{b}--- # comment\n{c}"),
            named(&["a", "b", "c"]),
        ),
        file(
            "a separator with text",
            format!("{a}--- {{apiVersion: v1, kind: ConfigMap}}\n"),
            None,
        ),
        file(
            "an end of document before a separator",
            format!("{a}...\n---\n{b}"),
            named(&["a", "b"]),
        ),
        file(
            "an end of document without one",
            format!("{a}...\n{b}"),
            named(&["a"]),
        ),
        file("a directive", format!("%YAML 1.1\n---\n{a}"), None),
        file(
            "a directive of YAML 1.2",
            format!("%YAML 1.2\n---\n{a}"),
            None,
        ),
        file("text behind a map", format!("{a}foo\n"), None),
        file(
            "line ends of Windows",
            crlf,
            Some(vec![with(json!({"data": {"a": "x", "b": "l1\nl2\n"}}))]),
        ),
        file(
            "documents with line ends of Windows",
            format!("{a}---\n{b}").replace('\n', "\r\n"),
            named(&["a", "b"]),
        ),
        file("a list of objects", list, named(&["a", "b"])),
    ]
}

fn encodings() -> Vec<Case> {
    let a = yaml("a");
    let utf16 = "\u{feff}"
        .chars()
        .chain(a.chars())
        .flat_map(|c| (c as u16).to_le_bytes())
        .collect::<Vec<u8>>();
    let latin1 = |text: &[u8]| [a.as_bytes(), text].concat();
    vec![
        file("a byte order mark", format!("\u{feff}{a}"), named(&["a"])),
        file(
            "a byte order mark in the second document",
            format!("{a}---\n\u{feff}{a}"),
            named(&["a", "a"]),
        ),
        file("UTF-16", utf16, named(&["a"])),
        file(
            "Latin-1",
            latin1(b"data:\n  a: caf\xe9\n"),
            Some(vec![with(json!({"data": {"a": "caf\u{fffd}"}}))]),
        ),
        file(
            "Latin-1 in a comment",
            latin1(b"# caf\xe9\n"),
            named(&["a"]),
        ),
    ]
}

fn json_files() -> Vec<Case> {
    let data = |text: &str| {
        format!(
            "{{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{{\"name\":\"a\"}},\"data\":{{\"a\":\"{text}\"}}}}\n"
        )
    };
    let tabs = "{\n\t\"apiVersion\": \"v1\",\n\t\"kind\": \"ConfigMap\",\n\t\"metadata\": {\n\t\t\"name\": \"a\"\n\t}\n}\n";
    let twice = "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\",\"name\":\"b\"}}\n";
    vec![
        file(
            "JSON",
            data(r"x\u00e9\/"),
            Some(vec![with(json!({"data": {"a": "xé/"}}))]),
        ),
        file("JSON with tabs", tabs, named(&["a"])),
        file(
            "JSON, twice",
            format!("{}\n{}\n", named_one("a"), named_one("b")),
            named(&["a", "b"]),
        ),
        file("JSON with a key twice", twice, named(&["b"])),
        file(
            "JSON with a surrogate pair",
            data(r"\ud83d\ude00"),
            Some(vec![with(json!({"data": {"a": "😀"}}))]),
        ),
    ]
}

fn more() -> Vec<(&'static str, Vec<u8>)> {
    let a = yaml("a");
    let data = |lines: &str| format!("{a}data:\n{lines}").into_bytes();
    let bytes = |text: &str| text.as_bytes().to_vec();
    vec![
        (
            "flow that looks like JSON",
            bytes("{apiVersion: v1, kind: ConfigMap}\n"),
        ),
        (
            "JSON behind a comment",
            format!("# a\n{}\n", named_one("a")).into_bytes(),
        ),
        (
            "JSON behind spaces",
            format!(" \n\t{}{}", named_one("a"), named_one("b")).into_bytes(),
        ),
        (
            "JSON with a byte order mark",
            format!("\u{feff}{}", named_one("a")).into_bytes(),
        ),
        (
            "JSON with numbers",
            format!(
                "{}\n",
                with(json!({"data": [1.0, -0.0, 1e300, u64::MAX, -1.5e-7]}))
            )
            .into_bytes(),
        ),
        (
            "JSON with an integer as a float",
            bytes(r#"{"apiVersion":"v1","kind":"A","metadata":{"name":"a"},"d":[1E2,10.0,1e-7]}"#),
        ),
        (
            "JSON with too large a number",
            bytes(r#"{"apiVersion":"v1","kind":"A","metadata":{"name":"a"},"d":1E400}"#),
        ),
        (
            "JSON with characters that YAML lacks",
            format!(
                "{}\n",
                with(json!({"data": "\u{7f}\u{fffe}\u{ffff}\u{85}\u{2028}\u{feff}"}))
            )
            .into_bytes(),
        ),
        (
            "JSON over lines",
            format!("{}\n", named_one("a"))
                .replace(':', "\n:\n")
                .replace(',', "\n,")
                .into_bytes(),
        ),
        (
            "JSON with a long key",
            format!("{}\n", with(json!({"k".repeat(2000): 1}))).into_bytes(),
        ),
        (
            "JSON in YAML",
            format!("{a}---\n{}\n", named_one("b")).into_bytes(),
        ),
        ("an escape of JSON", data("  a: \"\\/\"\n")),
        (
            "escapes",
            data("  a: \"\\_ \\e \\a \\N \\L \\P \\v \\0 \\\\ud83d\"\n"),
        ),
        ("lone carriage returns", a.replace('\n', "\r").into_bytes()),
        (
            "documents that are null",
            format!("null\n---\n~\n---\n{a}").into_bytes(),
        ),
        (
            "bytes cut short",
            [&data("  a: x")[..], b"\xe2\x82y\xf0\x9f\x98z\xc0\xafq\n"].concat(),
        ),
        (
            "two byte order marks",
            format!("\u{feff}\u{feff}{a}").into_bytes(),
        ),
        (
            "a byte order mark and a separator",
            format!("\u{feff}---\n{a}").into_bytes(),
        ),
        (
            "a byte order mark inside",
            data("  a: x\u{feff}y\n  b: \u{feff}y\n"),
        ),
        ("four dashes", format!("----\n{a}").into_bytes()),
        ("dashes and a word", format!("{a}---a\n").into_bytes()),
        (
            "a directive behind a comment",
            format!("# x\n%YAML 1.1\n---\n{a}").into_bytes(),
        ),
        (
            "nonsense behind the end of a document",
            format!("{a}...\nfoo: bar: baz: [\n").into_bytes(),
        ),
        (
            "empty nodes with tags",
            data("  a: !!str\n  b: !!null\n  c: ! 12\n  d: !!str null\n  g: !!foo 12\n"),
        ),
        (
            "a tag in full",
            data("  h: !<tag:yaml.org,2002:int> \"0x10\"\n  e: !!timestamp 2024-01-01\n"),
        ),
        (
            "tags of collections",
            data("  a: !!seq [a]\n  b: !!set {a, b}\n  c: !x {a: b}\n"),
        ),
        ("a tag that does not fit", data("  a: !!int yes\n")),
        ("a float tag", data("  a: !!float 1\n  b: !!float .5\n")),
        (
            "bytes in base64",
            data("  a: !!binary /w==\n  b: !!binary aGk=\n"),
        ),
        ("base64 that is none", data("  a: !!binary a\n")),
        ("a merge of null", data("  <<:\n  a: b\n")),
        (
            "a merge of an alias to a list",
            data("  x: &x [{a: b}]\n  <<: *x\n"),
        ),
        (
            "a merge by its tag",
            data("  !!merge \"<<\": {a: b}\n  !!str <<: {a: b}\n"),
        ),
        (
            "an alias in itself",
            format!("{a}data: &x\n  a: *x\n").into_bytes(),
        ),
        ("an alias as a key", data("  a: &x k\n  *x : y\n")),
        (
            "an anchor twice",
            data("  a: &x 1\n  b: *x\n  c: &x 2\n  d: *x\n"),
        ),
        (
            "an anchor of another document",
            format!("{a}x: &x 1\n---\n{a}y: *x\n").into_bytes(),
        ),
        (
            "a typed list",
            bytes(
                "apiVersion: v1\nkind: ConfigMapList\nitems:\n- metadata: {name: a}\n- metadata: {name: b}\n",
            ),
        ),
        (
            "a list by its items alone",
            bytes(
                "apiVersion: v1\nkind: Foo\nitems:\n- {apiVersion: v1, kind: A, metadata: {name: a}}\n",
            ),
        ),
        ("an explicit key", data("  ? a\n  : b\n  ? c\n")),
        (
            "keys of all numbers",
            data(
                "  1e6: a\n  1e-7: b\n  3.14159265: c\n  123456789.5: d\n  -0.0: e\n  1e300: f\n  0.00001: h\n  100000.5: i\n",
            ),
        ),
        (
            "an infinity as a key",
            data("  .inf: a\n  -.inf: b\n  .nan: c\n"),
        ),
        (
            "a key too large for an integer",
            data("  9223372036854775808: a\n"),
        ),
        (
            "whole floats of many digits",
            data(
                "  a: 1.2345678901234567e18\n  b: 9007199254740993.0\n  c: -0.0\n  d: 1e20\n  e: 1e21\n",
            ),
        ),
        (
            "quoted text over lines",
            data("  a: 'x\n\n    y'\n  b: \"x \\\n    y\n\n\n    z\"\n"),
        ),
        (
            "a comment behind text without a space",
            data("  a: x#y\n  b: x #y\n"),
        ),
        ("a plain scalar with quotes", data("  a: it's \"so\"\n")),
        (
            "flow over lines",
            data("  a: [x,\n    y\n  , z]\n  b: {x: 1,\n  y: 2}\n"),
        ),
        (
            "a question mark and dashes",
            data("  a: ?x\n  b: -x\n  c: --x\n  d: :x\n"),
        ),
    ]
}

fn yaml(name: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n")
}

fn named_one(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}})
}

fn named(names: &[&str]) -> Option<Vec<Value>> {
    Some(names.iter().map(|name| named_one(name)).collect())
}

/// The object `a` with more fields.
fn with(fields: Value) -> Value {
    let mut object = named_one("a");
    object
        .as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    kubectl::normal(object)
}

fn file(name: &'static str, bytes: impl Into<Vec<u8>>, expected: Option<Vec<Value>>) -> Case {
    Case {
        name,
        bytes: bytes.into(),
        expected,
    }
}
