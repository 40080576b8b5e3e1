//! All steps are taken: nothing of them stays the run's.

use cutover_manifest::{Manifest, ObjectRef};
use jiff::Timestamp;

use crate::api::effect::Request;
use crate::api::event::{Answer, Fault, Reply};
use crate::change::ownership::given_back;
use crate::course::Course;
use crate::outcome::Outcome;
use crate::phase::{Next, Phase};
use crate::progress::Progress;
use crate::requests::Question;
use crate::run::Run;

impl Run {
    /// All steps of the path are done.
    pub(super) fn arrive(&mut self, now: Timestamp) -> Next {
        if let Some((object, write)) = self.next_return() {
            self.make(object, write, now);
            return Next::Wait;
        }
        self.tell_kept();
        let Some(cursor) = &self.cursor else {
            return Next::Wait;
        };
        let outcome = match cursor.position().course {
            Course::Forward => Outcome::Done,
            Course::Back { .. } => Outcome::Undone {
                to: cursor.path().end(),
            },
        };
        self.end_as(outcome)
    }

    /// There is no step left to take, and the run ends so.
    pub(super) fn end_as(&mut self, outcome: Outcome) -> Next {
        self.backoff.reset();
        self.phase = Phase::GiveBack {
            outcome,
            left: self.objects.clone(),
        };
        Next::Again
    }

    /// Gives back the fields of the next object that the run has written.
    pub(crate) fn give_back(&mut self, now: Timestamp) -> Next {
        let Phase::GiveBack { outcome, left } = &self.phase else {
            return Next::Wait;
        };
        let Some(object) = left.last().cloned() else {
            self.phase = Phase::Close(outcome.clone());
            return Next::Again;
        };
        let Some(found) = self.observed.object(&object) else {
            self.ask(Question::Look(object.clone()), Request::Get(object), now);
            return Next::Wait;
        };
        let Some(write) = found.and_then(given_back) else {
            return self.leave(&object);
        };
        let request = Request::Write {
            write,
            dry_run: false,
        };
        self.ask(Question::GiveBack(object), request, now);
        Next::Wait
    }

    /// What came of it. A run that has done what it was to do does not fail by this.
    pub(crate) fn gave_back(&mut self, object: &ObjectRef, answer: Answer, now: Timestamp) {
        match answer {
            Ok(Reply::Object(Some(manifest))) => self.has_given_back(&manifest),
            Ok(_) => self.observed.forget(object),
            Err(fault) if fault.code == 404 => self.observed.forget(object),
            Err(fault) if may_be_given_back(&fault) && !self.backoff.is_exhausted() => {
                self.observed.forget(object);
                self.back_off(&fault, now);
            }
            Err(fault) => {
                let message = format!(
                    "{object}: the fields that the run wrote stay its own, and the next server-side \
                     apply of others may meet a conflict: {}",
                    fault.in_words()
                );
                self.tell(Progress::Warned { message });
                self.leave(object);
            }
        }
    }

    fn has_given_back(&mut self, manifest: &Manifest) {
        self.backoff.reset();
        self.observed.update(manifest);
        // A server that keeps the entry all the same is asked once.
        self.leave(manifest.object());
    }

    fn leave(&mut self, object: &ObjectRef) -> Next {
        if let Phase::GiveBack { left, .. } = &mut self.phase {
            left.retain(|other| other != object);
        }
        Next::Again
    }
}

fn may_be_given_back(fault: &Fault) -> bool {
    fault.is_stale() || !fault.is_final()
}
