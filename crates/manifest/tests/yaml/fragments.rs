//! Fragments of a ConfigMap's `data`, and what kubectl makes of them.

/// A name, the lines below `data:`, and `data` as kubectl has it; nothing where it refuses the
/// file.
pub(crate) type Fragment = (&'static str, &'static str, Option<&'static str>);

pub(crate) const SCALARS: &[Fragment] = &[
    (
        "words of YAML 1.1",
        "  a: yes\n  b: no\n  c: on\n  d: off\n  e: Yes\n  f: NO\n  g: On\n  h: OFF\n",
        Some(
            r#"{"a": true, "b": false, "c": true, "d": false, "e": true, "f": false, "g": true, "h": false}"#,
        ),
    ),
    (
        "one letter",
        "  a: y\n  b: n\n  c: Y\n  d: N\n",
        Some(r#"{"a": true, "b": false, "c": true, "d": false}"#),
    ),
    (
        "booleans in other letters",
        "  a: True\n  b: TRUE\n  c: tRue\n  d: false\n  e: False\n",
        Some(r#"{"a": true, "b": true, "c": "tRue", "d": false, "e": false}"#),
    ),
    (
        "nulls",
        "  a: ~\n  b: null\n  c: Null\n  d: NULL\n  e:\n  f: nUll\n",
        Some(r#"{"a": null, "b": null, "c": null, "d": null, "e": null, "f": "nUll"}"#),
    ),
    (
        "octals of YAML 1.1",
        "  defaultMode: 0400\n  b: 0644\n  c: 0755\n",
        Some(r#"{"b": 420, "c": 493, "defaultMode": 256}"#),
    ),
    (
        "octals with an 8",
        "  a: 0899\n  b: 08\n  c: 00\n  d: 0\n",
        Some(r#"{"a": 899, "b": 8, "c": 0, "d": 0}"#),
    ),
    (
        "an octal of YAML 1.2",
        "  a: 0o400\n",
        Some(r#"{"a": 256}"#),
    ),
    (
        "underscores in numbers",
        "  a: 1_000\n  b: 1_0.5\n  c: 0x_1F\n",
        Some(r#"{"a": 1000, "b": 10.5, "c": 31}"#),
    ),
    (
        "hexadecimal and binary",
        "  a: 0x1F\n  b: 0b101\n  c: +12\n  d: -0x1F\n  e: 0X1F\n",
        Some(r#"{"a": 31, "b": 5, "c": 12, "d": -31, "e": 31}"#),
    ),
    (
        "large integers",
        "  a: 9223372036854775807\n  b: 9223372036854775808\n  c: 18446744073709551615\n  d: 18446744073709551616\n  e: -9223372036854775808\n  f: 123456789012345678901234567890\n",
        Some(
            r#"{"a": 9223372036854775807, "b": 9223372036854776000, "c": 18446744073709552000, "d": 18446744073709552000, "e": -9223372036854775808, "f": 1.2345678901234568e+29}"#,
        ),
    ),
    (
        "whole floats",
        "  a: 1.0\n  b: 1.10\n  c: 3.14159\n  d: 1.0e0\n  e: 100000000000000000000.0\n",
        Some(r#"{"a": 1, "b": 1.1, "c": 3.14159, "d": 1, "e": 100000000000000000000}"#),
    ),
    (
        "exponents and bare points",
        "  a: 1e3\n  b: 1E3\n  c: 1e+3\n  d: 1.5e3\n  e: .5\n  f: 5.\n  g: +.5\n  h: -1.5e-7\n",
        Some(
            r#"{"a": 1000, "b": 1000, "c": 1000, "d": 1500, "e": 0.5, "f": 5, "g": 0.5, "h": -1.5e-7}"#,
        ),
    ),
    (
        "commits that look like numbers",
        "  a: 1234e567\n  b: 123e4\n  c: 5e10\n",
        Some(r#"{"a": "1234e567", "b": 1230000, "c": 50000000000}"#),
    ),
    (
        "quantities",
        "  cpu: 100m\n  c2: 1\n  c3: 0.5\n  mem: 1Gi\n  e: 1e3\n  f: 1E\n",
        Some(r#"{"c2": 1, "c3": 0.5, "cpu": "100m", "e": 1000, "f": "1E", "mem": "1Gi"}"#),
    ),
    (
        "ports",
        "  a: 80\n  b: \"80\"\n  c: 080\n",
        Some(r#"{"a": 80, "b": "80", "c": 80}"#),
    ),
    (
        "numbers to base 60",
        "  a: 1:30\n  b: 12:30:45\n  c: 22:22\n  d: 190:20:30.15\n",
        Some(r#"{"a": "1:30", "b": "12:30:45", "c": "22:22", "d": "190:20:30.15"}"#),
    ),
    (
        "dates and times",
        "  a: 2024-01-01\n  b: 2024-01-01T00:00:00Z\n  c: 2001-12-14 21:59:43.10 -5\n",
        Some(
            r#"{"a": "2024-01-01", "b": "2024-01-01T00:00:00Z", "c": "2001-12-14 21:59:43.10 -5"}"#,
        ),
    ),
    (
        "versions",
        "  a: 1.10.2\n  b: v1\n  c: 1.2.3-rc1\n",
        Some(r#"{"a": "1.10.2", "b": "v1", "c": "1.2.3-rc1"}"#),
    ),
    ("a percentage", "  a: 50%\n", Some(r#"{"a": "50%"}"#)),
    (
        "signs that mean something elsewhere",
        "  a: =\n  b: <<\n  c: \"-\"\n  d: a:b\n  e: http://x/y#z\n  f: a #c\n",
        Some(r#"{"a": "=", "b": "<<", "c": "-", "d": "a:b", "e": "http://x/y#z", "f": "a"}"#),
    ),
    (
        "colons without a space",
        "  image: reg.io:5000/a/b:1.2@sha256:abc\n  u: http://a:80/?x=1&y=2\n",
        Some(r#"{"image": "reg.io:5000/a/b:1.2@sha256:abc", "u": "http://a:80/?x=1&y=2"}"#),
    ),
    (
        "letters and signs of many scripts",
        "  ключ: значение\n  e: 😀\n  z: \"\\u263A\"\n",
        Some(r#"{"e": "😀", "z": "☺", "ключ": "значение"}"#),
    ),
    (
        "quoted scalars",
        "  a: \"0400\"\n  b: 'yes'\n  c: \"1.0\"\n  d: \"\"\n  e: \"\\x41\\u00e9\\U0001F600\"\n",
        Some(r#"{"a": "0400", "b": "yes", "c": "1.0", "d": "", "e": "Aé😀"}"#),
    ),
    ("an infinity", "  a: .inf\n", None),
    ("not a number", "  a: .nan\n", None),
    ("a reserved character", "  a: @x\n", None),
    (
        "a colon and a space in plain text",
        "  image: reg.io:5000/a/b:1.2@sha256:abc\n  cmd: echo a: b\n",
        None,
    ),
];

pub(crate) const TAGS: &[Fragment] = &[
    (
        "tags of YAML",
        "  a: !!str 123\n  b: !!int \"3\"\n  c: !!float 1\n  d: !!bool \"true\"\n  e: !!binary aGVsbG8=\n",
        Some(r#"{"a": "123", "b": 3, "c": 1, "d": true, "e": "hello"}"#),
    ),
    (
        "a tag of no meaning",
        "  a: !foo bar\n",
        Some(r#"{"a": "bar"}"#),
    ),
];

pub(crate) const KEYS: &[Fragment] = &[
    (
        "yes and no as keys",
        "  yes: a\n  no: b\n",
        Some(r#"{"false": "b", "true": "a"}"#),
    ),
    ("on as a key", "  on: x\n", Some(r#"{"true": "x"}"#)),
    (
        "y and n as keys",
        "  y: a\n  n: b\n",
        Some(r#"{"false": "b", "true": "a"}"#),
    ),
    (
        "integers as keys",
        "  1: a\n  0x10: b\n  010: c\n",
        Some(r#"{"1": "a", "16": "b", "8": "c"}"#),
    ),
    (
        "floats as keys",
        "  1.5: a\n  1.0: b\n  1e3: c\n",
        Some(r#"{"1": "b", "1.5": "a", "1000": "c"}"#),
    ),
    ("null as a key", "  true: a\n  null: b\n", None),
    ("a list as a key", "  ? [a, b]\n  : c\n", None),
    ("a key twice", "  a: x\n  a: w\n", Some(r#"{"a": "w"}"#)),
    (
        "a key in two spellings",
        "  1: x\n  \"1\": w\n",
        Some(r#"{"1": "w"}"#),
    ),
];

pub(crate) const ANCHORS_AND_MERGES: &[Fragment] = &[
    (
        "an anchored scalar",
        "  a: &x hello\n  b: *x\n",
        Some(r#"{"a": "hello", "b": "hello"}"#),
    ),
    ("an alias without an anchor", "  a: *nope\n", None),
    (
        "a merge of a map on the spot",
        "  <<: {a: x}\n  b: w\n",
        Some(r#"{"a": "x", "b": "w"}"#),
    ),
    (
        "a quoted merge key",
        "  \"<<\": {a: x}\n  b: w\n",
        Some(r#"{"<<": {"a": "x"}, "b": "w"}"#),
    ),
];

pub(crate) const LAYOUT: &[Fragment] = &[
    (
        "tabs around a value",
        "  a:\tx\n  b: w\t\n",
        Some(r#"{"a": "x", "b": "w"}"#),
    ),
    ("a tab as indentation", "\ta: x\n", None),
    (
        "a list at the indentation of its key",
        "  a:\n  - x\n  - w\n",
        Some(r#"{"a": ["x", "w"]}"#),
    ),
    (
        "a list of lists",
        "  a:\n  - - x\n    - w\n  - z\n",
        Some(r#"{"a": [["x", "w"], "z"]}"#),
    ),
    (
        "trailing commas",
        "  a: {b: c, d: [1, 2,],}\n",
        Some(r#"{"a": {"b": "c", "d": [1, 2]}}"#),
    ),
    (
        "no space behind a colon",
        "  a: {\"a\":1}\n  b: {a: 1}\n",
        Some(r#"{"a": {"a": 1}, "b": {"a": 1}}"#),
    ),
    (
        "keys without values",
        "  a: {x, w: }\n",
        Some(r#"{"a": {"w": null, "x": null}}"#),
    ),
    (
        "scalars of several lines",
        "  a: x\n    y\n\n    z\n  b: \"q\n    w\\\n    e\"\n",
        Some(r#"{"a": "x y\nz", "b": "q we"}"#),
    ),
    (
        "blocks, literal and folded, of each ending",
        "  a: |\n    l1\n    l2\n\n  b: |-\n    l1\n    l2\n\n  c: |+\n    l1\n\n  d: >\n    f1\n    f2\n\n    p2\n  e: >-\n    f1\n    f2\n  f: >+\n    f1\n\n  g: end\n",
        Some(
            r#"{"a": "l1\nl2\n", "b": "l1\nl2", "c": "l1\n\n", "d": "f1 f2\np2\n", "e": "f1 f2", "f": "f1\n\n", "g": "end"}"#,
        ),
    ),
    (
        "a block that says its indentation",
        "  a: |2\n      x\n    y\n",
        Some(r#"{"a": "  x\ny\n"}"#),
    ),
    (
        "a folded block with lines indented more",
        "  a: >\n    x\n      y\n    z\n",
        Some(r#"{"a": "x\n  y\nz\n"}"#),
    ),
    (
        "a block that the file ends in",
        "  a: |\n    x\n    y",
        Some(r#"{"a": "x\ny\n"}"#),
    ),
    (
        "an indented separator in a block",
        "  a: |\n    x\n    ---\n    y\n",
        Some(r#"{"a": "x\n---\ny\n"}"#),
    ),
    ("a separator in quotes", "  a: \"x\n---\n  y\"\n", None),
    ("a template", "  a: {{ .Values.x }}\n", None),
];

pub(crate) const CHARACTERS: &[Fragment] = &[
    ("a control character", "  a: x\u{7}y\n", None),
    ("a NUL", "  a: x\u{0}y\n", None),
    (
        "line ends that only YAML 1.1 knows",
        "  a: x\u{85}y\n  b: x\u{2028}y\n",
        None,
    ),
    (
        "halves of a surrogate pair",
        "  a: \"\\ud83d\\ude00\"\n",
        None,
    ),
];
