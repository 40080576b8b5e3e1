//! How a run is, for people.

use cutover::Plan;
use cutover_run::{
    Accepted, Course, GateState, GateStatus, Outcome, PodStatus, Position, Runner, Stage,
};
use jiff::Timestamp;

use super::run::RunStatus;
use crate::error::Error;
use crate::online::reason::told;
use crate::online::to_the_second;
use crate::words::step_words;

/// How a run is: where, what it waits for, who carries it out, and what people have asked of it.
///
/// # Errors
///
/// A plan that does not fit itself.
pub(crate) fn words(plan: &Plan, status: &RunStatus) -> Result<String, Error> {
    let RunStatus { position, .. } = status;
    let mut lines = vec![format!("plan {}: {}", status.plan, place(plan, position)?)];
    lines.extend(
        position
            .turned
            .iter()
            .map(|reason| format!("it went back: {reason}")),
    );
    lines.extend(position.accepted.iter().map(gone_over));
    for gate in &status.gates {
        lines.push(gate_line(gate, &status.plan));
        lines.extend(gate.pods.iter().map(|pod| format!("  {}", pod_line(pod))));
    }
    lines.extend(asked(status));
    if position.ended.is_none() {
        lines.push(runner_line(&status.runner));
    }
    lines.push(format!(
        "begun at {}, by {}",
        to_the_second(position.started),
        position.by
    ));
    Ok(lines.join("\n  "))
}

/// What a person let the run go on over.
fn gone_over(accepted: &Accepted) -> String {
    let (field, found) = (accepted.field(), accepted.found.as_ref());
    let found = found.map_or_else(|| "nothing".to_owned(), ToString::to_string);
    let (by, at) = (&accepted.by, to_the_second(accepted.at));
    format!("over drift: {field} was {found}, by the word of {by} at {at}")
}

/// Where a run is, in a line of its own.
///
/// # Errors
///
/// A plan that does not fit itself.
pub(crate) fn standing(plan: &Plan, position: &Position) -> Result<String, Error> {
    let place = place(plan, position)?;
    if position.ended.is_some() {
        return Ok(place);
    }
    let stage = match position.stage {
        Stage::Writing => "its changes are made",
        Stage::Waiting => "what it waits for is not there yet",
    };
    let since = to_the_second(position.since);
    Ok(format!("{place}: {stage}, since {since}"))
}

fn place(plan: &Plan, position: &Position) -> Result<String, Error> {
    Ok(match &position.ended {
        Some(Outcome::Done) => "done".to_owned(),
        Some(Outcome::Undone { to: 0 }) => "taken back to the start".to_owned(),
        Some(Outcome::Undone { to }) => format!("taken back to the state after step {to}"),
        Some(Outcome::Stopped { step, reason }) => {
            format!("stopped after step {step}: {}", told(reason))
        }
        Some(Outcome::Refused { reason }) => format!("refused: {}", told(reason)),
        _ => step_of(plan, position)?,
    })
}

/// The step that a run is at.
fn step_of(plan: &Plan, position: &Position) -> Result<String, Error> {
    let step = position.step;
    Ok(match position.course {
        Course::Forward => {
            let words = step_words(plan, step)?;
            let phase = plan.spec.steps.get(step.wrapping_sub(1));
            let name = phase.map_or_else(String::new, |step| format!("  {}  {words}", step.phase));
            format!("step {step} of {}{name}", plan.len())
        }
        Course::Back { from, to, .. } => {
            format!("going back from step {from} to {to}, step {step} of the way back")
        }
    })
}

/// A gate with the first pod that keeps it, in a line.
pub(crate) fn gate_words(status: &GateStatus) -> String {
    let GateStatus {
        gate,
        stands,
        until,
        pods,
        ..
    } = status;
    let until = until.map_or_else(String::new, |until| {
        format!(", until {}", to_the_second(until))
    });
    match pods.first() {
        Some(pod) => format!("{gate}: {stands}; {}", pod_line(pod)),
        None => format!("{gate}: {stands}{until}"),
    }
}

/// A gate, and how it stands.
fn gate_line(status: &GateStatus, plan: &str) -> String {
    let GateStatus {
        gate,
        stands,
        since,
        until,
        ..
    } = status;
    let since = since.map_or_else(String::new, |since| {
        format!(", since {}", to_the_second(since))
    });
    match status.state {
        GateState::Asks => {
            format!("{gate}: is asked{since}; `cutover approve {plan}` lets it go on")
        }
        GateState::Holds if stands.is_empty() => format!("{gate}: holds"),
        GateState::Holds => format!("{gate}: holds, {stands}"),
        GateState::Later => format!("{gate}: once the gates on the cluster hold"),
        GateState::Unknown => format!("{gate}: not known, {stands}"),
        GateState::Waits => {
            let stands = match stands.as_str() {
                "" => "not over",
                stands => stands,
            };
            let until = until.map_or_else(String::new, |until| {
                format!(", until {}", to_the_second(until))
            });
            format!("{gate}: {stands}{since}{until}")
        }
    }
}

fn pod_line(pod: &PodStatus) -> String {
    let PodStatus {
        name,
        trouble,
        message,
        since,
        ..
    } = pod;
    let message = message
        .as_ref()
        .map_or_else(String::new, |message| format!(": {message}"));
    let since = since.map_or_else(String::new, |since| {
        format!(", since {}", to_the_second(since))
    });
    format!("{trouble}: {name}{message}{since}")
}

/// What people have asked of a run.
fn asked(status: &RunStatus) -> Vec<String> {
    let asked = &status.asked;
    let at = |time: Timestamp| to_the_second(time);
    let mut lines = Vec::new();
    for approval in &asked.approvals {
        let wish = &approval.wish;
        lines.push(format!(
            "step {} was approved by {} at {}",
            approval.step,
            wish.by,
            at(wish.at)
        ));
    }
    if let Some(wish) = &asked.pause {
        let (by, at, plan) = (&wish.by, at(wish.at), &status.plan);
        lines.push(format!(
            "paused by {by} at {at}; `cutover resume {plan}` lets it go on"
        ));
    }
    if let Some(wish) = &asked.abort {
        lines.push(format!("{} asked at {} to go back", wish.by, at(wish.at)));
    }
    lines.extend(asked.unreadable.iter().cloned());
    lines
}

fn runner_line(runner: &Runner) -> String {
    match runner {
        Runner::Alive { name, until } => {
            let until = to_the_second(*until);
            format!("carried out by {name}, whose Lease lasts until {until}")
        }
        Runner::Dead { name, until } => {
            let until = to_the_second(*until);
            format!(
                "nobody carries it out: the Lease of {name} ran out at {until}; `cutover apply` goes on"
            )
        }
        Runner::Nobody => "nobody carries it out; `cutover apply` goes on".to_owned(),
    }
}

#[cfg(test)]
mod tests;
