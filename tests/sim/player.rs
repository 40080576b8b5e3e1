//! A plan is carried out on the model by its words alone: no runner looks after it.

use cutover::Plan;
use cutover::manifest::{Bundle, Manifest, ObjectRef};
use cutover::planning::{Change, Deployment, Gate, Step, apply};
use cutover_model::{Fate, Model, Random, Write};
use jiff::SignedDuration;

use crate::checks::{Checks, placed, selects};
use crate::scenario::{new_images, scaled};
use crate::stage::standing;

/// How long a gate is waited for.
const PATIENCE: SignedDuration = SignedDuration::from_mins(5);

/// A cluster, and who follows a plan there.
pub(crate) struct Player<'p> {
    plan: &'p Plan,
    model: Model,
    checks: Checks,
    random: Random,
}

impl<'p> Player<'p> {
    /// At the start of a plan, which is to keep what another one promises.
    pub(crate) fn new(seed: u64, plan: &'p Plan, promised: &Plan) -> Self {
        let mut random = Random::new(seed);
        let fate = match random.chance(300) {
            true => Fate::NeverReady,
            false => Fate::Healthy,
        };
        let mut model = standing(seed, &scaled(plan.start(), promised, seed));
        let images = new_images(promised).into_iter();
        model.nodes.fates = images.map(|image| (image, fate)).collect();
        let checks = Checks::new(&model, promised, seed, true);
        Self {
            plan,
            model,
            checks,
            random,
        }
    }

    /// Goes forward, to the end or to a step that the seed picks, and back from there.
    ///
    /// # Errors
    ///
    /// A promise that is broken at any moment, or another end than the plan's.
    pub(crate) fn play(mut self) -> Result<(), String> {
        let steps = u64::try_from(self.plan.len()).unwrap();
        let turn = usize::try_from(1 + self.random.below(2 * steps)).unwrap();
        let mut walk = self.plan.walk();
        while let Some(step) = walk.advance().unwrap() {
            let number = walk.number();
            let place = format!("step {number}");
            self.write(step, &place)?;
            let turns = number == turn;
            if turns && self.random.chance(500) {
                self.dawdle(&place)?;
            } else if self.wait(step, walk.state(), &place)? && !turns {
                continue;
            }
            self.await_gone(step, walk.state(), &place)?;
            return self.go_back(number, walk.state().clone());
        }
        self.checks.is_done(&self.model, self.plan)
    }

    fn go_back(mut self, from: usize, mut state: Bundle) -> Result<(), String> {
        for (at, step) in (1..).zip(self.plan.way_back(from).unwrap()) {
            let place = format!("back from step {from}, step {at}");
            apply(&mut state, step, at).unwrap();
            self.write(step, &place)?;
            if !self.wait(step, &state, &place)? {
                return Err(format!("{place}: its gates do not hold"));
            }
        }
        self.checks.is_undone(&self.model)
    }

    fn write(&mut self, step: &Step, place: &str) -> Result<(), String> {
        for change in &step.changes {
            let write = match change {
                Change::Create(manifest) => Write::Create(manifest.clone()),
                Change::Delete(object) => Write::Delete {
                    object: object.clone(),
                    uid: None,
                    version: None,
                },
                Change::Patch(patch) => Write::Patch {
                    object: patch.object.clone(),
                    ops: patch.ops.clone(),
                },
                Change::Replace(_) => continue,
            };
            let written = self.model.write(&write, "player", false);
            written.map_err(|refused| format!("{place}: {}", refused.message))?;
            self.look(place)?;
        }
        Ok(())
    }

    /// Lets things happen until the gates of a step hold, all at one moment; false where they do
    /// not for long.
    fn wait(&mut self, step: &Step, state: &Bundle, place: &str) -> Result<bool, String> {
        self.until(place, |model| {
            step.gates.iter().all(|gate| holds(model, gate, state))
        })
    }

