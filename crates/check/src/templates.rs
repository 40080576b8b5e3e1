//! Whether sets run what one of the plan's ends runs.
//!
//! A set that is there for a while, a canary, is to show what is wanted. By its labels, and by the names
//! of the configuration that it reads, it may differ from that: a copy of it stands under another name.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Bundle, Manifest, pod_references, with_references};
use cutover_plan::{Change, Step};
use cutover_workload::Deployment;

use crate::broken::{Broken, Place};

/// What the pods of sets run at the ends of a plan, and on the way.
pub(crate) struct Templates {
    known: BTreeSet<String>,
    found: Vec<(String, Broken)>,
}

impl Templates {
    /// Those of the state that a plan starts from.
    pub(crate) fn of(start: &Bundle) -> Self {
        let mut templates = Self {
            known: BTreeSet::new(),
            found: Vec::new(),
        };
        templates.know(start);
        templates
    }

    /// What an end of the plan runs.
    pub(crate) fn know(&mut self, end: &Bundle) {
        let sets = end.iter().filter(|set| Deployment::is(set.object()));
        self.known.extend(sets.filter_map(program));
    }

    /// Looks at the sets that a step makes, or gives another template.
    pub(crate) fn look(&mut self, step: &Step, [before, after]: [&Bundle; 2], place: Place) {
        let sets = step.changes.iter().map(Change::object);
        for set in sets.filter(|object| Deployment::is(object)) {
            let [was, is] = [before, after].map(|state| state.get(set).and_then(program));
            let Some(is) = is.filter(|is| was.as_ref() != Some(is)) else {
                continue;
            };
            let reason = "its pods run what no set runs at either end of the plan";
            let broken = Broken::field(place, set, "/spec/template/spec", reason);
            self.found.push((is, broken));
        }
    }

    /// What is wrong with the steps that were looked at, once both ends are known.
    pub(crate) fn broken(&mut self) -> Vec<Broken> {
        let found = self.found.drain(..);
        let strange = found.filter(|(program, _)| !self.known.contains(program));
        strange.map(|(_, broken)| broken).collect()
    }
}

/// What the pods of a set run, whatever the configuration that they read is called.
fn program(set: &Manifest) -> Option<String> {
    let template = Deployment::of(set).template()?;
    let references = pod_references(template).into_iter();
    let unnamed: BTreeMap<_, _> = references.map(|read| (read, String::new())).collect();
    let template = with_references(template, &unnamed);
    Some(template.get("spec")?.to_string())
}
