//! A run that is paused: it begins no further step, and a Deployment that rolls is paused with it.

use cutover_manifest::{Manifest, ObjectRef};
use cutover_patch::jsonptr::PointerBuf;
use cutover_patch::{AddOperation, PatchOperation, RemoveOperation};
use cutover_workload::Deployment;
use jiff::Timestamp;

use super::pause::Wait;
use crate::api::effect::Write;
use crate::api::guard::patch;
use crate::course::Direction;
use crate::cursor::Cursor;
use crate::gates::{Blocked, has_rolled};
use crate::journal::Stage;
use crate::path::Path;
use crate::phase::Next;
use crate::progress::Awaited;
use crate::run::Run;

impl Run {
    /// Whether the run is paused. On a way back it is not: that brings what served before.
    pub(crate) fn is_paused(&self) -> bool {
        let is_forward = |cursor: &Cursor| cursor.direction() == Direction::Forward;
        self.wishes.pause.is_some() && self.cursor.as_ref().is_some_and(is_forward)
    }

    /// Pauses the Deployments that roll while the run is paused, and lets them go on once it is not;
    /// none where there is nothing to do about them.
    pub(super) fn attend_rolls(&mut self, now: Timestamp) -> Option<Next> {
        self.know_paused();
        match self.is_paused() {
            true => self.pause_roll(now),
            false => self.resume_roll(now),
        }
    }

    /// What the run has paused, or may have, is seen as if it had not: whoever goes on with it too.
    pub(crate) fn know_paused(&mut self) {
        let Some(cursor) = &self.cursor else {
            return;
        };
        let position = cursor.position();
        let objects = self.objects.iter();
        let held = objects.filter(|object| position.may_have_paused(object));
        self.observed.hold(held.cloned().collect());
    }

    /// Pauses the next Deployment that rolls; the journal says so before.
    fn pause_roll(&mut self, now: Timestamp) -> Option<Next> {
        for set in self.rolling() {
            let position = self.cursor.as_mut()?.position_mut();
            if !position.may_have_paused(&set) {
                position.note_paused(&set);
                return Some(Next::Again);
            }
            if self.observed.is_paused(&set) {
                self.confirm_roll(&set);
            } else if let Some(live) = self.observed.live(&set) {
                let write = with(live, pausing());
                self.make(set, write, now);
                return Some(Next::Wait);
            }
        }
        None
    }

    /// Lets the next Deployment go on that no other write on this path lets go on.
    fn resume_roll(&mut self, now: Timestamp) -> Option<Next> {
        for set in self.paused_sets() {
            if !self.observed.is_paused(&set) {
                self.confirm_roll(&set);
            } else if !self.is_yet_to_be_written(&set)
                && let Some(live) = self.observed.live(&set)
            {
                let write = with(live, resuming());
                self.make(set, write, now);
                return Some(Next::Wait);
            }
        }
        None
    }

    /// A write that pauses a Deployment, or lets it go on, is made, or need not be.
    fn confirm_roll(&mut self, set: &ObjectRef) {
        if self.unconfirmed.as_ref() == Some(set) {
            self.unconfirmed = None;
        }
    }

    /// The Deployments that the run has paused, or may have.
    fn paused_sets(&self) -> Vec<ObjectRef> {
        let Some(cursor) = &self.cursor else {
            return Vec::new();
        };
        let sets = self.objects.iter();
        let paused = sets.filter(|set| cursor.position().may_have_paused(set));
        paused.cloned().collect()
    }

    /// The Deployments that the present step rolls and that have not all their new pods yet, or that
    /// the run has paused before they had. What somebody else has paused is left to them.
    fn rolling(&self) -> Vec<ObjectRef> {
        let Some(cursor) = self.cursor.as_ref() else {
            return Vec::new();
        };
        if cursor.stage() != Stage::Waiting {
            return Vec::new();
        }
        let mut rolling = self.changed_by(cursor.number());
        rolling.retain(|set| {
            let live = self.observed.live(set);
            let is_free = live.is_some_and(|live| !Deployment::of(live).is_paused());
            let is_known = cursor.position().may_have_paused(set);
            is_free
                && rolls(cursor.path(), cursor.number(), set)
                && (is_known || !has_rolled(&self.observed, set))
        });
        rolling
    }

    /// Whether a write on this way back is still to come that lets a Deployment go on with it: the one
    /// that brings its old pods back. Before that it must start no new ones.
    fn is_yet_to_be_written(&self, set: &ObjectRef) -> bool {
        let Some(cursor) = &self.cursor else {
            return false;
        };
        let next = match cursor.stage() {
            Stage::Writing => cursor.number(),
            Stage::Waiting => cursor.number() + 1,
        };
        let is_back = cursor.direction() == Direction::Back;
        let mut left = next..=cursor.path().len();
        is_back && left.any(|step| self.changed_by(step).contains(set))
    }

    /// The write, which lets a Deployment go on too that the run has paused and no longer pauses.
    pub(crate) fn letting_go_on(&self, write: Write) -> Write {
        let Write::Patch { object, mut ops } = write else {
            return write;
        };
        let is_said = ops.0.iter().any(is_about_pausing);
        if self.observed.is_paused(&object) && !self.is_paused() && !is_said {
            ops.0.push(resuming());
        }
        Write::Patch { object, ops }
    }

    /// What a run waits for that is paused, and how its gates stand meanwhile.
    pub(super) fn until_resumed(&self, blocked: Option<Blocked>) -> Wait {
        let wish = self.wishes.pause.as_ref();
        let by = wish.map_or("somebody", |wish| wish.by.as_str());
        let mut stands = format!("paused by {by}");
        if let Some(Blocked {
            gate,
            stands: found,
            ..
        }) = blocked
        {
            stands += &format!("; {gate}: {found}");
        }
        Wait {
            gate: Awaited::Resume,
            stands,
            until: None,
        }
    }
}

/// Whether a step rolls a Deployment in a way that can be held: one that is recreated has no pods
/// meanwhile, one that is scaled in the same step is scaled by another rule while it is paused, and
/// where the plan itself says when it is paused, nobody else does.
fn rolls(path: &Path, step: usize, set: &ObjectRef) -> bool {
    let (before, after) = (path.before(step).get(set), path.after(step).get(set));
    let Some((before, after)) = before.zip(after).filter(|_| Deployment::is(set)) else {
        return false;
    };
    let is_planned = |state: &Manifest| Deployment::of(state).is_paused();
    let mut states = path.others(set, path.after(step));
    let (before, after) = (Deployment::of(before), Deployment::of(after));
    let is_roll = after.rolls_after(before) && !after.recreates();
    is_roll && before.replicas() == after.replicas() && !states.any(is_planned)
}

/// A write to an object, if nobody has written to it since.
fn with(live: &Manifest, operation: PatchOperation) -> Write {
    match patch(live, live.value()) {
        Write::Patch { object, mut ops } => {
            ops.0.push(operation);
            Write::Patch { object, ops }
        }
        write @ (Write::Create(_) | Write::Delete { .. }) => write,
    }
}

fn pausing() -> PatchOperation {
    let (path, value) = (pointer(), true.into());
    PatchOperation::Add(AddOperation { path, value })
}

fn resuming() -> PatchOperation {
    PatchOperation::Remove(RemoveOperation { path: pointer() })
}

fn is_about_pausing(operation: &PatchOperation) -> bool {
    operation.path().as_str() == Deployment::PAUSED.pointer()
}

fn pointer() -> PointerBuf {
    PointerBuf::from_tokens(["spec", "paused"])
}
