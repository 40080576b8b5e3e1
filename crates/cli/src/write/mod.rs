//! `cutover write`: a step of a plan as an edit of the files, comments and all else kept.

use std::collections::BTreeMap;

use crate::args::WriteArgs;
use crate::error::Error;
use crate::input::{Input, judge_duplicates};
use crate::secrets::Secrets;
use crate::walk::{Folders, Origin};
use crate::{World, message, plan_file};

mod back;
mod disk;
mod document;
mod draft;
mod given;
mod originals;
mod pieces;
mod stand;

use draft::Draft;
use originals::Originals;
use stand::{Stand, Standing};

pub(crate) fn run(args: &WriteArgs, world: &mut World<'_>) -> Result<(), Error> {
    let plan = plan_file::read(world, &args.file)?;
    plan_file::step(&plan, &args.file.plan, args.step, 0)?;
    let folders = Folders::recursive(args.recursive);
    let input = Input::read(world, &args.filenames, folders)?;
    if input
        .files
        .iter()
        .any(|file| file.origin == Origin::Standard)
    {
        return Err(Error::Usage(
            "the standard input cannot be edited\nhint: name the files or directories".into(),
        ));
    }
    let changed = plan.changed();
    judge_duplicates(world, &[&input], |object| changed.contains(object))?;
    let secrets = Secrets::read(&plan, &args.secrets, world)?;
    let stand = Stand::new(&plan, secrets.with(&input))?;
    let standing = stand.find(&input, args.step)?;
    let originals = match &args.originals {
        Some(directory) => Some(Originals::read(world, directory, &args.filenames, folders)?),
        None => None,
    };
    let draft = drafted(&stand, &standing, &input, args.step, originals.as_ref())?;
    if standing.state == Some(args.step) && draft.is_empty() {
        message::note(
            world,
            format!(
                "nothing to write: the files stand as after step {}",
                args.step
            ),
        );
        return Ok(());
    }
    refuse_later(&stand, &standing, &input, args.step)?;
    for warning in given_back(&stand, &standing, args.step)? {
        message::warning(world, warning);
    }
    for name in back::lost(&stand, &standing, &input, &draft)? {
        message::warning(world, back::warning(&name));
    }
    let lines = disk::put(world, &input, &draft)?;
    lines
        .iter()
        .try_for_each(|line| writeln!(world.output, "{line}"))?;
    message::note(world, moved(standing.state, args.step));
    Ok(())
}

/// The files as they are to be, checked by reading them again.
fn drafted<'i>(
    stand: &Stand<'_>,
    standing: &Standing,
    input: &'i Input,
    step: usize,
    originals: Option<&Originals>,
) -> Result<Draft<'i>, Error> {
    let target = stand.after(step)?;
    let mut changes = stand.changes(standing, &target);
    let mut draft = Draft::new(input);
    if let Some(originals) = originals {
        changes = originals.restore(&mut draft, changes, stand, &target.state);
    }
    Error::unless_empty(draft.make(&changes, stand))?;
    let again = Input::of(draft.files())?;
    match stand.find(&again, step) {
        Ok(standing) if standing.state == Some(step) => Ok(draft),
        _ => {
            let hint = "make the change by hand: `cutover diff` shows it";
            Err(Error::failed(format!(
                "the files would not read as after step {step}\nhint: {hint}"
            )))
        }
    }
}

/// What is said of files that leave a number of pods out again.
fn given_back(stand: &Stand<'_>, standing: &Standing, step: usize) -> Result<Vec<String>, Error> {
    let changes = stand.changes(standing, &stand.after(step)?);
    let edits = changes
        .iter()
        .filter_map(|change| change.before.as_ref().zip(change.after.as_ref()));
    let warnings = edits.filter_map(|(before, after)| given::warning(before, after));
    Ok(warnings.collect())
}

/// Refuses at once what a later step would be refused for, Secrets apart, which a person puts there
/// when it is their step's turn.
fn refuse_later(
    stand: &Stand<'_>,
    standing: &Standing,
    input: &Input,
    step: usize,
) -> Result<(), Error> {
    let mut tried = BTreeMap::new();
    let mut walk = stand.plan.walk();
    while walk.advance().map_err(Error::failed)?.is_some() {
        if walk.number() <= step {
            continue;
        }
        let target = stand.target(walk.number(), walk.state().clone());
        let mut changes = stand.changes(standing, &target);
        changes.retain(|change| {
            let before = tried.insert(change.object.clone(), change.after.clone());
            change.object.kind != "Secret" && before.as_ref() != Some(&change.after)
        });
        let reasons = Draft::new(input).make(&changes, stand);
        let number = walk.number();
        let later = reasons
            .into_iter()
            .map(|reason| format!("step {number} could not be written later: {reason}"));
        Error::unless_empty(later.collect())?;
    }
    Ok(())
}

fn moved(from: Option<usize>, to: usize) -> String {
    let state = |step: usize| {
        if step == 0 {
            "before the first step".to_owned()
        } else {
            format!("after step {step}")
        }
    };
    match from {
        Some(from) => format!(
            "the files stood as {}, and stand as {}",
            state(from),
            state(to)
        ),
        None => format!("the files stood between states, and stand as {}", state(to)),
    }
}
