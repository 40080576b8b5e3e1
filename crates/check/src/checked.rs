//! A plan that keeps what it promises.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

use cutover_manifest::{Bundle, ObjectRef};
use cutover_plan::{Change, Gate, Plan, Step, Undo, take_back, walk};
use cutover_workload::{Version, Workload};
use serde::Serialize;

use crate::between::Between;
use crate::broken::{Broken, Place};
use crate::counts::Crowd;
use crate::crowds::{Crowds, Ways};
use crate::dead_ends::DeadEnds;
use crate::parts::{Part, Parts, Portion};
use crate::pods::Pods;
use crate::routers::{self, Requests};
use crate::templates::Templates;
use crate::unheard::Unheard;
use crate::within::{Seen, asks, awaits, mistimed, renews, versions};
use crate::{autoscalers, bounds, gates, passing, patches, sets, workloads};

/// A plan whose promises were recounted, all of which hold. As a document it is the plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Checked(Plan);

impl Checked {
    /// The plan, without the proof that it was recounted.
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
/// All promises that do not hold, each with its step; a few hundred at most of the ways back. A
/// document that is not whole ends the recount at the first place.
pub fn check(plan: Plan) -> Result<Checked, Vec<Broken>> {
    if let Err(error) = plan.whole() {
        return Err(vec![error.into()]);
    }
    let mut recount = Recount::new(&plan);
    let ways = recount.forward().and_then(|seen| recount.back(&seen));
    let mut broken = recount.broken;
    broken.extend(ways.err());
    match broken.is_empty() {
        true => Ok(Checked(plan)),
        false => Err(broken),
    }
}

/// Where so many promises are broken, the ways back are not all recounted: a plan of a thousand
/// steps may break a million.
const ENOUGH: usize = 100;

/// In how many ways the pods of a workload may stand where a way back begins. Where gates count them
/// on the way, there are a few: these keep the recount of a forged plan as short as that of ours.
const MOST_CROWDS: usize = 100;

struct Recount<'a> {
    plan: &'a Plan,
    parts: Parts<'a>,
    crowds: Crowds,
    /// The versions that the plan's workloads run before it begins.
    old: BTreeSet<Version>,
    dead_ends: DeadEnds,
    unheard: Unheard<'a>,
    templates: Templates,
    /// The state after the last step, and what each step deletes: enough to go back by inverses.
    end: Bundle,
    deleted: Vec<Bundle>,
    broken: Vec<Broken>,
}

impl<'a> Recount<'a> {
    fn new(plan: &'a Plan) -> Self {
        let start = plan.start();
        Self {
            plan,
            parts: Parts::of(plan),
            crowds: Crowds::at_rest(plan, &start),
            old: versions(plan),
            dead_ends: DeadEnds::of(&start),
            unheard: Unheard::new(plan, &start),
            templates: Templates::of(&start),
            end: Bundle::new(),
            deleted: Vec::new(),
            broken: [workloads::broken(plan), passing::named(plan)].concat(),
        }
    }

    /// The way forward, and what ways back may make of objects.
    fn forward(&mut self) -> Result<Seen, Broken> {
        let plan = self.plan;
        let mut walk = plan.walk();
        let mut requests = Requests::new(plan);
        let mut seen = Seen::of(plan)?;
        requests.look(walk.state(), Place::Plan);
        self.at_rest(walk.state());
        while let Some(step) = walk.advance()? {
            let number = walk.number();
            let place = Place::Step(number);
            let states = [walk.before(), walk.state()];
            seen.note(walk.state(), step, number)?;
            self.shares(step, place);
            self.templates.look(step, states, place);
            self.whoever_is_there(step, states, place);
            if Requests::may_move(step, states) {
                requests.look(walk.state(), place);
            }
            self.deleted.push(deleted(step, states));
            self.parts.note(step, states);
            self.step_forward(step, states, place);
            self.whoever_is_asked(step, walk.state(), place);
        }
        self.end = walk.state().clone();
        self.unheard.know(&self.end);
        self.broken.extend(self.unheard.broken());
        self.templates.know(&self.end);
        self.broken.extend(self.templates.broken());
        self.known(walk.state(), Place::Step(plan.len()), "the plan ends");
        self.broken.extend(requests.broken());
        let strangers = workloads::strangers(plan, &requests.serving);
        self.broken.extend(strangers);
        Ok(seen)
    }

    /// A step of the way forward, in each part that it concerns.
    fn step_forward(&mut self, step: &Step, states: [&Bundle; 2], place: Place) {
        self.crowds.begin();
        for (part, portion) in self.parts.portions(step) {
            let mut crowd = self.crowds.now(part).clone();
            self.changes(part, &mut crowd, &portion, states, place);
            let halfway = crowd.halfway(&portion, states[1]);
            self.gates(&mut crowd, &portion, states[1], place);
            self.crowds.step(part, halfway, crowd);
        }
    }

