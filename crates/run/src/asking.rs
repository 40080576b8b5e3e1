//! Questions and answers: what is on its way, and what is sent again.

use cutover_manifest::{Manifest, ObjectRef};
use jiff::{SignedDuration, Timestamp};

use crate::analysis::Location;
use crate::effect::{Effect, Request, Right, Ticket};
use crate::event::{Answer, Fault, Reply};
use crate::lease::later;
use crate::progress::Progress;
use crate::run::Run;

/// How long a request that meets no answer is sent again.
pub(crate) const PATIENCE: SignedDuration = SignedDuration::from_mins(5);

/// How often a write is tried whose object changes under it each time.
const TRIES: u32 = 20;

/// What a request is about.
#[derive(Clone, Debug)]
pub(crate) enum Question {
    Check(Location),
    Lease(usize),
    Look(ObjectRef),
    Make(ObjectRef),
    OpenJournal(String),
    ReadJournal,
    Rehearse(Box<Manifest>),
    Release,
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

    pub(crate) fn answered(&mut self, asked: Asked, answer: Answer, now: Timestamp) {
        let question = asked.question.clone();
        match (question, answer) {
            (Question::Check(location), answer) => self.checked(location, &answer, now),
            (Question::Lease(index), answer) => {
                if let Err(fault) = answer.as_ref()
                    && !fault.is_final()
                {
                    self.retried(fault, fault.pause(1));
                }
                self.leases.answer(index, answer, now);
            }
            (Question::Make(object), answer) => self.made(&object, answer, now),
            (Question::Release, _) => {}
            (
                Question::Look(_) | Question::Rehearse(_) | Question::Review(_) | Question::Survey,
                _,
            ) if self.is_over() => {}
            (_, Err(fault)) if !fault.is_final() => self.retry(asked, &fault, now),
            (Question::Look(object), Ok(Reply::Object(found))) => {
                self.seen.read(&object, found.as_ref())
            }
            (Question::Look(object), Err(fault)) => {
                self.fail(format!("{object}: {}", fault.told()))
            }
            (Question::OpenJournal(text), answer) => self.opened(text, answer),
            (Question::ReadJournal, Ok(Reply::Object(found))) => self.recall(found, now),
            (Question::ReadJournal, Err(fault)) => {
                self.fail(format!("the journal: {}", fault.told()))
            }
            (Question::Rehearse(state), answer) => self.rehearsed(&state, answer),
            (Question::Review(right), Ok(Reply::Allowed(allowed))) => {
                self.missing.extend((!allowed).then_some(right));
            }
            (Question::Survey, Ok(Reply::Objects(found))) => self.surveyed(&found),
            // A cluster without this kind has none of it.
            (Question::Survey, Err(fault)) if fault.code == 404 => {}
            (Question::WriteJournal(text), answer) => self.wrote_journal(text, answer, now),
            (_, Err(fault)) => self.fail(fault.told()),
            (question, Ok(reply)) => self.fail(format!("{question:?} was answered by {reply:?}")),
        }
    }

    /// Decides nothing for a while, longer each time.
    pub(crate) fn rest(&mut self, fault: &Fault, now: Timestamp) {
        let tries = self.rests.map_or(0, |(_, tries)| tries);
        let pause = fault.pause(tries);
        self.retried(fault, pause);
        self.rests = Some((later(now, pause), tries + 1));
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
            return self.fail(format!("the API server does not answer: {}", fault.told()));
        }
        let pause = fault.pause(asked.tries);
        self.retried(fault, pause);
        self.wake_at(later(now, pause));
        self.delayed.push((
            later(now, pause),
            Asked {
                tries: asked.tries + 1,
                ..asked
            },
        ));
    }

    fn retried(&mut self, fault: &Fault, pause: SignedDuration) {
        let after_milliseconds = u64::try_from(pause.as_millis()).unwrap_or(0);
        self.tell(Progress::Retried {
            reason: fault.told(),
            after_milliseconds,
        });
    }

    /// Sends again what has waited long enough.
    pub(crate) fn resend(&mut self, now: Timestamp) {
        for (due, asked) in std::mem::take(&mut self.delayed) {
            if due <= now {
                self.send(asked);
            } else {
                self.wake_at(due);
                self.delayed.push((due, asked));
            }
        }
    }

    fn send(&mut self, asked: Asked) {
        let ticket = Ticket(self.tickets);
        self.tickets += 1;
        self.effects
            .push_back(Effect::Ask(ticket, asked.request.clone()));
        self.asked.insert(ticket, asked);
    }
}
