//! The `cutover` command.

use std::env::args_os;
use std::process::ExitCode;

fn main() -> ExitCode {
    cutover_cli::main(args_os())
}
