//! Requests are sent, and sent again after a while.

use std::mem;

use cutover_manifest::{Manifest, ObjectRef};
use jiff::{SignedDuration, Timestamp};

use crate::api::effect::{Effect, Request, Write};
use crate::api::event::{Answer, Fault, Reply};
use crate::now::{Now, saturating_add};
use crate::phase::Phase;
use crate::progress::Progress;
use crate::requests::{Question, Sent};
use crate::run::Run;

impl Run {
    pub(crate) fn ask(&mut self, question: Question, request: Request, now: Timestamp) {
        self.send(Sent::new(question, request, now));
    }

    /// Writes to the cluster.
    pub(crate) fn make(&mut self, object: ObjectRef, write: Write, now: Timestamp) {
        let write = self.letting_go_on(write);
        let request = Request::Write {
            write,
            dry_run: false,
        };
        self.ask(Question::Make(object), request, now);
    }

    /// Decides nothing for a while, longer each time.
    pub(crate) fn back_off(&mut self, fault: &Fault, now: Timestamp) {
        let pause = self.backoff.begin(fault, now);
        self.tell_retry(fault, pause);
    }

    /// Sends a request again after a while, or gives up.
    pub(crate) fn retry(&mut self, sent: Sent, fault: &Fault, now: Timestamp) {
        if sent.is_given_up(now) {
            let fault = fault.in_words();
            return self.fail(format!("the API server does not answer: {fault}"));
        }
        self.delay(sent, fault, now);
    }

    /// Reads an object that has changed since it was read, and tries its state on what it is then.
    pub(crate) fn try_anew(&mut self, sent: Sent, fault: &Fault, now: Timestamp) {
        if let Some(state) = self.tried(&sent.question) {
            let object = state.object().clone();
            self.ask(Question::Look(object.clone()), Request::Get(object), now);
        }
        self.delay(sent, fault, now);
    }

    pub(crate) fn tell_retry(&mut self, fault: &Fault, pause: SignedDuration) {
        let was_cut_off = self.is_cut_off;
        self.is_cut_off |= fault.code == 0;
        if was_cut_off && fault.code == 0 {
            return;
        }
        let after_milliseconds = u64::try_from(pause.as_millis()).unwrap_or(0);
        self.tell(Progress::Retried {
            reason: fault.in_words(),
            after_milliseconds,
        });
    }

    /// Sends again what has waited long enough, and what the run may still send.
    pub(crate) fn resend(&mut self, now: Now) {
        for (due, sent) in self.requests.take_delayed() {
            if sent.needs_leases() && !self.leadership.leads(now.steady) {
                self.withdraw(sent.question);
            } else if due <= now.wall {
                self.send_again(sent, now);
            } else {
                self.outbox.wake_at(due);
                self.requests.delay(due, sent);
            }
        }
    }

    /// The state that a question has the server try.
    pub(crate) fn tried<'a>(&'a self, question: &'a Question) -> Option<&'a Manifest> {
        match (question, &self.phase) {
            (Question::Rehearse(state), _) => Some(state),
            (Question::Confirm(rebound), _) => Some(&rebound.state),
            (Question::Rebase(kept), Phase::Rebind(rebinding)) => rebinding.base(kept.object()),
            (
                Question::Check(_)
                | Question::GiveBack(_)
                | Question::Lease(_)
                | Question::Look(_)
                | Question::Make(_)
                | Question::OpenJournal(_)
                | Question::ReadJournal
                | Question::Rebase(_)
                | Question::Release
                | Question::Reread
                | Question::Review(_)
                | Question::Survey
                | Question::WriteJournal(_),
                _,
            ) => None,
        }
    }

    /// The API server has answered something.
    pub(crate) fn notice_answer(&mut self, answer: &Answer) {
        let is_answered = answer.as_ref().err().is_none_or(|fault| fault.code != 0);
        if is_answered && mem::take(&mut self.is_cut_off) {
            self.tell(Progress::Reached);
        }
    }

    fn delay(&mut self, sent: Sent, fault: &Fault, now: Timestamp) {
        let pause = fault.pause(sent.tries);
        self.tell_retry(fault, pause);
        let due = saturating_add(now, pause);
        self.outbox.wake_at(due);
        self.requests.delay(due, sent.again());
    }

    /// What only the server's dry run is asked is made anew, from what its object is by now.
    fn send_again(&mut self, sent: Sent, now: Now) {
        let Some(state) = self.tried(&sent.question) else {
            return self.send(sent);
        };
        match self.rehearsal(state) {
            Some(request) => self.send(Sent { request, ..sent }),
            None => {
                let live = self.observed.live(state.object()).cloned();
                self.answered(sent, Ok(Reply::Object(live)), now);
            }
        }
    }

    /// A write of the journal that is not sent again may have been made.
    fn withdraw(&mut self, question: Question) {
        match question {
            Question::OpenJournal(text) => {
                self.record.doubt(text);
                self.set_to_work();
            }
            Question::WriteJournal(text) => self.record.doubt(text),
            Question::Check(_)
            | Question::Confirm(_)
            | Question::GiveBack(_)
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

    fn send(&mut self, sent: Sent) {
        let deadline = match sent.needs_leases() {
            true => self.leadership.deadline(),
            false => None,
        };
        let request = sent.request.clone();
        let ticket = self.requests.open(sent);
        self.outbox.push(Effect::Ask {
            ticket,
            request,
            deadline,
        });
    }
}
