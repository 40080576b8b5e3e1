//! `cutover approve`: a person lets a run go on, from another terminal.

use cutover_run::{Journal, Request};

use crate::args::ApproveArgs;
use crate::error::Error;
use crate::online::Online;
use crate::words::step_words;
use crate::{World, message, plan_file};

pub(crate) fn approve(args: &ApproveArgs, world: &mut World<'_>) -> Result<(), Error> {
    let plan = plan_file::read(world, &args.place.file)?;
    let online = Online::new(&args.place.settings(world))?;
    let name = &plan.metadata.name;
    let manifest = online.journal(&plan)?.ok_or_else(|| {
        Error::failed(format!(
            "there is no run of plan {name}\nhint: `cutover apply` begins one"
        ))
    })?;
    let fault = |fault| Error::failed(format!("the journal: {}", online.told(&fault)));
    let user = online
        .runtime
        .block_on(online.cluster.user())
        .map_err(fault)?;
    let (step, write) = Journal::approve(&manifest, &user, (world.now)()).map_err(Error::failed)?;
    online
        .ask(Request::Write {
            write,
            dry_run: false,
        })
        .map_err(fault)?;
    let what = step_words(&plan, step)?;
    let said = format!("step {step} of plan {name} is approved by {user}: {what}");
    Ok(writeln!(world.output, "{}", message::one_line(&said))?)
}
