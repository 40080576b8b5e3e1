//! What a plan may say, and this version does not carry out.

use cutover_plan::{Available, Change, Gate, Plan, Step};
use cutover_traffic::HttpRoute;

use crate::error::Error;

/// Refuses a plan that has a change or a gate, forward or back, that this version does not know how
/// to make or to judge: what is unknown never counts as done, and never as held.
///
/// # Errors
///
/// [`Error::Unsupported`] with the first of them.
pub(crate) fn refuse_unsupported(plan: &Plan) -> Result<(), Error> {
    refuse_steps(&plan.spec.steps, "")?;
    for undo in &plan.spec.undo {
        let path = format!("undo from step {}: ", undo.from);
        refuse_steps(&undo.steps, &path)?;
    }
    Ok(())
}

fn refuse_steps(steps: &[Step], path: &str) -> Result<(), Error> {
    for (index, step) in steps.iter().enumerate() {
        let mut changes = step.changes.iter().filter_map(unsupported_change);
        let mut gates = step.gates.iter();
        let gate = || gates.find_map(unsupported_gate);
        if let Some(what) = changes.next().or_else(gate) {
            let place = format!("{path}step {}", index + 1);
            return Err(Error::Unsupported { place, what });
        }
    }
    Ok(())
}

fn unsupported_change(change: &Change) -> Option<String> {
    match change {
        Change::Create(_) | Change::Delete(_) | Change::Patch(_) => None,
        Change::Replace(replace) => Some(format!("the change `replace` of {}", replace.object)),
    }
}

fn unsupported_gate(gate: &Gate) -> Option<String> {
    match gate {
        Gate::Available(Available {
            object,
            updated: Some(_),
            ..
        }) => Some(format!("the gate `available` of {object} with `updated`")),
        Gate::Drained(gate) if !HttpRoute::is(&gate.object) => {
            Some(format!("the gate `drained` of {}", gate.object))
        }
        Gate::Routed(gate) if !HttpRoute::is(&gate.object) => {
            Some(format!("the gate `routed` of {}", gate.object))
        }
        Gate::Available(Available { updated: None, .. })
        | Gate::Drained(_)
        | Gate::Endpoints(_)
        | Gate::Held(_)
        | Gate::Job(_)
        | Gate::Metric(_)
        | Gate::Pause(_)
        | Gate::Routed(_)
        | Gate::Settled(_)
        | Gate::Smoke(_)
        | Gate::Webhook(_)
        | Gate::Window(_) => None,
    }
}

#[cfg(test)]
mod tests;
