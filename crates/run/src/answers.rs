//! What the machine makes of the answers to its requests.

use cutover_manifest::ObjectRef;

use crate::api::event::{Answer, Fault, Reply};
use crate::now::Now;
use crate::requests::{Question, Sent};
use crate::run::Run;

impl Run {
    /// A request was answered: well, for good, or so that it is sent again.
    pub(crate) fn answered(&mut self, sent: Sent, answer: Answer, now: Now) {
        let answer = answer.map_err(|fault| match self.in_passing(fault, now) {
            Ok(passing) | Err(passing) => passing,
        });
        if !matches!(sent.question, Question::Check(_)) {
            self.notice_answer(&answer);
        }
        let Some((sent, answer)) = self.answered_aside(sent, answer, now) else {
            return;
        };
        if self.is_over() && is_idle_when_over(&sent.question) {
            return;
        }
        match answer {
            Err(fault) if !fault.is_final() => self.retry(sent, &fault, now.wall),
            Err(fault) if sent.question.is_dry_run() && sent.is_outdated(&fault) => {
                self.try_anew(sent, &fault, now.wall);
            }
            answer => self.answered_for_good(sent.question, answer, now),
        }
    }

    /// A refusal of what the run has been granted, as one that passes; or what it is otherwise.
    pub(crate) fn in_passing(&mut self, fault: Fault, now: Now) -> Result<Fault, Fault> {
        match fault.is_refusal() && self.refusals.may_pass(now.steady) {
            true => Ok(fault.granted_before()),
            false => Err(fault),
        }
    }

    /// Hears what is not sent again in the same words, and gives back all else.
    fn answered_aside(&mut self, sent: Sent, answer: Answer, now: Now) -> Option<(Sent, Answer)> {
        match &sent.question {
            Question::Check(location) => self.checked(*location, &answer, now.wall),
            Question::GiveBack(object) => self.gave_back(object, answer, now.wall),
            Question::Lease(lease) => {
                if let Err(fault) = &answer
                    && !fault.is_final()
                {
                    self.tell_retry(fault, fault.pause(1));
                }
                self.leadership.answer(*lease, answer, now.steady);
            }
            Question::Make(object) => self.made(object, answer, now.wall),
            Question::Release => {}
            Question::Confirm(_)
            | Question::Look(_)
            | Question::OpenJournal(_)
            | Question::ReadJournal
            | Question::Rebase(_)
            | Question::Rehearse(_)
            | Question::Reread
            | Question::Review(_)
            | Question::Survey
            | Question::WriteJournal(_) => return Some((sent, answer)),
        }
        None
    }

    /// Hears an answer that is not asked for again.
    fn answered_for_good(&mut self, question: Question, answer: Answer, now: Now) {
        match (question, answer) {
            (Question::Confirm(rebound), answer) => self.confirmed(&rebound, answer),
            (Question::Look(object), answer) => self.looked(&object, answer),
            (Question::OpenJournal(text), answer) => self.opened(text, answer),
            // Others may have written since.
            (Question::ReadJournal, Ok(_)) if !self.leadership.is_kept() => {}
            (Question::ReadJournal, Ok(Reply::Object(found))) => self.recall(found, now.wall),
            (Question::Reread, Ok(Reply::Object(found))) => self.reread(found.as_ref(), now.wall),
            (Question::ReadJournal | Question::Reread, Err(fault)) => {
                self.fail(format!("the journal: {}", fault.in_words()));
            }
            (Question::Rebase(kept), answer) => self.rebased(&kept, answer),
            (Question::Rehearse(state), answer) => self.rehearsed(&state, answer),
            (Question::Review(right), Ok(Reply::Allowed(allowed))) => {
                self.reviewed(right, allowed);
            }
            (Question::Survey, Ok(Reply::Objects(found))) => self.surveyed(&found),
            // A cluster without this kind has none of it.
            (Question::Survey, Err(fault)) if fault.code == 404 => {}
            (Question::WriteJournal(text), answer) => self.wrote_journal(text, answer, now.wall),
            (_, Err(fault)) => self.fail(fault.in_words()),
            (question, Ok(reply)) => self.fail(format!("{question:?} was answered by {reply:?}")),
        }
    }

    /// An object as a read of just this object has it.
    fn looked(&mut self, object: &ObjectRef, answer: Answer) {
        match answer {
            Ok(Reply::Object(found)) => self.observed.read(object, found.as_ref()),
            Ok(reply) => {
                let question = Question::Look(object.clone());
                self.fail(format!("{question:?} was answered by {reply:?}"));
            }
            Err(fault) => self.fail(format!("{object}: {}", fault.in_words())),
        }
    }
}

/// Whether nobody needs the answer any more once the run is over.
fn is_idle_when_over(question: &Question) -> bool {
    match question {
        Question::Confirm(_)
        | Question::Look(_)
        | Question::Rebase(_)
        | Question::Rehearse(_)
        | Question::Review(_)
        | Question::Survey => true,
        Question::Check(_)
        | Question::GiveBack(_)
        | Question::Lease(_)
        | Question::Make(_)
        | Question::OpenJournal(_)
        | Question::ReadJournal
        | Question::Release
        | Question::Reread
        | Question::WriteJournal(_) => false,
    }
}
