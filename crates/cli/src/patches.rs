//! `cutover patches`: the changes of a step, for whoever makes them with other tools.

use cutover::Plan;
use cutover::manifest::Bundle;
use cutover::planning::{Change, PlanError, Step, apply};
use cutover_report::step_name;
use serde_json::{Value, json};

use crate::args::PatchesArgs;
use crate::error::Error;
use crate::{World, message, plan_file};

pub(crate) fn run(args: &PatchesArgs, world: &mut World<'_>) -> Result<(), Error> {
    let plan = plan_file::read(world, &args.file)?;
    plan_file::step(&plan, &args.file.plan, args.step, 1)?;
    let lines = if args.undo {
        back(&plan, args.step)
    } else {
        forward(&plan, args.step)
    };
    for line in lines.map_err(Error::failed)? {
        writeln!(world.output, "{line}")?;
    }
    message::note(world, fits(&plan));
    Ok(())
}

fn forward(plan: &Plan, number: usize) -> Result<Vec<Value>, PlanError> {
    let mut walk = plan.walk();
    while let Some(step) = walk.advance()? {
        if walk.number() == number {
            return Ok(lines(number, step, walk.before(), walk.state()));
        }
    }
    Ok(Vec::new())
}

/// The whole way back, its steps numbered in the order in which they are taken.
fn back(plan: &Plan, from: usize) -> Result<Vec<Value>, PlanError> {
    let mut all = Vec::new();
    let mut state = plan.state(from)?;
    for (number, step) in (1..).zip(plan.way_back(from)?) {
        let before = state.clone();
        apply(&mut state, step, number)?;
        all.extend(lines(number, step, &before, &state));
    }
    Ok(all)
}

fn lines(number: usize, step: &Step, before: &Bundle, after: &Bundle) -> Vec<Value> {
    let name = step_name(step, before, after);
    let changes = step.changes.iter();
    changes
        .map(|change| {
            let (verb, field, content) = content(change, before);
            json!({ "step": number, "name": name, "verb": verb, "object": change.object(), field: content })
        })
        .collect()
}

fn content(change: &Change, before: &Bundle) -> (&'static str, &'static str, Value) {
    match change {
        Change::Create(manifest) => ("create", "manifest", json!(manifest)),
        Change::Delete(object) => ("delete", "manifest", json!(before.get(object))),
        Change::Patch(patch) => ("patch", "patch", json!(patch.ops)),
        Change::Replace(replace) => ("replace", "replace", json!(replace)),
    }
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
         hint: for patches that fit live objects: kubectl get deployment,service,hpa,pdb,networkpolicy -o yaml | cutover plan … -f -"
    }
}
