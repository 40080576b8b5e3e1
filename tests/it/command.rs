//! The command as a user runs it.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::io::{self, ErrorKind, Write};

use cutover_cli::{Exit, World, run};
use serde_json::Value;

use crate::support::Folder;

mod documents;
mod folders;
mod history;
mod images;
mod kubectl;
mod originals;
mod patches;
mod plan;
mod seal_key;
mod secrets;
mod slots;
mod twice;
mod verify;
mod without;
mod write;

const IMAGE: &str = "--image hello=registry.example/hello:2.0.0";

/// The lab with the plan of a canary in `plan.yaml`.
fn planned() -> Folder {
    let folder = Folder::hello();
    folder.done(&format!(
        "cutover plan canary -R -f hello {IMAGE} --steps 25,50 -o plan.yaml"
    ));
    folder
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn help_goes_to_the_output_and_wrong_use_to_the_messages() {
    let folder = Folder::empty();
    let help = folder.done("cutover --help");
    for command in [
        "read",
        "plan",
        "show",
        "diff",
        "patches",
        "render",
        "write",
        "schema",
        "completions",
        "man",
    ] {
        assert!(
            help.contains(&format!("\n  {command} ")),
            "{command}: {help}"
        );
    }
    assert!(
        folder
            .done("cutover plan canary --help")
            .contains("--steps <PERCENT,…>")
    );
    assert!(folder.done("cutover --version").starts_with("cutover 0."));
    let outcome = folder.run("cutover");
    assert_eq!(
        (outcome.exit, outcome.output.as_str()),
        (Exit::WrongUse, "")
    );
    assert!(
        outcome
            .messages
            .contains("Usage: cutover [OPTIONS] <COMMAND>"),
        "{}",
        outcome.messages
    );
}

#[test]
fn shells_and_manuals_know_the_commands() {
    let folder = Folder::empty();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = folder.done(&format!("cutover completions {shell}"));
        assert!(script.contains("blue-green"), "{shell}");
    }
    assert!(folder.done("cutover man").contains(".TH cutover 1"));
    assert!(
        folder
            .done("cutover man plan canary")
            .contains("\\-\\-steps")
    );
}

#[test]
fn schemas_know_the_fields() {
    let folder = Folder::empty();
    let plan = json(&folder.done("cutover schema plan"));
    assert!(plan.pointer("/properties/digest").is_some(), "{plan:#}");
    let strategy = folder.done("cutover schema strategy");
    assert!(
        strategy.contains("\"setWeight\"") && strategy.contains("\"blueGreen\""),
        "{strategy}"
    );
}

/// As `cutover … | head` has it.
#[test]
fn a_reader_that_stops_reading_is_no_failure() {
    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let folder = planned();
    for line in [
        "--help",
        "read -R -f hello",
        "show plan.yaml",
        "patches plan.yaml --step 1",
        "schema plan",
        "completions bash",
        "man",
    ] {
        let mut messages = Vec::new();
        let world = World {
            directory: folder.path(""),
            input: &mut io::empty(),
            output: &mut Closed,
            colour: true,
            messages: &mut messages,
            terminal: None,
            width: None,
            quiet: false,
            now: || jiff::Timestamp::UNIX_EPOCH,
        };
        let exit = run(format!("cutover {line}").split_whitespace(), world);
        assert_eq!(
            (exit, messages.as_slice()),
            (Exit::Done, &b""[..]),
            "{line}"
        );
    }
}

#[test]
fn messages_are_coloured_for_who_shows_colours() {
    let mut messages = Vec::new();
    let world = World {
        directory: "".into(),
        input: &mut io::empty(),
        output: &mut Vec::new(),
        colour: true,
        messages: &mut messages,
        terminal: None,
        width: None,
        quiet: false,
        now: || jiff::Timestamp::UNIX_EPOCH,
    };
    assert_eq!(run(["cutover", "show", "no.yaml"], world), Exit::Failed);
    let text = String::from_utf8(messages).unwrap();
    assert!(
        text.starts_with("\u{1b}[1m\u{1b}[31merror:\u{1b}[0m no.yaml: "),
        "{text:?}"
    );
}

/// Data has bytes that a terminal takes for commands; they are data all the same.
#[test]
fn data_is_bytes_and_text_without_colours_has_no_escapes() {
    let folder = planned();
    folder.put(
        "odd.json",
        "{\"kind\": \"A\", \"b\": \"x\u{7f}y\", \"\u{7f}\": \"\u{200b}\"}",
    );
    let check = |line: &str, colour: bool, wanted: &dyn Fn(&str) -> bool| {
        let mut output = Vec::new();
        let world = World {
            directory: folder.path(""),
            input: &mut io::empty(),
            output: &mut output,
            colour,
            messages: &mut Vec::new(),
            terminal: None,
            width: None,
            quiet: false,
            now: || jiff::Timestamp::UNIX_EPOCH,
        };
        let exit = run(format!("cutover {line}").split_whitespace(), world);
        assert_eq!(exit, Exit::Done, "{line}");
        let text = String::from_utf8(output).unwrap();
        assert!(wanted(&text), "{line} {colour}: {text:?}");
    };
    let data = |text: &str| {
        let all = ["x\u{7f}y", "\"\u{7f}\"", "\u{200b}"];
        all.iter().all(|bytes| text.contains(bytes))
    };
    for colour in [true, false] {
        check("read -f odd.json -o json", colour, &data);
        let escapes = |text: &str| text.contains('\u{1b}') == colour;
        for line in ["show plan.yaml", "diff plan.yaml", "--help"] {
            check(line, colour, &escapes);
        }
    }
}

#[test]
fn a_plan_beside_the_manifests_is_told_and_left_out() {
    let folder = planned();
    let plan = folder.text("plan.yaml");
    let wanted = folder.done("cutover render plan.yaml --step 8 -R -f hello -o json");
    let check = |name: &str, text: &str| {
        let folder = planned();
        folder.put(name, text);
        let outcome = folder.run("cutover render plan.yaml --step 8 -R -f hello -o json");
        assert_eq!(outcome.output, wanted, "{name}");
        let note = format!("note: {name}: a document of cutover is no manifest, and is left out\n");
        assert!(outcome.messages.contains(&note), "{}", outcome.messages);
    };
    check("hello/plan.yaml", &plan);
    check("hello/deployments/any.yml", &plan);
    check("hello/services/two.yaml", &format!("{plan}---\n{plan}"));
    check(
        "hello/plan.json",
        &folder.done("cutover show plan.yaml -o json"),
    );
}
