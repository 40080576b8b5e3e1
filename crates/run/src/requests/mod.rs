//! Questions and answers: what is on its way, and what is sent again.

use cutover_manifest::{Manifest, ObjectRef};
use jiff::{SignedDuration, Timestamp};

use crate::analysis::Location;
use crate::api::effect::{Effect, Request, Right, Ticket, Write};
use crate::api::event::{Answer, Fault, Reply};
use crate::bind::again::Rebound;
use crate::leadership::Leadership;
use crate::leadership::lease::saturating_add;
use crate::now::Now;
use crate::progress::Progress;
use crate::run::Run;

/// How long a request that meets no answer is sent again.
pub(crate) const PATIENCE: SignedDuration = SignedDuration::from_mins(5);

/// How often a write is tried whose object changes under it each time.
const TRIES: u32 = 20;

/// How often a dry run is, which a server may refuse with the same words for good.
const DRY_TRIES: u32 = 5;

/// What a request is about.
#[derive(Clone, Debug)]
pub(crate) enum Question {
    Check(Location),
    Confirm(Box<Rebound>),
    Lease(usize),
    Look(ObjectRef),
    Make(ObjectRef),
    OpenJournal(String),
    ReadJournal,
    Rebase(Box<Manifest>),
    Rehearse(Box<Manifest>),
    Release,
    Reread,
    Review(Right),
    Survey,
    WriteJournal(String),
}

impl Question {
    /// Whether nothing else waits for its answer.
    pub(crate) fn is_aside(&self) -> bool {
        matches!(self, Self::Check(_) | Self::Lease(_))
    }
}

/// A request that is on its way.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) question: Question,
    pub(crate) request: Request,
    pub(crate) tries: u32,
    pub(crate) since: Timestamp,
}

impl Asked {
    /// Whether it is a write that only the holder of the Leases may make.
    fn wants_leases(&self) -> bool {
        let is_write = matches!(self.request, Request::Write { dry_run: false, .. });
        is_write && !matches!(self.question, Question::Lease(_) | Question::Release)
    }

    /// Whether its object may have changed since it was read.
    fn is_outdated(&self, fault: &Fault) -> bool {
        let is_there = !matches!(
            self.request,
            Request::Write {
                write: Write::Create(_),
                ..
            }
        );
        let may_have_changed = fault.code == 409 || is_there && fault.is_stale();
        may_have_changed && self.tries < DRY_TRIES
    }
}

impl Run {
    pub(crate) fn ask(&mut self, question: Question, request: Request, now: Timestamp) {
        self.send(Asked {
            question,
            request,
            tries: 0,
            since: now,
        });
    }

    /// Whether every question has its answer.
    pub(crate) fn is_answered(&self) -> bool {
        self.asked.values().all(|asked| asked.question.is_aside())
    }

    /// Whether an analysis waits for its answer.
    pub(crate) fn is_asked(&self, location: Location) -> bool {
        let asks = |asked: &Asked| matches!(asked.question, Question::Check(of) if of == location);
        self.asked.values().any(asks)
    }

    pub(crate) fn answered(&mut self, asked: Asked, answer: Answer, now: Now) {
        let question = asked.question.clone();
        let Now { wall, steady } = now;
        match (question, answer) {
            (Question::Check(location), answer) => self.checked(location, &answer, wall),
            (Question::Lease(index), answer) => {
                if let Err(fault) = answer.as_ref()
                    && !fault.is_final()
                {
                    self.retried(fault, fault.pause(1));
                }
                self.leases.answer(index, answer, steady);
            }
            (Question::Make(object), answer) => self.made(&object, answer, wall),
            (Question::Release, _) => {}
            (
                Question::Confirm(_)
                | Question::Rebase(_)
                | Question::Look(_)
                | Question::Rehearse(_)
                | Question::Review(_)
                | Question::Survey,
                _,
            ) if self.is_over() => {}
            (_, Err(fault)) if !fault.is_final() => self.retry(asked, &fault, wall),
            (Question::Rehearse(_) | Question::Confirm(_) | Question::Rebase(_), Err(fault))
                if asked.is_outdated(&fault) =>
            {
                self.try_anew(asked, &fault, wall);
            }
            (Question::Rebase(kept), answer) => self.rebased(&kept, answer),
            (Question::Confirm(rebound), answer) => self.confirmed(*rebound, answer),
            (Question::Look(object), Ok(Reply::Object(found))) => {
                self.observed.read(&object, found.as_ref())
            }
            (Question::Look(object), Err(fault)) => {
                self.fail(format!("{object}: {}", fault.in_words()))
            }
            (Question::OpenJournal(text), answer) => self.opened(text, answer),
            // Others may have written since.
            (Question::ReadJournal, Ok(_)) if self.leadership != Leadership::Kept => {}
            (Question::ReadJournal, Ok(Reply::Object(found))) => self.recall(found, wall),
            (Question::Reread, Ok(Reply::Object(found))) => self.reread(found.as_ref(), wall),
            (Question::ReadJournal | Question::Reread, Err(fault)) => {
                self.fail(format!("the journal: {}", fault.in_words()))
            }
            (Question::Rehearse(state), answer) => self.rehearsed(&state, answer),
            (Question::Review(right), Ok(Reply::Allowed(allowed))) => {
                self.missing.extend((!allowed).then_some(right));
            }
            (Question::Survey, Ok(Reply::Objects(found))) => self.surveyed(&found),
            // A cluster without this kind has none of it.
            (Question::Survey, Err(fault)) if fault.code == 404 => {}
            (Question::WriteJournal(text), answer) => self.wrote_journal(text, answer, wall),
            (_, Err(fault)) => self.fail(fault.in_words()),
            (question, Ok(reply)) => self.fail(format!("{question:?} was answered by {reply:?}")),
        }
    }

