//! Where a run is, as its journal says it.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Digest, Manifest, ObjectRef};
use cutover_patch::jsonptr::PointerBuf;
use cutover_patch::{Patch, PatchOperation, ReplaceOperation, TestOperation};
use cutover_traffic::HttpRoute;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::accepted::AcceptedFields;
use crate::analysis::{Check, Measured};
use crate::api::effect::Write;
use crate::course::{Course, Direction};
use crate::gates::unresolved;
use crate::observed::status::uid;
use crate::outcome::Outcome;

/// Where a run is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Position {
    /// The digest of the plan that was approved.
    pub digest: Digest,
    /// Which way it goes.
    #[serde(flatten)]
    pub course: Course,
    /// The step that is worked on, from 1 on its course.
    pub step: usize,
    /// What is done about it.
    pub stage: Stage,
    /// Since when the time limit of the stage counts: its beginning, or a new runner's.
    pub since: Timestamp,
    /// When all its gates on the cluster first held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Timestamp>,
    /// Whether its pauses and analyses are over.
    #[serde(default)]
    pub passed: bool,
    /// What the step's analyses have measured, by the index of the gate.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub checks: BTreeMap<usize, Check>,
    /// When the run began.
    pub started: Timestamp,
    /// The runner that works on it, or did last: `holder` of its options.
    pub by: String,
    /// Why it turned round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turned: Option<String>,
    /// How it ended; none while it goes on, and again once another runner takes it up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Outcome>,
    /// When it ended; set together with `ended`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Deployments that the run has paused while they rolled, or may have, since it is paused itself.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub paused: BTreeSet<String>,
    /// Routes of which a controller did not find all that they name before the run began: that is
    /// not the plan's doing, and it is not asked for.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub unresolved: BTreeSet<String>,
    /// What others had written when a person let the run go on over it.
    #[serde(default, skip_serializing_if = "AcceptedFields::is_empty")]
    pub accepted: AcceptedFields,
    /// The uid of each object that was there when the run began, or that it has created.
    #[serde(default)]
    pub uids: BTreeMap<String, String>,
}

/// What is done about a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Stage {
    /// Its changes are made.
    Writing,
    /// Its gates are waited for.
    Waiting,
}

