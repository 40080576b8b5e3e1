//! `cutover write`: a step of a plan as an edit of the files, comments and all else kept.

use crate::args::WriteArgs;
use crate::error::Error;
use crate::input::{Input, Origin};
use crate::{World, message, plan_file};

mod disk;
mod document;
mod draft;
mod file_name;
mod pieces;
mod stand;

use draft::Draft;
use stand::{Stand, Standing};

pub(crate) fn run(args: &WriteArgs, world: &mut World<'_>) -> Result<(), Error> {
    let plan = plan_file::read(world, &args.plan)?;
    plan_file::step(&plan, &args.plan, args.step, 0)?;
    let input = Input::read(world, &args.filenames)?;
    if input
        .files
        .iter()
        .any(|file| file.origin == Origin::Standard)
    {
        return Err(Error::Usage(
            "the standard input cannot be edited\nhint: name the files or directories".into(),
        ));
    }
    let stand = Stand::new(&plan);
    let standing = stand.find(&input, args.step)?;
    if standing.state == args.step {
        message::note(
            world,
            format!(
                "nothing to write: the files stand as after step {}",
                args.step
            ),
        );
        return Ok(());
    }
    let draft = drafted(&stand, &standing, &input, args.step)?;
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
) -> Result<Draft<'i>, Error> {
    let changes = stand.changes(standing, step)?;
    let mut draft = Draft::new(input);
    let mut reasons: Vec<String> = changes
        .iter()
        .filter_map(|change| draft.edit(change).err())
        .collect();
    draft.join();
    reasons.extend(draft.remove(&changes));
    reasons.extend(
        changes
            .iter()
            .filter_map(|change| draft.create(change, stand.plan).err()),
    );
    Error::unless_empty(reasons)?;
    let again = Input::of(draft.files())?;
    match stand.find(&again, step) {
        Ok(standing) if standing.state == step => Ok(draft),
        _ => {
            let hint = "make the change by hand: `cutover diff` shows it";
            Err(Error::failed(format!(
                "the files would not read as after step {step}\nhint: {hint}"
            )))
        }
    }
}

fn moved(from: usize, to: usize) -> String {
    let state = |step: usize| {
        if step == 0 {
            "before the first step".to_owned()
        } else {
            format!("after step {step}")
        }
    };
    format!(
        "the files stood as {}, and stand as {}",
        state(from),
        state(to)
    )
}
