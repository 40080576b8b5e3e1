//! What is given up while an autoscaler stands still.

use std::collections::BTreeMap;

use cutover_check::Checked;
use cutover_manifest::{Bundle, ObjectRef, Warning};
use cutover_plan::{Gate, Held};
use cutover_workload::{Autoscaler, Workload};

use crate::error::Error;

const HINT: &str = "release while there is little to do";

/// The autoscalers that the plan holds, each with how many pods its set has meanwhile.
pub(super) fn held(plan: &Checked, start: &Bundle) -> Result<Vec<Warning>, Error> {
    let mut spans: BTreeMap<ObjectRef, [usize; 2]> = BTreeMap::new();
    let mut walk = plan.walk();
    while let Some(step) = walk.advance()? {
        let number = walk.number();
        for gate in &step.gates {
            if let Gate::Held(Held { object }) = gate {
                spans.entry(object.clone()).or_insert([number; 2]);
            }
        }
        for change in &step.changes {
            if let Some([_, last]) = spans.get_mut(change.object()) {
                *last = number;
            }
        }
    }
    let mut found = Vec::new();
    for (object, [first, last]) in spans {
        let Some(scaler) = start.get(&object).and_then(Autoscaler::of) else {
            continue;
        };
        let workloads = plan.spec.workloads.iter();
        let scaled = workloads.filter(|workload| scales(scaler, workload));
        found.extend(scaled.map(|workload| given_up(scaler, workload, first, last)));
    }
    Ok(found)
}

fn scales(scaler: Autoscaler<'_>, workload: &Workload) -> bool {
    workload.objects().any(|set| scaler.scales(set))
}

fn given_up(scaler: Autoscaler<'_>, workload: &Workload, first: usize, last: usize) -> Warning {
    let (floor, ceiling) = (workload.floor(), workload.ceiling());
    let message = format!(
        "it adds and removes no pods from step {first} to step {last}, however much there is to do: {} has {floor} to {ceiling} meanwhile, and it may ask for {}",
        workload.name,
        scaler.most()
    );
    Warning::about(scaler.object(), &message, HINT)
}
