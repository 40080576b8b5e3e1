//! `cutover status`: where a run is, by its journal, or without one by the live objects.

use cutover::Plan;
use cutover::manifest::{Bundle, Field, Manifest, MergeKeys, Sealer};
use cutover::patch::lacking;
use cutover::planning::{Gate, Window};
use cutover_run::{Course, Journal, Outcome, Position, Reply, Request, Stage, next_opening};
use jiff::Timestamp;
use serde_json::json;

use crate::args::{EventsOutput, StatusArgs};
use crate::error::Error;
use crate::online::reason::told;
use crate::online::{Online, to_the_second};
use crate::seal::sealer_of;
use crate::words::step_words;
use crate::{World, message, plan_file};

const STATUS: Field = Field::new("/status");

pub(crate) fn status(args: &StatusArgs, world: &mut World<'_>) -> Result<(), Error> {
    let plan = plan_file::read(world, &args.place.file)?;
    let online = Online::new(&args.place.settings(world))?;
    let json = args.output == Some(EventsOutput::Json);
    match online.journal(&plan)? {
        Some(manifest) => {
            let journal = Journal::parse(&manifest).map_err(Error::failed)?;
            let text = if json {
                json!(journal.position).to_string()
            } else {
                message::visible(&by_journal(&plan, &journal, (world.now)())?)
            };
            Ok(writeln!(world.output, "{text}")?)
        }
        None => {
            let sealer = sealer_of(&plan, &args.seal, world)?;
            let states = matching(&plan, &online, &sealer)?;
            let text = if json {
                json!({ "journal": null, "states": states }).to_string()
            } else {
                message::visible(&by_objects(&plan, &states))
            };
            Ok(writeln!(world.output, "{text}")?)
        }
    }
}

fn by_journal(plan: &Plan, journal: &Journal, now: Timestamp) -> Result<String, Error> {
    let position = &journal.position;
    let name = &plan.metadata.name;
    let mut lines = vec![format!("plan {name}: {}", standing(plan, position)?)];
    lines.extend(openings(plan, position, now));
    if let Some(reason) = &position.turned {
        lines.push(format!("  it went back: {reason}"));
    }
    for (step, wish) in &journal.wishes.approvals {
        lines.push(format!(
            "  step {step} was approved by {} at {}",
            wish.by,
            to_the_second(wish.at)
        ));
    }
    if let Some(wish) = &journal.wishes.abort {
        lines.push(format!(
            "  {} asked at {} to go back",
            wish.by,
            to_the_second(wish.at)
        ));
    }
    for message in &journal.wishes.unreadable {
        lines.push(format!("  {message}"));
    }
    lines.push(format!(
        "  begun at {}, by {}",
        to_the_second(position.started),
        position.by
    ));
    Ok(lines.join("\n"))
}

/// When the windows open that the run waits for.
fn openings(plan: &Plan, position: &Position, now: Timestamp) -> Vec<String> {
    let waits = position.ended.is_none()
        && position.course == Course::Forward
        && position.stage == Stage::Waiting;
    let step = position.step.checked_sub(1).filter(|_| waits);
    let step = step.and_then(|index| plan.spec.steps.get(index));
    let mut lines = Vec::new();
    for gate in step.into_iter().flat_map(|step| &step.gates) {
        if let Gate::Window(window) = gate
            && let Some(opening) = next_opening(window, now)
        {
            let Window { from, to, .. } = window;
            let (zone, opening) = (&window.timezone, to_the_second(opening));
            lines.push(format!(
                "  its window, {from} to {to} {zone}, opens at {opening}"
            ));
        }
    }
    lines
}

/// Where a run is, in words.
pub(crate) fn standing(plan: &Plan, position: &Position) -> Result<String, Error> {
    Ok(match &position.ended {
        Some(Outcome::Done) => "done".to_owned(),
        Some(Outcome::Undone { to: 0 }) => "taken back to the start".to_owned(),
        Some(Outcome::Undone { to }) => format!("taken back to the state after step {to}"),
        Some(Outcome::Stopped { step, reason }) => {
            format!("stopped after step {step}: {}", told(reason))
        }
        Some(Outcome::Refused { reason }) => format!("refused: {}", told(reason)),
        _ => under_way(plan, position)?,
    })
}

fn under_way(plan: &Plan, position: &Position) -> Result<String, Error> {
    let step = position.step;
    let since = to_the_second(position.since);
    let stage = match position.stage {
        Stage::Writing => "its changes are made",
        Stage::Waiting => "what it waits for is not there yet",
    };
    Ok(match position.course {
        Course::Forward => {
            let words = step_words(plan, step)?;
            let phase = plan.spec.steps.get(step.wrapping_sub(1));
            let name = phase.map_or_else(String::new, |step| format!("  {}  {words}", step.phase));
            let steps = plan.len();
            format!("step {step} of {steps}{name}: {stage}, since {since}")
        }
        Course::Back { from, to, .. } => {
            format!(
                "going back from step {from} to {to}, step {step} of the way back: {stage}, since {since}"
            )
        }
    })
}

fn by_objects(plan: &Plan, states: &[usize]) -> String {
    let name = &plan.metadata.name;
    let state = |step: &usize| match step {
        0 => "as before the first step".to_owned(),
        step => format!("as after step {step}"),
    };
    match states {
        [] => format!(
            "plan {name}: there is no run, and the objects stand as after none of its steps"
        ),
        states => {
            let states: Vec<String> = states.iter().map(state).collect();
            format!(
                "plan {name}: there is no run; the objects stand {}",
                states.join(", and ")
            )
        }
    }
}

/// The states of the plan that the live objects are in.
fn matching(plan: &Plan, online: &Online, sealer: &Sealer) -> Result<Vec<usize>, Error> {
    let objects = plan.objects();
    let secrets = plan.secrets();
    let mut live = Bundle::new();
    for object in &objects {
        match online.ask(Request::Get(object.clone())) {
            // Under the plan's name for it, which may leave the namespace out.
            Ok(Reply::Object(found)) => {
                let Some(found) = found else { continue };
                let namespace = json!(object.namespace);
                let named = found.set("/metadata/namespace", namespace);
                let named = named.map_err(Error::failed)?;
                live.insert(match secrets.get(object) {
                    Some(planned) => sealer.seal_like(&named, planned),
                    None => named,
                });
            }
            Ok(_) => {}
            Err(fault) => return Err(Error::failed(format!("{object}: {}", online.told(&fault)))),
        }
    }
    let mut walk = plan.walk();
    let mut found = Vec::new();
    loop {
        if objects
            .iter()
            .all(|object| is_so(walk.state().get(object), live.get(object)))
        {
            found.push(walk.number());
        }
        if walk.advance().map_err(Error::failed)?.is_none() {
            return Ok(found);
        }
    }
}

/// Whether a live object, sealed as the plan's, is as a state has it, defaults and what others keep
/// in it aside.
fn is_so(planned: Option<&Manifest>, live: Option<&Manifest>) -> bool {
    match (planned, live) {
        (None, None) => true,
        (Some(planned), Some(live)) => {
            let planned = planned.without(STATUS);
            lacking(planned.value(), live.value(), &MergeKeys).is_empty()
        }
        (None, Some(_)) | (Some(_), None) => false,
    }
}

#[cfg(test)]
mod tests;
