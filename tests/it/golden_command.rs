//! The command gives of each golden case what the library gives.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::BTreeSet;

use anstream::adapter::strip_str;
use cutover::manifest::{Bundle, emit};
use cutover::planning::{Change, Step, apply};
use cutover_cli::{Exit, World, run};
use serde_json::{Value, json};
use xtask::golden::Case;
use xtask::root;

use crate::golden::cases;

#[test]
fn the_command_makes_the_same_plans() {
    for case in cases() {
        let line = format!("{} -o yaml", case.arguments().join(" "));
        let (exit, output, messages) = command(&case, &line, "");
        match case.plan() {
            Ok(plan) => assert_eq!(output, emit(&plan.to_value().unwrap()), "{}", case.name()),
            Err(refusal) => {
                assert_eq!(exit, Exit::Failed, "{}", case.name());
                let reason = refusal.to_string();
                let reason = reason.lines().next().unwrap();
                assert!(messages.contains(reason), "{messages}\n{reason}");
            }
        }
    }
}

/// A failure means that CI lets a plan pass that its input does not give, or refuses one that it
/// does.
#[test]
fn the_command_tells_each_plan_from_the_one_before() {
    let mut other: Option<(String, String)> = None;
    for case in cases() {
        let Ok(plan) = case.plan() else { continue };
        let text = emit(&plan.to_value().unwrap());
        let line = format!("{} --verify -", case.arguments().join(" "));
        let (exit, output, messages) = command(&case, &line, &text);
        assert_eq!(
            (exit, &*output),
            (Exit::Done, ""),
            "{}\n{messages}",
            case.name()
        );
        if let Some((name, other)) = &other {
            let (exit, _, messages) = command(&case, &line, other);
            // Two inputs may give one plan.
            let expect = match *other == text {
                true => Exit::Done,
                false => Exit::Different,
            };
            assert_eq!(exit, expect, "{} is {name}\n{messages}", case.name());
        }
        other = Some((case.name(), text));
    }
}

#[test]
fn the_command_prints_the_same_patches() {
    for case in cases() {
        let Ok(plan) = case.plan() else { continue };
        let text = emit(&plan.to_value().unwrap());
        for number in BTreeSet::from([1, plan.len()]) {
            let step = &plan.spec.steps[number - 1];
            let printed = |flags: &str, wanted: Vec<Value>| {
                let line = format!("patches - --step {number}{flags}");
                let (exit, output, messages) = command(&case, &line, &text);
                if wanted.iter().any(needs_secret) {
                    assert_eq!((exit, &*output), (Exit::Failed, ""), "{}", case.name());
                    return;
                }
                assert_eq!(exit, Exit::Done, "{}\n{messages}", case.name());
                assert_eq!(lines(&output), wanted, "{}", case.name());
            };
            let before = plan.state(number - 1).unwrap();
            printed("", changes(before, [step]));
            let back = plan.way_back(number).unwrap();
            let after = plan.state(number).unwrap();
            printed(" --undo", changes(after, back));
        }
    }
}

/// Whether a line would write a digest where a Secret has its values.
fn needs_secret(line: &Value) -> bool {
    line["verb"] != "delete" && line.to_string().contains("/sealed\"")
        || line["patch"].to_string().contains("~1sealed")
}

/// The content of each printed line.
fn lines(output: &str) -> Vec<Value> {
    let lines = output
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    lines
        .map(|line: Value| match line["verb"].as_str().unwrap() {
            "patch" => json!({"object": line["object"], "patch": line["patch"]}),
            verb => json!({"object": line["object"], "verb": verb, "manifest": line["manifest"]}),
        })
        .collect()
}

/// The changes of steps, as their lines have them.
fn changes<'a>(from: Bundle, steps: impl IntoIterator<Item = &'a Step>) -> Vec<Value> {
    let mut state = from;
    let mut all = Vec::new();
    for (number, step) in (1..).zip(steps) {
        let before = state.clone();
        apply(&mut state, step, number).unwrap();
        all.extend(step.changes.iter().map(|change| written(change, &before)));
    }
    all
}

fn written(change: &Change, before: &Bundle) -> Value {
    let object = change.object();
    match change {
        Change::Create(manifest) => {
            json!({"object": object, "verb": "create", "manifest": manifest})
        }
        Change::Delete(_) => {
            json!({"object": object, "verb": "delete", "manifest": before.get(object)})
        }
        Change::Patch(patch) => json!({"object": object, "patch": patch.ops}),
        Change::Replace(replace) => {
            json!({"object": object, "verb": "replace", "manifest": replace})
        }
    }
}

/// Runs the command in the case's folder, with words that have no spaces in them.
fn command(case: &Case, line: &str, input: &str) -> (Exit, String, String) {
    let (mut output, mut messages) = (Vec::new(), Vec::new());
    let world = World {
        directory: root().join(&case.directory),
        input: &mut input.as_bytes(),
        output: &mut output,
        colour: true,
        messages: &mut messages,
        terminal: None,
        width: None,
        quiet: false,
        now: || jiff::Timestamp::UNIX_EPOCH,
    };
    let exit = run(format!("cutover {line}").split(' '), world);
    let text = |bytes: Vec<u8>| strip_str(&String::from_utf8(bytes).unwrap()).to_string();
    (exit, text(output), text(messages))
}
