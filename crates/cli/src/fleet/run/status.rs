//! `cutover fleet status`: where a fleet's run is, by its journal.

use cutover::fleet::{ClusterState, Course, Outcome, Position, Stage};
use serde::Serialize;

use super::place::Place;
use crate::args::{EventsOutput, FleetStatusArgs};
use crate::error::Error;
use crate::online::to_the_second;
use crate::{World, message};

/// The status as programs read it.
#[derive(Serialize)]
struct FleetStatus<'a> {
    fleet: &'a str,
    #[serde(flatten)]
    position: &'a Position,
}

/// Runs `cutover fleet status`: what the journal says, also where nobody carries the run out.
pub(in crate::fleet) fn status(args: &FleetStatusArgs, world: &mut World<'_>) -> Result<(), Error> {
    let place = Place::new(&args.place, false, world)?;
    let (position, _) = place.journal()?;
    if args.output == Some(EventsOutput::Json) {
        let status = FleetStatus {
            fleet: &place.fleet.metadata.name,
            position: &position,
        };
        let text = serde_json::to_string_pretty(&status).map_err(Error::failed)?;
        return Ok(writeln!(world.output, "{text}")?);
    }
    let name = &place.fleet.metadata.name;
    let at = words(&place, &position);
    writeln!(world.output, "fleet {name}: {}", message::one_line(&at))?;
    let (by, run) = (&position.by, to_the_second(position.run));
    let by = message::one_line(by);
    writeln!(world.output, "run of {run}, carried out by {by}\n")?;
    let longest = place.fleet.clusters().map(|cluster| cluster.name.len());
    let width = longest.max().unwrap_or(0);
    for wave in &place.fleet.spec.waves {
        for cluster in &wave.clusters {
            let state = position.clusters.get(&cluster.name);
            let stands = message::one_line(&state_words(state));
            let (name, wave) = (&*cluster.name, &wave.name);
            writeln!(world.output, "{name:width$}  {wave}  {stands}")?;
        }
    }
    Ok(())
}

/// Where the run is, in words.
fn words(place: &Place, position: &Position) -> String {
    if let Some(outcome) = &position.ended {
        return ended(outcome);
    }
    let wave = place.fleet.spec.waves.get(position.wave);
    let wave = wave.map_or_else(String::new, |wave| wave.name.to_string());
    let at = match (position.course, position.stage) {
        (Course::Back(_), _) => "going back".to_owned(),
        (Course::Forward, Stage::Before) => format!("waiting before wave {wave}"),
        (Course::Forward, Stage::Work) => format!("in wave {wave}"),
        (Course::Forward, Stage::After) => format!("waiting after wave {wave}"),
    };
    match &position.turned {
        Some(reason) => format!("{at}: {reason}"),
        None => at,
    }
}

/// How a run ended, in words.
pub(super) fn ended(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Done => "done".to_owned(),
        Outcome::Reached { wave } => format!("done as far as wave {wave}"),
        Outcome::Undone => "back at the start".to_owned(),
        Outcome::Stopped { reason } => format!("stopped: {reason}"),
        Outcome::Refused { reason } => reason.to_string(),
        other => format!("{other:?}"),
    }
}

/// How a cluster stands, in words.
pub(super) fn state_words(state: Option<&ClusterState>) -> String {
    match state {
        None => "not begun".to_owned(),
        Some(ClusterState::Begun { since }) => format!("begun at {}", to_the_second(*since)),
        Some(ClusterState::Soaking { since: Some(since) }) => {
            format!("watched, available since {}", to_the_second(*since))
        }
        Some(ClusterState::Soaking { since: None }) => "watched, not available yet".to_owned(),
        Some(ClusterState::Done) => "done".to_owned(),
        Some(ClusterState::Failed { reason }) => format!("failed: {reason}"),
        Some(ClusterState::Lost { reason }) => format!("lost: {reason}"),
        Some(ClusterState::Unreached { reason }) => format!("not begun: {reason}"),
        Some(ClusterState::GoingBack) => "going back".to_owned(),
        Some(ClusterState::Back) => "back at its start".to_owned(),
        Some(ClusterState::NotBack { reason }) => format!("not back: {reason}"),
    }
}
