//! The code that the pages show is code that is built: `cargo xtask embed` does.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::fs;

use xtask::root;

/// How a page writes where the repository is, and how a crate in tests/embed does.
const REPOSITORY: [&str; 2] = ["path/to/cutover", "../../.."];

#[test]
fn pages_show_the_code_of_the_embedding_crates() {
    check("README.md", 2);
    check("docs/embedding.md", 8);
    check("docs/own-strategy.md", 1);
}

/// A block after a comment that names a file is a part of that file.
#[track_caller]
fn check(page: &str, expect: usize) {
    let text = fs::read_to_string(root().join(page)).unwrap();
    let mut shown = 0;
    for block in text.split("<!-- tests/").skip(1) {
        let (name, rest) = block.split_once(" -->\n```").unwrap();
        let (_, code) = rest.split_once('\n').unwrap();
        let (code, _) = code.split_once("```").unwrap();
        let [there, here] = REPOSITORY;
        let file = fs::read_to_string(root().join("tests").join(name)).unwrap();
        let is_shown = file.contains(&code.replace(there, here));
        assert!(is_shown, "{page}: tests/{name} does not hold\n{code}");
        shown += 1;
    }
    assert_eq!(shown, expect, "{page}");
}
