//! The journal is kept: opened before the first write, and true before each one after.

use std::collections::BTreeMap;
use std::sync::Arc;

use cutover_manifest::Manifest;
use cutover_patch::jsonptr::PointerBuf;
use cutover_patch::{Patch, PatchOperation, ReplaceOperation};
use jiff::Timestamp;

use crate::api::effect::{Request, Write};
use crate::api::event::{Answer, Reply};
use crate::course::Direction;
use crate::hint::Hint;
use crate::journal::{Journal, Position, Stage, run_text};
use crate::path::Path;
use crate::progress::Progress;
use crate::reason::Reason;
use crate::requests::Question;
use crate::run::{Held, Phase, Run};
use crate::steps::change::test_version;
use crate::steps::objects::key;

impl Run {
    /// Opens the journal: nothing is written to the cluster before it says so.
    pub(crate) fn open(&mut self, now: Timestamp) -> bool {
        let path = match Path::forward(&self.bound.plan) {
            Ok(path) => path,
            Err(error) => return self.failed(error),
        };
        let position = self.first_position(now);
        let manifest = match Journal::manifest(&self.bound, &position, &self.options.namespace) {
            Ok(manifest) => manifest,
            Err(error) => return self.failed(error),
        };
        let text = position.text();
        self.path = Some(Arc::new(path));
        self.position = Some(position);
        self.tell_start();
        let write = match self.observed.live(manifest.object()) {
            None => Write::Create(manifest),
            Some(last) => in_place_of(last, &manifest),
        };
        self.ask(
            Question::OpenJournal(text),
            Request::Write {
                write,
                dry_run: false,
            },
            now,
        );
        false
    }

    pub(crate) fn tell_start(&mut self) {
        let (Some(position), Some(path)) = (&self.position, &self.path) else {
            return;
        };
        self.tell(Progress::Started {
            plan: self.given.metadata.name.clone(),
            direction: path.direction,
            from: position.from,
            done: position.step - 1,
            steps: path.steps.len(),
        });
    }

    fn first_position(&self, now: Timestamp) -> Position {
        let uid = |object: &cutover_manifest::ObjectRef| {
            let uid = self
                .observed
                .live(object)?
                .pointer("/metadata/uid")?
                .as_str()?;
            Some((key(object), uid.to_owned()))
        };
        Position {
            digest: self.given.digest.clone(),
            direction: Direction::Forward,
            from: 0,
            to: 0,
            halfway: false,
            step: 1,
            stage: Stage::Writing,
            since: now,
            held: None,
            passed: false,
            checks: BTreeMap::new(),
            started: now,
            by: self.options.holder.clone(),
            turned: None,
            ended: None,
            ended_at: None,
            uids: self.objects.iter().filter_map(uid).collect(),
        }
    }

    pub(crate) fn opened(&mut self, text: String, answer: Answer) {
        match answer {
            Ok(reply) => {
                if let Reply::Object(Some(journal)) = reply {
                    self.observed.update(&journal);
                }
                self.written = Some(text);
                self.set_to_work();
            }
            Err(fault) if fault.is_stale() => {
                self.doubt_journal(text);
                self.set_to_work();
            }
            Err(fault) => {
                self.position = None;
                self.fail(format!("the journal: {}", fault.in_words()));
            }
        }
    }

    /// Somebody may have said stop meanwhile.
    pub(crate) fn set_to_work(&mut self) {
        if !self.is_over() {
            self.phase = Phase::Work;
        }
    }

    /// Whether the journal says what is so; if not, it is written, and nothing else is done before.
    pub(crate) fn keep_journal(&mut self, now: Timestamp) -> bool {
        let Some(position) = &self.position else {
            return false;
        };
        if self.written.is_some() && self.kept.as_ref() == Some(position) {
            return true;
        }
        let text = position.text();
        match &self.written {
            Some(written) if *written == text => {
                self.kept = self.position.clone();
                return true;
            }
            Some(written) => {
                let write = position.write(&self.journal, written, self.anew);
                self.ask(
                    Question::WriteJournal(text),
                    Request::Write {
                        write,
                        dry_run: false,
                    },
                    now,
                );
            }
            None => self.ask(
                Question::ReadJournal,
                Request::Get(self.journal.clone()),
                now,
            ),
        }
        false
    }

    pub(crate) fn wrote_journal(&mut self, text: String, answer: Answer, now: Timestamp) {
        match answer {
            Ok(Reply::Object(found)) => {
                if let Some(manifest) = found {
                    self.observed.update(&manifest);
                }
                self.rested();
                self.anew = false;
                self.written = Some(text);
            }
            Err(fault) if fault.is_stale() && !self.is_tired() => {
                self.rest(&fault, now);
                self.doubt_journal(text);
            }
            Err(fault) => self.fail(format!("the journal: {}", fault.in_words())),
            Ok(_) => self.doubt_journal(text),
        }
    }

    /// The journal was not as it was written last: perhaps this very write was made before, and its
    /// answer lost.
    pub(crate) fn doubt_journal(&mut self, text: String) {
        self.doubted = self.written.take().into_iter().chain([text]).collect();
    }

    /// Whether the journal says what this run has written, or may have.
    pub(crate) fn has_written(&self, text: &str) -> bool {
        let written = self.written.iter().chain(&self.doubted);
        written.into_iter().any(|written| written == text)
    }

    /// Who leads writes alone: what is not known is a write that has come late, of the runner before
    /// or of our own.
    pub(crate) fn compare_journal(&mut self, found: Option<&Manifest>) {
        if let Some(found) = found {
            self.observed.update(found);
        }
        let text = found.and_then(run_text).map(ToOwned::to_owned);
        match text {
            Some(text) if self.is_over() || self.has_written(&text) => self.written = Some(text),
            None if self.is_over() || self.doubted.len() > 1 => {
                self.lose(Reason::from("the journal is gone").hint(Hint::ShowStatus));
            }
            text => {
                self.recalled = Some(text);
                self.begin_again();
            }
        }
    }

    /// Reads the journal as if nothing were known of it.
    pub(crate) fn begin_again(&mut self) {
        self.queue.clear();
        self.admitted.clear();
        self.rebinding = None;
        self.position = None;
        self.path = None;
        self.kept = None;
        self.anew = false;
        self.in_place = None;
        self.gates = Held::new();
        self.stuck = None;
        self.phase = Phase::Recall;
    }
}

/// The write that puts a journal in the place of one that is over, if nobody has written to that
/// one since.
fn in_place_of(last: &Manifest, journal: &Manifest) -> Write {
    let replace = |field: &str| {
        let value = journal.value().get(field).cloned().unwrap_or_default();
        PatchOperation::Replace(ReplaceOperation {
            path: PointerBuf::from_tokens([field]),
            value,
        })
    };
    let ops = Patch(vec![
        test_version(last),
        replace("data"),
        replace("binaryData"),
    ]);
    Write::Patch {
        object: journal.object().clone(),
        ops,
    }
}
