//! `cutover plan`: from manifests, of files or as a cluster has them, and a strategy to a plan.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cutover::manifest::{Manifest, ObjectRef, Sealer, Warning};
use cutover::{Checked, Plan, Release, Strategy};
use cutover_report::{show, warnings};

use crate::args::{DocumentOutput, PlanArgs, PlanFile, PlanOutput, Request};
use crate::error::Error;
use crate::input::{Input, judge_duplicates};
use crate::online::{live, no_comparison};
use crate::refused::refused;
use crate::seal::{sealer, sealer_of};
use crate::verify::verify;
use crate::walk::{File, Folders};
use crate::wanted::{Wanted, says_itself};
use crate::{World, history, message, output, overwrite, plan_file, strategy_file};

pub(crate) fn run(args: PlanArgs, world: &mut World<'_>) -> Result<(), Error> {
    let (mut request, strategy_file) = request(args, world)?;
    read_once(&request)?;
    let folders = Folders::recursive(request.common.recursive);
    let from = match request.common.filenames.as_slice() {
        [] => live(&mut request, world)?,
        paths => Input::read(world, paths, folders)?,
    };
    if request.list {
        judge_duplicates(world, &[&from], |_| false)?;
        return history::list(&request, &from, world);
    }
    let to = match request.wanted.to.as_slice() {
        [] => None,
        paths => Some(Input::read(world, paths, folders)?),
    };
    if to.is_some()
        && from
            .loaded
            .bundle
            .iter()
            .any(|manifest| manifest.pointer("/metadata/uid").is_some())
    {
        return Err(no_comparison("what -f reads is as a cluster has it"));
    }
    let inputs: Vec<&Input> = to.iter().chain([&from]).collect();
    if let Some(PlanOutput::File(path)) = &request.common.output {
        let manifests = inputs.iter().flat_map(|input| &input.files);
        overwrite::refuse_input(world, path, manifests.chain(&strategy_file))?;
    }
    let given = match &request.common.verify {
        Some(path) => Some(plan_file::read(world, &PlanFile::any(path))?),
        None => None,
    };
    let sealer = match &given {
        Some(given) => sealer_of(given, &request.common.seal, world)?,
        None => sealer(&request.common.seal, world)?,
    };
    let (plan, counts) = match make(&request, &from, to.as_ref(), sealer) {
        Ok(made) => made,
        Err(error) => {
            judge_duplicates(world, &inputs, |_| false)?;
            return Err(refused(&error, &inputs));
        }
    };
    let changed = plan.changed();
    judge_duplicates(world, &inputs, |object| changed.contains(object))?;
    if let (Some(path), Some(given)) = (&request.common.verify, given) {
        return verify(path, &given, &plan, &request.strategy, world);
    }
    for (object, replicas) in &counts {
        message::warning(world, unsaid(object, *replicas, &inputs));
    }
    give(&plan, request.common.output.as_ref(), &inputs, world)?;
    output::difference(world, request.common.exit_code && !is_idle(&plan))
}

/// What is asked for, and the file of the strategy where it is in one.
fn request(args: PlanArgs, world: &mut World<'_>) -> Result<(Request, Option<File>), Error> {
    let PlanArgs {
        by,
        file,
        common,
        wanted,
        running,
    } = args;
    if let Some(strategy) = by {
        let request = strategy.into_request(world.now).map_err(Error::failed)?;
        return Ok((request, None));
    }
    let (strategy, file) = strategy_file::read(world, &file.unwrap_or_default())?;
    if says_itself(&strategy) && !wanted.is_empty() {
        let reason = format!(
            "the strategy {} says itself what is wanted",
            strategy.name()
        );
        return Err(Error::Usage(format!(
            "{reason}\nhint: leave out --to, --image, --images, --set-env and --to-revision"
        )));
    }
    let request = Request::new(strategy, common, wanted, running);
    Ok((request, Some(file)))
}

/// The standard input ends, so it can be one thing only.
fn read_once(request: &Request) -> Result<(), Error> {
    let manifests = request.common.filenames.iter().chain(&request.wanted.to);
    let paths = manifests.chain(&request.common.verify);
    if paths.filter(|path| path.as_os_str() == "-").count() < 2 {
        return Ok(());
    }
    Err(Error::Usage(
        "`-` twice: the standard input can be read once\nhint: put one of them into a file".into(),
    ))
}

