//! What people ask of a run, from other terminals.

use cutover::manifest::{Manifest, ObjectRef};
use cutover_run::{Journal, Write};
use serde_json::json;

use crate::stage::{NAMESPACE, Stage};
use crate::trace::What;
use crate::wire::call;

/// A step that no plan has.
const ANOTHER: usize = 90;

impl Stage<'_> {
    /// Somebody approves the step that waits, and where people are hasty another one before.
    pub(crate) fn approve(&mut self) {
        let Some(journal) = self.journal_there() else {
            return;
        };
        if self.scenario.hasty {
            self.approve_another(journal.object());
        }
        if let Ok((step, write)) = Journal::approve(&journal, None, "a person", self.model.now) {
            self.write_wish(&write);
            self.note(What::Approved { step });
        }
    }

    /// Somebody writes into the journal that the run is to go back; false where there is no run to
    /// go back.
    pub(crate) fn wish_to_go_back(&mut self) -> bool {
        let Some(journal) = self.journal_there() else {
            return false;
        };
        let write = Journal::abort(&journal, "somebody", self.model.now);
        write.map(|write| self.write_wish(&write)).is_ok()
    }

    /// Somebody pauses the run; false where there is none to pause.
    pub(crate) fn pause(&mut self) -> bool {
        let journal = self.journal_there();
        let now = self.model.now;
        let write = journal.and_then(|journal| Journal::pause(&journal, "somebody", now).ok());
        let Some(write) = write else {
            return false;
        };
        self.write_wish(&write);
        self.note(What::Paused);
        true
    }

    /// Somebody lets it go on; false where it is not paused.
    pub(crate) fn resume(&mut self) -> bool {
        let journal = self.journal_there();
        let Some(write) = journal.and_then(|journal| Journal::resume(&journal).ok()) else {
            return false;
        };
        self.write_wish(&write);
        self.note(What::Resumed);
        true
    }

    fn approve_another(&mut self, journal: &ObjectRef) {
        let step = ANOTHER;
        let wish = json!({ "by": "somebody", "at": self.model.now }).to_string();
        let ops = json!([{ "op": "add", "path": format!("/data/approve.{step}"), "value": wish }]);
        self.write_wish(&Write::Patch {
            object: journal.clone(),
            ops: serde_json::from_value(ops).unwrap(),
        });
        self.note(What::Approved { step });
    }

    pub(crate) fn journal_there(&self) -> Option<Manifest> {
        let journal = Journal::object(self.scenario.plan, NAMESPACE);
        self.model.server.get(&journal).ok()
    }

    fn write_wish(&mut self, wish: &Write) {
        let Write::Patch { object, ops } = wish else {
            panic!("{wish:?} is no wish");
        };
        let call = call(self.model.now);
        self.model.server.patch(object, ops, call).unwrap();
    }
}
