//! `cutover patches`: the changes of the steps, for whoever makes them with other tools.

use std::path::Path;

use cutover::Plan;

use crate::args::{PatchesArgs, PatchesOutput};
use crate::error::Error;
use crate::{World, message, plan_file};

mod components;
mod files;
mod folder;
mod kubectl;
mod lines;
mod refused;
mod way;

use way::Way;

pub(crate) fn run(args: &PatchesArgs, world: &mut World<'_>) -> Result<(), Error> {
    let plan = plan_file::read(world, &args.file)?;
    if let Some(step) = args.step {
        plan_file::step(&plan, &args.file.plan, step, 1)?;
    }
    let way = Way::of(args, &plan)?;
    refused::secrets(&way)?;
    let text = match (args.output, &args.directory) {
        (Some(format), Some(directory)) => written(format, &way, directory, world)?,
        _ => lines::lines(&way)?,
    };
    world.output.write_all(text.as_bytes())?;
    message::note(world, fits(&plan));
    Ok(())
}

/// Writes the files, and gives what is to be done with them.
fn written(
    format: PatchesOutput,
    way: &Way<'_>,
    directory: &Path,
    world: &World<'_>,
) -> Result<String, Error> {
    refused::replacements(way)?;
    let (files, text) = match format {
        PatchesOutput::Dir => folder::folder(way, directory)?,
        PatchesOutput::Kustomize => {
            refused::local(way)?;
            components::components(way, directory)?
        }
    };
    files.put(world)?;
    Ok(text)
}

/// What the patches may be applied to: a plan is exact for the documents that it was given.
fn fits(plan: &Plan) -> &'static str {
    let live = plan
        .spec
        .from
        .iter()
        .any(|manifest| manifest.pointer("/metadata/uid").is_some());
    if live {
        "these patches fit the live objects that the plan was made from\n\
         hint: wait for the gates of each step before the next: `cutover show`"
    } else {
        "these patches fit the files that the plan was made from, and `cutover write` uses them; live objects hold defaults besides\n\
         hint: for patches that fit live objects: kubectl get deployment,service,sts,ds,rs,job,ingress,hpa,pdb,networkpolicy -o yaml | cutover plan … -f -"
    }
}
