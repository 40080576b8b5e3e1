//! `cutover fleet plan`: from a fleet, and the manifests of its clusters, to a fleet plan.

use cutover::fleet::{CheckedFleet, assemble, check};
use cutover_report::show_fleet;

use crate::args::{FleetPlanArgs, PlanFile, PlanOutput};
use crate::error::Error;
use crate::fleet::file::FleetFile;
use crate::fleet::plan_file;
use crate::fleet::planned::Planned;
use crate::fleet::verify::verify;
use crate::plan::is_idle;
use crate::seal::{sealer, sealer_of};
use crate::{World, message, output, overwrite};

pub(crate) fn run(args: &FleetPlanArgs, world: &mut World<'_>) -> Result<(), Error> {
    let fleet = FleetFile::read(world, &args.fleet)?;
    let given = match &args.verify {
        Some(path) => Some((path, plan_file::read(world, &PlanFile::any(path))?)),
        None => None,
    };
    let sealer = sealer(&args.seal, world)?;
    for plan in given
        .iter()
        .flat_map(|(_, given)| given.spec.plans.values())
    {
        sealer_of(plan, &args.seal, world)?;
    }
    let planned = Planned::of(&fleet, args, &sealer, world)?;
    let made = assemble(&fleet.fleet, &fleet.waves, &planned.plans).map_err(Error::failed)?;
    let made = check(made).map_err(|broken| plan_file::refused(&args.fleet, &broken))?;
    if let Some((path, given)) = given {
        return verify(path, &given, &made, world);
    }
    if let Some(PlanOutput::File(path)) = &args.output {
        overwrite::refuse_input(world, path, planned.files.iter().chain([&fleet.file]))?;
    }
    give(&made, args.output.as_ref(), world)?;
    let is_idle = made.spec.plans.values().all(|plan| is_idle(plan));
    if is_idle {
        message::note(
            world,
            "nothing to do: what is wanted is what runs, in each cluster",
        );
    }
    output::difference(world, args.exit_code && !is_idle)
}

/// Gives the fleet plan to whoever asked.
fn give(fleet: &CheckedFleet, to: Option<&PlanOutput>, world: &mut World<'_>) -> Result<(), Error> {
    if let Some(to) = to {
        let value = fleet.to_value().map_err(Error::failed)?;
        return output::document(world, to, |format| Ok(output::text(&value, format)));
    }
    let tables = show_fleet(fleet, output::screen(world)).map_err(Error::failed)?;
    world.output.write_all(tables.as_bytes())?;
    message::note(
        world,
        "the fleet plan is not saved\nhint: `-o fleet-plan.yaml` writes it to a file",
    );
    Ok(())
}
