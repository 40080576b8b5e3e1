//! `cutover apply`, `undo` and `abort`: a run, driven to its end.

use std::path::Path;
use std::time::Duration;

use cutover::Checked;
use cutover_kube::drive;
use cutover_run::{Goal, Options, Outcome, Reason, Run, Runner};

use crate::args::{AbortArgs, ApplyArgs, DryRun, EventsOutput, RunArgs, UndoArgs};
use crate::error::Error;
use crate::online::progress::Teller;
use crate::online::reason::told;
use crate::online::subject::{Found, Subject};
use crate::online::turn::{Turned, turn};
use crate::online::{Online, holder, interrupts};
use crate::secrets::Secrets;
use crate::{World, plan_file};

/// Runs `cutover apply`; a run that ends taken back is an error.
pub(crate) fn apply(args: &ApplyArgs, world: &mut World<'_>) -> Result<(), Error> {
    let goal = match (args.dry_run, args.again) {
        (Some(DryRun::Server), _) => Goal::Try,
        (None, true) => Goal::Again,
        (None, false) => Goal::Apply,
    };
    let (plan, online) = begin(&args.run, world)?;
    match carry_out(goal, plan, &online, &args.run, world)? {
        Outcome::Undone { .. } => Err(Error::failed(
            "the run was taken back\nhint: `cutover apply --again` with the same plan begins it anew",
        )),
        _ => Ok(()),
    }
}

/// Runs `cutover undo`: goes back to the state after a step, where 0 is the start.
pub(crate) fn undo(args: &UndoArgs, world: &mut World<'_>) -> Result<(), Error> {
    let (plan, online) = begin(&args.run, world)?;
    plan_file::step(&plan, &args.run.place.file.plan, args.to_step, 0)?;
    carry_out(
        Goal::Back { to: args.to_step },
        plan,
        &online,
        &args.run,
        world,
    )
    .map(drop)
}

/// `cutover undo`, of a run that goes on: by its own runner, or here where nobody carries it out and
/// the plan's file is given.
pub(crate) fn abort(args: &AbortArgs, world: &mut World<'_>) -> Result<(), Error> {
    let subject = Subject::of(&args.run.place.file, world)?;
    let online = Online::new(&args.run.place.settings(world))?;
    let found = subject.run(&online)?;
    if let Subject::Name(name, _) = &subject {
        refuse_without_runner(&found, name, &online, world)?;
    }
    let patience = Duration::from_secs(args.run.lease_duration.seconds().into());
    match turn(&found, &online, patience, world)? {
        Turned::ByItsRunner(Outcome::Undone { to: 0 }) => {
            Ok(writeln!(world.output, "back at the start")?)
        }
        Turned::ByItsRunner(Outcome::Undone { to }) => {
            Ok(writeln!(world.output, "back at the state after step {to}")?)
        }
        Turned::ByItsRunner(Outcome::Done) => {
            let hint = "`cutover undo` takes it back";
            Err(Error::failed(format!(
                "the run was done before it could turn round\nhint: {hint}"
            )))
        }
        Turned::ByItsRunner(Outcome::Stopped { step, reason }) => Err(Error::failed(stopped(
            step,
            &reason,
            &args.run.place.file.plan,
        ))),
        _ => match subject {
            Subject::File(plan) => {
                carry_out(Goal::Back { to: 0 }, *plan, &online, &args.run, world).map(drop)
            }
            Subject::Name(name, _) => Err(nobody(&name)),
        },
    }
}

/// By its name alone nobody carries a run out: only its runner can be asked.
fn refuse_without_runner(
    found: &Found,
    name: &str,
    online: &Online,
    world: &World<'_>,
) -> Result<(), Error> {
    let is_over = found.journal.position.ended.is_some();
    match found.runner(online, (world.now)())? {
        Runner::Alive { .. } => Ok(()),
        Runner::Dead { .. } | Runner::Nobody if is_over => Ok(()),
        Runner::Dead { .. } | Runner::Nobody => Err(nobody(name)),
    }
}

fn nobody(name: &str) -> Error {
    Error::failed(format!(
        "nobody carries out the run of plan {name}\nhint: `cutover undo` with the plan's file takes it back"
    ))
}

fn begin(args: &RunArgs, world: &mut World<'_>) -> Result<(Checked, Online), Error> {
    let plan = plan_file::read(world, &args.place.file)?;
    Ok((plan, Online::new(&args.place.settings(world))?))
}

/// Drives a run to its end, and tells of it.
fn carry_out(
    goal: Goal,
    plan: Checked,
    online: &Online,
    args: &RunArgs,
    world: &mut World<'_>,
) -> Result<Outcome, Error> {
    let secrets = Secrets::read(&plan, &args.secrets, world)?;
    let options = options(goal, secrets, online, args, world);
    let mut teller = Teller::new(
        args.output == Some(EventsOutput::Json),
        (*plan).clone(),
        online.cluster.namespace(),
        &args.place.file.plan,
        goal,
    );
    let outcome = online.runtime.block_on(async {
        let tell = |progress: &_| teller.tell(progress, world);
        Ok::<_, Error>(
            drive(
                Run::new(plan, options),
                &online.cluster,
                tell,
                interrupts()?,
            )
            .await,
        )
    })?;
    teller.close(world);
    match outcome {
        Some(Outcome::Stopped { step, reason }) => {
            Err(Error::failed(stopped(step, &reason, &args.place.file.plan)))
        }
        Some(Outcome::Refused { reason }) => Err(Error::failed(told(&reason))),
        Some(outcome) => Ok(outcome),
        None => {
            let hint = "`cutover apply` goes on from here, and `cutover abort` takes it back";
            Err(Error::failed(format!(
                "the run was left where it is\nhint: {hint}"
            )))
        }
    }
}

fn stopped(step: usize, reason: &Reason, file: &Path) -> String {
    let file = file.display();
    let place = if step == 0 {
        "before the first step was done".to_owned()
    } else {
        format!("after step {step}")
    };
    let advice = format!(
        "`cutover apply {file}` goes on from here, and `cutover undo {file}` takes it back"
    );
    let told = told(reason);
    match reason.advice() {
        Some(_) => format!("the run stopped {place}: {told}"),
        None => format!("the run stopped {place}: {told}\nhint: {advice}"),
    }
}

fn options(
    goal: Goal,
    secrets: Secrets,
    online: &Online,
    args: &RunArgs,
    world: &World<'_>,
) -> Options {
    let user = online.runtime.block_on(online.cluster.user());
    let user = user.unwrap_or_else(|_| "somebody".to_owned());
    let mut options = Options::new(online.cluster.namespace(), holder(&user, world))
        .goal(goal)
        .lease(args.lease_duration)
        .secrets(secrets.known);
    options.on_failure = args.on_failure.map(Into::into);
    options.settle = args.settle;
    options.managed = args.managed;
    options.accept_drift = args.accept_drift();
    options.sealer = secrets.sealer;
    options
}
