//! `cutover render`: the manifests as they stand after a step.

use cutover::Plan;
use cutover::manifest::{Bundle, Manifest, ObjectRef, rank};
use serde_json::Value;

use crate::args::RenderArgs;
use crate::error::Error;
use crate::input::{Input, judge_duplicates};
use crate::secrets::Secrets;
use crate::walk::Folders;
use crate::{World, message, output, plan_file};

pub(crate) fn run(args: &RenderArgs, world: &mut World<'_>) -> Result<(), Error> {
    let plan = plan_file::read(world, &args.file)?;
    plan_file::step(&plan, &args.file.plan, args.step, 0)?;
    let state = plan.state(args.step).map_err(Error::failed)?;
    // What compares nothing needs no key.
    let secrets = match args.filenames.is_empty() && args.secrets.secrets_from.is_empty() {
        true => Secrets::default(),
        false => Secrets::read(&plan, &args.secrets, world)?,
    };
    let objects = if args.filenames.is_empty() {
        by_rank(&state, &secrets)
    } else {
        let input = Input::read(world, &args.filenames, Folders::recursive(args.recursive))?;
        let changed = plan.changed();
        judge_duplicates(world, &[&input], |object| changed.contains(object))?;
        among(&input, &plan, &state, secrets.with(&input))?
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
    let hint = "its values are in the files that have it so: `render` takes those with -f and --secrets-from";
    message::warning(
        world,
        format!("{secret}: a plan does not hold a Secret's values\nhint: {hint}"),
    );
}

/// In the order in which they must come to exist.
fn by_rank(state: &Bundle, secrets: &Secrets) -> Vec<Manifest> {
    let objects = state.iter();
    let mut objects: Vec<Manifest> = objects
        .map(|manifest| with_values(manifest, secrets))
        .collect();
    objects.sort_by_key(|manifest| rank(manifest.object()));
    objects
}

/// All of the input: the plan's objects as the state has them, all others as they are, new ones at
/// the end.
fn among(
    input: &Input,
    plan: &Plan,
    state: &Bundle,
    secrets: Secrets,
) -> Result<Vec<Manifest>, Error> {
    let planned = plan.objects();
    let at_state = |manifest: &&Manifest| match state.get(manifest.object()) {
        // The file has the values of a Secret, the plan a seal of them.
        Some(planned) if *planned == secrets.sealer.seal_like(manifest, planned) => {
            Some((*manifest).clone())
        }
        Some(planned) => Some(with_values(planned, &secrets)),
        None => (!planned.contains(manifest.object())).then(|| (*manifest).clone()),
    };
    let known = input.in_order();
    let new = state
        .iter()
        .filter(|manifest| !input.loaded.bundle.contains(manifest.object()));
    Ok(known
        .iter()
        .filter_map(at_state)
        .chain(new.map(|manifest| with_values(manifest, &secrets)))
        .collect())
}

/// A Secret with its values where a file has them; all else as it is.
fn with_values(manifest: &Manifest, secrets: &Secrets) -> Manifest {
    secrets.open(manifest).unwrap_or_else(|| manifest.clone())
}
