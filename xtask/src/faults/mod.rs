//! `cargo xtask faults`: faults that are put into the runner one by one, and the law of the
//! simulation that each of them breaks.
//!
//! ```text
//!  tests/sim/faults/NAME.diff   what goes wrong, in a line, and the change that makes it so
//!  target/faults/source         a copy of the workspace, with one of them at a time
//!  docs/faults.md               the table of what came of it
//! ```
//!
//! A law that no fault breaks proves nothing, and neither do laws that a fault survives: such a
//! fault fails the task.

mod fault;
mod page;
mod scratch;

use std::io::{self, Write};

use clap::Args;

use self::fault::Fault;
use self::page::Page;
use self::scratch::Scratch;
use crate::Result;

/// Which faults, and for how long.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Only these, by the names of their files; else all.
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// A fault that nobody notices on so many seeds survives.
    #[arg(long, default_value_t = 20_000)]
    pub seeds: u64,
    /// Try none; fail where one does not fit the source any more, or has no row in the page.
    #[arg(long)]
    pub check: bool,
}

/// Tries the faults, and writes into the page which law each of them breaks.
///
/// # Errors
///
/// A fault that does not fit the source, does not build or survives; in check mode one that has no
/// row.
pub fn run(options: &Options) -> Result<String> {
    let (all, mut page) = (Fault::all()?, Page::read()?);
    page.keep(&all);
    let faults = chosen(all, &options.names)?;
    match options.check {
        true => check(&faults, &page),
        false => try_out(&faults, options.seeds, &mut page),
    }
}

/// The faults of these names; where there are none, all.
fn chosen(mut faults: Vec<Fault>, names: &[String]) -> Result<Vec<Fault>> {
    let known: Vec<&str> = faults.iter().map(|fault| fault.name.as_str()).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
        let known = known.join(", ");
        return Err(format!("there is no fault {unknown}\nhint: there are {known}").into());
    }
    faults.retain(|fault| names.is_empty() || names.contains(&fault.name));
    Ok(faults)
}

fn check(faults: &[Fault], page: &Page) -> Result<String> {
    for fault in faults {
        fault.fits()?;
        if !page.has(fault) {
            let (page, name) = (page::PATH, &fault.name);
            return Err(
                format!("{page} has no row of {name}\nhint: cargo xtask faults {name}").into(),
            );
        }
    }
    Ok(format!(
        "{} faults, each fits and has its row\n",
        faults.len()
    ))
}

fn try_out(faults: &[Fault], seeds: u64, page: &mut Page) -> Result<String> {
    let scratch = Scratch::new()?;
    let mut survivors = Vec::new();
    for fault in faults {
        let Some(noticed) = scratch.trial(fault, seeds)? else {
            survivors.push(fault.name.as_str());
            continue;
        };
        writeln!(io::stderr(), "{}: {noticed}", fault.name)?;
        page.insert(fault, noticed);
        // Each takes a while: what is known by now stays.
        page.write()?;
    }
    match survivors.as_slice() {
        [] => Ok(page.table()),
        names => Err(format!("no law breaks on {seeds} seeds: {}", names.join(", ")).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A failure means that a fault proves nothing any more: the source has changed under it, or
    /// nobody has tried it. `cargo xtask faults NAME` does.
    #[test]
    fn every_fault_fits_and_was_tried() {
        let options = Options {
            names: Vec::new(),
            seeds: 0,
            check: true,
        };
        run(&options).unwrap();
    }
}
