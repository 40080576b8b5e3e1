//! A run that goes on: its plan is the given one again, bound to the live objects.

use std::mem;

use cutover_manifest::{Bundle, Manifest, MergeKeys, ObjectRef};
use cutover_patch::lacking;
use cutover_plan::{Change, Plan};

use crate::api::effect::Request;
use crate::api::event::{Answer, Fault, Reply};
use crate::autoscalers::as_counted;
use crate::bind::resumed::{Rebinding, Rebound};
use crate::bind::{Admitted, Bases, admit, over};
use crate::change::{drift, told};
use crate::course::Direction;
use crate::cursor::Cursor;
use crate::error::Error;
use crate::hint::Hint;
use crate::journal::Stage;
use crate::observed::status::is_terminating;
use crate::options::Goal;
use crate::outcome::Outcome;
use crate::path::Path;
use crate::phase::{Next, Phase};
use crate::progress::Progress;
use crate::reason::Reason;
use crate::requests::Question;
use crate::run::Run;

impl Run {
    /// Begins to bind the given plan again: what the objects were at the start follows from what they
    /// are, and where that does not tell all of it the server is asked.
    pub(crate) fn bind_again(&mut self) -> Next {
        match self.rebinding() {
            Ok((rebinding, questions)) => {
                self.requests.enqueue(questions);
                self.phase = Phase::Rebind(Box::new(rebinding));
                Next::Again
            }
            Err(error) => self.failed(error),
        }
    }

    fn rebinding(&mut self) -> Result<(Rebinding, Vec<(Question, Request)>), Error> {
        let claims = match &mut self.phase {
            Phase::Bind { claims } => mem::take(claims),
            _ => Vec::new(),
        };
        let given = over(&self.given, Bases::new(), &self.options.namespace)?;
        let files = given.start();
        let here = self.here(&given)?;
        let kept = self.bound.plan.start();
        let mut rebinding = Rebinding::new(given, here, claims);
        let mut questions = Vec::new();
        for file in &files {
            let object = file.object();
            // One that is on its way out is not the one that a way back creates.
            let live = self.observed.live(object);
            let live = live.filter(|live| !is_terminating(live));
            let state = rebinding.state(file);
            let sealed = live.map(|live| self.options.as_secrets().seal_like(live, state));
            let sealed = sealed.map(|sealed| as_counted(&sealed, state, rebinding.here()));
            let base = rebinding.put(file, sealed.as_ref()).clone();
            if let Some(kept) = kept.get(object)
                && let Some(request) = self.fuller(rebinding.given(), &base, kept)
            {
                questions.push((Question::Rebase(Box::new(kept.clone())), request));
            }
        }
        Ok((rebinding, questions))
    }

    /// What is asked where the journal knows more of an object at the start than can be told.
    fn fuller(&self, given: &Plan, base: &Manifest, kept: &Manifest) -> Option<Request> {
        let object = base.object();
        let live = self.observed.live(object);
        let lacks = lacking(kept.value(), base.value(), &MergeKeys);
        let may_ask = !live.is_some_and(is_terminating) && writes(given, object, live.is_some());
        if lacks.is_empty() || !may_ask {
            return None;
        }
        self.rehearsal(base)
    }

    /// What the server makes of an object as it was at the start.
    pub(crate) fn rebased(&mut self, kept: &Manifest, answer: Answer) {
        match answer {
            Ok(Reply::Object(Some(made))) => {
                if let Phase::Rebind(rebinding) = &mut self.phase {
                    rebinding.believe(kept, &made);
                }
            }
            Ok(_) => {}
            Err(fault) => self.would_be_refused(kept.object(), &fault),
        }
    }

    /// The server has answered: what the journal says of admission is still to be confirmed.
    pub(crate) fn rebind(&mut self) -> Next {
        if let Err(error) = self.front_states() {
            return self.failed(error);
        }
        let admitted = Vec::new();
        let phase = mem::replace(&mut self.phase, Phase::Confirm { admitted });
        let Phase::Rebind(rebinding) = phase else {
            return Next::Wait;
        };
        match self.confirm(&rebinding) {
            Ok(shown) => {
                self.admit(shown);
                Next::Again
            }
            Err(error) => self.failed(error),
        }
    }

    /// Takes the plan over the objects as they were at the start, and asks the server what it makes
    /// of states that no live object shows; those that one shows.
    fn confirm(&mut self, rebinding: &Rebinding) -> Result<Vec<Admitted>, Error> {
        self.bound.plan = rebinding.plan(&self.options.namespace)?;
        let mut shown = Vec::new();
        for (rebound, is_here) in rebinding.claimed() {
            let state = &rebound.state;
            let live = self.observed.live(state.object()).filter(|_| is_here);
            let live = live.map(|live| self.options.as_secrets().seal_like(live, state));
            if live.is_some_and(|live| rebound.is_shown_by(&live)) {
                shown.push((rebound.state, rebound.claimed));
            } else if let Some(request) = self.rehearsal(state) {
                let question = Question::Confirm(Box::new(rebound));
                self.requests.enqueue([(question, request)]);
            } else {
                return Err(rebound.rejected(state));
            }
        }
        Ok(shown)
    }

