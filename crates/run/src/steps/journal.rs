//! The journal says where the run is, before each write to the cluster.

use cutover_manifest::Manifest;
use jiff::Timestamp;

use crate::api::event::{Answer, Reply};
use crate::hint::Hint;
use crate::journal::run_text;
use crate::phase::Phase;
use crate::reason::Reason;
use crate::run::Run;

impl Run {
    /// Whether the journal says what is so; if not, it is written, and nothing else is done before.
    pub(crate) fn updates_journal(&mut self, now: Timestamp) -> bool {
        let Some(cursor) = &self.cursor else {
            return false;
        };
        match self.record.update(cursor.position()) {
            Some((question, request)) => {
                self.ask(question, request, now);
                false
            }
            None => true,
        }
    }

    pub(crate) fn wrote_journal(&mut self, text: String, answer: Answer, now: Timestamp) {
        match answer {
            Ok(Reply::Object(found)) => {
                if let Some(manifest) = found {
                    self.observed.update(&manifest);
                }
                self.backoff.reset();
                self.record.wrote(text);
            }
            Err(fault) if fault.is_stale() && !self.backoff.is_exhausted() => {
                self.back_off(&fault, now);
                self.record.doubt(text);
            }
            Err(fault) => self.fail(format!("the journal: {}", fault.in_words())),
            Ok(_) => self.record.doubt(text),
        }
    }

    /// Who leads writes alone: what is not known is a write that has come late, of the runner before
    /// or of our own.
    pub(crate) fn compare_journal(&mut self, found: Option<&Manifest>) {
        if let Some(found) = found {
            self.observed.update(found);
        }
        let text = found.and_then(run_text).map(ToOwned::to_owned);
        match text {
            Some(text) if self.is_over() || self.record.has_written(&text) => {
                self.record.confirm(text);
            }
            None if self.is_over() || self.record.was_there() => {
                self.lose(Reason::from("the journal is gone").hint(Hint::ShowStatus));
            }
            text => {
                self.record.recall(text);
                self.begin_again();
            }
        }
    }

    /// Reads the journal as if nothing were known of it.
    pub(crate) fn begin_again(&mut self) {
        self.requests.clear_queue();
        self.record.begin_again();
        self.waiting.forget();
        self.cursor = None;
        self.in_place = None;
        self.phase = Phase::Recall;
    }
}
