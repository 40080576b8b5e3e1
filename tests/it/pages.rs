//! The code that the pages show is code that is built: `cargo xtask embed` does. What they lead to is
//! there.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that panics has failed"
)]

use std::fs;

use xtask::root;

use crate::support::{Folder, sources};

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

/// A failure means that the page leads to a file that is not there, or to one without what is looked
/// for.
#[test]
fn the_map_leads_where_it_says() {
    let page = fs::read_to_string(root().join("docs/ARCHITECTURE.md")).unwrap();
    let mut lost = Vec::new();
    for path in quoted(&page).filter(|path| path.starts_with("crates/")) {
        if !root().join(path).exists() {
            lost.push(format!("{path} is not there"));
        }
    }
    let (_, map) = page.split_once("## Find your way").unwrap();
    let (map, _) = map.split_once("\n## ").unwrap();
    for row in map.lines().filter(|line| line.starts_with("| ")).skip(1) {
        let cells: Vec<&str> = row.split(" | ").collect();
        let code = there(quoted(cells[1]));
        for item in quoted(cells[2]) {
            let name = item.rsplit("::").next().unwrap();
            if !code.contains(name) {
                lost.push(format!("{item} is not in {}", cells[1]));
            }
        }
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

/// What stands between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The code in these files; a bare name is one beside the first, or in a folder of its crate.
fn there<'a>(files: impl Iterator<Item = &'a str>) -> String {
    let mut code = String::new();
    let mut first = None;
    for name in files {
        let source = first.get_or_insert_with(|| {
            let (krate, _) = name.split_once("/src").unwrap();
            (name.rsplit_once('/').unwrap().0, format!("{krate}/src"))
        });
        let beside = [
            name.to_owned(),
            format!("{}/{name}", source.0),
            format!("{}/{name}", source.1),
        ];
        let path = beside
            .iter()
            .map(|path| root().join(path))
            .find(|path| path.exists());
        let path = path.unwrap_or_else(|| panic!("{name} is not there"));
        let paths = match path.is_dir() {
            true => fs::read_dir(path)
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .collect(),
            false => vec![path],
        };
        for path in paths.iter().filter(|path| path.is_file()) {
            code += &fs::read_to_string(path).unwrap();
        }
    }
    code
}

/// A failure means that the README shows another picture than its reader gets.
#[test]
fn the_picture_in_the_readme_is_what_the_command_draws() {
    let folder = Folder::empty();
    for name in ["auth.yaml", "hello.yaml"] {
        let path = format!("docs/example/{name}");
        folder.put(&path, &fs::read_to_string(root().join(&path)).unwrap());
    }
    folder.done("cutover plan canary -f docs/example --image hello=registry.example/hello:2.0.0 --steps 25,50 -o plan.yaml");
    let drawn = folder.done("cutover show plan.yaml -o svg");
    let shown = fs::read_to_string(root().join("docs/plan.svg")).unwrap();
    assert!(drawn == shown, "hint: cargo xtask pictures");
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
