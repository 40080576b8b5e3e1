//! `cutover fleet`: one application on many clusters.

use crate::World;
use crate::args::FleetCommand;
use crate::error::Error;

mod check;
mod file;
mod plan;
mod plan_file;
mod planned;
mod run;
mod show;
mod verify;
mod waves;
mod write;

pub(crate) fn run(command: FleetCommand, world: &mut World<'_>) -> Result<(), Error> {
    match command {
        FleetCommand::Abort(args) => run::abort(&args, world),
        FleetCommand::Apply(args) => run::apply(&args, world),
        FleetCommand::Approve(args) => run::approve(&args, world),
        FleetCommand::Check(args) => check::run(&args, world),
        FleetCommand::Plan(args) => plan::run(&args, world),
        FleetCommand::Show(args) => show::run(&args, world),
        FleetCommand::Status(args) => run::status(&args, world),
        FleetCommand::Undo(args) => run::undo(&args, world),
        FleetCommand::Waves(args) => waves::run(&args, world),
        FleetCommand::Write(args) => write::run(&args, world),
    }
}
