//! The `cutover` command as a plugin: `kubectl cutover …`.

use std::env::args_os;
use std::ffi::OsString;
use std::iter::once;
use std::process::ExitCode;

fn main() -> ExitCode {
    let name = OsString::from("kubectl cutover");
    cutover_cli::main(once(name).chain(args_os().skip(1)))
}