    /// Whoever goes back waits first until what the step takes away is gone.
    fn await_gone(&mut self, step: &Step, state: &Bundle, place: &str) -> Result<(), String> {
        let gone = self.until(place, |model| {
            let mut shrunk = step.changes.iter().filter_map(|change| match change {
                Change::Patch(patch) if Deployment::is(&patch.object) => Some(&patch.object),
                _ => None,
            });
            shrunk.all(|object| {
                let set = state.get(object).map(Deployment::of);
                let wanted = asked(model, object);
                let budget = set.map(Deployment::budget).unwrap_or_default();
                is_followed(model, object)
                    && model.alive(object) <= wanted + budget.of(wanted).surge
            })
        })?;
        match gone {
            true => Ok(()),
            false => Err(format!("{place}: what it takes away does not go")),
        }
    }

    /// Lets things happen until something holds; false where it does not for long.
    fn until(&mut self, place: &str, holds: impl Fn(&Model) -> bool) -> Result<bool, String> {
        let limit = self.model.now + PATIENCE;
        while !holds(&self.model) {
            if self.model.step(limit).is_none() && self.model.now >= limit {
                return Ok(holds(&self.model));
            }
            self.look(place)?;
        }
        Ok(true)
    }

    /// Lets a few things happen.
    fn dawdle(&mut self, place: &str) -> Result<(), String> {
        let limit = self.model.now + PATIENCE;
        for _ in 0..self.random.below(60) {
            self.model.step(limit);
            self.look(place)?;
        }
        Ok(())
    }

    fn look(&self, place: &str) -> Result<(), String> {
        let looked = self.checks.look(&self.model);
        let looked = looked.and_then(|()| self.checks.look_behind(&self.model));
        looked.map_err(|reason| format!("{place}: {reason}"))
    }
}

/// The pods that a set asks for at this moment.
fn asked(model: &Model, set: &ObjectRef) -> u32 {
    let set = model.server.get(&placed(set));
    set.map_or(0, |set| Deployment::of(&set).replicas().unwrap_or(1))
}

/// Whether a gate holds; a person agrees, and other systems do.
fn holds(model: &Model, gate: &Gate, state: &Bundle) -> bool {
    match gate {
        Gate::Available(gate) => {
            let wanted = gate.replicas.unwrap_or_else(|| asked(model, &gate.object));
            is_followed(model, &gate.object)
                && is_of_one_template(model, &gate.object, wanted)
                && model.available(&gate.object) == wanted
                && model.alive(&gate.object) == wanted
        }
        Gate::Settled(gate) => {
            is_followed(model, &gate.object) && model.alive(&gate.object) == gate.replicas
        }
        Gate::Endpoints(gate) => {
            let service = placed(&gate.object);
            let found = model.server.get(&service);
            let wanted = found.map(|service| {
                let near =
                    |set: &&Manifest| placed(set.object()).namespace == service.object().namespace;
                let sets = state.of_kind("Deployment").filter(near);
                let behind = sets.filter(|set| selects(&service, set));
                behind.map(|set| model.available(set.object())).sum()
            });
            let (slices, proxy) = (model.endpoints(&service), model.backends(&service));
            [slices, proxy].iter().all(|endpoints| {
                endpoints.broken == 0 && wanted.as_ref() == Ok(&endpoints.answering)
            })
        }
        Gate::Routed(gate) => model.is_routed(&placed(&gate.object)),
        Gate::Drained(_)
        | Gate::Held(_)
        | Gate::Job(_)
        | Gate::Metric(_)
        | Gate::Pause(_)
        | Gate::Smoke(_)
        | Gate::Webhook(_)
        | Gate::Window(_) => true,
    }
}

/// Whether the controller has seen the Deployment as it is; one that is gone is.
fn is_followed(model: &Model, object: &ObjectRef) -> bool {
    let Ok(live) = model.server.get(&placed(object)) else {
        return true;
    };
    let observed = live.pointer("/status/observedGeneration");
    observed.is_some() && observed == live.pointer("/metadata/generation")
}

fn is_of_one_template(model: &Model, object: &ObjectRef, wanted: u32) -> bool {
    let Ok(live) = model.server.get(&placed(object)) else {
        return wanted == 0;
    };
    let updated = live.pointer("/status/updatedReplicas");
    let updated = updated.and_then(|count| count.as_u64()).unwrap_or(0);
    updated == u64::from(wanted)
}
