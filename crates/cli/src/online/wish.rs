//! `cutover approve`, `pause` and `resume`: what people ask of a run, from another terminal.

use cutover::manifest::Manifest;
use cutover_run::{GateState, Journal, Request, Runner, Write};

use crate::args::{ApproveArgs, PauseArgs, ResumeArgs, RunPlace};
use crate::error::Error;
use crate::online::Online;
use crate::online::status::RunStatus;
use crate::online::subject::{Found, Subject};
use crate::words::step_words;
use crate::{World, message};

/// Runs `cutover approve`: writes an approval into the journal.
pub(crate) fn approve(args: &ApproveArgs, world: &mut World<'_>) -> Result<(), Error> {
    let (online, found) = open(&args.place, world)?;
    let (user, now) = (online.user()?, (world.now)());
    let (step, write) =
        Journal::approve(&found.manifest, args.step, &user, now).map_err(Error::failed)?;
    refuse_while_open(&found, step, &online, world)?;
    send(write, &online)?;
    let (plan, words) = (name(&found), step_words(found.plan(), step)?);
    let said = format!("step {step} of plan {plan} is approved by {user}: {words}");
    Ok(writeln!(world.output, "{}", message::one_line(&said))?)
}

/// Runs `cutover pause`: writes into the journal that no further step is to begin.
pub(crate) fn pause(args: &PauseArgs, world: &mut World<'_>) -> Result<(), Error> {
    let (online, found) = open(&args.place, world)?;
    let user = online.user()?;
    let write = Journal::pause(&found.manifest, &user, (world.now)()).map_err(Error::failed)?;
    send(write, &online)?;
    let plan = name(&found);
    let said = format!(
        "the run of plan {plan} is paused by {user}: it begins no further step until `cutover resume {plan}`"
    );
    writeln!(world.output, "{}", message::one_line(&said))?;
    warn_of_nobody(&found, &online, world)
}

/// Runs `cutover resume`: takes the request to pause out of the journal.
pub(crate) fn resume(args: &ResumeArgs, world: &mut World<'_>) -> Result<(), Error> {
    let (online, found) = open(&args.place, world)?;
    send(
        Journal::resume(&found.manifest).map_err(Error::failed)?,
        &online,
    )?;
    let said = format!("the run of plan {} goes on", name(&found));
    writeln!(world.output, "{}", message::one_line(&said))?;
    warn_of_nobody(&found, &online, world)
}

fn open(place: &RunPlace, world: &mut World<'_>) -> Result<(Online, Found), Error> {
    let subject = Subject::of(&place.file(), world)?;
    let online = Online::new(&place.settings(world))?;
    let found = subject.run(&online)?;
    Ok((online, found))
}

fn name(found: &Found) -> &str {
    &found.plan().metadata.name
}

/// Who approves has seen that all else holds: refuses while a gate on the cluster does not.
fn refuse_while_open(
    found: &Found,
    step: usize,
    online: &Online,
    world: &World<'_>,
) -> Result<(), Error> {
    let status = RunStatus::look(found, online, (world.now)())?;
    let mut gates = status.gates.iter();
    let is_open = |state| matches!(state, GateState::Later | GateState::Waits);
    let Some(open) = gates.find(|gate| gate.is_observed && is_open(gate.state)) else {
        return Ok(());
    };
    let (plan, gate, stands) = (name(found), &open.gate, &open.stands);
    Err(Error::failed(format!(
        "step {step} of plan {plan} cannot be approved yet: {gate}: {stands}\nhint: `cutover status {plan}` tells what it waits for"
    )))
}

fn send(write: Write, online: &Online) -> Result<(), Error> {
    let dry_run = false;
    match online.ask(Request::Write { write, dry_run }) {
        Ok(_) => Ok(()),
        Err(fault) => Err(Error::failed(format!(
            "the journal: {}",
            online.told(&fault)
        ))),
    }
}

/// Who asks something of a run that nobody carries out waits in vain.
fn warn_of_nobody(found: &Found, online: &Online, world: &mut World<'_>) -> Result<(), Error> {
    let nobody = match found.runner(online, (world.now)())? {
        Runner::Alive { .. } => return Ok(()),
        Runner::Dead { name, .. } => format!("nobody carries it out: the Lease of {name} ran out"),
        Runner::Nobody => "nobody carries it out".to_owned(),
    };
    message::warning(
        world,
        format!("{nobody}\nhint: `cutover apply` with the plan's file goes on with it"),
    );
    Ok(())
}

/// The write that asks a run to go back.
pub(super) fn ask_to_go_back(
    journal: &Manifest,
    online: &Online,
    world: &World<'_>,
) -> Result<(), Error> {
    let user = online.user()?;
    let write = Journal::abort(journal, &user, (world.now)()).map_err(Error::failed)?;
    send(write, online)
}