impl Position {
    /// Before the first step of a plan, of which these objects are there.
    pub(crate) fn first<'a>(
        digest: &Digest,
        by: &str,
        live: impl Iterator<Item = &'a Manifest>,
        now: Timestamp,
    ) -> Self {
        let mut position = Self {
            digest: digest.clone(),
            course: Course::Forward,
            step: 1,
            stage: Stage::Writing,
            since: now,
            held: None,
            passed: false,
            checks: BTreeMap::new(),
            started: now,
            by: by.to_owned(),
            turned: None,
            ended: None,
            ended_at: None,
            paused: BTreeSet::new(),
            unresolved: BTreeSet::new(),
            accepted: AcceptedFields::default(),
            uids: BTreeMap::new(),
        };
        live.for_each(|manifest| position.note(manifest));
        position
    }

    pub(crate) fn direction(&self) -> Direction {
        self.course.direction()
    }

    /// Sets out on a course, from its first step.
    pub(crate) fn start(&mut self, course: Course, turned: Option<String>, now: Timestamp) {
        self.course = course;
        self.turned = turned;
        (self.ended, self.ended_at) = (None, None);
        self.begin(1, now);
    }

    /// Another runner goes on with it, or the same one later. Nobody has looked meanwhile: the time
    /// limit begins anew.
    pub(crate) fn resume(&mut self, by: &str, now: Timestamp) {
        if self.ended.take().is_some() {
            // Somebody has thought about it meanwhile: it is measured anew.
            self.checks.clear();
        }
        self.ended_at = None;
        by.clone_into(&mut self.by);
        self.since = now;
    }

    /// Sets to work on a step of its course.
    pub(crate) fn begin(&mut self, step: usize, now: Timestamp) {
        self.step = step;
        self.stage = Stage::Writing;
        self.since = now;
        self.held = None;
        self.passed = false;
        self.checks.clear();
        if self.direction() == Direction::Forward {
            // Its gates held: all of them go on. On a way back each does when it is written to.
            self.paused.clear();
        }
    }

    /// All changes of the step are made: its gates are waited for.
    pub(crate) fn wait(&mut self, now: Timestamp) {
        self.stage = Stage::Waiting;
        self.since = now;
        self.held = None;
        self.passed = false;
    }

    /// The pauses and analyses of the step are over; its gates have a limit once more.
    pub(crate) fn pass(&mut self, now: Timestamp) {
        self.passed = true;
        self.since = now;
    }

    /// Goes back to the gates of a step that held before, whose pauses are over.
    pub(crate) fn wait_again(&mut self, step: usize, now: Timestamp) {
        self.step = step;
        self.stage = Stage::Waiting;
        self.pass(now);
    }

    /// Waits for the gates of a step anew, with all that it waits for.
    pub(crate) fn wait_anew(&mut self, step: usize, now: Timestamp) {
        self.step = step;
        self.checks.clear();
        self.wait(now);
    }

    /// Notes how the run ended, where that is not noted yet.
    pub(crate) fn end(&mut self, outcome: &Outcome, now: Timestamp) {
        if self.ended.is_none() {
            self.ended = Some(outcome.clone());
            self.ended_at = Some(now);
        }
    }

    /// Since when the analyses of the step are asked, and its pauses last; none while they are not.
    pub(crate) fn measured_since(&self) -> Option<Timestamp> {
        self.held.filter(|_| !self.passed)
    }

    /// What an analysis of the step has measured.
    pub(crate) fn check(&self, gate: usize) -> Check {
        self.checks.get(&gate).cloned().unwrap_or_default()
    }

    /// Counts what the gate of this index has measured.
    pub(crate) fn measure(&mut self, gate: usize, measured: Measured, now: Timestamp) {
        self.checks.entry(gate).or_default().take(measured, now);
    }

    /// A Job is waited for from now on.
    pub(crate) fn expect_job(&mut self, gate: usize, now: Timestamp) {
        self.checks.entry(gate).or_default().at = Some(now);
    }

    /// Notes how an object stands before the run begins.
    fn note(&mut self, manifest: &Manifest) {
        self.note_uid(manifest);
        if HttpRoute::is(manifest.object()) && unresolved(manifest).is_some() {
            self.unresolved.insert(key(manifest.object()));
        }
    }

    /// Whether a controller did not find all that a route names before the run began.
    pub(crate) fn was_unresolved(&self, route: &ObjectRef) -> bool {
        self.unresolved.contains(&key(route))
    }

    /// Notes which object it is that stands under its name.
    pub(crate) fn note_uid(&mut self, manifest: &Manifest) {
        if let Some(uid) = uid(manifest) {
            self.uids.insert(key(manifest.object()), uid.to_owned());
        }
    }

    /// An object is gone: another one may come under its name.
    pub(crate) fn forget_uid(&mut self, object: &ObjectRef) {
        self.uids.remove(&key(object));
    }

    /// Whether it is another object than the one that stood under its name.
    pub(crate) fn is_made_anew(&self, live: &Manifest) -> bool {
        match (self.uids.get(&key(live.object())), uid(live)) {
            (Some(known), Some(uid)) => known != uid,
            (None, _) | (_, None) => false,
        }
    }

    /// A Deployment is to be paused, or may be, until the step is over.
    pub(crate) fn note_paused(&mut self, set: &ObjectRef) {
        self.paused.insert(key(set));
    }

    /// Whether the run has paused a Deployment, or may have.
    pub(crate) fn may_have_paused(&self, set: &ObjectRef) -> bool {
        self.paused.contains(&key(set))
    }

    /// Whether a way of so many steps has this place; behind the last one a run is over.
    pub(crate) fn fits(&self, steps: usize) -> bool {
        match self.stage {
            Stage::Writing => (1..=steps + 1).contains(&self.step),
            Stage::Waiting => (1..=steps).contains(&self.step),
        }
    }

    /// As the journal has it.
    #[expect(
        clippy::expect_used,
        reason = "it is texts, times and numbers under texts: there is nothing that JSON cannot write"
    )]
    pub(crate) fn text(&self) -> String {
        serde_json::to_string_pretty(self).expect("a position is JSON")
    }

    /// The write that puts this in the place of what the journal said last, if nobody else has
    /// written there; `anew` without what people have asked of the run so far.
    pub(crate) fn write(&self, object: &ObjectRef, last: &str, anew: bool) -> Write {
        let run = || PointerBuf::from_tokens(["data", "run"]);
        let (path, value) = match anew {
            true => (
                PointerBuf::from_tokens(["data"]),
                json!({ "run": self.text() }),
            ),
            false => (run(), self.text().into()),
        };
        let ops = Patch(vec![
            PatchOperation::Test(TestOperation {
                path: run(),
                value: last.into(),
            }),
            PatchOperation::Replace(ReplaceOperation { path, value }),
        ]);
        Write::Patch {
            object: object.clone(),
            ops,
        }
    }
}

