//! What a plan promises, in sentences; only what is true for it.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::Bundle;
use cutover_plan::{Plan, Weight};
use cutover_workload::Workload;

use crate::error::Error;
use crate::exposure::exposure;
use crate::text::{Names, count};
use crate::wait::rolls;

/// So many workloads get a line each.
const MOST_LINES: usize = 5;

/// The promises of the whole plan: one line, and with several workloads a line for each before it.
pub(crate) fn promises(plan: &Plan) -> Result<Vec<String>, Error> {
    let states = plan.states()?;
    let names = Names::of(plan);
    let mut lines = match plan.spec.workloads.as_slice() {
        [] => Vec::new(),
        [only] => vec![sentence(only, silent(only, &states))],
        several => lines(several, &states, names),
    };
    let rest: Vec<&str> = [shares_are_of(plan)?, Some("Undo is ready from every step.")]
        .into_iter()
        .flatten()
        .collect();
    match lines.last_mut().filter(|_| plan.spec.workloads.len() == 1) {
        Some(line) => *line = format!("{line} {}", rest.join(" ")),
        None => lines.push(rest.join(" ")),
    }
    Ok(lines)
}

/// The weights that are reached: a line each, and where all workloads of a step have the same, one
/// for all.
pub(crate) fn weights(plan: &Plan) -> Vec<String> {
    let mut lines = Vec::new();
    for step in plan
        .spec
        .steps
        .iter()
        .filter(|step| !step.shares.is_empty())
    {
        let mut alike: BTreeMap<String, Vec<&Weight>> = BTreeMap::new();
        for weight in &step.shares {
            alike.entry(weight_text(weight)).or_default().push(weight);
        }
        let several = alike.len() > 1;
        lines.extend(
            alike
                .iter()
                .map(|(text, weights)| match weights.as_slice() {
                    [only] if several => format!("{} of {}: {text}", step.phase, only.workload),
                    many if several => format!(
                        "{} of {}: {text}",
                        step.phase,
                        count(many.len(), "workload")
                    ),
                    _ => format!("{}: {text}", step.phase),
                }),
        );
    }
    lines
}

fn weight_text(weight: &Weight) -> String {
    format!(
        "asked {}, achieved {} ({}), error {}",
        weight.asked,
        weight.achieved,
        weight.achieved.percent(),
        weight.error
    )
}

fn sentence(workload: &Workload, silent: bool) -> String {
    let most = workload.ceiling;
    match workload.floor {
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

fn lines(workloads: &[Workload], states: &[Bundle], names: Names) -> Vec<String> {
    let mut lines = vec!["While pods that are available stay so:".to_owned()];
    lines.extend(workloads.iter().take(MOST_LINES).map(|workload| {
        let fewest = match workload.floor {
            _ if silent(workload, states) => {
                "all old pods stop before new ones start, and nobody answers meanwhile".into()
            }
            0 => "no pod is promised to be available".into(),
            fewest => format!("never fewer than {fewest} available"),
        };
        format!(
            "  {}: {fewest}, never more than {} at once",
            names.workload(workload),
            workload.ceiling
        )
    }));
    let more = workloads.len().saturating_sub(MOST_LINES);
    lines.extend((more > 0).then(|| {
        format!(
            "  and {} more, each within a budget of its own",
            count(more, "workload")
        )
    }));
    lines
}

/// Whether all pods of a workload stop before new ones start.
fn silent(workload: &Workload, states: &[Bundle]) -> bool {
    let rolled = |object| {
        states
            .iter()
            .zip(states.iter().skip(1))
            .any(|(before, after)| rolls(&object, before, after))
    };
    workload.recreate && workload.deployments().any(|(_, object)| rolled(object))
}

/// What the shares in the table are of; nothing where there is no new version.
fn shares_are_of(plan: &Plan) -> Result<Option<&'static str>, Error> {
    let mut served = BTreeSet::new();
    for state in exposure(plan)? {
        let exposed = state
            .iter()
            .zip(&plan.spec.workloads)
            .filter(|(exposure, _)| exposure.is_some_and(|of| of.is_any()));
        served.extend(exposed.map(|(_, workload)| !workload.services.is_empty()));
    }
    Ok(match (served.contains(&true), served.contains(&false)) {
        (true, false) => Some("Shares are of new connections."),
        (false, true) => Some("Shares are of pods."),
        (true, true) => {
            Some("Shares are of new connections, and of pods where no Service leads to them.")
        }
        (false, false) => None,
    })
}
