//! Turning round, stopping, and the journal that says so.

use std::sync::Arc;

use std::collections::BTreeMap;

use cutover_manifest::Manifest;
use cutover_patch::jsonptr::PointerBuf;
use cutover_patch::{Patch, PatchOperation, ReplaceOperation};
use jiff::Timestamp;
use serde_json::Value;

use crate::asking::Question;
use crate::direction::Direction;
use crate::effect::{Request, Write};
use crate::event::{Answer, Reply};
use crate::journal::{Journal, Position, Stage};
use crate::objects::key;
use crate::outcome::Outcome;
use crate::progress::Progress;
use crate::run::{Held, Phase, Run};
use crate::way::{Way, ways_back};

impl Run {
    /// Turns round: from the step that is reached, in the middle of it too.
    pub(crate) fn turn(&mut self, to: usize, reason: String, now: Timestamp) -> bool {
        let Some(position) = &self.position else { return false };
        let (step, stage, held) = (position.step, position.stage, position.held);
        let (from, halfway) = match stage {
            Stage::Waiting => (step, held.is_none()),
            Stage::Writing if self.is_begun(step) => (step, true),
            Stage::Writing => (step - 1, false),
        };
        self.go_back(from, to, halfway, reason, now);
        true
    }

    fn is_begun(&self, step: usize) -> bool {
        let Some(way) = self.way.as_ref().filter(|way| step <= way.steps.len()) else { return false };
        let objects = way.changes(step).iter().map(cutover_plan::Change::object);
        let (before, after) = (way.before(step), way.after(step));
        objects.into_iter().any(|object| {
            match (before.get(object), after.get(object), self.seen.live(object)) {
                (None, Some(_), live) => live.is_some(),
                (Some(_), None, live) => live.is_none(),
                (Some(before), Some(after), Some(live)) => {
                    let live = live.sealed();
                    let schema = &cutover_manifest::MergeKeys;
                    !cutover_patch::Standing::of(live.value(), before.value(), after.value(), schema)
                        .is_before()
                }
                _ => false,
            }
        })
    }

    /// Sets out on the way back from the state after a step.
    pub(crate) fn go_back(&mut self, from: usize, to: usize, halfway: bool, reason: String, now: Timestamp) {
        if from <= to {
            self.phase = Phase::Close(Outcome::Undone { to: from });
            return;
        }
        let way = match Way::back(&self.plan, from, to, halfway) {
            Ok(way) => way,
            Err(error) => return self.fail(error.to_string()),
        };
        if way.end() != to {
            let states: Vec<String> = ways_back(&self.plan, from).iter().map(ToString::to_string).collect();
            let states = states.join(", ");
            return self.fail(format!(
                "the ways back do not lead to the state after step {to}\nhint: from here they lead to {states}"
            ));
        }
        self.tell(Progress::Turned { reason: reason.clone(), steps: way.steps.len() });
        self.set_out(way, from, to, halfway, Some(reason), now);
    }

    /// Sets out forward again from the state after a step.
    pub(crate) fn go_forward(&mut self, at: usize, now: Timestamp) {
        if at == self.plan.len() {
            self.phase = Phase::Close(Outcome::Done);
            return;
        }
        match Way::forward(&self.plan) {
            Ok(way) => {
                self.set_out(way, 0, 0, false, None, now);
                if let Some(position) = &mut self.position {
                    position.step = at + 1;
                }
            }
            Err(error) => self.fail(error.to_string()),
        }
    }

    fn set_out(
        &mut self,
        way: Way,
        from: usize,
        to: usize,
        halfway: bool,
        turned: Option<String>,
        now: Timestamp,
    ) {
        if let Some(position) = &mut self.position {
            let direction = way.direction;
            *position = Position {
                direction,
                from,
                to,
                halfway,
                turned,
                step: 1,
                stage: Stage::Writing,
                since: now,
                held: None,
                passed: false,
                checks: BTreeMap::new(),
                ended: None,
                ..position.clone()
            };
        }
        self.step_told = None;
        self.in_place = None;
        self.gates = Held::new();
        self.way = Some(Arc::new(way));
    }

    /// Somebody else has written what the plan is about: the run stops, and changes nothing.
    pub(crate) fn drifted(&mut self, reason: String) -> bool {
        let hint = "bring it back and run cutover apply again, or take the run back: cutover undo";
        self.failed(format!("{reason}\nhint: {hint}"))
    }

    /// Stops, or refuses where nothing was written yet.
    pub(crate) fn fail(&mut self, reason: String) {
        let begun = self.phase == Phase::Work;
        let step = self.reached();
        // The journal cannot say how the run ended, and there is nothing else left to do.
        if let Phase::Close(outcome) = self.phase.clone() {
            return self.end(outcome);
        }
        let outcome = if begun { Outcome::Stopped { step, reason } } else { Outcome::Refused { reason } };
        self.phase = Phase::Close(outcome);
        self.queue.clear();
    }

    /// As [`fail`](Self::fail), for a decision that has been taken with it.
    pub(crate) fn failed(&mut self, reason: impl ToString) -> bool {
        self.fail(reason.to_string());
        true
    }

    /// A Lease cannot be had, or was lost: nothing may be written any more, the journal neither.
    pub(crate) fn lose(&mut self, reason: String) {
        let step = self.reached();
        let begun = self.phase == Phase::Work;
        self.end(if begun { Outcome::Stopped { step, reason } } else { Outcome::Refused { reason } });
    }

    /// The state of the plan that was reached last.
    fn reached(&self) -> usize {
        let done = self.position.as_ref().map_or(0, |position| position.step.saturating_sub(1));
        self.way.as_ref().map_or(0, |way| way.reached(done.min(way.steps.len())))
    }

