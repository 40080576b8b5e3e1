//! What ways back change beside the counts and templates of the way forward.

use cutover_manifest::{Bundle, MergeKeys};
use cutover_patch::differences;
use cutover_plan::{Change, Plan, Step, walk};

use crate::changes::{Section, sections};
use crate::error::Error;
use crate::step_name::step_name;
use crate::text::clean;

/// A step of a way back that does more than that.
pub(crate) struct Back {
    /// As `back from step 5 · start · switch Service hello to track=blue`.
    pub(crate) title: String,
    /// What more it does.
    pub(crate) sections: Vec<Section>,
}

/// All such steps; of the way back from one state where one is named.
///
/// # Errors
///
/// A plan that does not fit itself.
pub(crate) fn back(plan: &Plan, from: Option<usize>) -> Result<Vec<Back>, Error> {
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
    let name = step_name(&step, before, after);
    Some(Back {
        title: clean(&format!(
            "back from step {number} · {} · {name}",
            step.phase
        )),
        sections: sections(&step, before, after),
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
