//! The command gives of each golden case what the library gives.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use anstream::adapter::strip_str;
use cutover_cli::{Exit, World, run};
use xtask::golden::{Case, outputs};
use xtask::root;

use crate::golden::cases;

#[test]
fn the_command_makes_the_same_plans() {
    for case in cases() {
        let (exit, output, messages) = command(
            &case,
            &format!("{} -o yaml", case.arguments().join(" ")),
            "",
        );
        let wanted = wanted(&case);
        match wanted.get(&case.directory.join("plan.yaml")) {
            Some(plan) => {
                assert!(
                    output == *plan,
                    "{}: not the library's plan\n{messages}",
                    case.directory.display()
                )
            }
            None => {
                let refusal = &wanted[&case.directory.join("refusal.txt")];
                assert_eq!(exit, Exit::Failed);
                assert!(
                    messages.contains(refusal.lines().next().unwrap()),
                    "{messages}\n{refusal}"
                );
            }
        }
    }
}

#[test]
fn the_command_prints_the_same_patches() {
    for case in cases() {
        let wanted = wanted(&case);
        let Some(plan) = wanted.get(&case.directory.join("plan.yaml")) else {
            continue;
        };
        let steps = case.plan().unwrap().spec.steps;
        for (number, step) in [(1, &steps[0]), (steps.len(), &steps[steps.len() - 1])] {
            let folder = case
                .directory
                .join(format!("steps/{number:02}-{}", step.phase));
            let check = |flags: &str, name: &str| {
                let (_, output, messages) =
                    command(&case, &format!("patches - --step {number}{flags}"), plan);
                assert_eq!(
                    Some(&output),
                    wanted.get(&folder.join(name)),
                    "{}\n{messages}",
                    folder.display()
                );
            };
            check("", "patches.json");
            check(" --undo", "undo.json");
        }
    }
}

/// The case's files as the library makes them.
fn wanted(case: &Case) -> BTreeMap<PathBuf, String> {
    outputs(case)
        .unwrap()
        .iter()
        .map(|(path, text)| (path.into(), text.into()))
        .collect()
}

/// Runs the command in the case's folder, with words that have no spaces in them.
fn command(case: &Case, line: &str, input: &str) -> (Exit, String, String) {
    let (mut output, mut messages) = (Vec::new(), Vec::new());
    let world = World {
        directory: root().join(&case.directory),
        input: &mut input.as_bytes(),
        output: &mut output,
        messages: &mut messages,
        terminal: None,
        now: || jiff::Timestamp::UNIX_EPOCH,
    };
    let exit = run(format!("cutover {line}").split(' '), world);
    let text = |bytes: Vec<u8>| strip_str(&String::from_utf8(bytes).unwrap()).to_string();
    (exit, text(output), text(messages))
}
