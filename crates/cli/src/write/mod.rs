//! `cutover write`: a step of a plan as an edit of the files, comments and all else kept.

use std::collections::BTreeMap;

use cutover::Plan;

use crate::args::{SecretsArgs, WriteArgs};
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
    let originals = match &args.originals {
        Some(directory) => Some(Originals::read(world, directory, &args.filenames, folders)?),
        None => None,
    };
    let edit = Edit::new(
        &plan,
        &input,
        args.step,
        &args.secrets,
        originals.as_ref(),
        world,
    )?;
    put(world, &[&edit])?;
    message::note(world, edit.note());
    Ok(())
}

/// The files of a plan as they are to be after a step, and how they stood.
pub(crate) struct Edit<'i> {
    draft: Draft<'i>,
    step: usize,
    /// At which state the files stood; none where they stood at several.
    stood: Option<usize>,
}

impl<'i> Edit<'i> {
    /// Makes the edit, and warns about what it does not keep; nothing is written yet.
    ///
    /// # Errors
    ///
    /// Files that stand at no state of the plan, and what this step or a later one could not write.
    pub(crate) fn new(
        plan: &Plan,
        input: &'i Input,
        step: usize,
        secrets: &SecretsArgs,
        originals: Option<&Originals>,
        world: &mut World<'_>,
    ) -> Result<Self, Error> {
        let changed = plan.changed();
        judge_duplicates(world, &[input], |object| changed.contains(object))?;
        let secrets = Secrets::read(plan, secrets, world)?;
        let stand = Stand::new(plan, secrets.with(input))?;
        let standing = stand.find(input, step)?;
        let edit = Self {
            draft: drafted(&stand, &standing, input, step, originals)?,
            step,
            stood: standing.state,
        };
        if edit.is_done() {
            return Ok(edit);
        }
        refuse_later(&stand, &standing, input, step)?;
        for warning in given_back(&stand, &standing, step)? {
            message::warning(world, warning);
        }
        for name in back::lost(&stand, &standing, input, &edit.draft)? {
            message::warning(world, back::warning(&name));
        }
        Ok(edit)
    }

    /// Whether the files stand as they are to.
    fn is_done(&self) -> bool {
        self.stood == Some(self.step) && self.draft.is_empty()
    }

    /// What became of the files, once it is written.
    pub(crate) fn note(&self) -> String {
        match self.is_done() {
            true => format!(
                "nothing to write: the files stand as after step {}",
                self.step
            ),
            false => moved(self.stood, self.step),
        }
    }
}

/// Writes the files of all edits, or none, and prints which.
///
/// # Errors
///
/// As [`disk::put`].
pub(crate) fn put(world: &mut World<'_>, edits: &[&Edit<'_>]) -> Result<(), Error> {
    let open = edits.iter().filter(|edit| !edit.is_done());
    let drafts: Vec<&Draft<'_>> = open.map(|edit| &edit.draft).collect();
    for line in disk::put(world, &drafts)? {
        writeln!(world.output, "{line}")?;
    }
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
