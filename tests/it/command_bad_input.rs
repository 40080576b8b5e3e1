//! Bad input: each kind with the exit code, the place, the words and the hint that it gets, and
//! nothing written.

use cutover_cli::Exit;

use crate::support::Folder;

mod arguments;
mod counts;
mod files;
mod kinds;
mod manifests;
mod plans;
mod secrets;
mod strategies;
mod text;

/// How a file of the folder is made bad.
enum Change<'c> {
    /// It is written anew.
    Put(&'c str, &'c str),
    /// A text in it is replaced.
    Replace(&'c str, &'c str, &'c str),
}

use Change::{Put, Replace};

/// Changes the folder with the lab, runs the command there, and expects it to fail so.
#[track_caller]
fn check(changes: &[Change<'_>], line: &str, exit: Exit, message: &str, hint: &str) {
    let folder = Folder::hello();
    change(&folder, changes);
    refused(&folder, line, exit, message, hint);
}

fn change(folder: &Folder, changes: &[Change<'_>]) {
    for change in changes {
        match change {
            Put(name, text) => folder.put(name, text),
            Replace(name, from, to) => folder.change(name, from, to),
        }
    }
}

/// Runs the command, and expects it to fail with this message and hint, and to write nothing.
#[track_caller]
fn refused(folder: &Folder, line: &str, exit: Exit, message: &str, hint: &str) {
    let before = folder.files();
    let outcome = folder.run(line);
    assert_eq!(outcome.exit, exit, "{line}\n{}", outcome.messages);
    let expected = format!("error: {message}");
    assert!(
        outcome.messages.contains(&expected),
        "{line}\nwanted: {expected}\ngot:    {}",
        outcome.messages
    );
    assert!(
        outcome.messages.contains(&format!("hint: {hint}")),
        "{line}\nwanted: hint: {hint}\ngot:    {}",
        outcome.messages
    );
    assert_eq!(outcome.output, "", "{line}");
    assert!(folder.files() == before, "{line} wrote something");
}

const IMAGE: &str = "--image hello=registry.example/hello:2.0.0";

/// `cutover plan …`, of the lab and to a file that must not come to exist.
fn plan(words: &str) -> String {
    format!("cutover plan {words} -R -f hello -o plan.yaml")
}

/// A canary of the lab.
fn canary() -> String {
    plan(&format!("canary --steps 25,50 {IMAGE}"))
}
