//! `cutover check`: what a plan keeps, recounted, and held against bounds of your own.

use cutover::manifest::Quantity;
use cutover::planning::Place;
use cutover_report::{Peak, Tightest, Worst, bounds, tightest};

use crate::args::CheckArgs;
use crate::error::Error;
use crate::{World, plan_file};

pub(crate) fn run(args: &CheckArgs, world: &mut World<'_>) -> Result<(), Error> {
    let plan = plan_file::read(world, &args.file)?;
    let text = bounds(&plan).map_err(Error::failed)?;
    let text = format!("{text}\n{}\n", plan.digest);
    world.output.write_all(text.as_bytes())?;
    let mut broken = Vec::new();
    for workload in tightest(&plan).map_err(Error::failed)? {
        broken.extend(fewest(&workload, args));
        broken.extend(most(&workload, args));
        broken.extend(cpu(&workload, args));
        broken.extend(memory(&workload, args));
        broken.extend(unseen(&workload, args));
    }
    match broken.is_empty() {
        true => Ok(()),
        false => Err(Error::Broken(broken)),
    }
}

fn fewest(workload: &Tightest, args: &CheckArgs) -> Option<String> {
    let wanted = args.min_available?;
    if let Some(live) = &workload.live {
        return (!live.keeps(wanted)).then(|| {
            let (name, missing) = (&workload.workload, live.missing);
            format!("{name}: {missing} of as many pods as run may be missing, and {wanted} are wanted, however many run")
        });
    }
    let wanted = wanted.up(workload.replicas);
    let Worst { pods, place } = workload.fewest;
    (pods < wanted.into()).then(|| {
        let (name, at) = (&workload.workload, place_of(place));
        format!("{name}: {at}: {pods} available, and {wanted} are wanted")
    })
}

fn most(workload: &Tightest, args: &CheckArgs) -> Option<String> {
    let allowed = args.max_pods?;
    if let Some(live) = &workload.live {
        return (!live.stays_under(allowed)).then(|| {
            let (name, extra) = (&workload.workload, live.extra);
            format!("{name}: {extra} more than as many pods as run may be alive, and {allowed} are allowed, however many run")
        });
    }
    let allowed = allowed.up(workload.replicas);
    let Worst { pods, place } = workload.most;
    (pods > allowed.into()).then(|| {
        let (name, at) = (&workload.workload, place_of(place));
        format!("{name}: {at}: {pods} pods, and {allowed} are allowed")
    })
}

fn cpu(workload: &Tightest, args: &CheckArgs) -> Option<String> {
    requested(
        workload,
        workload.cpu,
        args.max_cpu?,
        "CPU",
        Quantity::cores,
    )
}

fn memory(workload: &Tightest, args: &CheckArgs) -> Option<String> {
    let allowed = args.max_memory?;
    requested(
        workload,
        workload.memory,
        allowed,
        "memory",
        Quantity::bytes,
    )
}

fn requested(
    workload: &Tightest,
    peak: Option<Peak>,
    allowed: Quantity,
    resource: &str,
    words: fn(Quantity) -> String,
) -> Option<String> {
    let name = &workload.workload;
    let Some(Peak { amount, place, .. }) = peak else {
        return Some(format!(
            "{name}: how much {resource} is requested is not known: the plan does not say how many pods run"
        ));
    };
    (amount > allowed).then(|| {
        let (at, amount, allowed) = (place_of(place), words(amount), words(allowed));
        format!("{name}: {at}: {amount} of {resource} requested, and {allowed} allowed")
    })
}

fn unseen(workload: &Tightest, args: &CheckArgs) -> Option<String> {
    let allowed = args.max_exposure?;
    let (share, step) = workload.unseen;
    (share > allowed.share()).then(|| {
        let (name, share) = (&workload.workload, share.percent());
        format!(
            "{name}: step {step}: {share} of the requests reach the new version before anybody is asked, and {allowed} are allowed"
        )
    })
}

/// Where a count is reached.
fn place_of(place: Place) -> String {
    match place {
        Place::Plan => "before the first step".into(),
        Place::Step(_) | Place::Undo { .. } => place.to_string(),
    }
}
