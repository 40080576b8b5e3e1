//! What is read, but not without a word.

use cutover_manifest::read;

#[test]
fn keys_that_stand_twice_are_found() {
    check(
        "a: 1\nb: 2\na: 3\n",
        &["3:1: the key `a` is already defined in line 1"],
    );
    check(
        "yes: 1\n\"true\": 2\n",
        &[
            "1:1: `yes` is \"true\" for kubectl and \"yes\" for kustomize",
            "2:1: the key `true` is already defined in line 1",
        ],
    );
    check(
        "- {a: {b: 1, b: 2}}\n",
        &["1:14: the key `b` is already defined in line 1"],
    );
    check(
        "{\"a\": 1,\n \"a\": 2}\n",
        &["2:2: the key `a` is already defined in line 1"],
    );
    check("- a: 1\n- a: 2\n", &[]);
    check("x: &x {a: 1}\n---\nx: 2\n", &[]);
}

#[test]
fn merges_that_override_are_found() {
    let base = "x: &x {a: 1, b: 2}\n";
    check(
        &format!("{base}z:\n  a: 3\n  <<: *x\n"),
        &["4:3: `<<` sets `a` again: kubectl takes that one, kustomize the one in line 3"],
    );
    check(&format!("{base}z:\n  <<: *x\n  a: 3\n"), &[]);
    check(&format!("{base}z:\n  a: 1\n  <<: *x\n"), &[]);
}

#[test]
fn scalars_that_kustomize_reads_otherwise_are_found() {
    check(
        "a: [y, NO, \"on\", !!str off, !x on]\n",
        &[
            "1:5: `y` is true for kubectl and \"y\" for kustomize",
            "1:8: `NO` is false for kubectl and \"NO\" for kustomize",
        ],
    );
    check(
        "a: 2024-1-2\n",
        &["1:4: `2024-1-2` is \"2024-1-2\" for kubectl and \"2024-01-02T00:00:00Z\" for kustomize"],
    );
    check(
        "a: 2024-01-02T03:04:05Z\nb: 2024-13-01\nc: 2023-02-29\n",
        &[],
    );
    check(
        "1: a\n",
        &["1:1: `1` is \"1\" for kubectl and an error for kustomize"],
    );
    check(
        "mode: 0440\nlimit: 1_000\nok: true\nnone: ~\ntime: 1:30\n<<: {k: on}\n",
        &["6:9: `on` is true for kubectl and \"on\" for kustomize"],
    );
    check("{\"a\": true, \"y\": \"y\"}\n", &[]);
}

#[test]
fn lost_text_is_found() {
    check(
        "a: 1\n...\n# b\n\nb: 2\n",
        &["5:1: this text stands behind the end of its document, where kubectl ignores it"],
    );
    check("a: 1\n...\n# b\n---\nb: 2\n", &[]);
    let latin1 = read("a.yaml", b"a: 1\nb: caf\xe9\n").unwrap();
    assert_eq!(latin1.findings.len(), 1);
    assert!(
        latin1.findings[0]
            .to_string()
            .starts_with("a.yaml:2:7: these bytes are no valid text")
    );
    let utf16 = read("a.yaml", b"\xff\xfea\x00:\x00 \x00\x00\xd8\n\x00").unwrap();
    assert!(
        utf16.findings[0]
            .to_string()
            .starts_with("a.yaml:1:4: these bytes are no valid text")
    );
}

/// Compares the findings, without file and hint.
fn check(text: &str, findings: &[&str]) {
    let reading = read("a.yaml", text.as_bytes()).unwrap();
    let found: Vec<String> = reading.findings.iter().map(ToString::to_string).collect();
    let found: Vec<&str> = found
        .iter()
        .map(|f| f["a.yaml:".len()..].split("\nhint: ").next().unwrap())
        .collect();
    assert_eq!(found, findings, "{text}");
}
