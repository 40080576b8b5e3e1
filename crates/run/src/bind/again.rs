//! A run that goes on: its plan is the given one again, bound to the live objects.
//!
//! Nothing is taken from the plan that the journal keeps but what it says of admission, and that only
//! where a live object has it or the server's dry run makes it again. What an object was at the start
//! is what its file says, with what the live one has beside that; what the journal knows more is
//! believed as far as the server's dry run makes the same.

use std::sync::Arc;

use cutover_manifest::{Bundle, Manifest, MergeKeys, ObjectRef};
use cutover_patch::{fill, lacking, merge, project};
use cutover_plan::{Change, Plan};

use crate::api::effect::Request;
use crate::api::event::{Answer, Fault, Reply};
use crate::autoscalers::as_counted;
use crate::bind::{Admitted, Bases, admit, as_written, onto, over};
use crate::course::Direction;
use crate::error::Error;
use crate::journal::claims::rejected;
use crate::journal::{Position, Stage};
use crate::options::Goal;
use crate::path::Path;
use crate::progress::Progress;
use crate::requests::Question;
use crate::run::{Phase, Run};
use crate::steps::change::{drift, is_terminating};

/// A plan that is being bound again.
#[derive(Debug)]
pub(crate) struct Rebinding {
    /// The given plan, with namespaces.
    given: Plan,
    /// The state of it that each object is in.
    here: Bundle,
    bases: Bases,
}

/// A state of a plan that is bound again, and what the journal says that admission makes of it.
#[derive(Clone, Debug)]
pub(crate) struct Rebound {
    place: String,
    state: Manifest,
    claimed: Manifest,
}

impl Rebound {
    pub(crate) fn state(&self) -> &Manifest {
        &self.state
    }
}

impl Run {
    /// Begins to bind the given plan again: what the objects were at the start follows from what they
    /// are, and where that does not tell all of it the server is asked.
    pub(crate) fn bind_again(&mut self) -> Result<(), Error> {
        let given = over(&self.given, Bases::new(), &self.options.namespace)?;
        let here = self.here(&given)?;
        let kept = self.bound.plan.start();
        let mut bases = Bases::new();
        for file in &given.start() {
            let object = file.object();
            // One that is on its way out is not the one that a way back creates.
            let live = self
                .observed
                .live(object)
                .filter(|live| !is_terminating(live));
            let state = here.get(object).unwrap_or(file);
            let sealed = live.map(|live| self.options.secrets().seal_like(live, state));
            let sealed = sealed.map(|sealed| as_counted(&sealed, state, &here));
            let base = base(file, sealed.as_ref(), here.get(object));
            self.queue
                .extend(self.fuller(&given, &base, kept.get(object)));
            bases.insert(object.clone(), (file.clone(), base));
        }
        self.rebinding = Some(Rebinding { given, here, bases });
        Ok(())
    }

    /// What is asked where the journal knows more of an object at the start than can be told.
    fn fuller(
        &self,
        given: &Plan,
        base: &Manifest,
        kept: Option<&Manifest>,
    ) -> Option<(Question, Request)> {
        let (object, kept) = (base.object(), kept?);
        let live = self.observed.live(object);
        let lacks = lacking(kept.value(), base.value(), &MergeKeys);
        let may_ask = !live.is_some_and(is_terminating) && writes(given, object, live.is_some());
        if lacks.is_empty() || !may_ask {
            return None;
        }
        let question = Question::Rebase(Box::new(kept.clone()));
        Some((question, self.rehearsal(base)?))
    }

    /// What an object was at the start, while the plan is being bound again.
    pub(crate) fn base_of(&self, object: &ObjectRef) -> Option<&Manifest> {
        let (_, base) = self.rebinding.as_ref()?.bases.get(object)?;
        Some(base)
    }

    /// What the server makes of an object as it was at the start: what the journal knows more of it
    /// is believed as far as the server makes it too.
    pub(crate) fn rebased(&mut self, kept: &Manifest, answer: Answer) {
        let object = kept.object();
        match answer {
            Ok(Reply::Object(Some(made))) => {
                let bases = self
                    .rebinding
                    .as_mut()
                    .map(|rebinding| &mut rebinding.bases);
                if let Some((_, base)) = bases.and_then(|bases| bases.get_mut(object)) {
                    let filled = fill(base.value(), kept.value(), made.value(), &MergeKeys);
                    *base = base.with_content(filled);
                }
            }
            Ok(_) => {}
            Err(fault) => self.refuse(object, &fault),
        }
    }

    /// The plan over these objects; what the journal says of admission is still to be confirmed.
    fn rebind(&mut self, rebinding: Rebinding) -> Result<(), Error> {
        let Rebinding { given, here, bases } = rebinding;
        self.bound.plan = over(&given, bases.clone(), &self.options.namespace)?;
        for claim in std::mem::take(&mut self.claims) {
            let state = onto(&bases, &claim.given);
            let (bound, kept) = (claim.bound.value(), claim.kept.value());
            let claimed = state.with_content(merge(state.value(), bound, kept, &MergeKeys));
            let is_here = here.get(state.object()) == Some(&claim.given);
            let live = self.observed.live(state.object()).filter(|_| is_here);
            let live = live.map(|live| self.options.secrets().seal_like(live, &state));
            if live.is_some_and(|live| shows(&as_written(&live), &state, &claimed)) {
                self.admitted.push((state, claimed));
            } else {
                self.confirm(Rebound {
                    place: claim.place,
                    state,
                    claimed,
                })?;
            }
        }
        Ok(())
    }

