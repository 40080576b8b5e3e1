//! `cutover patches`: the changes of a step, for whoever makes them with other tools.

use cutover::Plan;
use cutover::planning::{Change, Step};
use serde_json::{Value, json};

use crate::args::PatchesArgs;
use crate::error::Error;
use crate::{World, message, plan_file};

pub(crate) fn run(args: &PatchesArgs, world: &mut World<'_>) -> Result<(), Error> {
    let plan = plan_file::read(world, &args.plan)?;
    plan_file::step(&plan, &args.plan, args.step, 1)?;
    let lines = if args.undo {
        back(&plan, args.step).map_err(Error::failed)?
    } else {
        forward(&plan, args.step)
    };
    for line in lines {
        writeln!(world.output, "{line}")?;
    }
    message::note(world, fits(&plan));
    Ok(())
}

fn forward(plan: &Plan, number: usize) -> Vec<Value> {
    let step = plan.spec.steps.get(number - 1);
    step.into_iter()
        .flat_map(|step| {
            step.changes
                .iter()
                .map(move |change| line(number, step, change))
        })
        .collect()
}

/// The whole way back, its steps numbered in the order in which they are taken.
fn back(plan: &Plan, from: usize) -> Result<Vec<Value>, cutover::planning::Error> {
    let numbered = (1..).zip(plan.way_back(from)?);
    Ok(numbered
        .flat_map(|(number, step)| {
            step.changes
                .iter()
                .map(move |change| line(number, step, change))
        })
        .collect())
}

fn line(number: usize, step: &Step, change: &Change) -> Value {
    let object = change.object();
    match change {
        Change::Create { manifest, .. } => {
            json!({ "step": number, "name": step.name, "verb": "create", "object": object, "manifest": manifest })
        }
        Change::Delete { manifest, .. } => {
            json!({ "step": number, "name": step.name, "verb": "delete", "object": object, "manifest": manifest })
        }
        Change::Patch { ops, .. } => {
            json!({ "step": number, "name": step.name, "verb": "patch", "object": object, "patch": ops })
        }
    }
}

/// What the patches may be applied to: a plan is exact for the documents that it was given.
fn fits(plan: &Plan) -> &'static str {
    let live = plan
        .spec
        .from
        .iter()
        .any(|entry| entry.manifest.pointer("/metadata/uid").is_some());
    if live {
        "these patches fit the live objects that the plan was made from\n\
         hint: wait for the gates of each step before the next: `cutover show`"
    } else {
        "these patches fit the files that the plan was made from, and `cutover write` uses them; live objects hold defaults besides\n\
         hint: for patches that fit live objects: kubectl get deployment,service,hpa,pdb,networkpolicy -o yaml | cutover plan … -f -"
    }
}