    /// What the server makes of a state now. It may be something else than before, as where a tag
    /// has moved: on the way back that is no harm, and forward it is not what was tried.
    pub(crate) fn confirmed(&mut self, rebound: &Rebound, answer: Answer) {
        let object = rebound.state.object();
        let made = match answer {
            Ok(Reply::Object(stored)) => rebound.made(stored.as_ref()),
            Ok(_) => rebound.made(None),
            Err(fault) => return self.would_be_refused(object, &fault),
        };
        let has_moved = made != rebound.state && self.is_to_go_back();
        if made != rebound.claimed && !has_moved {
            return self.fail(rebound.rejected(&made).to_string());
        }
        if made != rebound.claimed {
            let place = &rebound.place;
            let message =
                format!("{object}: the cluster makes something else of {place} than when it began");
            self.tell(Progress::Warned { message });
        }
        self.admit([(rebound.state.clone(), made)]);
    }

    /// All claims are confirmed: the run goes on with this plan.
    pub(crate) fn go_on_bound(&mut self) -> Next {
        if let Err(error) = self.front_states() {
            return self.failed(error);
        }
        let (plan, path) = match self.bound_again() {
            Ok(bound) => bound,
            Err(error) => return self.failed(error),
        };
        self.bound.plan = plan;
        let Some(cursor) = &mut self.cursor else {
            return Next::Wait;
        };
        cursor.take_path(path);
        match cursor.position().ended {
            Some(_) => self.stays_done(),
            None => {
                self.phase = Phase::Work;
                Next::Again
            }
        }
    }

    fn bound_again(&self) -> Result<(Plan, Path), Error> {
        let admitted = match &self.phase {
            Phase::Confirm { admitted } => admitted.as_slice(),
            _ => &[],
        };
        let plan = admit(&self.bound.plan, admitted, &self.options.namespace)?;
        let path = match &self.cursor {
            Some(cursor) => Path::of(&plan, cursor.position().course)?,
            None => Path::forward(&plan)?,
        };
        Ok((plan, path))
    }

    /// A run that was done before is done, if what it brought is there.
    fn stays_done(&mut self) -> Next {
        let last = self.bound.plan.len();
        let drift = self.drift(last);
        if drift.is_empty() {
            self.phase = Phase::Close(Outcome::Done);
            return Next::Again;
        }
        let reason = told(&drift);
        let name = &self.given.metadata.name;
        let message = format!("plan {name} was done, and is no longer in place: {reason}");
        self.failed(Reason::from(message).hint(Hint::PlanAnew))
    }

    /// The state of the given plan that each object is in.
    fn here(&self, given: &Plan) -> Result<Bundle, Error> {
        let Some(cursor) = &self.cursor else {
            return Ok(given.start());
        };
        let given = Path::of(given, cursor.position().course)?;
        let given = around(&given, cursor);
        let kept = around(cursor.path(), cursor);
        let states: Vec<(&Bundle, &Bundle)> = kept.into_iter().zip(given).collect();
        let secrets = self.options.as_secrets();
        let mut here = Bundle::new();
        for object in &self.objects {
            let live = self.observed.live(object);
            let is_in = |(state, _): &&(&Bundle, &Bundle)| {
                drift(cursor.path(), state, object, live, secrets).is_none()
            };
            // One that somebody else has written to stops the run, wherever it is taken to be.
            let found = states.iter().find(is_in).or_else(|| states.first());
            let found = found.and_then(|(_, given)| given.get(object));
            here.extend(found.cloned());
        }
        Ok(here)
    }

    fn would_be_refused(&mut self, object: &ObjectRef, fault: &Fault) {
        let fault = fault.in_words();
        self.fail(format!("{object}: the server would refuse it: {fault}"));
    }

    fn is_to_go_back(&self) -> bool {
        let cursor = self.cursor.as_ref();
        matches!(self.options.goal, Goal::Back { .. })
            || cursor.is_some_and(|cursor| cursor.direction() == Direction::Back)
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

/// The states of a path that an object may be in while a step is worked on, the likeliest first.
fn around<'p>(path: &'p Path, cursor: &Cursor) -> Vec<&'p Bundle> {
    let last = path.len();
    if last == 0 {
        return vec![path.before(1)];
    }
    let number = cursor.number().min(last);
    let (before, after) = (path.before(number), path.after(number));
    let mut states = match cursor.stage() {
        Stage::Waiting => vec![after, before],
        Stage::Writing if cursor.number() > last => vec![after, before],
        Stage::Writing => vec![before, after],
    };
    states.extend(path.halfway());
    states
}
