//! `cutover diff`: what the steps of a plan change, line by line.

use cutover::Plan;
use cutover_report::{diff, diff_document};

use crate::args::DiffArgs;
use crate::error::Error;
use crate::{World, output, plan_file};

pub(crate) fn run(args: &DiffArgs, world: &mut World<'_>) -> Result<(), Error> {
    let plan = plan_file::read(world, &args.file)?;
    args.step.map_or(Ok(()), |step| {
        plan_file::step(&plan, &args.file.plan, step, 1)
    })?;
    let text = match args.output {
        None => diff(&plan, args.step, output::screen(world).style),
        Some(format) => diff_document(&plan, args.step).map(|steps| output::text(&steps, format)),
    };
    let text = text.map_err(Error::failed)?;
    world.output.write_all(text.as_bytes())?;
    output::difference(world, args.exit_code && changes(&plan, args.step))
}

/// Whether a step changes something, or any of them.
fn changes(plan: &Plan, step: Option<usize>) -> bool {
    let steps = (1..).zip(&plan.spec.steps);
    steps
        .filter(|(number, _)| step.is_none_or(|step| step == *number))
        .any(|(_, step)| !step.changes.is_empty())
}