    /// Decides nothing for a while, longer each time.
    pub(crate) fn rest(&mut self, fault: &Fault, now: Timestamp) {
        let tries = self.rests.map_or(0, |(_, tries)| tries);
        let pause = fault.pause(tries);
        self.retried(fault, pause);
        self.rests = Some((saturating_add(now, pause), tries + 1));
    }

    /// The next rest is a short one again.
    pub(crate) fn rested(&mut self) {
        self.rests = None;
    }

    /// Whether it has been tried often enough.
    pub(crate) fn is_tired(&self) -> bool {
        self.rests.is_some_and(|(_, tries)| tries > TRIES)
    }

    /// Sends a request again after a while, or gives up.
    fn retry(&mut self, asked: Asked, fault: &Fault, now: Timestamp) {
        if now.duration_since(asked.since) > PATIENCE {
            return self.fail(format!(
                "the API server does not answer: {}",
                fault.in_words()
            ));
        }
        self.delay(asked, fault, now);
    }

    /// Reads an object that has changed since it was read, and tries its state on what it is then.
    fn try_anew(&mut self, asked: Asked, fault: &Fault, now: Timestamp) {
        if let Some(state) = self.tried(&asked.question) {
            let object = state.object().clone();
            self.ask(Question::Look(object.clone()), Request::Get(object), now);
        }
        self.delay(asked, fault, now);
    }

    fn delay(&mut self, asked: Asked, fault: &Fault, now: Timestamp) {
        let pause = fault.pause(asked.tries);
        self.retried(fault, pause);
        self.wake_at(saturating_add(now, pause));
        self.delayed.push((
            saturating_add(now, pause),
            Asked {
                tries: asked.tries + 1,
                ..asked
            },
        ));
    }

    fn retried(&mut self, fault: &Fault, pause: SignedDuration) {
        let after_milliseconds = u64::try_from(pause.as_millis()).unwrap_or(0);
        self.tell(Progress::Retried {
            reason: fault.in_words(),
            after_milliseconds,
        });
    }

    /// Sends again what has waited long enough, and what the run may still send.
    pub(crate) fn resend(&mut self, now: Now) {
        for (due, asked) in std::mem::take(&mut self.delayed) {
            if asked.wants_leases() && !self.leads(now) {
                self.withdraw(asked.question);
            } else if due <= now.wall {
                self.send_anew(asked, now);
            } else {
                self.wake_at(due);
                self.delayed.push((due, asked));
            }
        }
    }

    /// What only the server's dry run is asked is made anew, from what its object is by now.
    fn send_anew(&mut self, asked: Asked, now: Now) {
        let Some(state) = self.tried(&asked.question) else {
            return self.send(asked);
        };
        match self.rehearsal(state) {
            Some(request) => self.send(Asked { request, ..asked }),
            None => {
                let live = self.observed.live(state.object()).cloned();
                self.answered(asked, Ok(Reply::Object(live)), now);
            }
        }
    }

    /// A write of the journal that is not sent again may have been made.
    fn withdraw(&mut self, question: Question) {
        match question {
            Question::OpenJournal(text) => {
                self.doubt_journal(text);
                self.set_to_work();
            }
            Question::WriteJournal(text) => self.doubt_journal(text),
            Question::Check(_)
            | Question::Confirm(_)
            | Question::Lease(_)
            | Question::Look(_)
            | Question::Make(_)
            | Question::ReadJournal
            | Question::Rebase(_)
            | Question::Rehearse(_)
            | Question::Release
            | Question::Reread
            | Question::Review(_)
            | Question::Survey => {}
        }
    }

    fn send(&mut self, asked: Asked) {
        let ticket = Ticket(self.tickets);
        self.tickets += 1;
        let deadline = match asked.wants_leases() {
            true => self.leases.deadline(),
            false => None,
        };
        self.effects.push_back(Effect::Ask {
            ticket,
            request: asked.request.clone(),
            deadline,
        });
        self.asked.insert(ticket, asked);
    }
}
