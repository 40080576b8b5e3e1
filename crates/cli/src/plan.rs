//! `cutover plan`: from manifests, of files or as a cluster has them, and a strategy to a plan.

use std::mem;

use cutover::manifest::{Sealer, Warning, emit_part};
use cutover::{Checked, Plan, Release, Strategy};
use cutover_report::{show, warnings};

use crate::args::{DocumentOutput, PlanArgs, PlanFile, PlanOutput, Request};
use crate::error::Error;
use crate::input::{Input, judge_duplicates, judge_duplicates_of_ends};
use crate::online::{live, no_comparison};
use crate::refused::refused;
use crate::seal::{sealer, sealer_of};
use crate::verify::verify;
use crate::walk::{File, Folders};
use crate::wanted::wanted;
use crate::{World, history, message, output, overwrite, plan_file, strategy_file};

pub(crate) fn run(args: PlanArgs, world: &mut World<'_>) -> Result<(), Error> {
    let (mut request, strategy_file) = request(args, world)?;
    read_once(&request)?;
    let from = read_from(&mut request, world)?;
    if request.list {
        judge_duplicates(world, &[&from], |_| false)?;
        return history::list(&request, &from, world);
    }
    let to = read_to(&request, &from, world)?;
    refuse_input(
        &request,
        [Some(&from), to.as_ref()],
        strategy_file.as_ref(),
        world,
    )?;
    if let Some(path) = &request.common.verify {
        let given = plan_file::read(world, &PlanFile::any(path))?;
        let sealer = sealer_of(&given, &request.common.seal, world)?;
        let plan = planned(&request, &from, to.as_ref(), sealer, world)?;
        return verify(path, &given, &plan, &request.strategy, world);
    }
    let sealer = sealer(&request.common.seal, world)?;
    let plan = planned(&request, &from, to.as_ref(), sealer, world)?;
    let inputs: Vec<&Input> = to.iter().chain([&from]).collect();
    give(&plan, request.common.output.as_ref(), &inputs, world)?;
    let is_idle = is_idle(&plan);
    // The process ends here: a million values need not be freed one by one.
    mem::forget((from, to, plan));
    output::difference(world, request.common.exit_code && !is_idle)
}

/// Refuses to write the plan over what it is made from.
fn refuse_input(
    request: &Request,
    inputs: [Option<&Input>; 2],
    strategy_file: Option<&File>,
    world: &World<'_>,
) -> Result<(), Error> {
    let Some(PlanOutput::File(path)) = &request.common.output else {
        return Ok(());
    };
    let manifests = inputs.into_iter().flatten().flat_map(|input| &input.files);
    overwrite::refuse_input(world, path, manifests.chain(strategy_file))
}

/// The plan that is asked for, or why there is none, with the places in the files; and what is said of
/// keys that stand there twice.
pub(crate) fn planned(
    request: &Request,
    from: &Input,
    to: Option<&Input>,
    sealer: Sealer,
    world: &mut World<'_>,
) -> Result<Checked, Error> {
    match make(request, from, to, sealer) {
        Ok(plan) => {
            let changed = plan.changed();
            judge_duplicates_of_ends(world, from, to, |object| changed.contains(object))?;
            Ok(plan)
        }
        Err(error) => {
            let inputs: Vec<&Input> = to.into_iter().chain([from]).collect();
            judge_duplicates(world, &inputs, |_| false)?;
            Err(refused(&error, &inputs))
        }
    }
}

/// What is asked for, and the file of the strategy where it is in one.
fn request(args: PlanArgs, world: &mut World<'_>) -> Result<(Request, Option<File>), Error> {
    let PlanArgs {
        by,
        file,
        mut common,
        mut wanted,
        running,
    } = args;
    if let Some(strategy) = by {
        let request = strategy.into_request(world.now).map_err(Error::failed)?;
        return Ok((request, None));
    }
    let (read, file) = strategy_file::read(world, &file.unwrap_or_default())?;
    let strategy = read.strategy;
    if strategy.says_what_is_wanted() && !wanted.is_empty() {
        let reason = format!(
            "the strategy {} says itself what is wanted",
            strategy.name()
        );
        return Err(Error::Usage(format!(
            "{reason}\nhint: leave out --to, --image, --images, --set-env and --to-revision"
        )));
    }
    common.after.push(read.after);
    common.window = common.window.or(read.window);
    wanted.configuration.get_or_insert(read.configuration);
    let request = Request::new(strategy, common, wanted, running);
    Ok((request, Some(file)))
}

/// What runs: of files, or of the cluster where none are named.
pub(crate) fn read_from(request: &mut Request, world: &mut World<'_>) -> Result<Input, Error> {
    let folders = Folders::recursive(request.common.recursive);
    match request.common.filenames.as_slice() {
        [] => live(request, world),
        paths if request.wanted.to.is_empty() => Input::read(world, paths, folders),
        paths => Input::read_running(world, paths, folders),
    }
}

/// What is wanted, where it is in files: they are no match for what a cluster has filled in.
pub(crate) fn read_to(
    request: &Request,
    from: &Input,
    world: &mut World<'_>,
) -> Result<Option<Input>, Error> {
    if request.wanted.to.is_empty() {
        return Ok(None);
    }
    let folders = Folders::recursive(request.common.recursive);
    let mut to = Input::read(world, &request.wanted.to, folders)?;
    to.loaded.bundle.share(&from.loaded.bundle);
    let mut running = from.loaded.bundle.iter();
    if running.any(|manifest| manifest.pointer("/metadata/uid").is_some()) {
        return Err(no_comparison("what -f reads is as a cluster has it"));
    }
    Ok(Some(to))
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

/// The plan that is asked for.
pub(crate) fn make(
    request: &Request,
    from: &Input,
    to: Option<&Input>,
    sealer: Sealer,
) -> Result<Checked, cutover::Error> {
    let ends = wanted(request, &from.loaded.bundle, to.map(|to| &to.loaded.bundle))?;
    let release = Release::new(ends.sealed_by(sealer))?;
    cutover::plan(&release, &request.strategy, &request.options())
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
        Some(to) => output::document(world, to, |format| text(plan, format)),
        None if idle => Ok(()),
        None => {
            let table = show(plan, output::screen(world)).map_err(Error::failed)?;
            world.output.write_all(table.as_bytes())?;
            message::note(
                world,
                "the plan is not saved\nhint: `-o plan.yaml` writes it to a file",
            );
            Ok(())
        }
    }
}

/// A plan as a document.
fn text(plan: &Plan, format: DocumentOutput) -> Result<String, Error> {
    Ok(match format {
        DocumentOutput::Json => output::text(&plan.to_value().map_err(Error::failed)?, format),
        // The larger the plan, the more a second one beside it would take.
        DocumentOutput::Yaml => emit_part(&plan.document().map_err(Error::failed)?),
    })
}

/// Whether what is wanted is what runs.
pub(crate) fn is_idle(plan: &Plan) -> bool {
    let mut steps = plan.spec.steps.iter();
    steps.all(|step| step.changes.is_empty())
}

/// What a reviewer should know: what the plan was made with, and what is seen in it.
pub(crate) fn told(plan: &Checked) -> Result<Vec<Warning>, Error> {
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
