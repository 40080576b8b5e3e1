//! What becomes of what real applications hold: the table in docs/applications.md, row by row.
#![expect(clippy::panic, reason = "a test that panics has failed")]

use std::fs;

use cutover_cli::Exit;
use xtask::root;

use crate::support::{Folder, Outcome};

mod rows;

use rows::{Row, rows};

/// The strategies that the table has, as the command takes them.
const STRATEGIES: [&str; 3] = [
    "rolling",
    "canary --steps 25",
    "blue-green --active-service web",
];

/// A failure means that the page promises what the program does not do.
#[test]
fn every_row_of_the_table_is_so() {
    let page = fs::read_to_string(root().join("docs/applications.md")).unwrap();
    let mut wrong = Vec::new();
    for row in rows() {
        let became = STRATEGIES.map(|strategy| became(&row, strategy));
        let cells = format!("| {} | {} | ", row.what, became.join(" | "));
        if !page.contains(&cells) {
            wrong.push(cells);
        }
    }
    assert!(wrong.is_empty(), "not in the page:\n{}", wrong.join("\n"));
    let lines = page.lines().filter(|line| line.starts_with("| "));
    assert_eq!(
        lines.count() - 2,
        rows().len(),
        "each row of the page is a case"
    );
}

/// What a strategy makes of a release: `planned`, `warned`, `held` or `refused`, as it is told.
fn became(row: &Row, strategy: &str) -> &'static str {
    let folder = Folder::empty();
    for (name, text) in &row.files {
        match strategy.starts_with("blue-green") {
            true => folder.put(name, &adopted(text)),
            false => folder.put(name, text),
        }
    }
    let counting = match strategy {
        "rolling" => "",
        _ => row.counting,
    };
    let flags = format!("{} {counting}", row.flags);
    let line = format!("cutover plan {strategy} -f from --to to -o plan.yaml {flags}");
    let Outcome { exit, messages, .. } = folder.run(&line);
    let is_told = row.says.is_empty() || messages.contains(row.says);
    match exit {
        Exit::Done if holds(&folder) => "held",
        Exit::Done if !messages.contains("warning: ") => "planned",
        Exit::Done if is_told => "warned",
        Exit::Failed if is_told => "refused",
        _ => panic!("{}: {strategy}: {exit:?}\n{messages}", row.what),
    }
}

/// A Service can pick the pods of one version already, as after the first blue/green.
fn adopted(text: &str) -> String {
    text.replace("labels: {app: web", "labels: {track: blue, app: web")
        .replace("{selector: {app: web", "{selector: {track: blue, app: web")
}

/// Whether the plan holds an autoscaler.
fn holds(folder: &Folder) -> bool {
    folder.text("plan.yaml").contains("- held:")
}