    /// Whether each share is asked for of a workload of the plan, and once.
    fn shares(&mut self, step: &Step, place: Place) {
        let workloads = &self.plan.spec.workloads;
        let mut asked = BTreeSet::new();
        for share in &step.shares {
            let is_known = workloads.iter().any(|one| one.name == share.workload);
            let reason = match (is_known, asked.insert(&share.workload)) {
                (true, true) => continue,
                (true, false) => "the share of a workload is asked for twice",
                (false, _) => "a share is asked for of a workload that the plan does not have",
            };
            self.broken.push(Broken::Says { place, reason });
        }
    }

    /// Before the first step, all promises hold.
    fn at_rest(&mut self, start: &Bundle) {
        for (part, workload) in self.plan.spec.workloads.iter().enumerate() {
            let crowd = self.crowds.now(part);
            let broken = bounds::broken(workload, crowd, [start, start], Place::Plan);
            self.broken.extend(broken);
            self.broken
                .extend(bounds::misstated(workload, crowd, start));
        }
    }

    /// The ways back, from the last step to the first: where one joins an earlier state, it goes on
    /// with that state's own, with whatever pods it brings.
    fn back(&mut self, seen: &Seen) -> Result<(), Broken> {
        let mut state = std::mem::take(&mut self.end);
        let between = Between {
            start: self.plan.start(),
            end: state.clone(),
        };
        for from in (1..=self.plan.len()).rev() {
            if self.broken.len() > ENOUGH {
                return Ok(());
            }
            let forward = &self.plan.spec.steps[from - 1];
            let place = Place::Step(from);
            self.broken
                .extend(between.broken(forward, &state, &self.parts, place));
            // A plan that is whole has one way back a step.
            let undo = &self.plan.spec.undo[from - 1];
            let Some(ways) = self.way_back(undo, &state, seen, &between)? else {
                return Ok(());
            };
            if undo.to > 0 {
                self.crowds.join(undo.to, ways);
            }
            take_back(&mut state, forward, &self.deleted[from - 1], from)?;
        }
        Ok(())
    }

    /// The way back from a state, in each of the ways in which the pods may stand there: how they
    /// stand where it leads, or nothing where there are too many of them.
    fn way_back(
        &mut self,
        undo: &Undo,
        state: &Bundle,
        seen: &Seen,
        between: &Between,
    ) -> Result<Option<Ways>, Broken> {
        let from = undo.from;
        let steps = undo.steps.iter();
        let portions: Vec<_> = steps.map(|step| self.parts.portions(step)).collect();
        let concerns = portions.iter().flat_map(BTreeMap::keys).copied();
        let mut ways = self.crowds.set_out(undo, concerns.collect());
        if ways.values().any(|crowds| crowds.len() > MOST_CROWDS) {
            let place = Place::Undo { from, step: 0 };
            let reason =
                "it begins with pods in more ways than anybody recounts: no gates count them";
            self.broken.push(Broken::Says { place, reason });
            return Ok(None);
        }
        let mut walk = walk(state.clone(), &undo.steps);
        while let Some(step) = walk.advance()? {
            let place = Place::Undo {
                from,
                step: walk.number(),
            };
            let states = [walk.before(), walk.state()];
            self.whoever_is_there(step, states, place);
            self.on_a_way_back(step, states, place);
            let strange = seen.holds(step, walk.state(), from, place)?;
            self.broken.extend(strange);
            self.broken
                .extend(between.broken(step, walk.state(), &self.parts, place));
            let portions = &portions[walk.number() - 1];
            self.step_back(&mut ways, portions, states, place);
        }
        self.broken.extend(self.unheard.broken());
        Ok(Some(ways))
    }

    /// What a step may not do, however many pods there are: asked once, and not of each crowd.
    fn whoever_is_there(&mut self, step: &Step, states: [&Bundle; 2], place: Place) {
        for change in &step.changes {
            let object = change.object();
            let [before, after] = states.map(|state| state.get(object));
            self.broken
                .extend(patches::broken(change, before, after, place));
            for part in self.parts.workloads_of(object) {
                let workload = &self.plan.spec.workloads[part];
                let leaves = routers::leaves(self.plan, workload, change, place);
                self.broken.extend(leaves);
            }
        }
        self.broken
            .extend(self.dead_ends.broken(step, states, place));
        self.unheard.look(step, states, place);
        self.broken
            .extend(autoscalers::narrow(states[1], &self.parts, place));
    }

    /// What must be known of all pods when somebody is asked.
    fn whoever_is_asked(&mut self, step: &Step, state: &Bundle, place: Place) {
        if !step.shares.is_empty() {
            self.known(state, place, "a share is asked for");
            self.owned(place, "a share is asked for");
        }
        if !step.gates.iter().all(Gate::is_observed) {
            self.known(state, place, "somebody is asked or time passes");
            self.owned(place, "somebody is asked or time passes");
        }
    }

