//! What `-f` reads of a directory, as kubectl's does.

use cutover_cli::Exit;
use serde_json::Value;

use super::json;
use crate::support::Folder;

/// The objects that are read by a line, and what is told beside them.
fn read(folder: &Folder, words: &str) -> (Vec<String>, String) {
    let outcome = folder.run(&format!("cutover read -o json {words}"));
    assert_eq!(outcome.exit, Exit::Done, "{words}\n{}", outcome.messages);
    let list = json(&outcome.output);
    let name = |object: &Value| object["metadata"]["name"].as_str().unwrap().to_owned();
    let names = list["items"].as_array().unwrap().iter().map(name).collect();
    (names, outcome.messages)
}

fn service(name: &str) -> String {
    format!("apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\n")
}

#[test]
fn a_directory_is_its_own_files() {
    let folder = Folder::empty();
    folder.put("app/a.yaml", &service("a"));
    folder.put(
        "app/below/b.json",
        r#"{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "b"}}"#,
    );
    folder.put("app/below/further/c.yml", &service("c"));
    let check = |words: &str, expect: &[&str]| {
        let (names, messages) = read(&folder, words);
        assert_eq!(
            (names.as_slice(), messages.as_str()),
            (names_of(expect).as_slice(), ""),
            "{words}"
        );
    };
    check("-f app", &["a"]);
    check("-R -f app", &["a", "b", "c"]);
    check("-Rf app", &["a", "b", "c"]);
    check("-f app -f app/below", &["a", "b"]);
    check("--recursive --filename app/below", &["b", "c"]);
}

fn names_of(names: &[&str]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

#[test]
fn what_holds_no_manifest_is_told_and_left_out() {
    let check = |files: &[(&str, &str)], words: &str, expect: &str| {
        let folder = Folder::empty();
        folder.put("app/a.yaml", &service("a"));
        files.iter().for_each(|(name, text)| folder.put(name, text));
        let (names, messages) = read(&folder, words);
        assert_eq!(
            (names, messages.as_str()),
            (vec!["a".to_owned()], expect),
            "{files:?}"
        );
    };
    let values = ("app/values.yaml", "image: {tag: yes, tag: no}\n");
    check(
        &[values],
        "-f app",
        "note: skipped app/values.yaml: holds no manifest\n",
    );
    check(
        &[
            ("app/README.md", "# Hello\n"),
            ("app/blank.yaml", "# nothing yet\n"),
        ],
        "-f app",
        "note: skipped app/blank.yaml, app/README.md: hold no manifest\n",
    );
    let chart = ("app/Chart.yaml", "apiVersion: v2\nname: hello\n");
    check(
        &[chart, values],
        "-f app",
        "note: skipped app/Chart.yaml, app/values.yaml: hold no manifest\nhint: helm template app | cutover … -f -\n",
    );
    check(
        &[("app/kustomization.yaml", "resources: [a.yaml]\n")],
        "-f app",
        "note: skipped app/kustomization.yaml: holds no manifest\nhint: kustomize build app | cutover … -f -\n",
    );
    // What is hidden is no news, but where its name ends as a manifest's.
    check(
        &[
            ("app/.git/HEAD", "ref\n"),
            ("app/.helmignore", "x\n"),
            ("app/.github/ci.yml", "on: push\njobs: {}\n"),
        ],
        "-R -f app",
        "note: skipped app/.github/ci.yml: holds no manifest\n",
    );
    let many: Vec<(String, String)> = (0..8)
        .map(|at| (format!("app/{at}.md"), String::new()))
        .collect();
    let many: Vec<(&str, &str)> = many
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    check(
        &many,
        "-f app",
        "note: skipped app/0.md, app/1.md, app/2.md, app/3.md, app/4.md and 3 more: hold no manifest\n",
    );
}
