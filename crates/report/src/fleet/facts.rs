//! What a fleet does, in sentences: all that a run reads and no table has.

use cutover_fleet::{CheckedFleet, Journal, OnFailure, Unreachable};
use cutover_plan::Gate;

use crate::asked::of_gate;
use crate::fleet::names::names;
use crate::text::{clean, count};
use crate::wait::gate_words;

/// The fleet in one line: its name and its size.
pub(crate) fn title(fleet: &CheckedFleet) -> String {
    let clusters = count(fleet.clusters().count(), "cluster");
    let waves = count(fleet.spec.waves.len(), "wave");
    let plans = count(fleet.spec.plans.len(), "plan");
    clean(&format!(
        "Fleet {}: {clusters} in {waves}, {plans}",
        fleet.metadata.name
    ))
}

/// A gate of a wave: where it stands, and what it asks, whole.
pub(crate) struct Asked {
    /// As `before canary: a person`.
    pub(crate) title: String,
    /// What is asked of another system, and how often.
    pub(crate) facts: Vec<String>,
}

/// The gates before and after each wave.
pub(crate) fn gates(fleet: &CheckedFleet) -> Vec<Asked> {
    let mut all = Vec::new();
    for wave in &fleet.spec.waves {
        let places = [("before", &wave.gates.before), ("after", &wave.gates.after)];
        for (when, gates) in places {
            all.extend(gates.iter().map(|gate| asked(when, &wave.name, gate)));
        }
    }
    all
}

fn asked(when: &str, wave: &str, gate: &Gate) -> Asked {
    Asked {
        title: clean(&format!("{when} {wave}: {}", gate_words(gate))),
        facts: of_gate(gate),
    }
}

/// What becomes of clusters that fail, that cannot be reached, or that no wave has; where the
/// journal is; what the budget asks for.
pub(crate) fn sentences(fleet: &CheckedFleet) -> Vec<String> {
    let mut sentences = vec![
        failure(fleet.spec.on_failure).to_owned(),
        unreachable(fleet.spec.unreachable).to_owned(),
        journal(fleet.spec.journal.as_ref()),
    ];
    if let Some(budget) = &fleet.spec.budget {
        let least = budget.min_available;
        let of = match &budget.per_label {
            Some(label) => format!("of the clusters of each {label}"),
            None => "of all clusters".to_owned(),
        };
        sentences.push(format!(
            "At least {least} {of} are there at any moment, by weight."
        ));
    }
    if !fleet.spec.unmatched.is_empty() {
        let left = names(&fleet.spec.unmatched);
        sentences.push(format!("In no wave, and left as they are: {left}."));
    }
    sentences.iter().map(|sentence| clean(sentence)).collect()
}

fn failure(then: OnFailure) -> &'static str {
    match then {
        OnFailure::Stop => {
            "Where more clusters of a wave fail than may, no more are started, and those at work end."
        }
        OnFailure::Undo => {
            "Where more clusters of a wave fail than may, all that was begun is taken back, wave by wave."
        }
        OnFailure::UndoCluster => {
            "Where more clusters of a wave fail than may, those that failed are taken back."
        }
        OnFailure::UndoWave => {
            "Where more clusters of a wave fail than may, the clusters of that wave are taken back."
        }
    }
}

fn unreachable(then: Unreachable) -> &'static str {
    match then {
        Unreachable::Fail => "A cluster that cannot be reached counts as failed.",
        Unreachable::Skip => "A cluster that cannot be reached is left out.",
        Unreachable::Wait => "A cluster that cannot be reached is waited for, within the deadline.",
    }
}

fn journal(journal: Option<&Journal>) -> String {
    match journal {
        None => "It does not say where the journal of its run is.".to_owned(),
        Some(Journal::Cluster { cluster, namespace }) => {
            let within = namespace
                .as_ref()
                .map(|namespace| format!(", namespace {namespace}"));
            format!(
                "The journal of its run is in cluster {cluster}{}.",
                within.unwrap_or_default()
            )
        }
        Some(Journal::File(file)) => format!("The journal of its run is in the file {file}."),
    }
}

/// The plan of these clusters, as a heading.
pub(crate) fn plan_title(number: usize, clusters: &str) -> String {
    format!("plan {number}, of {clusters}")
}
