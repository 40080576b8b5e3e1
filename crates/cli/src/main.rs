//! The `cutover` command.

use std::env::args_os;
use std::io::{self, BufWriter};
use std::path::PathBuf;
use std::process::ExitCode;

use cutover_cli::{World, run};

fn main() -> ExitCode {
    let world = World {
        directory: PathBuf::new(),
        input: &mut io::stdin().lock(),
        output: &mut BufWriter::new(anstream::stdout().lock()),
        messages: &mut anstream::stderr().lock(),
        now: jiff::Timestamp::now,
    };
    run(args_os(), world).into()
}
