//! The command as a user runs it.

use cutover_cli::Exit;
use serde_json::Value;

use crate::support::Folder;

mod documents;
mod kubectl;
mod plan;
mod write;

const IMAGE: &str = "--image hello=registry.example/hello:2.0.0";

/// The lab with the plan of a canary in `plan.yaml`.
fn planned() -> Folder {
    let folder = Folder::hello();
    folder.done(&format!("cutover plan canary -f hello {IMAGE} --steps 25,50 -o plan.yaml"));
    folder
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn help_goes_to_the_output_and_wrong_use_to_the_messages() {
    let folder = Folder::empty();
    let help = folder.done("cutover --help");
    for command in
        ["read", "plan", "show", "diff", "patches", "render", "write", "schema", "completions", "man"]
    {
        assert!(help.contains(&format!("\n  {command} ")), "{command}: {help}");
    }
    assert!(folder.done("cutover plan canary --help").contains("--steps <PERCENT,…>"));
    assert!(folder.done("cutover --version").starts_with("cutover 0."));
    let outcome = folder.run("cutover");
    assert_eq!((outcome.exit, outcome.output.as_str()), (Exit::WrongUse, ""));
    assert!(outcome.messages.contains("Usage: cutover <COMMAND>"), "{}", outcome.messages);
}

#[test]
fn shells_and_manuals_know_the_commands() {
    let folder = Folder::empty();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = folder.done(&format!("cutover completions {shell}"));
        assert!(script.contains("blue-green"), "{shell}");
    }
    assert!(folder.done("cutover man").contains(".TH cutover 1"));
    assert!(folder.done("cutover man plan canary").contains("\\-\\-steps"));
}

#[test]
fn schemas_know_the_fields() {
    let folder = Folder::empty();
    let plan = json(&folder.done("cutover schema plan"));
    assert!(plan.pointer("/properties/digest").is_some(), "{plan:#}");
    let strategy = folder.done("cutover schema strategy");
    assert!(strategy.contains("\"setWeight\"") && strategy.contains("\"blueGreen\""), "{strategy}");
}
