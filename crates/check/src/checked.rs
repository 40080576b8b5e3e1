//! A plan that keeps what it promises.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

use cutover_manifest::{Bundle, ObjectRef};
use cutover_plan::{Gate, Plan, Step, take_back, walk};
use cutover_workload::Version;

use crate::bounds;
use crate::broken::{Broken, Place};
use crate::counts::Crowd;
use crate::pods::replicas;
use crate::within::{Seen, asks, awaits, versions};

/// A plan whose promises were recounted, all of which hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked(Plan);

impl Checked {
    /// The plan itself.
    pub fn into_plan(self) -> Plan {
        self.0
    }
}

impl Deref for Checked {
    type Target = Plan;

    fn deref(&self) -> &Plan {
        &self.0
    }
}

/// Recounts what a plan promises.
///
/// # Errors
///
/// All promises that do not hold, each with its step. A document that is not whole ends the
/// recount at the first place.
pub fn check(plan: Plan) -> Result<Checked, Vec<Broken>> {
    let mut recount = Recount::new(&plan);
    let whole = plan.whole().map_err(Broken::from);
    match whole
        .and_then(|()| recount.forward())
        .and_then(|()| recount.back())
    {
        Ok(()) if recount.broken.is_empty() => Ok(Checked(plan)),
        Ok(()) => Err(recount.broken),
        Err(broken) => {
            recount.broken.push(broken);
            Err(recount.broken)
        }
    }
}

struct Recount<'a> {
    plan: &'a Plan,
    /// The workloads that an object belongs to, as a set or as a router.
    workloads: BTreeMap<&'a ObjectRef, Vec<usize>>,
    seen: Seen,
    /// Where a way back may begin: in the middle of each step.
    starts: BTreeMap<usize, BTreeSet<Crowd>>,
    /// The versions that answer before the plan begins.
    old: BTreeSet<Version>,
    /// The state after the last step, and what each step deletes: enough to go back by inverses.
    end: Bundle,
    deleted: Vec<Bundle>,
    broken: Vec<Broken>,
}

impl<'a> Recount<'a> {
    fn new(plan: &'a Plan) -> Self {
        let mut workloads: BTreeMap<&ObjectRef, Vec<usize>> = BTreeMap::new();
        for (at, workload) in plan.spec.workloads.iter().enumerate() {
            let routers = workload.routers.iter().map(|router| &router.object);
            for object in workload.objects().chain(routers) {
                workloads.entry(object).or_default().push(at);
            }
        }
        Self {
            plan,
            workloads,
            seen: Seen::default(),
            starts: BTreeMap::new(),
            old: versions(plan),
            end: Bundle::new(),
            deleted: Vec::new(),
            broken: Vec::new(),
        }
    }

    /// The way forward.
    fn forward(&mut self) -> Result<(), Broken> {
        let mut walk = self.plan.walk();
        let mut crowd = Crowd::at_rest(self.plan, walk.state());
        let all = self.plan.objects();
        self.seen.note(walk.state(), &all)?;
        while let Some(step) = walk.advance()? {
            let number = walk.number();
            let place = Place::Step(number);
            let changed = step.changes.iter().map(|change| change.object().clone());
            let changed: BTreeSet<ObjectRef> = changed.collect();
            self.seen.note(walk.state(), &changed)?;
            let gone = changed
                .iter()
                .filter(|object| !walk.state().contains(object));
            let gone = gone.filter_map(|object| walk.before().get(object).cloned());
            self.deleted.push(gone.collect());
            self.changes(&mut crowd, step, [walk.before(), walk.state()], place);
            let halfway = crowd.halfway(step, walk.state());
            self.starts.entry(number).or_default().insert(halfway);
            self.gates(&mut crowd, step, walk.state(), place);
        }
        self.end = walk.state().clone();
        let place = Place::Step(self.plan.len());
        self.known(&crowd, place, "the plan ends");
        Ok(())
    }

    /// The ways back, from the last step to the first: where one joins an earlier state, it goes on
    /// with that state's own, with whatever pods it brings.
    fn back(&mut self) -> Result<(), Broken> {
        let mut state = std::mem::take(&mut self.end);
        while let Some((from, crowds)) = self.starts.pop_last() {
            // A plan that is whole has one way back a step.
            let undo = &self.plan.spec.undo[from - 1];
            for crowd in crowds {
                let end = self.way_back(crowd, &state, &undo.steps, from)?;
                if undo.to > 0 {
                    self.starts.entry(undo.to).or_default().insert(end);
                }
            }
            let step = &self.plan.spec.steps[from - 1];
            take_back(&mut state, step, &self.deleted[from - 1], from)?;
        }
        Ok(())
    }

    fn way_back(
        &mut self,
        mut crowd: Crowd,
        from: &Bundle,
        steps: &[Step],
        number: usize,
    ) -> Result<Crowd, Broken> {
        let mut walk = walk(from.clone(), steps);
        while let Some(step) = walk.advance()? {
            let place = Place::Undo {
                from: number,
                step: walk.number(),
            };
            self.broken.extend(asks(step, place));
            self.broken
                .extend(awaits(step, walk.state(), &self.old, place));
            self.broken
                .extend(self.seen.holds(step, walk.state(), place)?);
            self.changes(&mut crowd, step, [walk.before(), walk.state()], place);
            self.gates(&mut crowd, step, walk.state(), place);
        }
        Ok(crowd)
    }

    /// The changes of a step, one after the other, with what each does to the promises.
    fn changes(&mut self, crowd: &mut Crowd, step: &Step, states: [&Bundle; 2], place: Place) {
        let [before, after] = states;
        let mut touched = BTreeSet::new();
        for change in &step.changes {
            let object = change.object();
            crowd.change(change, before.get(object), after.get(object));
            touched.extend(self.workloads.get(object).into_iter().flatten().copied());
        }
        // Counts only widen within a step: its last moment is its worst.
        for workload in touched {
            let workload = &self.plan.spec.workloads[workload];
            self.broken
                .extend(bounds::broken(workload, crowd, states, place));
        }
    }

    /// The gates of a step, all of which hold at the moment of the next write.
    fn gates(&mut self, crowd: &mut Crowd, step: &Step, state: &Bundle, place: Place) {
        for gate in &step.gates {
            if let Some(broken) = never(gate, state, place) {
                self.broken.push(broken);
            }
            crowd.gate(gate, state);
        }
        if !step.shares.is_empty() {
            self.known(crowd, place, "a share is asked for");
        }
        if step.gates.iter().any(|gate| !gate.is_observed()) {
            self.known(crowd, place, "somebody is asked or time passes");
        }
    }

    /// Whether the number of pods of every set is known.
    fn known(&mut self, crowd: &Crowd, place: Place, what: &'static str) {
        for (object, pods) in &crowd.pods {
            if !(pods.alive.is_known() && pods.answering.is_known()) {
                self.broken.push(Broken::Unknown {
                    place,
                    object: Box::new(object.clone()),
                    what,
                });
            }
        }
    }
}

/// A gate that asks for what the state does not.
fn never(gate: &Gate, state: &Bundle, place: Place) -> Option<Broken> {
    let object = gate.object()?;
    let Some(set) = state.get(object) else {
        let reason = "its gate waits for what is not there";
        return Some(Broken::object(place, object, reason));
    };
    let count = gate.counted()?.replicas?;
    let reason = "its gate waits for another number of pods than the object asks for";
    (count != replicas(set)).then(|| Broken::object(place, object, reason))
}
