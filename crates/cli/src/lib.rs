//! The `cutover` command, as a library: [`run`] is the whole of it, and [`command`] its definition.
//!
//! ```text
//!  arguments ─▶ args ─┬─▶ read                                    manifests as kubectl reads them
//!                     ├─▶ plan ── input ─ wanted ─ output          a plan, to a file or to a person
//!                     ├─▶ show · diff · patches · render           what a plan says
//!                     ├─▶ fleet                                   the same for many clusters
//!                     ├─▶ write ── stand ─ draft ─ disk            a step as an edit of the files
//!                     ├─▶ apply · undo · abort ── online           a run on a cluster, by `cutover-kube`
//!                     ├─▶ status · approve · pause · resume · rights   what a run says, waits for and needs
//!                     ├─▶ wait                                  the gates of a step, without a run
//!                     └─▶ schema · completions · man
//! ```
//!
//! Data goes to the output, messages to `messages`: `error:`, `warning:`, `note:` and `hint:`, each
//! with its place. This is the one crate that reads and writes files. It opens no connection itself
//! and starts no program: what talks to a cluster goes through `cutover-kube`, and no command does
//! that is not named for it, but `plan` without `-f`.
//!
//! ```
//! use cutover_cli::{Exit, World, run};
//!
//! let (mut output, mut messages) = (Vec::new(), Vec::new());
//! let world = World {
//!     directory: "".into(),
//!     input: &mut &b"apiVersion: v1\nkind: Service\nmetadata: {name: on}\n"[..],
//!     output: &mut output,
//!     colour: false,
//!     messages: &mut messages,
//!     terminal: None,
//!     width: None,
//!     quiet: false,
//!     now: || jiff::Timestamp::UNIX_EPOCH,
//! };
//! let exit = run(["cutover", "read", "-f", "-"], world);
//! assert_eq!(exit, Exit::Done);
//! assert_eq!(String::from_utf8(output)?, "apiVersion: v1\nkind: Service\nmetadata:\n  name: true\n");
//! # Ok::<(), std::string::FromUtf8Error>(())
//! ```

use std::ffi::OsString;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};
use clap::{CommandFactory, Parser};

use crate::args::{Cli, Command, Shown};
use crate::error::Error;

mod args;
mod check;
mod diff;
mod error;
mod file_name;
mod fleet;
mod generate;
mod history;
mod input;
mod message;
mod online;
mod output;
mod overwrite;
mod patches;
mod plan;
mod plan_file;
mod read;
mod refused;
mod render;
mod seal;
mod secrets;
mod show;
mod skipped;
mod strategy_file;
mod typed_file;
mod verify;
mod walk;
mod wanted;
mod words;
mod write;

/// All that the command has of the world outside.
pub struct World<'w> {
    /// Where relative paths begin; empty for the directory of the process.
    pub directory: PathBuf,
    /// What `-f -` reads: the standard input.
    pub input: &'w mut dyn Read,
    /// The standard output. Data goes there byte for byte.
    pub output: &'w mut dyn Write,
    /// Whether the output shows colours; without them, no text gets an escape sequence.
    pub colour: bool,
    /// The standard error. It gets styled text; whoever wants none strips it, as `anstream` does.
    pub messages: &'w mut dyn Write,
    /// How many columns the terminal has that the output goes to; none where it is no terminal.
    pub terminal: Option<usize>,
    /// How many columns tables take; none for those of the terminal, or of a file.
    pub width: Option<usize>,
    /// Whether no notes are printed.
    pub quiet: bool,
    /// The clock, read by `plan restart` and by what talks to a cluster.
    pub now: fn() -> jiff::Timestamp,
}

/// How the command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All was done: 0.
    Done,
    /// It could not be done, and nothing was: 1.
    Failed,
    /// It was not asked for in a way that can be understood: 2.
    WrongUse,
    /// A bound does not hold: 3.
    BoundBroken,
    /// There is a difference that was asked about: 4.
    Different,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// The command's definition, for whoever makes manuals and completions of it.
///
/// ```
/// let plan = cutover_cli::command().find_subcommand("plan").cloned();
/// assert!(plan.is_some_and(|plan| plan.has_subcommands()));
/// ```
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs the command as a program, with the arguments, the streams and the clock of this process.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let columns = || terminal_size::terminal_size().map_or(80, |(columns, _)| columns.0.into());
    let stdout = io::stdout();
    let world = World {
        directory: PathBuf::new(),
        input: &mut io::stdin().lock(),
        output: &mut BufWriter::new(stdout.lock()),
        colour: AutoStream::choice(&stdout) != ColorChoice::Never,
        messages: &mut anstream::stderr().lock(),
        terminal: io::stdout().is_terminal().then(columns),
        width: None,
        quiet: false,
        now: jiff::Timestamp::now,
    };
    run(arguments, world).into()
}

/// Runs the command with its arguments, the first of which is its name.
///
/// A reader that stops reading its output (`cutover … | head`) is no failure.
pub fn run(
    arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    mut world: World<'_>,
) -> Exit {
    let result = parsed(arguments, &mut world).and_then(|cli| match cli {
        Some(cli) => {
            show_as_asked(&cli.shown, &mut world);
            dispatch(cli.command, &mut world)
        }
        None => Ok(()),
    });
    match result.and_then(|()| Ok(world.output.flush()?)) {
        Ok(()) => Exit::Done,
        Err(Error::Output(error)) if error.kind() == ErrorKind::BrokenPipe => Exit::Done,
        Err(error) => message::error(&mut world, &error),
    }
}

/// What the arguments say of how all is shown goes before what was found of the terminal.
fn show_as_asked(shown: &Shown, world: &mut World<'_>) {
    world.colour = match shown.color {
        None | Some(clap::ColorChoice::Auto) => world.colour,
        Some(clap::ColorChoice::Always) => true,
        Some(clap::ColorChoice::Never) => false,
    };
    world.width = shown.width.or(world.width);
    world.quiet |= shown.quiet;
}

/// The command that is asked for; none where help is, which is then given.
fn parsed(
    arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    world: &mut World<'_>,
) -> Result<Option<Cli>, Error> {
    match Cli::try_parse_from(arguments) {
        Ok(cli) => Ok(Some(cli)),
        Err(help) if !help.use_stderr() => {
            let help = help.render().ansi().to_string();
            output::styled(world, &help)?;
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

fn dispatch(command: Command, world: &mut World<'_>) -> Result<(), Error> {
    match command {
        Command::Abort(args) => online::abort(&args, world),
        Command::Apply(args) => online::apply(&args, world),
        Command::Approve(args) => online::approve(&args, world),
        Command::Check(args) => check::run(&args, world),
        Command::Completions(args) => generate::completions(&args, world),
        Command::Diff(args) => diff::run(&args, world),
        Command::Fleet(command) => fleet::run(command, world),
        Command::Man(args) => generate::man(&args, world),
        Command::Patches(args) => patches::run(&args, world),
        Command::Pause(args) => online::pause(&args, world),
        Command::Plan(args) => plan::run(*args, world),
        Command::Read(args) => read::run(&args, world),
        Command::Render(args) => render::run(&args, world),
        Command::Resume(args) => online::resume(&args, world),
        Command::Rights(args) => online::rights(&args, world),
        Command::Schema(args) => generate::schema(&args, world),
        Command::Show(args) => show::run(&args, world),
        Command::Status(args) => online::status(&args, world),
        Command::Undo(args) => online::undo(&args, world),
        Command::Wait(args) => online::wait(&args, world),
        Command::Write(args) => write::run(&args, world),
    }
}
