//! What a step waits for, in words.

use std::collections::BTreeSet;

use cutover_manifest::{Bundle, ObjectRef};
use cutover_plan::{Deployment, Gate, Step};

use crate::text::Names;

/// So many gates of one kind are told one by one; more are counted.
const MOST_TOLD: usize = 3;

/// What a step waits for, without what merely repeats the step before: gates of objects that it
/// does not change.
pub(crate) fn wait(step: &Step, before: &Bundle, after: &Bundle, names: Names) -> String {
    let gates = told(step);
    let words = |kind: &str, word: &dyn Fn(&Gate) -> Option<String>| {
        let words: Vec<String> = gates.iter().filter_map(|gate| word(gate)).collect();
        if words.len() > MOST_TOLD {
            vec![format!("{} {kind}", words.len())]
        } else {
            words
        }
    };
    let all = [
        words("sets available", &|gate| {
            available(gate, before, after, names)
        }),
        words("sets settled", &|gate| settled(gate, names)),
        words("Services' endpoints", &|gate| endpoints(gate, names)),
        words("analyses", &|gate| Some(gate.analysis()?.to_string())),
        words("pauses", &other),
    ];
    all.concat().join(" · ")
}

/// Whether a step replaces the pods of a set that has some.
pub(crate) fn rolls(object: &ObjectRef, before: &Bundle, after: &Bundle) -> bool {
    match (before.get(object), after.get(object)) {
        (Some(was), Some(is)) if Deployment::is(object) => {
            let (was, is) = (Deployment::of(was), Deployment::of(is));
            is.rolls_after(was) && was.replicas() != Some(0) && is.replicas() != Some(0)
        }
        _ => false,
    }
}

/// The gates of what the step changes, and the pauses; all of them where there are none of these.
fn told(step: &Step) -> Vec<&Gate> {
    let changed: BTreeSet<&ObjectRef> = step.changes.iter().map(|change| change.object()).collect();
    let told = step.gates.iter().filter(|gate| match gate {
        Gate::Available { object, .. }
        | Gate::Settled { object, .. }
        | Gate::Endpoints { object } => changed.contains(object),
        _ => true,
    });
    let told: Vec<&Gate> = told.collect();
    if told.is_empty() {
        step.gates.iter().collect()
    } else {
        told
    }
}

fn available(gate: &Gate, before: &Bundle, after: &Bundle, names: Names) -> Option<String> {
    let Gate::Available { object, replicas } = gate else {
        return None;
    };
    Some(format!(
        "{} {replicas} available{}",
        names.object(object),
        pace(object, *replicas, before, after)
    ))
}

fn settled(gate: &Gate, names: Names) -> Option<String> {
    match gate {
        Gate::Settled {
            object,
            replicas: 0,
        } => Some(format!("{} settled", names.object(object))),
        Gate::Settled { object, replicas } => {
            Some(format!("{} {replicas} settled", names.object(object)))
        }
        _ => None,
    }
}

fn endpoints(gate: &Gate, names: Names) -> Option<String> {
    let Gate::Endpoints { object } = gate else {
        return None;
    };
    Some(format!("{} endpoints", names.object(object)))
}

fn other(gate: &Gate) -> Option<String> {
    match gate {
        told if told.is_observed() || told.analysis().is_some() => None,
        Gate::Pause { duration: None } => Some("a person".into()),
        Gate::Pause {
            duration: Some(duration),
        } => Some(duration.to_string()),
        // A gate of a kind that is newer than this report is told by its name in the plan file.
        newer => serde_json::to_value(newer)
            .ok()?
            .as_object()?
            .keys()
            .next()
            .cloned(),
    }
}

/// How the pods of a set are replaced where they are.
fn pace(object: &ObjectRef, replicas: u32, before: &Bundle, after: &Bundle) -> String {
    let Some(set) = after
        .get(object)
        .filter(|_| rolls(object, before, after))
        .map(Deployment::of)
    else {
        return String::new();
    };
    if set.recreates() {
        return " (all old pods stop first)".into();
    }
    let slack = set.budget().of(replicas);
    match slack.surge.saturating_add(slack.unavailable) {
        1 => " (one pod at a time)".into(),
        pods => format!(" ({pods} pods at a time)"),
    }
}
