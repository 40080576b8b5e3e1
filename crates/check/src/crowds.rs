//! In which ways the pods of each part may stand at each step of a plan.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::Bundle;
use cutover_plan::{Plan, Undo};

use crate::autoscalers;
use crate::counts::Crowd;
use crate::parts::Part;

/// In which ways the pods of parts may stand.
pub(crate) type Ways = BTreeMap<Part, BTreeSet<Crowd>>;

/// How the pods of each part stand on the way forward, and how they may where a way back begins.
pub(crate) struct Crowds {
    parts: Vec<Course>,
    /// The parts that each step concerns.
    concerned: Vec<BTreeSet<Part>>,
    /// How parts may stand where a way back begins, other than as on the way forward: in the middle
    /// of a step, and where a way back from a later step goes on.
    starts: BTreeMap<usize, Ways>,
}

/// A part on the way forward.
struct Course {
    at_rest: Crowd,
    /// After each step that concerns it.
    after: BTreeMap<usize, Crowd>,
}

impl Course {
    fn at(&self, step: usize) -> &Crowd {
        let last = self.after.range(..=step).next_back();
        last.map_or(&self.at_rest, |(_, crowd)| crowd)
    }
}

impl Crowds {
    /// All sets at rest, as the plan starts from them.
    pub(crate) fn at_rest(plan: &Plan, state: &Bundle) -> Self {
        let writing = autoscalers::writing(state);
        let workloads = plan.spec.workloads.iter().map(Some).chain([None]);
        let parts = workloads.map(|workload| Course {
            at_rest: Crowd::at_rest(workload, state, &writing),
            after: BTreeMap::new(),
        });
        Self {
            parts: parts.collect(),
            concerned: Vec::new(),
            starts: BTreeMap::new(),
        }
    }

    /// A part after the last step of the way forward so far.
    pub(crate) fn now(&self, part: Part) -> &Crowd {
        self.parts[part].at(self.concerned.len())
    }

    /// All parts after the last step of the way forward so far.
    pub(crate) fn all_now(&self) -> impl Iterator<Item = &Crowd> {
        self.parts.iter().map(|part| part.at(self.concerned.len()))
    }

    /// The next step of the way forward begins.
    pub(crate) fn begin(&mut self) {
        self.concerned.push(BTreeSet::new());
    }

    /// What the step makes of a part: in its middle, and once its gates hold.
    pub(crate) fn step(&mut self, part: Part, halfway: Crowd, after: Crowd) {
        let step = self.concerned.len();
        self.concerned[step - 1].insert(part);
        self.parts[part].after.insert(step, after);
        self.join(step, [(part, [halfway].into())].into());
    }

    /// How the parts may stand where a way back that concerns some begins; those that it leaves
    /// alone and that stand as on the way forward are left out.
    pub(crate) fn set_out(&mut self, undo: &Undo, concerns: BTreeSet<Part>) -> Ways {
        let mut ways = self.starts.remove(&undo.from).unwrap_or_default();
        let halfway = &self.concerned[undo.from - 1];
        let passed = self.concerned[undo.to..undo.from].iter().flatten();
        let parts: BTreeSet<Part> = passed.copied().chain(concerns).collect();
        for part in parts.difference(halfway) {
            let crowd = self.parts[*part].at(undo.from).clone();
            ways.entry(*part).or_default().insert(crowd);
        }
        ways
    }

    /// Ways in which parts may stand where a way back begins.
    pub(crate) fn join(&mut self, at: usize, ways: Ways) {
        let starts = self.starts.entry(at).or_default();
        for (part, crowds) in ways {
            starts.entry(part).or_default().extend(crowds);
        }
    }
}
