//! `cutover status`: where a run is, by its journal and what its gates look at; without a journal by
//! the live objects.

mod all;
mod objects;
mod run;
mod watch;
mod words;

use cutover::Checked;
use serde_json::json;

pub(crate) use self::objects::is_so;
use self::objects::{by_objects, matching};
pub(crate) use self::run::RunStatus;
pub(crate) use self::words::{gate_words, standing};
use crate::args::{EventsOutput, StatusArgs};
use crate::error::Error;
use crate::online::Online;
use crate::online::subject::{Found, Subject};
use crate::seal::sealer_of;
use crate::{World, message};

pub(crate) fn status(args: &StatusArgs, world: &mut World<'_>) -> Result<(), Error> {
    let subject = match &args.plan {
        Some(plan) => Some(Subject::of(&args.file(plan), world)?),
        None => None,
    };
    let settings = args.cluster.settings(args.namespace.as_deref(), world);
    let online = Online::new(&settings)?;
    let is_json = args.output == Some(EventsOutput::Json);
    let Some(subject) = subject else {
        return all::status(args.all_namespaces, is_json, &online, world);
    };
    match (&subject, subject.find(&online)?) {
        (_, Some(found)) if args.watch => {
            watch::watch(found, args.timeout, is_json, &online, world)
        }
        (_, Some(found)) => {
            let status = RunStatus::look(&found, &online, (world.now)())?;
            print(&found, &status, is_json, world)
        }
        (Subject::File(plan), None) if !args.watch => {
            without_run(plan, args, is_json, &online, world)
        }
        (_, None) => subject.run(&online).map(drop),
    }
}

/// Prints how a run is.
fn print(
    found: &Found,
    status: &RunStatus,
    is_json: bool,
    world: &mut World<'_>,
) -> Result<(), Error> {
    let text = match is_json {
        true => json!(status).to_string(),
        false => message::visible(&words::words(found.plan(), status)?),
    };
    writeln!(world.output, "{text}")?;
    Ok(world.output.flush()?)
}

fn without_run(
    plan: &Checked,
    args: &StatusArgs,
    is_json: bool,
    online: &Online,
    world: &mut World<'_>,
) -> Result<(), Error> {
    let sealer = sealer_of(plan, &args.seal, world)?;
    let states = matching(plan, online, &sealer)?;
    let text = match is_json {
        true => json!({ "journal": null, "states": states }).to_string(),
        false => message::visible(&by_objects(plan, &states)),
    };
    Ok(writeln!(world.output, "{text}")?)
}
