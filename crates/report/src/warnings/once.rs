//! What hurts in the pods of many workloads, told once for all of them.

use cutover_manifest::{Bundle, Manifest, ObjectRef, Warning, listing};
use cutover_traffic::Service;
use cutover_workload::Workload;

use crate::error::Error;
use crate::exposure::services;

/// Something that may hurt where pods come or go.
pub(super) struct Once {
    /// What it is, of one workload and of several.
    pub(super) one: &'static str,
    pub(super) all: &'static str,
    /// What comes of it.
    pub(super) then: &'static str,
    pub(super) then_all: &'static str,
    pub(super) hint: &'static str,
    /// Whether it is so of a set behind Services.
    pub(super) holds: fn(&Manifest, &[Service]) -> bool,
}

impl Once {
    /// The workloads of which it is so, told once for all; each that stays, as it is at the end.
    ///
    /// # Errors
    ///
    /// A Service that is none.
    pub(super) fn told<'a>(
        &self,
        workloads: impl Iterator<Item = &'a Workload>,
        [start, end]: [&Bundle; 2],
    ) -> Result<Option<Warning>, Error> {
        let mut found: Vec<ObjectRef> = Vec::new();
        for workload in workloads {
            let first = workload.objects().next();
            let stays = first.filter(|set| start.contains(set));
            let Some(set) = stays.and_then(|set| end.get(set)) else {
                continue;
            };
            if (self.holds)(set, &services(workload, start)?) {
                found.push(set.object().clone());
            }
        }
        let message = match found.as_slice() {
            [] => return Ok(None),
            [_] => format!("{}: {}", self.one, self.then),
            all => format!("{}, of {}: {}", self.all, listing(all), self.then_all),
        };
        Ok(Some(Warning {
            object: found.pop().filter(|_| found.is_empty()),
            place: None,
            message,
            hint: Some(self.hint.to_owned()),
        }))
    }
}
