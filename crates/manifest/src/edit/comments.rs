//! Comments go with what they speak of, and what is new looks like what stands beside it.

use serde_json::{Value, json};

use super::on_text::{edited, value};

/// The text after a change of its value.
#[track_caller]
fn check(before: &str, change: Value, after: &str) {
    let value = value(before);
    let mut wanted = value.clone();
    let patch = serde_json::from_value(change).unwrap();
    cutover_patch::apply(&mut wanted, &patch).unwrap();
    assert_eq!(edited(before, &value, &wanted), after);
}

const ENV: &str = "env:\n# why A\n- name: A\n  value: a\n# why B\n- name: B\n  value: b # for now\n# why C\n# indeed\n- name: C\n  value: c\n# the end\n";

#[test]
fn an_item_that_goes_takes_its_comments_along() {
    let without = |index: usize| json!([{"op": "remove", "path": format!("/env/{index}")}]);
    check(
        ENV,
        without(0),
        "env:\n# why B\n- name: B\n  value: b # for now\n# why C\n# indeed\n- name: C\n  value: c\n# the end\n",
    );
    check(
        ENV,
        without(1),
        "env:\n# why A\n- name: A\n  value: a\n# why C\n# indeed\n- name: C\n  value: c\n# the end\n",
    );
    check(
        ENV,
        without(2),
        "env:\n# why A\n- name: A\n  value: a\n# why B\n- name: B\n  value: b # for now\n# the end\n",
    );
    check(
        "a: 1\n\n# why b\nb:\n  c: 1\n  # d: 2\n\ne: 1\n",
        json!([{"op": "remove", "path": "/b"}]),
        "a: 1\n\ne: 1\n",
    );
}

#[test]
fn an_item_that_comes_leaves_the_others_their_comments() {
    let with = |index: usize| json!([{"op": "add", "path": format!("/env/{index}"), "value": {"value": "m", "name": "M"}}]);
    let new = "- name: M\n  value: m\n";
    check(
        ENV,
        with(0),
        &ENV.replace("# why A\n", &format!("{new}# why A\n")),
    );
    check(
        ENV,
        with(1),
        &ENV.replace("# why B\n", &format!("{new}# why B\n")),
    );
    check(
        ENV,
        with(3),
        &ENV.replace("# the end\n", &format!("{new}# the end\n")),
    );
    check(
        "a:\n  b: 1\n  # c: 2\nd: 1\n",
        json!([{"op": "add", "path": "/a/e", "value": 2}]),
        "a:\n  b: 1\n  e: 2\n  # c: 2\nd: 1\n",
    );
}

#[test]
fn an_item_that_moves_takes_its_comments_along() {
    let swap = |from: usize, to: usize| json!([{"op": "move", "from": format!("/env/{from}"), "path": format!("/env/{to}")}]);
    let (a, b, c) = (
        "# why A\n- name: A\n  value: a\n",
        "# why B\n- name: B\n  value: b # for now\n",
        "# why C\n# indeed\n- name: C\n  value: c\n",
    );
    check(ENV, swap(2, 0), &format!("env:\n{c}{a}{b}# the end\n"));
    check(ENV, swap(0, 1), &format!("env:\n{b}{a}{c}# the end\n"));
    check(ENV, swap(0, 2), &format!("env:\n{b}{c}{a}# the end\n"));
}

#[test]
fn what_is_new_looks_like_what_stands_beside_it() {
    let image = json!([{"op": "add", "path": "/c/-", "value": {"args": ["-v"], "image": "b:1", "name": "b"}}]);
    check(
        "c:\n- image: \"a:1\"\n  name: a\n",
        image.clone(),
        "c:\n- image: \"a:1\"\n  name: a\n- image: \"b:1\"\n  name: b\n  args:\n  - -v\n",
    );
    check(
        "a:\n    b: 1\nc:\n  -   name: a\n      image: a:1\n",
        image.clone(),
        "a:\n    b: 1\nc:\n  -   name: a\n      image: a:1\n  -   name: b\n      image: b:1\n      args:\n        - -v\n",
    );
    check(
        "c:\n- name: a\n\n- name: c\n",
        image.clone(),
        "c:\n- name: a\n\n- name: c\n\n- name: b\n  args:\n  - -v\n  image: b:1\n",
    );
    check(
        "c:\n- {name: a, image: a:1}\n",
        image.clone(),
        "c:\n- {name: a, image: a:1}\n- {name: b, image: b:1, args: [-v]}\n",
    );
    check(
        "{\n  \"c\": [\n    {\n      \"name\": \"a\"\n    }\n  ]\n}",
        image,
        "{\n  \"c\": [\n    {\n      \"name\": \"a\"\n    },\n    {\n      \"args\": [\n        \"-v\"\n      ],\n      \"image\": \"b:1\",\n      \"name\": \"b\"\n    }\n  ]\n}",
    );
}

#[test]
fn a_block_stays_one() {
    let set = |text: &str| json!([{"op": "replace", "path": "/a", "value": text}]);
    check(
        "a: |  # sh\n    x\n    y\n",
        set("x\nz\n"),
        "a: |  # sh\n    x\n    z\n",
    );
    check("a: |-\n  x\n  y\nb: 1\n", set("x\n"), "a: |\n  x\nb: 1\n");
    check("a: >-\n  one\nb: 1\n", set("two"), "a: >-\n  two\nb: 1\n");
    check("a: one\nb: 1\n", set("x\n\ny"), "a: |-\n  x\n\n  y\nb: 1\n");
    check("a: \"x\\ny\"\n", set("x\nz"), "a: \"x\\nz\"\n");
}

/// Where one fails, a person's file comes back from a plan in other quotes than it had.
#[test]
fn quotes_that_fewer_strings_have_tell_what_had_none() {
    let there_and_back = |before: &str, there: &str| {
        let text = &value(before)["a"];
        let set = |text: &Value| json!([{"op": "replace", "path": "/a", "value": text}]);
        check(before, set(&json!("10")), there);
        check(there, set(text), before);
    };
    there_and_back("a: b\n", "a: '10'\n");
    there_and_back("a: \"b\"\n", "a: \"10\"\n");
    there_and_back("a: b\nc: \"1\"\n", "a: '10'\nc: \"1\"\n");
    there_and_back("a: \"b\"\nc: \"1\"\n", "a: \"10\"\nc: \"1\"\n");
    there_and_back("a: b\nc: '1'\n", "a: \"10\"\nc: '1'\n");
    there_and_back("a: 'b'\nc: '1'\n", "a: '10'\nc: '1'\n");
    there_and_back("a: b\nc: 'd'\ne: \"1\"\n", "a: \"10\"\nc: 'd'\ne: \"1\"\n");
    // What is new looks like most of the others.
    check(
        "a: 1\nc: \"1\"\n",
        json!([{"op": "add", "path": "/b", "value": "10"}]),
        "a: 1\nc: \"1\"\nb: \"10\"\n",
    );
}