fn make(
    request: &Request,
    from: &Input,
    to: Option<&Input>,
    sealer: Sealer,
) -> Result<(Checked, BTreeMap<ObjectRef, u32>), cutover::Error> {
    let Wanted { ends, mut counts } =
        Wanted::new(request, &from.loaded.bundle, to.map(|to| &to.loaded.bundle))?;
    let release = Release::new(ends.sealed_by(sealer))?;
    let plan = cutover::plan(&release, &request.strategy, &request.options())?;
    let touched: BTreeSet<&ObjectRef> = plan.spec.from.iter().map(Manifest::object).collect();
    counts.retain(|object, _| touched.contains(object));
    Ok((plan, counts))
}

/// A number of pods that is said on the command line alone.
fn unsaid(object: &ObjectRef, replicas: u32, inputs: &[&Input]) -> Warning {
    Warning {
        object: Some(object.clone()),
        place: inputs.iter().find_map(|input| input.place(object, "")),
        message: format!(
            "/spec/replicas: the manifest does not say how many pods run; the plan takes them to be {replicas}"
        ),
        hint: Some(format!(
            "check it against the cluster, or write `replicas: {replicas}` into the manifest"
        )),
    }
}

/// Gives the plan to whoever asked, and says beside it what a reviewer should know and the table
/// does not say.
fn give(
    plan: &Checked,
    to: Option<&PlanOutput>,
    inputs: &[&Input],
    world: &mut World<'_>,
) -> Result<(), Error> {
    let idle = is_idle(plan);
    let untold = if to.is_some() || idle {
        told(plan)?
    } else {
        Vec::new()
    };
    for warning in untold {
        let place = warning
            .object
            .as_ref()
            .and_then(|object| inputs.iter().find_map(|input| input.place(object, "")));
        message::warning(
            world,
            Warning {
                place: warning.place.or(place),
                ..warning
            },
        );
    }
    if idle {
        message::note(
            world,
            "nothing to do: what is wanted is what runs\nhint: say what is wanted with --to, --image, --images or --set-env",
        );
    }
    match to {
        Some(PlanOutput::File(path)) => output::file(world, path, &text(plan, format_of(path))?),
        Some(PlanOutput::Json) => print(world, &text(plan, DocumentOutput::Json)?),
        Some(PlanOutput::Yaml) => print(world, &text(plan, DocumentOutput::Yaml)?),
        None if idle => Ok(()),
        None => {
            print(
                world,
                &show(plan, output::style(world)).map_err(Error::failed)?,
            )?;
            message::note(
                world,
                "the plan is not kept\nhint: `-o plan.yaml` writes it to a file",
            );
            Ok(())
        }
    }
}

/// Whether what is wanted is what runs.
fn is_idle(plan: &Plan) -> bool {
    let mut steps = plan.spec.steps.iter();
    steps.all(|step| step.changes.is_empty())
}

/// What a reviewer should know: what the plan was made with, and what is seen in it.
fn told(plan: &Checked) -> Result<Vec<Warning>, Error> {
    let notes = plan.spec.notes.iter();
    let mut told: Vec<Warning> = notes
        .map(|note| Warning {
            object: note.object.clone(),
            place: None,
            message: note.message.clone(),
            hint: note.hint.clone(),
        })
        .collect();
    told.extend(warnings(plan).map_err(Error::failed)?);
    Ok(told)
}

fn format_of(path: &Path) -> DocumentOutput {
    match path.extension() {
        Some(end) if end == "json" => DocumentOutput::Json,
        _ => DocumentOutput::Yaml,
    }
}

fn text(plan: &Plan, format: DocumentOutput) -> Result<String, Error> {
    let value = plan.to_value().map_err(Error::failed)?;
    Ok(output::text(&value, format))
}

fn print(world: &mut World<'_>, text: &str) -> Result<(), Error> {
    Ok(world.output.write_all(text.as_bytes())?)
}
