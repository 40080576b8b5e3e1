//! What a plan promises, in sentences; only what is true for it.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use cutover_check::Checked;
use cutover_manifest::ObjectRef;
use cutover_plan::{Asked, Duration, OnFailure};
use cutover_traffic::Share;
use cutover_workload::{Bounds, Deployment, Live, Workload};

use crate::error::Error;
use crate::exposure::{Exposure, exposure};
use crate::requests::peaks;
use crate::routers::routers;
use crate::text::{Names, alike, count, listed, numbered};
use crate::untouched::untouched;
use crate::wait::rolls;

/// So many lines tell of workloads; those of which the same holds share one.
const MOST_LINES: usize = 5;

/// The promises of the whole plan: one line, and with several workloads a line for all that are
/// promised the same before it; then which routers are promised less, what pods ask for, what
/// comes of a gate that does not hold, and what no step changes.
pub(crate) fn promises(plan: &Checked) -> Result<Vec<String>, Error> {
    let recreated = recreated(plan)?;
    let names = Names::of(plan);
    let mut lines = match plan.spec.workloads.as_slice() {
        [] => Vec::new(),
        [only] => vec![sentence(only, silent(only, &recreated))],
        several => lines(several, &recreated, names),
    };
    let undo = Some("Undo is ready from every step.".to_owned());
    let rest: Vec<String> = [shares_are_of(plan)?, undo].into_iter().flatten().collect();
    match lines.last_mut().filter(|_| plan.spec.workloads.len() == 1) {
        Some(line) => *line = format!("{line} {}", rest.join(" ")),
        None => lines.push(rest.join(" ")),
    }
    lines.extend(routers(plan));
    lines.extend(requested(plan, names)?);
    lines.push(failure(plan)?);
    lines.extend(untouched(plan));
    Ok(lines)
}

/// For how long gates are waited for, and what a run does where one does not hold.
fn failure(plan: &Checked) -> Result<String, Error> {
    let then = match plan.spec.on_failure {
        OnFailure::Stop => "the run stops",
        OnFailure::Undo => "the run takes itself back",
    };
    let limits = limits(plan)?;
    let most = limits.iter().max_by_key(|(_, steps)| steps.len());
    let Some((most, _)) = most else {
        return Ok(format!("Where a step fails, {then}."));
    };
    let others = limits.iter().filter(|(limit, _)| *limit != most);
    let others: Vec<String> = others
        .map(|(limit, steps)| format!("{limit} in {}", numbered(steps)))
        .collect();
    let others = match others.is_empty() {
        true => String::new(),
        false => format!(" ({})", others.join(", ")),
    };
    Ok(format!(
        "Gates on the cluster have {most} to hold{others}. Where one does not, or an analysis fails, {then}."
    ))
}

/// The steps by the time that their gates have.
fn limits(plan: &Checked) -> Result<BTreeMap<Duration, Vec<usize>>, Error> {
    let mut limits: BTreeMap<Duration, Vec<usize>> = BTreeMap::new();
    let mut walk = plan.walk();
    while let Some(step) = walk.advance()? {
        if let Some(limit) = step.limit(walk.state()) {
            limits.entry(limit).or_default().push(walk.number());
        }
    }
    Ok(limits)
}

/// The most CPU and memory that pods ask for: one line, and with several workloads a line for each
/// that is told by itself, below it.
fn requested(plan: &Checked, names: Names) -> Result<Vec<String>, Error> {
    let peaks = match peaks(plan) {
        // A quantity that the API server refuses hides no plan; `tightest` says which it is.
        Err(Error::Requests { .. }) => return Ok(vec![UNKNOWN.into()]),
        peaks => peaks?,
    };
    let mut all = Vec::new();
    for (workload, peaks) in plan.spec.workloads.iter().zip(peaks) {
        let name = names.workload(workload);
        let most = peaks.and_then(|peaks| peaks.words());
        all.extend(most.map(|most| (name, most)));
    }
    Ok(match (plan.spec.workloads.len(), all.as_slice()) {
        (_, []) => Vec::new(),
        (1, [(_, only)]) => vec![format!("Pods ask for at most {only}.")],
        _ => {
            let groups = alike(all);
            let lines = groups
                .iter()
                .take(MOST_LINES)
                .map(|(names, most)| format!("  {}: {most}", each(names)));
            iter::once("Pods ask for at most:".into())
                .chain(lines)
                .collect()
        }
    })
}

const UNKNOWN: &str =
    "How much CPU and memory pods ask for is not known, since a quantity is none.";

/// The weights that were asked for, and what is achieved: a line each, and where all workloads of a
/// step have the same, one for all.
pub(crate) fn weights(plan: &Checked) -> Result<Vec<String>, Error> {
    let exposures = exposure(plan)?;
    let mut lines = Vec::new();
    for (step, exposures) in plan.spec.steps.iter().zip(exposures.iter().skip(1)) {
        let mut alike: BTreeMap<String, Vec<&Asked>> = BTreeMap::new();
        for asked in &step.shares {
            let achieved = achieved(plan, &asked.workload, exposures);
            alike
                .entry(weight_text(asked, achieved))
                .or_default()
                .push(asked);
        }
        let several = alike.len() > 1;
        for (text, asked) in &alike {
            lines.push(match asked.as_slice() {
                [only] if several => format!("{} of {}: {text}", step.phase, only.workload),
                many if several => {
                    let many = count(many.len(), "workload");
                    format!("{} of {many}: {text}", step.phase)
                }
                _ => format!("{}: {text}", step.phase),
            });
        }
    }
    Ok(lines)
}

