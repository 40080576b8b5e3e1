//! `cutover fleet`: one application on many clusters.

use crate::World;
use crate::args::FleetCommand;
use crate::error::Error;

mod file;
mod waves;

pub(crate) fn run(command: FleetCommand, world: &mut World<'_>) -> Result<(), Error> {
    match command {
        FleetCommand::Waves(args) => waves::run(&args, world),
    }
}
