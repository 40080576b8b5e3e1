//! What a plan has and no step changes: `render` and `write` give it out too.

use std::collections::BTreeMap;

use cutover_manifest::ObjectRef;
use cutover_plan::Plan;

use crate::text::kinds;

/// So many objects of a kind are told by name, and more by their number.
const MOST_NAMED: usize = 3;

/// The objects that no step changes and no workload names, kind by kind: none is left untold, since one
/// that grants rights might be among them.
pub(crate) fn untouched(plan: &Plan) -> Option<String> {
    let mut told = plan.changed();
    for workload in &plan.spec.workloads {
        told.extend(workload.objects());
        told.extend(workload.routers.iter().map(|router| &router.object));
    }
    let mut by_kind: BTreeMap<&str, Vec<&ObjectRef>> = BTreeMap::new();
    for object in plan.spec.from.iter().map(|manifest| manifest.object()) {
        if !told.contains(object) {
            by_kind.entry(&object.kind).or_default().push(object);
        }
    }
    let texts: Vec<String> = by_kind
        .iter()
        .map(|(kind, objects)| of(kind, objects))
        .collect();
    (!texts.is_empty()).then(|| format!("Not changed: {}.", texts.join(", ")))
}

fn of(kind: &str, objects: &[&ObjectRef]) -> String {
    if objects.len() > MOST_NAMED {
        return format!("{} {}", objects.len(), kinds(kind));
    }
    let names: Vec<String> = objects.iter().map(ToString::to_string).collect();
    names.join(", ")
}
