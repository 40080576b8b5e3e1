//! Pods that see other data while they serve.

use std::collections::BTreeSet;

use cutover_check::Checked;
use cutover_manifest::{Bundle, Manifest, ObjectRef, Warning};
use cutover_workload::{Deployment, Workload, reconfigures};

use crate::error::Error;
use crate::exposure::{are_reached, services};

/// A warning for each set that answers requests while a ConfigMap or Secret that its pods mount
/// changes its data: those that are still to be replaced see the new data too.
pub(crate) fn seen_early(plan: &Checked) -> Result<BTreeSet<Warning>, Error> {
    let mut found = BTreeSet::new();
    let mut walk = plan.walk();
    while let Some(step) = walk.advance()? {
        for change in &step.changes {
            let object = change.object();
            let ends = walk.before().get(object).zip(walk.state().get(object));
            if !ends.is_some_and(|(before, after)| reconfigures(before, after)) {
                continue;
            }
            for workload in &plan.spec.workloads {
                let sets = answering(workload, walk.before())?;
                let reading = sets
                    .iter()
                    .filter(|set| Deployment::of(set).mounted().contains(object));
                found.extend(reading.map(|set| seen(set.object(), object)));
            }
        }
    }
    Ok(found)
}

/// The sets of a workload whose pods get requests.
fn answering<'a>(workload: &Workload, state: &'a Bundle) -> Result<Vec<&'a Manifest>, Error> {
    let services = services(workload, state)?;
    let sets = workload.objects().filter_map(|set| state.get(set));
    let standing = sets.filter(|set| workload.pods_of(set) > 0);
    let reached = standing.filter(|set| are_reached(&Deployment::of(set).labels(), &services));
    Ok(reached.collect())
}

fn seen(set: &ObjectRef, configuration: &ObjectRef) -> Warning {
    Warning::about(
        configuration,
        format!(
            "its data changes, and pods of {set} that serve until they are replaced see it in their volumes"
        ),
        format!(
            "where the old version cannot read it, give the new data to a {} of another name",
            configuration.kind
        ),
    )
}
