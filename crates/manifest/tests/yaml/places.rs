//! Where things stand: documents, objects of lists, values.

use cutover_manifest::{Document, flatten, locate, read};

const TEXT: &str = "\
# head
---
a: &a
  b: [x, {c: d}]
e/f:
  - g: 1
    \"h~\": 'text'
  -
    i: |
      block
  - *a
on: yes
a: last
---
m:
  <<: {k: v}
  l: o
";

#[test]
fn values_are_located() {
    let check = |pointer: &str, place: &str| {
        for text in [
            TEXT.to_owned(),
            TEXT.replace('\n', "\r\n"),
            format!("\u{feff}{TEXT}"),
        ] {
            assert_eq!(located(&text, 0, pointer).unwrap(), place, "{pointer}");
        }
    };
    check("", "3:1");
    check("/a", "13:4");
    check("/e~1f", "6:3");
    check("/e~1f/0", "6:5");
    check("/e~1f/0/g", "6:8");
    check("/e~1f/0/h~0", "7:11");
    check("/e~1f/1/i", "10:7");
    check("/e~1f/2", "11:5");
    check("/true", "12:5");
    check("/e~1f/2/b", "11:5");
    check("/e~1f/7/x", "6:3");
    check("/absent/x", "3:1");
}

#[test]
fn values_of_other_documents_are_located() {
    assert_eq!(located(TEXT, 1, "/m/l").as_deref(), Some("17:6"));
    assert_eq!(located(TEXT, 1, "/m/k").as_deref(), Some("16:3"));
    assert_eq!(located(TEXT, 2, "").as_deref(), None);
    assert_eq!(
        located("é: {ü: [1,\n  é: x]}", 0, "/é/ü/1/é").as_deref(),
        Some("2:6")
    );
    assert_eq!(
        located("{\"a\": 1} {\"b\":\n {\"c\": 2}}", 1, "/b/c").as_deref(),
        Some("2:8")
    );
    assert_eq!(
        located("{\"a\": 1} {\"b\": 2}", 1, "/b").as_deref(),
        Some("1:16")
    );
    assert_eq!(located("a: [", 0, "/a").as_deref(), None);
}

#[test]
fn documents_know_their_place_number_and_bytes() {
    let check = |text: &str, expected: &[(&str, usize, &str)]| {
        let documents = read("a.yaml", text.as_bytes()).unwrap().documents;
        let found: Vec<_> = documents
            .iter()
            .map(|document| (at(document), document.index, bytes(text, document)))
            .collect();
        let found: Vec<_> = found
            .iter()
            .map(|(place, index, bytes)| (place.as_str(), *index, *bytes))
            .collect();
        assert_eq!(found, expected, "{text:?}");
    };
    check("a: 1\n", &[("1:1", 0, "a: 1\n")]);
    check(
        "---\na: 1\n---\nb: 1",
        &[("2:1", 0, "a: 1\n"), ("4:1", 1, "b: 1")],
    );
    check(
        "# c\n\n---\r\n  a: 1\r\n---\r\n# d\r\n",
        &[("4:3", 0, "  a: 1\r\n")],
    );
    check("---\n---\n# c\na: 1\n", &[("4:1", 1, "# c\na: 1\n")]);
    check(
        "a: 1\n---\n---\n\u{feff}b: 1\n",
        &[("1:1", 0, "a: 1\n"), ("4:1", 2, "b: 1\n")],
    );
    check("\u{feff}a: 1\n", &[("1:1", 0, "a: 1\n")]);
    check(
        "{\"a\": 1}\n {\"b\": 1}",
        &[("1:1", 0, "{\"a\": 1}"), ("2:2", 1, "\n {\"b\": 1}")],
    );
    assert_eq!(
        read("a.yaml", b"\xff\xfea\x00").unwrap().documents[0].range,
        None
    );
}

#[test]
fn objects_of_lists_know_theirs() {
    let text = "kind: List\nitems:\n- kind: A\n-\n  kind: List\n  items:\n  - {kind: B}\n- *x\n"
        .replace("*x", "{kind: C}");
    let objects: Vec<Document> = read("a.yaml", text.as_bytes())
        .unwrap()
        .documents
        .into_iter()
        .flat_map(flatten)
        .collect();
    let found: Vec<_> = objects
        .iter()
        .map(|object| (at(object), object.pointer.as_str(), &object.value["kind"]))
        .collect();
    assert_eq!(
        format!("{found:?}"),
        r#"[("3:3", "/items/0", String("A")), ("5:3", "/items/1/items/0", String("B")), ("8:3", "/items/2", String("C"))]"#
    );
    let single = read("a.yaml", b"kind: A\nitems: {}\n")
        .unwrap()
        .documents
        .remove(0);
    assert_eq!(flatten(single.clone()), [single]);
    let empty = read("a.yaml", b"kind: List\nitems: []\n")
        .unwrap()
        .documents
        .remove(0);
    assert_eq!(flatten(empty), []);
}

fn located(text: &str, document: usize, pointer: &str) -> Option<String> {
    locate("a.yaml", text.as_bytes(), document, pointer)
        .map(|place| format!("{}:{}", place.line, place.column))
}

fn at(document: &Document) -> String {
    format!("{}:{}", document.place.line, document.place.column)
}

fn bytes<'t>(text: &'t str, document: &Document) -> &'t str {
    &text[document.range.clone().unwrap()]
}