    /// What a step of a way back may not do, and one of the way forward may.
    fn on_a_way_back(&mut self, step: &Step, states: [&Bundle; 2], place: Place) {
        self.broken.extend(asks(step, place));
        self.broken
            .extend(awaits(step, states[1], &self.old, place));
        self.broken.extend(mistimed(step, states[1], place));
        for object in step.changes.iter().map(Change::object) {
            let of = self.parts.workloads_of(object);
            let mut of = of.map(|part| &self.plan.spec.workloads[part]);
            let workload = of.find(|workload| workload.runs(object));
            let renews = workload.and_then(|one| renews(one, object, states, &self.old, place));
            self.broken.extend(renews);
        }
    }

    /// A step of a way back, in each of the ways in which the parts that it concerns may stand.
    fn step_back(
        &mut self,
        ways: &mut Ways,
        portions: &BTreeMap<Part, Portion<'_>>,
        states: [&Bundle; 2],
        place: Place,
    ) {
        for (part, portion) in portions {
            let mut after = BTreeSet::new();
            for mut crowd in ways.remove(part).unwrap_or_default() {
                self.changes(*part, &mut crowd, portion, states, place);
                self.gates(&mut crowd, portion, states[1], place);
                crowd.rely_on(portion);
                after.insert(crowd);
            }
            ways.insert(*part, after);
        }
    }

    /// The changes of a step, one after the other, with what each does to the promises of a part.
    fn changes(
        &mut self,
        part: Part,
        crowd: &mut Crowd,
        portion: &Portion<'_>,
        states: [&Bundle; 2],
        place: Place,
    ) {
        let plan = self.plan;
        let workload = plan.spec.workloads.get(part);
        let mut touched = None;
        for change in &portion.changes {
            let object = change.object();
            let [before, after] = states.map(|state| state.get(object));
            let broken = sets::broken(crowd, change, [before, after], place);
            self.broken.extend(broken);
            let is_own = |one: &&Workload| one.runs(object) || one.is_routed_by(object);
            if let Some(workload) = workload.filter(is_own) {
                self.passed_on(crowd, workload, change, states, place);
                touched = Some(workload);
            }
            crowd.change(change, before, after);
        }
        // Counts only widen within a step: its last moment is its worst.
        if let Some(workload) = touched {
            crowd.follow(workload, states);
            self.broken
                .extend(bounds::broken(workload, crowd, states, place));
            if let Place::Undo { .. } = place {
                let rises = passing::rises(workload, &self.old, states, place);
                self.broken.extend(rises);
            }
        }
    }

    /// What a change does to requests that routes of a workload pass on.
    fn passed_on(
        &mut self,
        crowd: &mut Crowd,
        workload: &Workload,
        change: &Change,
        states: [&Bundle; 2],
        place: Place,
    ) {
        let moment = passing::Moment {
            workload,
            crowd,
            old: &self.old,
            states,
            place,
        };
        self.broken.extend(moment.broken(change));
        let object = change.object();
        let ends = states.map(|state| state.get(object));
        if let [Some(before), Some(after)] = ends
            && workload.routes().any(|route| route == object)
        {
            crowd.routes.change(workload, [before, after]);
        }
    }

    /// The gates of a step, all of which hold at the moment of the next write.
    fn gates(&mut self, crowd: &mut Crowd, portion: &Portion<'_>, state: &Bundle, place: Place) {
        for gate in &portion.gates {
            let broken = gates::broken(crowd, gate, state, place);
            self.broken.extend(broken);
            crowd.gate(gate, state);
        }
        crowd.routes.gates(&portion.gates);
    }

    /// Whether no autoscaler may write a count of the plan's: where one is let go at the end, it is
    /// to.
    fn owned(&mut self, place: Place, what: &'static str) {
        let sets = self.crowds.all_now().flat_map(Crowd::disputed);
        let unknown = sets.map(|set| unknown(set, place, what));
        self.broken.extend(unknown);
    }

    /// Whether the number of pods of every set is known. One whose count others own goes as a whole,
    /// and its pods after it.
    fn known(&mut self, state: &Bundle, place: Place, what: &'static str) {
        let goes = |object, pods: &Pods| pods.live.is_some() && !state.contains(object);
        for (object, pods) in self.crowds.all_now().flat_map(|crowd| &crowd.pods) {
            let is_known = pods.alive.is_known() && pods.answering.is_known() && !pods.rolling;
            if !is_known && !goes(object, pods) {
                self.broken.push(unknown(object, place, what));
            }
        }
    }
}

fn unknown(set: &ObjectRef, place: Place, what: &'static str) -> Broken {
    Broken::Unknown {
        place,
        object: Box::new(set.clone()),
        what,
    }
}

/// What a step deletes, as it was.
fn deleted(step: &Step, [before, after]: [&Bundle; 2]) -> Bundle {
    let objects = step.changes.iter().map(Change::object);
    let gone = objects.filter(|object| !after.contains(object));
    gone.filter_map(|object| before.get(object).cloned())
        .collect()
}
