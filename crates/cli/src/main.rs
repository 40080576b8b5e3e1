//! The program `cutover`: all that it does is in the library, so that tests can call it.

use std::env::args_os;
use std::process::ExitCode;

fn main() -> ExitCode {
    cutover_cli::main(args_os())
}
