//! What is refused, where, and with which hint.

use cutover_manifest::read;

#[test]
fn refusals_say_where_and_what_to_do() {
    check(
        "a:\n\tb: c\n",
        "a.yaml:2:2: a tab as indentation\nhint: indent with spaces",
    );
    check(
        "spec:\n  image: {{ .Values.image }}\n",
        "a.yaml:2:10: `{{`: a template, not YAML\nhint: render the chart first: helm template … | cutover … -f -",
    );
    check(
        "a: 1\n---\n{{- if .Values.on }}\nb: 2\n{{- end }}\n",
        "a.yaml:3:1: `{{`: a template, not YAML\nhint: render the chart first: helm template … | cutover … -f -",
    );
    check(
        "a:\n  ~: b\n",
        "a.yaml:2:3: null as a key\nhint: quote it if it is meant as text",
    );
    check(
        "a:\n  ? [b]\n  : c\n",
        "a.yaml:2:5: a list as a key\nhint: quote it if it is meant as text",
    );
    check(
        "? {b: c}\n: d\n",
        "a.yaml:1:3: a map as a key\nhint: quote it if it is meant as text",
    );
    check(
        "a: .inf\n",
        "a.yaml:1:4: `.inf` is no number that JSON has\nhint: quote it if it is meant as text",
    );
    check(
        "a: !!float .NaN\n",
        "a.yaml:1:12: `.NaN` is no number that JSON has\nhint: quote it if it is meant as text",
    );
    check("a: !!int yes\n", "a.yaml:1:10: this text is not `!!int`");
    check(
        "a: &b\n  c: *b\n",
        "a.yaml:2:6: the anchor of this alias holds the alias itself",
    );
    check(
        "a: 1\n---\nb: *c\n",
        "a.yaml:3:4: no anchor of this name before the alias\nhint: quote a text that begins with `*`; anchors end with their document",
    );
    check(
        "<<: [a]\n",
        "a.yaml:1:5: `<<` takes a map or a list of maps\nhint: quote the key if it is meant as text",
    );
    check(
        "a: 1\n---  b: 2\n",
        "a.yaml:2:6: `b: 2` after `---`\nhint: begin the document on a line of its own",
    );
    check(
        "%YAML 1.2\n---\na: 1\n",
        "a.yaml:1:1: a YAML directive, which kubectl cannot read\nhint: remove the line, and the `---` after it",
    );
    check(
        "# é\na: é\u{7}\n",
        "a.yaml:2:5: the control character '\\u{7}'\nhint: write it as an escape within double quotes, or take it out",
    );
    check(
        "a: \"b\u{2028}\"\n",
        "a.yaml:1:6: the line separator '\\u{2028}', at which kubectl ends the line\nhint: write it as an escape within double quotes, or take it out",
    );
    check(
        "a: \"b \\/ c\"\n",
        "a.yaml:1:4: the escape `\\/`, which kubectl cannot read in YAML\nhint: write the character itself",
    );
    check(
        "{a: 1}\n",
        "a.yaml:1:2: not JSON: key must be a string\nhint: kubectl takes a file that begins with `{` for JSON; begin it with `---` if it is YAML",
    );
    check(
        "a: b: c\n",
        "a.yaml:1:5: not YAML: mapping values are not allowed in this context\nhint: quote a text that holds `: `",
    );
}

/// No input may take more of the stack than another.
#[test]
fn depth_is_an_error_and_no_crash() {
    let too_deep = "nested too deep\nhint: 255 levels are read";
    check(&"[".repeat(100_000), &format!("a.yaml:1:256: {too_deep}"));
    check(&"- ".repeat(100_000), &format!("a.yaml:1:511: {too_deep}"));
    check(
        &format!("{}1", "{\"a\":".repeat(100_000)),
        "a.yaml:1:500001: not JSON: EOF while parsing an object\nhint: kubectl takes a file that begins with `{` for JSON; begin it with `---` if it is YAML",
    );
    check(
        &format!("{}1{}", "{\"a\":".repeat(300), "}".repeat(300)),
        &format!("a.yaml:1:1276: {too_deep}"),
    );
    let blocks: String = (0..300)
        .map(|depth| format!("{}a:\n", " ".repeat(depth)))
        .collect();
    check(&blocks, &format!("a.yaml:256:256: {too_deep}"));
    assert!(
        read(
            "a.yaml",
            format!("{}{}", "[".repeat(250), "]".repeat(250)).as_bytes()
        )
        .is_ok()
    );
}

#[test]
fn aliases_cannot_make_a_huge_document_of_a_small_one() {
    let many = format!(
        "a: &a [{}]\nb: [{}]\n",
        ["x"; 100].join(","),
        ["*a"; 200].join(",")
    );
    assert!(
        read("a.yaml", many.as_bytes()).is_ok(),
        "twenty thousand values are no attack"
    );
    let huge = format!(
        "a: &a {}\nb:\n{}",
        "x".repeat(1 << 20),
        "- *a\n".repeat(100)
    );
    check(
        &huge,
        "a.yaml:67:3: aliases make the document too large\nhint: write out what they stand for",
    );
}

fn check(text: &str, message: &str) {
    assert_eq!(
        read("a.yaml", text.as_bytes()).unwrap_err().to_string(),
        message
    );
}