/// An object as a journal names it.
fn key(object: &ObjectRef) -> String {
    let namespace = object.namespace.as_deref().unwrap_or_default();
    format!(
        "{}/{}/{namespace}/{}",
        object.api_version, object.kind, object.name
    )
}

#[cfg(test)]
mod tests {
    use cutover_manifest::Manifest;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn first() -> Position {
        let digest = Digest::of(&json!({})).unwrap();
        Position::first(&digest, "me", [].into_iter(), at(100))
    }

    fn map(uid: &str) -> Manifest {
        Manifest::new(json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "uid": uid},
        }))
        .unwrap()
    }

    /// A failure means that the time of one step counts for another, or that a measurement does.
    #[test]
    fn each_step_begins_with_nothing() {
        let mut position = first();
        position.wait(at(110));
        position.held = Some(at(120));
        assert_eq!(position.measured_since(), Some(at(120)));
        position.measure(0, Measured::Good("1".to_owned()), at(130));
        position.pass(at(140));
        assert_eq!((position.measured_since(), position.since), (None, at(140)));
        position.begin(2, at(150));
        let mut expect = first();
        (expect.step, expect.since) = (2, at(150));
        assert_eq!(position, expect);
    }

    /// A failure means that a person must approve a step twice, or that it has no limit.
    #[test]
    fn gates_that_cease_to_hold_have_a_limit_and_no_pause() {
        let mut position = first();
        position.begin(3, at(100));
        position.wait_again(2, at(200));
        assert_eq!((position.step, position.stage), (2, Stage::Waiting));
        assert!(position.passed);
        assert_eq!(position.since, at(200));
    }

    /// A failure means that a run which was killed measures anew, or that one which was stopped
    /// goes on from measurements of long ago.
    #[test]
    fn who_goes_on_keeps_the_measurements_of_a_run_that_was_killed() {
        let check = |ended: Option<Outcome>, keeps: bool| {
            let mut position = first();
            position.measure(0, Measured::Good("1".to_owned()), at(110));
            if let Some(outcome) = &ended {
                position.end(outcome, at(120));
            }
            position.resume("you", at(200));
            assert_eq!(!position.checks.is_empty(), keeps, "{ended:?}");
            assert_eq!((position.by.as_str(), position.since), ("you", at(200)));
            assert_eq!((position.ended, position.ended_at), (None, None));
        };
        check(None, true);
        let reason = "it was stopped".into();
        check(Some(Outcome::Stopped { step: 0, reason }), false);
    }

    /// A failure means that what somebody has made anew under a known name is written to.
    #[test]
    fn an_object_is_known_by_its_uid() {
        let mut position = first();
        assert!(!position.is_made_anew(&map("1")));
        position.note_uid(&map("1"));
        assert!(!position.is_made_anew(&map("1")));
        assert!(position.is_made_anew(&map("2")));
        position.forget_uid(map("1").object());
        assert!(!position.is_made_anew(&map("2")));
    }
}
