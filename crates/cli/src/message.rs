//! What the command says beside its data: errors, warnings and notes, with hints.

use anstyle::{AnsiColor, Style};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use cutover::manifest::is_invisible;

use crate::error::Error;
use crate::{Exit, World};

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const NOTE: Style = AnsiColor::Green.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default();

/// Says why the command ends, and how.
pub(crate) fn error(world: &mut World<'_>, error: &Error) -> Exit {
    match error {
        Error::Arguments(arguments)
            if arguments.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand =>
        {
            tell(world, &arguments.render().ansi().to_string());
        }
        Error::Arguments(arguments) => {
            let text = arguments.render().to_string();
            let text = strategy_alone(arguments)
                .or_else(|| plan_by_flag(arguments, &text))
                .unwrap_or_else(|| in_our_words(&text));
            say(world, ERROR, "error", &text);
        }
        Error::Broken(reasons) | Error::Different(reasons) | Error::Failed(reasons) => reasons
            .iter()
            .for_each(|reason| say(world, ERROR, "error", reason)),
        Error::Output(_) | Error::Unreachable(_) | Error::Usage(_) => {
            say(world, ERROR, "error", &error.to_string())
        }
    }
    match error {
        Error::Arguments(_) | Error::Usage(_) => Exit::WrongUse,
        Error::Broken(_) => Exit::BoundBroken,
        Error::Different(_) => Exit::Different,
        Error::Failed(_) | Error::Output(_) | Error::Unreachable(_) => Exit::Failed,
    }
}

/// Says what may not be meant. The text has its hint after a newline.
pub(crate) fn warning(world: &mut World<'_>, text: impl ToString) {
    say(world, WARNING, "warning", &text.to_string());
}

/// Says what is good to know.
pub(crate) fn note(world: &mut World<'_>, text: impl ToString) {
    if world.quiet {
        return;
    }
    say(world, NOTE, "note", &text.to_string());
}

fn say(world: &mut World<'_>, style: Style, what: &str, text: &str) {
    let text = visible(text);
    let text = text.as_str();
    let (message, hint) = text
        .split_once("\nhint: ")
        .map_or((text, None), |(message, hint)| (message, Some(hint)));
    tell(world, &format!("{style}{what}:{style:#} {message}\n"));
    if let Some(hint) = hint {
        tell(world, &format!("{HINT}hint:{HINT:#} {hint}\n"));
    }
}

/// The text with nothing in it that a terminal would obey, but for its line ends.
pub(crate) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => out.push('\n'),
            hidden if is_invisible(hidden) => out.extend(hidden.escape_default()),
            other => out.push(other),
        }
    }
    out
}

/// The text on one line, with nothing in it that a terminal would obey.
pub(crate) fn one_line(text: &str) -> String {
    visible(text).replace('\n', "\\n")
}

#[expect(
    clippy::let_underscore_must_use,
    reason = "where nobody reads the messages the work goes on, and the exit code alone tells"
)]
fn tell(world: &mut World<'_>, text: &str) {
    // In the order in which both are made, for who sees both.
    let _ = world.output.flush();
    let _ = world.messages.write_all(text.as_bytes());
}

/// What to write instead of a strategy's name where a command is looked for; nothing where it is none.
fn strategy_alone(error: &clap::Error) -> Option<String> {
    let name = match error.get(ContextKind::InvalidSubcommand) {
        Some(ContextValue::String(name)) if error.kind() == ErrorKind::InvalidSubcommand => name,
        _ => return None,
    };
    let command = crate::command();
    command.find_subcommand("plan")?.find_subcommand(name)?;
    Some(format!(
        "`{name}` is a strategy and no command\nhint: `cutover plan {name} …` makes a plan by it"
    ))
}

/// What to write instead of `-f` before a plan, as kubectl has it; nothing where it was something else.
fn plan_by_flag(error: &clap::Error, text: &str) -> Option<String> {
    let flag = error.get(ContextKind::InvalidArg);
    let is_flag = matches!(flag, Some(ContextValue::String(flag)) if flag == "-f");
    if !is_flag || error.kind() != ErrorKind::UnknownArgument || !text.contains("<PLAN>") {
        return None;
    }
    let usage = text.lines().find(|line| line.starts_with("Usage: "))?;
    Some(format!("a plan is named without `-f`\nhint: {usage}"))
}

/// clap's text without its label, and what it advises as hints: its tips, what is possible, the
/// usage.
fn in_our_words(text: &str) -> String {
    // A flag that is not known is none that was meant as the name of a Deployment.
    let untold = ["For more information", "tip: to pass '"];
    let told = |line: &&str| {
        let line = line.trim();
        !line.is_empty() && untold.iter().all(|start| !line.starts_with(start))
    };
    let lines: Vec<&str> = text
        .strip_prefix("error: ")
        .unwrap_or(text)
        .lines()
        .filter(told)
        .collect();
    let first = lines
        .iter()
        .position(|line| advice(line).is_some())
        .unwrap_or(lines.len());
    let (message, rest) = lines.split_at(first);
    let hints: Vec<&str> = rest
        .iter()
        .map(|line| advice(line).unwrap_or(line))
        .collect();
    let hints = if hints.is_empty() {
        "`--help` tells what there is".to_owned()
    } else {
        hints.join("\n")
    };
    format!("{}\nhint: {hints}", message.join("\n"))
}

/// What a line of clap's or of a value's error advises.
fn advice(line: &str) -> Option<&str> {
    let line = line.trim();
    let possible = line
        .strip_prefix('[')
        .and_then(|line| line.strip_suffix(']'));
    let said = ["hint: ", "tip: "]
        .iter()
        .find_map(|label| line.strip_prefix(label));
    possible
        .or(said)
        .or_else(|| line.starts_with("Usage: ").then_some(line))
}
