//! What the command says beside its data: errors, warnings and notes, with hints.

use std::io;

use anstyle::{AnsiColor, Style};
use clap::error::ErrorKind;

use crate::error::Error;
use crate::{Exit, World};

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const NOTE: Style = AnsiColor::Green.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default();

/// Says why the command ends, and how.
pub(crate) fn error(world: &mut World<'_>, error: &Error) -> io::Result<Exit> {
    match error {
        Error::Arguments(arguments) => return refused(world, arguments),
        Error::Failed(reasons) => reasons.iter().try_for_each(|reason| say(world, ERROR, "error", reason))?,
        Error::Output(_) | Error::Usage(_) => say(world, ERROR, "error", &error.to_string())?,
    }
    Ok(if matches!(error, Error::Usage(_)) { Exit::WrongUse } else { Exit::Failed })
}

/// Says what may not be meant. The text has its hint after a newline.
pub(crate) fn warning(world: &mut World<'_>, text: impl ToString) -> io::Result<()> {
    say(world, WARNING, "warning", &text.to_string())
}

/// Says what is good to know.
pub(crate) fn note(world: &mut World<'_>, text: impl ToString) -> io::Result<()> {
    say(world, NOTE, "note", &text.to_string())
}

fn say(world: &mut World<'_>, style: Style, what: &str, text: &str) -> io::Result<()> {
    let (message, hint) =
        text.split_once("\nhint: ").map_or((text, None), |(message, hint)| (message, Some(hint)));
    writeln!(world.messages, "{style}{what}:{style:#} {message}")?;
    hint.map_or(Ok(()), |hint| writeln!(world.messages, "{HINT}hint:{HINT:#} {hint}"))
}

/// Shows help where it is asked for; else says what is wrong with the arguments.
fn refused(world: &mut World<'_>, error: &clap::Error) -> io::Result<Exit> {
    let help = error.render();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            write!(world.output, "{}", help.ansi())?;
            world.output.flush()?;
            return Ok(Exit::Done);
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => write!(world.messages, "{}", help.ansi())?,
        _ => say(world, ERROR, "error", &in_our_words(&help.to_string()))?,
    }
    Ok(Exit::WrongUse)
}

/// clap's text without its label, and what it advises as hints: its tips, what is possible, the usage.
fn in_our_words(text: &str) -> String {
    let told = |line: &&str| !line.trim().is_empty() && !line.starts_with("For more information");
    let lines: Vec<&str> = text.strip_prefix("error: ").unwrap_or(text).lines().filter(told).collect();
    let first = lines.iter().position(|line| advice(line).is_some()).unwrap_or(lines.len());
    let (message, rest) = lines.split_at(first);
    let hints: Vec<&str> = rest.iter().map(|line| advice(line).unwrap_or(line)).collect();
    let hints = if hints.is_empty() { "`--help` tells what there is".to_owned() } else { hints.join("\n") };
    format!("{}\nhint: {hints}", message.join("\n"))
}

/// What a line of clap's or of a value's error advises.
fn advice(line: &str) -> Option<&str> {
    let line = line.trim();
    let possible = line.strip_prefix('[').and_then(|line| line.strip_suffix(']'));
    let said = ["hint: ", "tip: "].iter().find_map(|label| line.strip_prefix(label));
    possible.or(said).or_else(|| line.starts_with("Usage: ").then_some(line))
}