    /// Opens the journal: nothing is written to the cluster before it says so.
    pub(crate) fn open(&mut self, now: Timestamp) -> bool {
        let way = match Way::forward(&self.plan) {
            Ok(way) => way,
            Err(error) => return self.failed(error),
        };
        let position = self.start(now);
        let manifest = match Journal::manifest(&self.plan, &position, &self.options.namespace) {
            Ok(manifest) => manifest,
            Err(error) => return self.failed(error),
        };
        let text = position.text();
        self.way = Some(Arc::new(way));
        self.position = Some(position);
        self.tell_start();
        let write = match self.seen.live(manifest.object()) {
            None => Write::Create(manifest),
            Some(_) => in_place_of_the_last(&manifest),
        };
        self.ask(Question::OpenJournal(text), Request::Write { write, dry_run: false }, now);
        false
    }

    pub(crate) fn tell_start(&mut self) {
        let (Some(position), Some(way)) = (&self.position, &self.way) else { return };
        self.tell(Progress::Started {
            plan: self.plan.metadata.name.clone(),
            direction: way.direction,
            done: position.step - 1,
            steps: way.steps.len(),
        });
    }

    fn start(&self, now: Timestamp) -> Position {
        let uid = |object: &cutover_manifest::ObjectRef| {
            let uid = self.seen.live(object)?.pointer("/metadata/uid")?.as_str()?;
            Some((key(object), uid.to_owned()))
        };
        Position {
            digest: self.approved().clone(),
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
            uids: self.objects.iter().filter_map(uid).collect(),
        }
    }

    pub(crate) fn opened(&mut self, text: String, answer: Answer) {
        match answer {
            Ok(reply) => {
                if let Reply::Object(Some(journal)) = reply {
                    self.seen.see(&journal);
                }
                self.written = Some(text);
                self.phase = Phase::Work;
            }
            Err(fault) if fault.is_stale() => {
                self.phase = Phase::Work;
                self.doubt_journal(text);
            }
            Err(fault) => {
                self.position = None;
                self.fail(format!("the journal: {}", fault.told()));
            }
        }
    }

    /// Whether the journal says what is so; if not, it is written, and nothing else is done before.
    pub(crate) fn keep_journal(&mut self, now: Timestamp) -> bool {
        let Some(position) = &self.position else { return false };
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
                let write = position.write(&self.journal, written);
                self.ask(Question::WriteJournal(text), Request::Write { write, dry_run: false }, now);
            }
            None => self.ask(Question::ReadJournal, Request::Get(self.journal.clone()), now),
        }
        false
    }

    pub(crate) fn wrote_journal(&mut self, text: String, answer: Answer, now: Timestamp) {
        match answer {
            Ok(Reply::Object(found)) => {
                if let Some(manifest) = found {
                    self.seen.see(&manifest);
                }
                self.rested();
                self.written = Some(text);
            }
            Err(fault) if fault.is_stale() && !self.is_tired() => {
                self.rest(&fault, now);
                self.doubt_journal(text);
            }
            Err(fault) => self.fail(format!("the journal: {}", fault.told())),
            Ok(_) => self.doubt_journal(text),
        }
    }

    /// The journal was not as it was written last: perhaps this very write was made before, and its answer lost.
    fn doubt_journal(&mut self, text: String) {
        self.doubted = self.written.take().into_iter().chain([text]).collect();
    }

    pub(crate) fn compare_journal(&mut self, found: Option<&Manifest>, now: Timestamp) {
        let text = found.and_then(|found| found.pointer("/data/run")).and_then(Value::as_str);
        // Who holds the Leases writes alone: what is not known is a write that has come late, of the runner before or of
        // our own.
        let alone = self.leases.held(now);
        match text {
            Some(text) if alone && self.is_over() || self.doubted.iter().any(|known| known == text) => {
                self.written = Some(text.to_owned());
            }
            Some(_) if alone => self.begin_again(),
            // Another runner has opened it just before.
            _ if self.doubted.len() == 1 => self.begin_again(),
            _ => self.lose(
                "somebody else has written to the journal\nhint: cutover status tells where the run is"
                    .into(),
            ),
        }
    }

    /// Reads the journal as if nothing were known of it.
    fn begin_again(&mut self) {
        self.position = None;
        self.way = None;
        self.kept = None;
        self.in_place = None;
        self.gates = Held::new();
        self.stuck = None;
        self.phase = Phase::Recall;
    }

    /// Writes into the journal how the run ended, and gives the Leases back.
    pub(crate) fn close(&mut self, outcome: &Outcome, now: Timestamp) -> bool {
        let refused = matches!(outcome, Outcome::Refused { .. });
        if let Some(position) = self.position.as_mut().filter(|_| !refused) {
            position.ended = Some(outcome.clone());
        }
        let journaled =
            refused || self.position.is_none() || !self.leases.held(now) || self.keep_journal(now);
        if !journaled || !self.is_answered() {
            return false;
        }
        for request in self.leases.release() {
            self.ask(Question::Release, request, now);
        }
        if self.is_answered() {
            self.end(outcome.clone());
        }
        false
    }
}

/// The write that puts a journal in the place of one that is over.
fn in_place_of_the_last(journal: &Manifest) -> Write {
    let replace = |field: &str| {
        let value = journal.value().get(field).cloned().unwrap_or_default();
        PatchOperation::Replace(ReplaceOperation { path: PointerBuf::from_tokens([field]), value })
    };
    let ops = Patch(vec![replace("data"), replace("binaryData")]);
    Write::Patch { object: journal.object().clone(), ops }
}