    /// Asks the server what it makes of a state.
    fn confirm(&mut self, rebound: Rebound) -> Result<(), Error> {
        let Rebound {
            place,
            state,
            claimed,
        } = &rebound;
        let Some(request) = self.rehearsal(state) else {
            return Err(rejected(place, claimed, state));
        };
        let question = Question::Confirm(Box::new(rebound));
        self.queue.push_back((question, request));
        Ok(())
    }

    /// What the server makes of a state now. It may be something else than before, as where a tag
    /// has moved: on the way back that is no harm, and forward it is not what was tried.
    pub(crate) fn confirmed(&mut self, rebound: Rebound, answer: Answer) {
        let Rebound {
            place,
            state,
            claimed,
        } = rebound;
        let made = match answer {
            Ok(Reply::Object(Some(stored))) => {
                let stored = as_written(&stored);
                state.with_content(project(state.value(), stored.value(), &MergeKeys))
            }
            Ok(_) => state.clone(),
            Err(fault) => return self.refuse(state.object(), &fault),
        };
        let has_moved = made != state && self.is_to_go_back();
        if made != claimed && !has_moved {
            return self.fail(rejected(&place, &claimed, &made).to_string());
        }
        if made != claimed {
            let object = state.object();
            let message =
                format!("{object}: the cluster makes something else of {place} than when it began");
            self.tell(Progress::Warned { message });
        }
        self.admitted.push((state, made));
    }

    fn refuse(&mut self, object: &ObjectRef, fault: &Fault) {
        let reason = format!("{object}: the server would refuse it: {}", fault.in_words());
        self.fail(reason);
    }

    /// The server has answered: the run goes on with this plan, once all claims are confirmed.
    pub(crate) fn go_on_bound(&mut self) -> bool {
        if let Some(rebinding) = self.rebinding.take() {
            return match self.rebind(rebinding) {
                Ok(()) => true,
                Err(error) => self.failed(error),
            };
        }
        match self.bound_again() {
            Ok((plan, path)) => {
                self.bound.plan = plan;
                self.path = Some(Arc::new(path));
                match self.position.as_ref().map(|position| &position.ended) {
                    Some(Some(_)) => self.stays_done(),
                    Some(None) | None => {
                        self.phase = Phase::Work;
                        true
                    }
                }
            }
            Err(error) => self.failed(error),
        }
    }

    fn bound_again(&mut self) -> Result<(Plan, Path), Error> {
        let admitted: Vec<Admitted> = std::mem::take(&mut self.admitted);
        let plan = admit(&self.bound.plan, &admitted, &self.options.namespace)?;
        let path = match &self.position {
            Some(position) => Path::of(&plan, position)?,
            None => Path::forward(&plan)?,
        };
        Ok((plan, path))
    }

    /// The state of the given plan that each object is in.
    fn here(&self, given: &Plan) -> Result<Bundle, Error> {
        let (Some(position), Some(kept)) = (&self.position, &self.path) else {
            return Ok(given.start());
        };
        let given = Path::of(given, position)?;
        let states: Vec<(&Bundle, &Bundle)> = around(kept, position)
            .into_iter()
            .zip(around(&given, position))
            .collect();
        let secrets = self.options.secrets();
        let mut here = Bundle::new();
        for object in &self.objects {
            let live = self.observed.live(object);
            let is_in = |(state, _): &&(&Bundle, &Bundle)| {
                drift(kept, state, object, live, secrets).is_none()
            };
            // One that somebody else has written to stops the run, wherever it is taken to be.
            let found = states.iter().find(is_in).or_else(|| states.first());
            let found = found.and_then(|(_, given)| given.get(object));
            here.extend(found.cloned());
        }
        Ok(here)
    }

    fn is_to_go_back(&self) -> bool {
        let is_back = |position: &Position| position.direction == Direction::Back;
        matches!(self.options.goal, Goal::Back { .. })
            || self.position.as_ref().is_some_and(is_back)
    }
}

/// Whether a plan ever patches an object, or creates it where it is not there: the run may do that.
fn writes(plan: &Plan, object: &ObjectRef, is_there: bool) -> bool {
    let mut changes = plan.every_step().flat_map(|step| &step.changes);
    changes.any(|change| match change {
        Change::Create(_) => !is_there && change.object() == object,
        Change::Delete(_) | Change::Replace(_) => false,
        Change::Patch(_) => is_there && change.object() == object,
    })
}

/// The states that an object may be in while a step is worked on, the likeliest first.
fn around<'w>(path: &'w Path, position: &Position) -> Vec<&'w Bundle> {
    let last = path.steps.len();
    if last == 0 {
        return vec![path.before(1)];
    }
    let number = position.step.min(last);
    let (before, after) = (path.before(number), path.after(number));
    let mut states = match position.stage {
        Stage::Waiting => vec![after, before],
        Stage::Writing if position.step > last => vec![after, before],
        Stage::Writing => vec![before, after],
    };
    states.extend(path.halfway());
    states
}

/// An object at the start: what its file says, and what the live one has beside the state that it is
/// in. One that is not there has nothing beside.
fn base(file: &Manifest, live: Option<&Manifest>, here: Option<&Manifest>) -> Manifest {
    let (Some(live), Some(here)) = (live, here) else {
        return as_written(file);
    };
    let live = as_written(live);
    let planned = project(here.value(), live.value(), &MergeKeys);
    let merged = merge(live.value(), &planned, file.value(), &MergeKeys);
    live.with_content(merged)
}

/// Whether a live object has what admission is said to have made of the state that it is in.
fn shows(live: &Manifest, state: &Manifest, claimed: &Manifest) -> bool {
    let changed = lacking(claimed.value(), state.value(), &MergeKeys);
    let off = lacking(claimed.value(), live.value(), &MergeKeys);
    off.iter()
        .all(|off| changed.iter().all(|changed| changed.path != off.path))
}
