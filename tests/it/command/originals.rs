//! `cutover write --originals`: what was removed comes back byte for byte.

use std::fs;

use cutover_cli::Exit;

use super::IMAGE;
use crate::support::Folder;

const HELLO: &str = "hello/deployments/hello.yaml";
const MAP: &str = "# why it is there\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: map}   # the only one\ndata: {a: \"1\"}\n";

/// A folder with one more file, with a plan that takes away what is removed from it by hand, and
/// with the originals in a directory.
fn planned(file: &str, text: &str, without: &str, originals: &str) -> Folder {
    let folder = Folder::hello();
    folder.put(file, text);
    for (name, text) in folder.files() {
        folder.put(&format!("{originals}{name}"), &text);
    }
    folder.put(file, without);
    if without.is_empty() {
        fs::remove_file(folder.path(file)).unwrap();
    }
    folder.put("new.yaml", &folder.done("cutover read -R -f hello"));
    folder.put(file, text);
    folder.done(&format!(
        "cutover plan rolling -R -f hello --to new.yaml {IMAGE} --prune -o plan.yaml"
    ));
    folder
}

fn manifests(folder: &Folder) -> Vec<(String, String)> {
    let files = folder.files().into_iter();
    files
        .filter(|(name, _)| name.starts_with("hello/"))
        .collect()
}

/// A failure means that a comment is lost on the way there and back.
#[test]
fn files_come_back_byte_for_byte() {
    let check = |file: &str, text: &str, without: &str, line: &str| {
        // As a worktree of git, and as a copy of the directory.
        for (originals, flag) in [("before/", "before"), ("before/", "before/hello")] {
            let folder = planned(file, text, without, originals);
            let start = manifests(&folder);
            let steps = folder.done("cutover patches plan.yaml").lines().count();
            assert!(steps > 0);
            for step in [1, 2] {
                folder.run(&format!(
                    "cutover write plan.yaml --step {step} -R -f hello"
                ));
            }
            assert_ne!(manifests(&folder), start, "{file}");
            let back = format!("cutover write plan.yaml --step 0 -R -f hello --originals {flag}");
            let output = folder.done(&back);
            assert!(output.contains(line), "{output}");
            assert_eq!(manifests(&folder), start, "{file} {flag}");
            assert_eq!(folder.done(&back), "");
        }
    };
    let hello = Folder::hello().text(HELLO);
    let first = "            - name: GREETING\n";
    assert!(hello.contains(first), "{hello}");
    let item = "            # an item's\n            - {name: B, value: b}   # too\n";
    let with_item = hello.replace(first, &format!("{item}{first}"));
    check(
        HELLO,
        &with_item,
        &hello,
        "restored hello/deployments/hello.yaml\n",
    );
    check(
        "hello/jobs/other.yaml",
        MAP,
        "",
        "restored hello/jobs/other.yaml\n",
    );
    let other = "# the other\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n";
    let both = format!("# both\n---\n{MAP}---\n{other}");
    check(
        "hello/both.yaml",
        &both,
        other,
        "restored hello/both.yaml\n",
    );
    let json =
        "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\",\n  \"metadata\": {\"name\": \"map\"}}\n";
    check("hello/map.json", json, "", "restored hello/map.json\n");
    let secret = "# of the vault\napiVersion: v1\nkind: Secret\nmetadata: {name: key}\nstringData: {token: one}\n";
    check(
        "hello/secret.yaml",
        secret,
        "",
        "restored hello/secret.yaml\n",
    );
}

#[test]
fn a_named_file_comes_back_by_its_name() {
    let folder = planned("hello/map.yaml", MAP, "", "before/");
    let all = format!("{}---\n{MAP}", folder.text(HELLO));
    folder.put("all.yaml", &all);
    folder.put("copy/all.yaml", &all);
    folder.put("one.yaml", &folder.text(HELLO));
    folder.done("cutover plan rolling -f all.yaml --to one.yaml --prune -o plan.yaml");
    folder.done("cutover write plan.yaml --step 1 -f all.yaml");
    folder.done("cutover write plan.yaml --step 0 -f all.yaml");
    assert_ne!(folder.text("all.yaml"), all);
    // Also where it was written back without them before.
    let line = "cutover write plan.yaml --step 0 -f all.yaml --originals copy";
    assert_eq!(folder.done(line), "restored all.yaml\n");
    assert_eq!(folder.text("all.yaml"), all);
}

/// What the originals lack, or have otherwise, is never lost for a comment.
#[test]
fn only_what_holds_the_same_comes_back() {
    let both = format!(
        "{MAP}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: other}}\ndata: {{a: x}}\n"
    );
    let other = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\ndata: {a: x}\n";
    let check = |change: &dyn Fn(&Folder)| {
        let folder = planned("hello/both.yaml", &both, other, "before/");
        folder.done("cutover write plan.yaml --step 1 -R -f hello");
        change(&folder);
        let wanted = folder.text("hello/both.yaml");
        let outcome = folder.run("cutover write plan.yaml --step 0 -R -f hello --originals before");
        assert_eq!(outcome.exit, Exit::Done, "{}", outcome.messages);
        assert!(
            !outcome.output.contains("restored hello/both.yaml"),
            "{}",
            outcome.output
        );
        assert_eq!(folder.text("hello/both.yaml"), wanted);
        let state = folder.done("cutover render plan.yaml --step 0 -R -f hello");
        assert_eq!(state, folder.done("cutover read -R -f hello"));
    };
    // Somebody has changed an object that the plan does not know.
    check(&|folder| folder.change("hello/both.yaml", "a: x", "a: y"));
    // Somebody has put one more into the file.
    check(&|folder| {
        let more = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: more}\n";
        folder.put("hello/both.yaml", &format!("{other}{more}"));
    });
    // The originals are of another time.
    check(&|folder| folder.change("before/hello/both.yaml", "a: \"1\"", "a: \"2\""));
    check(&|folder| folder.put("before/hello/both.yaml", "a: [\n"));
}

#[test]
fn originals_that_there_are_not_are_told() {
    let folder = planned("hello/map.yaml", MAP, "", "before/");
    folder.done("cutover write plan.yaml --step 1 -R -f hello");
    let before = folder.files();
    let check = |flag: &str, reason: &str| {
        let line = format!("cutover write plan.yaml --step 0 -R -f hello --originals {flag}");
        let outcome = folder.run(&line);
        assert_eq!((outcome.exit, &*outcome.output), (Exit::Failed, ""));
        assert!(outcome.messages.contains(reason), "{}", outcome.messages);
        assert_eq!(folder.files(), before);
    };
    check(
        "nowhere",
        "error: nowhere: there are no originals of these files\nhint: name a copy",
    );
}

/// A failure means that nobody hears why a file did not come back byte for byte.
#[test]
fn an_original_that_cannot_be_read_is_told() {
    let folder = planned("hello/map.yaml", MAP, "", "before/");
    folder.done("cutover write plan.yaml --step 1 -R -f hello");
    folder.put("before/hello/map.yaml", "a: [\n");
    let outcome = folder.run("cutover write plan.yaml --step 0 -R -f hello --originals before");
    assert_eq!(outcome.exit, Exit::Done, "{}", outcome.messages);
    let told = "warning: no original: before/hello/map.yaml:";
    assert!(outcome.messages.contains(told), "{}", outcome.messages);
}
