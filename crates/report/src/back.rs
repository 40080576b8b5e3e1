//! What ways back change beside the counts and templates of the way forward.

use cutover_check::Checked;
use cutover_manifest::{Bundle, MergeKeys};
use cutover_patch::differences;
use cutover_plan::{Change, Phase, Step, Undo, walk};
use serde_json::{Value, json};

use crate::changes::{Section, documents, sections};
use crate::error::Error;
use crate::step_name::step_name;
use crate::text::{alike, clean, numbered};

/// A step of a way back that does more than that.
pub(crate) struct Back {
    /// The step that it takes back, from 1.
    from: usize,
    made: Made,
}

/// What such a step does; several ways back may have the same.
#[derive(Clone, PartialEq)]
pub(crate) struct Made {
    phase: Phase,
    name: String,
    /// What more it does.
    pub(crate) sections: Vec<Section>,
    changes: Vec<Value>,
}

impl Back {
    pub(crate) fn document(&self) -> Value {
        let Self { from, made } = self;
        let Made {
            phase,
            name,
            changes,
            ..
        } = made;
        json!({ "from": from, "phase": phase, "name": name, "changes": changes })
    }
}

/// What several ways back do alike, told once.
pub(crate) struct Told {
    from: Vec<usize>,
    pub(crate) made: Made,
}

impl Told {
    /// All of them, in the order of the first steps.
    pub(crate) fn of(backs: Vec<Back>) -> Vec<Self> {
        let backs = backs.into_iter().map(|back| (back.from, back.made));
        let told = alike(backs).into_iter();
        told.map(|(mut from, made)| {
            from.dedup();
            Self { from, made }
        })
        .collect()
    }

    /// As `back from steps 5, 6 · start · switch Service hello to track=blue`.
    pub(crate) fn title(&self) -> String {
        let Made { phase, name, .. } = &self.made;
        let from = numbered(&self.from);
        clean(&format!("back from {from} · {phase} · {name}"))
    }
}

/// All such steps; of the way back from one state where one is named.
///
/// # Errors
///
/// A plan that does not fit itself.
pub(crate) fn back(plan: &Checked, from: Option<usize>) -> Result<Vec<Back>, Error> {
    let start = plan.start();
    let mut all = Vec::new();
    let mut forward = plan.walk();
    while forward.advance()?.is_some() {
        let number = forward.number();
        let undo = plan
            .undo(number)
            .filter(|_| from.is_none_or(|from| from == number));
        let Some(undo) = undo else { continue };
        let mut back = walk(forward.state().clone(), &undo.steps);
        while let Some(step) = back.advance()? {
            all.extend(more(number, step, back.before(), back.state(), &start));
        }
    }
    Ok(all)
}

/// Ways back that are one: from where, what is done, and which state it leads to.
pub(crate) struct WayBack {
    pub(crate) from: Vec<usize>,
    pub(crate) name: String,
    pub(crate) to: usize,
}

/// The ways back from all states; what is done from several is told once.
///
/// # Errors
///
/// A plan that does not fit itself.
pub(crate) fn ways_back(plan: &Checked) -> Result<Vec<WayBack>, Error> {
    let mut ways = Vec::new();
    let mut walk = plan.walk();
    while walk.advance()?.is_some() {
        if let Some(undo) = plan.undo(walk.number()) {
            ways.push((undo.from, (name(undo, walk.state())?, undo.to)));
        }
    }
    let ways = alike(ways).into_iter();
    Ok(ways
        .map(|(from, (name, to))| WayBack { from, name, to })
        .collect())
}

/// What a way back does, in words.
fn name(undo: &Undo, from: &Bundle) -> Result<String, Error> {
    let mut walk = walk(from.clone(), &undo.steps);
    let mut names = Vec::new();
    while let Some(step) = walk.advance()? {
        names.push(step_name(step, walk.before(), walk.state()));
    }
    Ok(if names.is_empty() {
        "nothing to change".into()
    } else {
        names.join(" · ")
    })
}

fn more(
    number: usize,
    step: &Step,
    before: &Bundle,
    after: &Bundle,
    start: &Bundle,
) -> Option<Back> {
    let mut step = step.clone();
    step.changes
        .retain(|change| is_more(change, before, after, start));
    if step.changes.is_empty() {
        return None;
    }
    Some(Back {
        from: number,
        made: Made {
            name: step_name(&step, before, after),
            sections: sections(&step, before, after),
            changes: documents(&step, before, after),
            phase: step.phase,
        },
    })
}

/// What the way forward has made the way back takes away: that is no more than is expected of it.
fn is_more(change: &Change, before: &Bundle, after: &Bundle, start: &Bundle) -> bool {
    let object = change.object();
    match change {
        Change::Create(_) | Change::Replace(_) => true,
        Change::Delete(object) => start.contains(object),
        Change::Patch(_) => {
            let [Some(was), Some(is)] = [before, after].map(|state| state.get(object)) else {
                return true;
            };
            let found = differences(was.value(), is.value(), &MergeKeys);
            let mut paths = found.iter().map(|found| found.path.to_string());
            paths.any(|path| path != "spec.replicas" && !path.starts_with("spec.template."))
        }
    }
}
