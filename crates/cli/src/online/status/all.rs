//! `cutover status` without a plan: the runs of a namespace, or of all, a row each.

use cutover_run::{GateState, Outcome, Position, Runner, Scope, Stage};
use serde_json::json;

use super::run::RunStatus;
use crate::error::Error;
use crate::online::subject::Found;
use crate::online::{Online, to_the_second};
use crate::{World, message};

/// What a run is called whose journal is found by its label.
const LABEL: &str = "app.kubernetes.io/managed-by=cutover";

const HEAD: [&str; 6] = ["NAMESPACE", "PLAN", "STEP", "STATE", "SINCE", "RUNNER"];

/// Lists the runs.
///
/// # Errors
///
/// A cluster that cannot be asked. A journal that cannot be read is warned about.
pub(super) fn status(
    is_everywhere: bool,
    is_json: bool,
    online: &Online,
    world: &mut World<'_>,
) -> Result<(), Error> {
    let now = (world.now)();
    let mut statuses = Vec::new();
    for found in runs(is_everywhere, online, world)? {
        statuses.push(RunStatus::look(&found, online, now)?);
    }
    if is_json {
        return Ok(writeln!(world.output, "{}", json!({ "runs": statuses }))?);
    }
    if statuses.is_empty() {
        message::note(world, "there is no run");
        return Ok(());
    }
    let mut rows = vec![HEAD.map(str::to_owned)];
    rows.extend(statuses.iter().map(row));
    Ok(write!(world.output, "{}", message::visible(&table(&rows)))?)
}

fn runs(is_everywhere: bool, online: &Online, world: &mut World<'_>) -> Result<Vec<Found>, Error> {
    let namespace = online.cluster.namespace().to_owned();
    let scope = Scope {
        api_version: "v1".to_owned(),
        kind: "ConfigMap".to_owned(),
        namespace: (!is_everywhere).then_some(namespace),
        name: None,
    };
    let journals = online.cluster.list_labelled(&scope, LABEL);
    let journals = online
        .runtime
        .block_on(journals)
        .map_err(|fault| Error::failed(format!("ConfigMaps: {}", online.told(&fault))))?;
    let mut found = Vec::new();
    for journal in journals {
        let object = journal.object().clone();
        match Found::read(journal) {
            Ok(run) => found.push(run),
            Err(error) => message::warning(world, format!("{object}: {error}")),
        }
    }
    Ok(found)
}

fn row(status: &RunStatus) -> [String; HEAD.len()] {
    let position = &status.position;
    let since = position.ended_at.unwrap_or(position.since);
    let step = match position.ended {
        Some(_) => String::new(),
        None => position.step.to_string(),
    };
    [
        status.namespace.clone(),
        status.plan.clone(),
        step,
        state(status),
        to_the_second(since).to_string(),
        runner(position, &status.runner),
    ]
}

/// How a run is, in a word or two.
fn state(status: &RunStatus) -> String {
    let position = &status.position;
    let troubles = status.gates.iter().flat_map(|gate| &gate.pods);
    let waits = status
        .gates
        .iter()
        .any(|gate| gate.state == GateState::Waits);
    match (&position.ended, position.stage) {
        (Some(Outcome::Done), _) => "done".to_owned(),
        (Some(Outcome::Undone { .. }), _) => "taken back".to_owned(),
        (Some(_), _) => "stopped".to_owned(),
        (None, _) if status.asked.pause.is_some() => "paused".to_owned(),
        (None, _) if status.asks() => "asks a person".to_owned(),
        (None, Stage::Writing) => "writes".to_owned(),
        (None, Stage::Waiting) => match troubles.map(|pod| pod.trouble).next() {
            Some(trouble) => format!("waits: {trouble}"),
            None if waits => "waits".to_owned(),
            None => "goes on".to_owned(),
        },
    }
}

fn runner(position: &Position, runner: &Runner) -> String {
    match runner {
        _ if position.ended.is_some() => String::new(),
        Runner::Alive { name, .. } => name.clone(),
        Runner::Dead { name, .. } => format!("dead: {name}"),
        Runner::Nobody => "nobody".to_owned(),
    }
}

/// Rows under one another, each column as wide as its widest cell.
fn table(rows: &[[String; HEAD.len()]]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            line += &format!("{cell:<width$}   ", width = width(column));
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A failure means that columns do not stand under one another.
    #[test]
    fn a_table_has_columns() {
        let row = |cells: [&str; 6]| cells.map(str::to_owned);
        let rows = [
            row(HEAD),
            row(["prod", "hello", "12", "asks a person", "", ""]),
        ];
        let expect = "NAMESPACE   PLAN    STEP   STATE           SINCE   RUNNER\n\
                      prod        hello   12     asks a person\n";
        assert_eq!(table(&rows), expect);
    }
}
