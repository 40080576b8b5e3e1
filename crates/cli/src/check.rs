//! `cutover check`: what a plan keeps, recounted, and held against bounds of your own.

use cutover::planning::Place;
use cutover_report::{Peak, Tightest, Worst, bounds, tightest};

use crate::args::CheckArgs;
use crate::error::Error;
use crate::{World, plan_file};

pub(crate) fn run(args: &CheckArgs, world: &mut World<'_>) -> Result<(), Error> {
    let plan = plan_file::read(world, &args.file)?;
    let text = bounds(&plan).map_err(Error::failed)?;
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
    let allowed = args.max_cpu?;
    let Some(Peak { amount, place, .. }) = workload.cpu else {
        return Some(unknown(workload, "CPU"));
    };
    (amount > allowed).then(|| {
        let (name, at) = (&workload.workload, place_of(place));
        let (amount, allowed) = (amount.cores(), allowed.cores());
        format!("{name}: {at}: {amount} of CPU requested, and {allowed} allowed")
    })
}

fn memory(workload: &Tightest, args: &CheckArgs) -> Option<String> {
    let allowed = args.max_memory?;
    let Some(Peak { amount, place, .. }) = workload.memory else {
        return Some(unknown(workload, "memory"));
    };
    (amount > allowed).then(|| {
        let (name, at) = (&workload.workload, place_of(place));
        let (amount, allowed) = (amount.bytes(), allowed.bytes());
        format!("{name}: {at}: {amount} of memory requested, and {allowed} allowed")
    })
}

fn unknown(workload: &Tightest, resource: &str) -> String {
    let name = &workload.workload;
    format!(
        "{name}: how much {resource} is requested is not known: the plan does not say how many pods run"
    )
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
