//! The workloads that one leg ties together.

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_workload::Workload;

/// Workloads that must move in one order, since a Service that the leg changes stands between them.
pub(super) struct Lane<'a> {
    pub(super) workloads: Vec<&'a Workload>,
    /// The Services that the leg changes and that select pods of these workloads.
    pub(super) services: Vec<ObjectRef>,
}

impl Lane<'_> {
    /// The Services that the leg changes, as they stand here and there.
    pub(super) fn changed<'a>(
        &'a self,
        here: &'a Bundle,
        there: &'a Bundle,
    ) -> impl Iterator<Item = (&'a Manifest, &'a Manifest)> {
        let ends = self
            .services
            .iter()
            .filter_map(|service| Some((here.get(service)?, there.get(service)?)));
        ends.filter(|(here, there)| here != there)
    }
}
