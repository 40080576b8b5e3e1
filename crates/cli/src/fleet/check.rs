//! `cutover fleet check`: what a fleet plan keeps, recounted.

use cutover_report::show_moments;

use crate::args::FleetCheckArgs;
use crate::error::Error;
use crate::fleet::plan_file;
use crate::{World, output};

pub(crate) fn run(args: &FleetCheckArgs, world: &mut World<'_>) -> Result<(), Error> {
    let fleet = plan_file::read(world, &args.file)?;
    let text = show_moments(&fleet, output::screen(world));
    Ok(world.output.write_all(text.as_bytes())?)
}
