//! What the journal says, as far as its runner knows: true before each write to the cluster.

use cutover_manifest::ObjectRef;

use super::position::Position;
use crate::api::effect::Request;
use crate::requests::Question;

/// What the journal says, as far as its runner knows.
#[derive(Debug)]
pub(crate) struct Record {
    object: ObjectRef,
    /// What it said when it was read; none before it was, and inside where there was none.
    recalled: Option<Option<String>>,
    /// What it says; none where that is not known.
    written: Option<String>,
    /// What it may say, where that is not known.
    unconfirmed: Vec<String>,
    /// The position that it was compared with last, and is as it says.
    compared: Option<Position>,
    /// Whether the next write leaves out what people have asked of the run before.
    drops_wishes: bool,
}

impl Record {
    pub(crate) fn new(object: ObjectRef) -> Self {
        Self {
            object,
            recalled: None,
            written: None,
            unconfirmed: Vec::new(),
            compared: None,
            drops_wishes: false,
        }
    }

    /// The ConfigMap that is the journal.
    pub(crate) fn object(&self) -> &ObjectRef {
        &self.object
    }

    /// It was read by a runner that has not written it.
    pub(crate) fn recall(&mut self, text: Option<String>) {
        self.recalled = Some(text);
    }

    /// Whether it says what it said when it was read.
    pub(crate) fn is_as_recalled(&self, text: Option<&str>) -> bool {
        match &self.recalled {
            Some(recalled) => recalled.as_deref() == text,
            None => true,
        }
    }

    /// The runner goes on from what it says.
    pub(crate) fn resume(&mut self, text: Option<String>) {
        self.written = text;
    }

    /// The server holds this text, by its own answer.
    pub(crate) fn confirm(&mut self, text: String) {
        self.written = Some(text);
    }

    /// This text was written, and what people had asked before is dropped where it was to be.
    pub(crate) fn wrote(&mut self, text: String) {
        self.drops_wishes = false;
        self.confirm(text);
    }

    /// It was not as it was written last: perhaps this very write was made before, and its answer
    /// lost.
    pub(crate) fn doubt(&mut self, text: String) {
        self.unconfirmed = self.written.take().into_iter().chain([text]).collect();
    }

    /// Whether it says what this runner has written, or may have.
    pub(crate) fn has_written(&self, text: &str) -> bool {
        let mut written = self.written.iter().chain(&self.unconfirmed);
        written.any(|written| written == text)
    }

    /// Whether it was there before the write whose answer was lost.
    pub(crate) fn was_there(&self) -> bool {
        self.unconfirmed.len() > 1
    }

    /// What people have asked of the run so far counts no more.
    pub(crate) fn drop_wishes(&mut self) {
        self.drops_wishes = true;
    }

    /// It is to be read as if nothing were known of it.
    pub(crate) fn begin_again(&mut self) {
        self.compared = None;
        self.drops_wishes = false;
    }

    /// What must be asked before it says where the run is; none where it does.
    pub(crate) fn update(&mut self, position: &Position) -> Option<(Question, Request)> {
        if self.written.is_some() && self.compared.as_ref() == Some(position) {
            return None;
        }
        let Some(written) = &self.written else {
            return Some((Question::ReadJournal, Request::Get(self.object.clone())));
        };
        let text = position.text();
        if *written == text {
            self.compared = Some(position.clone());
            return None;
        }
        let write = position.write(&self.object, written, self.drops_wishes);
        let request = Request::Write {
            write,
            dry_run: false,
        };
        Some((Question::WriteJournal(text), request))
    }
}

#[cfg(test)]
mod tests;
