//! The code that the pages show is code that is built: `cargo xtask embed` does.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::fs;
use std::path::{Path, PathBuf};

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

/// A failure means that a program may meet a code that no page explains.
#[test]
fn every_code_of_a_refusal_is_explained() {
    let page = fs::read_to_string(root().join("docs/strategies/refused.md")).unwrap();
    let mut codes = 0;
    for file in sources(&root().join("crates")) {
        let text = fs::read_to_string(&file).unwrap();
        let constants = text.split("= RefusalKind::new(\"").skip(1);
        for code in constants.filter_map(|rest| rest.split('"').next()) {
            let explained = page.contains(&format!("| `{code}` |"));
            assert!(explained, "{}: {code}", file.display());
            codes += 1;
        }
    }
    assert!(codes > 30, "{codes}");
}

/// The Rust files below a directory.
fn sources(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}
