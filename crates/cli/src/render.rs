//! `cutover render`: the manifests as they stand after a step.

use cutover::Plan;
use cutover::manifest::{Bundle, Manifest, ObjectRef, Sealer, rank};
use serde_json::Value;

use crate::args::RenderArgs;
use crate::error::Error;
use crate::input::{Input, judge_duplicates};
use crate::seal::sealer_of;
use crate::walk::Folders;
use crate::{World, message, output, plan_file};

pub(crate) fn run(args: &RenderArgs, world: &mut World<'_>) -> Result<(), Error> {
    let plan = plan_file::read(world, &args.file)?;
    plan_file::step(&plan, &args.file.plan, args.step, 0)?;
    let state = plan.state(args.step).map_err(Error::failed)?;
    let objects = if args.filenames.is_empty() {
        by_rank(&state)
    } else {
        let sealer = sealer_of(&plan, &args.seal, world)?;
        let input = Input::read(world, &args.filenames, Folders::recursive(args.recursive))?;
        let changed = plan.changed();
        judge_duplicates(world, &[&input], |object| changed.contains(object))?;
        among(&input, &plan, &state, &sealer)?
    };
    objects
        .iter()
        .filter(|manifest| manifest.is_sealed())
        .for_each(|secret| without_values(world, secret.object()));
    let values: Vec<Value> = objects.into_iter().map(Manifest::into_value).collect();
    output::objects(world, &values, args.output)
}

/// A Secret that is told without its values.
pub(crate) fn without_values(world: &mut World<'_>, secret: &ObjectRef) {
    let hint = "its values are in the files that have it so: `render` takes those with -f";
    message::warning(
        world,
        format!("{secret}: a plan does not hold a Secret's values\nhint: {hint}"),
    );
}

/// In the order in which they must come to exist.
fn by_rank(state: &Bundle) -> Vec<Manifest> {
    let mut objects: Vec<Manifest> = state.iter().cloned().collect();
    objects.sort_by_key(|manifest| rank(manifest.object()));
    objects
}

/// All of the input: the plan's objects as the state has them, all others as they are, new ones at
/// the end.
fn among(
    input: &Input,
    plan: &Plan,
    state: &Bundle,
    sealer: &Sealer,
) -> Result<Vec<Manifest>, Error> {
    let planned = plan.objects();
    let at_state = |manifest: &&Manifest| match state.get(manifest.object()) {
        // The file has the values of a Secret, the plan a seal of them.
        Some(planned) if *planned == sealer.seal_like(manifest, planned) => {
            Some((*manifest).clone())
        }
        Some(planned) => Some(planned.clone()),
        None => (!planned.contains(manifest.object())).then(|| (*manifest).clone()),
    };
    let known = input.in_order();
    let new = state
        .iter()
        .filter(|manifest| !input.loaded.bundle.contains(manifest.object()));
    Ok(known
        .iter()
        .filter_map(at_state)
        .chain(new.cloned())
        .collect())
}