/// The share that a workload's new version has at a state, where it is known.
fn achieved(plan: &Checked, workload: &str, exposures: &[Option<Exposure>]) -> Option<Share> {
    let at = plan
        .spec
        .workloads
        .iter()
        .position(|known| known.name == workload)?;
    let exposure = exposures.get(at).copied().flatten()?;
    (exposure.least == exposure.most).then_some(exposure.most)
}

fn weight_text(asked: &Asked, achieved: Option<Share>) -> String {
    let overload = if asked.overload {
        ", with more requests a pod than it is meant for"
    } else {
        ""
    };
    let asked = asked.asked;
    match achieved {
        Some(achieved) => {
            let (percent, error) = (achieved.percent(), achieved.error(asked));
            format!("asked {asked}, achieved {achieved} ({percent}), error {error}{overload}")
        }
        None => format!("asked {asked}, achieved: not known{overload}"),
    }
}

fn sentence(workload: &Workload, silent: bool) -> String {
    let fixed = match &workload.bounds {
        Bounds::Fixed(fixed) => fixed,
        Bounds::Live(_) if silent => {
            return "All old pods stop before new ones start, and nobody answers meanwhile.".into();
        }
        Bounds::Live(live) => return against_live(live),
    };
    let most = fixed.ceiling;
    match fixed.floor {
        _ if silent => {
            format!(
                "All old pods stop before new ones start, and nobody answers meanwhile. Never more than {most} at once."
            )
        }
        0 => format!("No pod is promised to be available. Never more than {most} at once."),
        fewest => format!(
            "While pods that are available stay so: never fewer than {fewest} available, never more than {most} at once."
        ),
    }
}

/// What is promised where another owns the count, and who does where the plan has it.
fn against_live(live: &Live) -> String {
    let (missing, extra) = (live.missing, live.extra);
    let owner = live.autoscaler.as_ref();
    let owner = owner.map_or_else(String::new, |owner| format!(", a number that {owner} says"));
    format!("Of as many pods as run{owner}: at most {missing} missing, at most {extra} more.")
}

fn lines(workloads: &[Workload], recreated: &BTreeSet<ObjectRef>, names: Names) -> Vec<String> {
    let promises = workloads.iter().map(|workload| {
        let promise = promise(workload, silent(workload, recreated));
        (names.workload(workload), promise)
    });
    let groups = alike(promises);
    let mut lines = vec!["While pods that are available stay so:".to_owned()];
    for (names, promise) in groups.iter().take(MOST_LINES) {
        lines.push(format!("  {}: {promise}", each(names)));
    }
    let more = groups.iter().skip(MOST_LINES);
    let more: usize = more.map(|(names, _)| names.len()).sum();
    lines.extend((more > 0).then(|| {
        format!(
            "  and {} more, each within a budget of its own",
            count(more, "workload")
        )
    }));
    lines
}

/// As `web`, or as `api and web, each`.
fn each(names: &[String]) -> String {
    match names {
        [only] => only.clone(),
        several => format!("{}, each", listed(several)),
    }
}

/// What is promised of one workload among several.
fn promise(workload: &Workload, silent: bool) -> String {
    const SILENT: &str = "all old pods stop before new ones start, and nobody answers meanwhile";
    let fixed = match &workload.bounds {
        Bounds::Live(_) if silent => return SILENT.into(),
        Bounds::Live(live) => return against_live(live),
        Bounds::Fixed(fixed) => fixed,
    };
    let fewest = match fixed.floor {
        _ if silent => SILENT.into(),
        0 => "no pod is promised to be available".into(),
        fewest => format!("never fewer than {fewest} available"),
    };
    format!("{fewest}, never more than {} at once", fixed.ceiling)
}

/// Whether all pods of a workload stop before new ones start.
fn silent(workload: &Workload, recreated: &BTreeSet<ObjectRef>) -> bool {
    workload.objects().any(|object| recreated.contains(object))
}

/// The sets whose pods all stop before new ones start, in some step of the plan.
fn recreated(plan: &Checked) -> Result<BTreeSet<ObjectRef>, Error> {
    let mut recreated = BTreeSet::new();
    let mut walk = plan.walk();
    while let Some(step) = walk.advance()? {
        for change in &step.changes {
            let (object, after) = (change.object(), walk.state());
            let is_recreate = after
                .get(object)
                .is_some_and(|set| Deployment::of(set).recreates());
            if is_recreate && rolls(object, walk.before(), after) {
                recreated.insert(object.clone());
            }
        }
    }
    Ok(recreated)
}

/// What the shares in the table are of; nothing where there is no new version.
fn shares_are_of(plan: &Checked) -> Result<Option<String>, Error> {
    let mut of = BTreeSet::new();
    for state in exposure(plan)? {
        let exposed = state
            .iter()
            .zip(&plan.spec.workloads)
            .filter(|(exposure, _)| exposure.is_some_and(|of| of.is_any()));
        of.extend(exposed.map(|(_, workload)| Shared::of(workload)));
    }
    let words: Vec<&str> = of
        .iter()
        .map(|shared| shared.words(of.len() == 1))
        .collect();
    Ok((!words.is_empty()).then(|| format!("Shares are {}.", words.join(", and "))))
}

/// What a workload's share is a share of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shared {
    Requests,
    Connections,
    Pods,
}

impl Shared {
    fn of(workload: &Workload) -> Self {
        if workload.routes().next().is_some() {
            Self::Requests
        } else if workload.serving().next().is_some() {
            Self::Connections
        } else {
            Self::Pods
        }
    }

    fn words(self, is_alone: bool) -> &'static str {
        match self {
            Self::Requests => "of requests, by route",
            Self::Connections => "of new connections",
            Self::Pods if is_alone => "of pods",
            Self::Pods => "of pods where no Service leads to them",
        }
    }
}
