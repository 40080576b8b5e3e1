//! `cargo xtask`: the automation of this workspace.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use xtask::{
    Mode, Result, bench, cluster, console, docs, e2e, embed, faults, golden, pictures, schema,
};

/// The automation of this workspace.
#[derive(Parser)]
#[command(name = "cargo xtask")]
enum Task {
    /// Measure planning and reading against other work on the same data.
    Bench {
        /// What to measure instead.
        #[command(subcommand)]
        task: Option<bench::Task>,
    },
    /// A real Kubernetes for tests, without containers.
    #[command(subcommand)]
    Cluster(cluster::Task),
    /// Write what the commands in the README and docs print, as they print it.
    Console {
        /// Write nothing; fail where a file is not as it would be written.
        #[arg(long)]
        check: bool,
    },
    /// Write the man pages and completions of the command to target/assets.
    Docs,
    /// Carry the golden plans out on any other cluster, each in namespaces of its own.
    E2e(e2e::Options),
    /// Build the crates in tests/embed as strangers do, outside of the repository, and run them.
    Embed,
    /// Put faults into the runner one by one, and write into docs/faults.md which law of the
    /// simulation breaks.
    Faults(faults::Options),
    /// Write what must come out of the cases in tests/golden.
    Golden {
        /// Write nothing; fail where a file is not as it would be written.
        #[arg(long)]
        check: bool,
    },
    /// Write the page and the picture of the README's plan to docs/, by Chromium.
    Pictures,
    /// Write the JSON Schemas of plan and strategy files to docs/schema.
    Schema {
        /// Write nothing; fail where a file is not as it would be written.
        #[arg(long)]
        check: bool,
    },
}

fn main() -> ExitCode {
    let said = run(Task::parse());
    let (text, code) = match &said {
        Ok(text) => (text.clone(), ExitCode::SUCCESS),
        Err(error) => (format!("error: {error}\n"), ExitCode::FAILURE),
    };
    let written = if said.is_ok() {
        io::stdout().write_all(text.as_bytes())
    } else {
        io::stderr().write_all(text.as_bytes())
    };
    // Where nobody reads what is said, the exit code alone has to do.
    written.map_or(ExitCode::FAILURE, |()| code)
}

fn run(task: Task) -> Result<String> {
    match task {
        Task::Bench { task } => bench::run(task),
        Task::Cluster(task) => cluster::run(task),
        Task::Console { check } => console::run(Mode::new(check)),
        Task::Docs => docs::run(),
        Task::E2e(options) => e2e::run(options),
        Task::Embed => embed::run(),
        Task::Faults(options) => faults::run(&options),
        Task::Golden { check } => golden::run(Mode::new(check)),
        Task::Pictures => pictures::run(),
        Task::Schema { check } => schema::run(Mode::new(check)),
    }
}
