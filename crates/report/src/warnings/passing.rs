//! Pods that come and end, behind a Service.

use std::collections::BTreeSet;

use cutover_check::Checked;
use cutover_manifest::{Bundle, Manifest, Warning};
use cutover_plan::Change;
use cutover_traffic::{Owned, Port, Service, listens};
use serde_json::Value;

use crate::error::Error;
use crate::exposure::services;

/// Jobs that the plan makes or changes, whose pods a Service of one of its workloads selects.
///
/// # Errors
///
/// A plan that does not fit itself, or a Service that is none.
pub(super) fn passing(plan: &Checked) -> Result<BTreeSet<Warning>, Error> {
    let mut found = BTreeSet::new();
    let mut walk = plan.walk();
    while let Some(step) = walk.advance()? {
        let state = walk.state();
        let changed = step.changes.iter().map(Change::object);
        for manifest in changed.filter_map(|object| state.get(object)) {
            let Some(pods) = Owned::of(manifest).filter(|pods| !pods.are_lasting()) else {
                continue;
            };
            for service in serving(plan, state, manifest)? {
                if service.selects(&pods.labels) && is_reached(pods.template, &service) {
                    found.insert(warned(manifest, &service));
                }
            }
        }
    }
    Ok(found)
}

/// The Services in the namespace of an object that lead to the plan's workloads.
fn serving(plan: &Checked, state: &Bundle, near: &Manifest) -> Result<Vec<Service>, Error> {
    let mut found = Vec::new();
    for workload in &plan.spec.workloads {
        found.extend(services(workload, state)?);
    }
    found.retain(|service| service.object.namespace == near.object().namespace);
    Ok(found)
}

/// Whether requests get to such pods: at a number they do, at a name only where a container gives it.
fn is_reached(template: &Value, service: &Service) -> bool {
    service.ports.iter().any(|port| match port {
        Port::Number(_) => true,
        Port::Name(_) => listens(template, port),
    })
}

fn warned(manifest: &Manifest, service: &Service) -> Warning {
    let service = &service.object;
    Warning::about(
        manifest.object(),
        format!(
            "its pods have the labels that {service} selects: they get requests while they run"
        ),
        "give them other labels, or let the Service ask for one that they do not have",
    )
}
