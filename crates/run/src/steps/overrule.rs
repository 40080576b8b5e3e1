//! Drift is refused, and a person may overrule it.
//!
//! Forward the plan's own value is put back in place at once, so that all that the plan promises of
//! this state holds again; where a step changes the object anyway, by that step. A way back puts back
//! only how many pods a set has, which its gates count; anything else is what it ends with. What was
//! there is noted in the journal before, and given back at the end of a way back.

use cutover_manifest::{Manifest, MergeKeys, ObjectRef};
use cutover_patch::{Difference, lacking};
use jiff::Timestamp;

use crate::accept::DriftedField;
use crate::api::effect::Write;
use crate::api::guard::patch;
use crate::change::{ChangeState, Drift, in_words, is_count, overruling, restored, told};
use crate::course::{Course, Direction};
use crate::cursor::Cursor;
use crate::hint::Hint;
use crate::journal::{Accepted, Position, Stage};
use crate::phase::Next;
use crate::progress::Progress;
use crate::reason::Reason;
use crate::run::Run;

impl Run {
    /// Somebody else has written what the plan is about, while gates are waited for.
    pub(super) fn go_over(&mut self, drift: &[Drift], now: Timestamp) -> Next {
        if !self.may_go_over(drift) {
            return self.refuse_drift(drift);
        }
        if self.accept(drift, now) {
            let number = self.cursor.as_ref().map_or(1, Cursor::number);
            self.wait_anew(number, now);
            return Next::Again;
        }
        self.restore(drift, now)
    }

    /// The same, before a step begins: the gates of the one before are waited for anew.
    pub(super) fn go_over_before(&mut self, number: usize, drift: &[Drift], now: Timestamp) {
        self.outbox.wake_at(now);
        if !self.may_go_over(drift) {
            self.refuse_drift(drift);
        } else if self.accept(drift, now) || number > 1 {
            self.wait_anew(number - 1, now);
        } else {
            self.restore(drift, now);
        }
    }

    /// The same, of an object that the present step changes.
    pub(super) fn go_over_in_step(&mut self, drift: Drift, now: Timestamp) -> Next {
        let drift = [drift];
        match self.may_go_over(&drift) && self.accept(&drift, now) {
            true => Next::Again,
            false => self.refuse_drift(&drift),
        }
    }

    /// The change of a step as it is made over what a person has let the run go on over.
    pub(super) fn overruled_by(&self, number: usize, found: ChangeState) -> ChangeState {
        let ChangeState::Drifted(drift) = &found else {
            return found;
        };
        let (Some(cursor), Some(live)) = (&self.cursor, self.observed.live(&drift.object)) else {
            return found;
        };
        if !is_noted(cursor.position(), drift) {
            return found;
        }
        let secrets = self.options.as_secrets();
        overruling(cursor.path(), number, live, secrets).unwrap_or(found)
    }

    /// What is left of drift besides what a way back goes on beside, and what the first step of a way
    /// is made over.
    pub(super) fn rest_of(&self, drift: Drift) -> Option<Drift> {
        let (Some(cursor), Some(live)) = (&self.cursor, self.observed.live(&drift.object)) else {
            return Some(drift);
        };
        if !drift
            .fields
            .iter()
            .any(|field| cursor.position().accepted.has(&drift.object, field))
        {
            return Some(drift);
        }
        let position = cursor.position();
        let is_back = position.direction() == Direction::Back;
        let is_counted = cursor.path().counts(&drift.object);
        let stays = |field: &Difference| {
            let is_planned = is_counted && is_count(&field.path);
            is_back && !is_planned && position.accepted.has(&drift.object, field)
        };
        let fields: Vec<Difference> = drift
            .fields
            .iter()
            .filter(|field| !stays(field))
            .cloned()
            .collect();
        if fields.is_empty() {
            return None;
        }
        let left = Drift::of_fields(live, fields);
        let is_first = cursor.number() == 1 && cursor.stage() == Stage::Writing;
        let is_written = is_first && self.changed_by(1).contains(&left.object);
        (!is_written || !is_noted(position, &left)).then_some(left)
    }

    /// All objects are as planned: a write that put one back has been made, if nobody knew.
    pub(super) fn has_restored(&mut self) {
        let restored = self.overruled.take_restored();
        if restored.is_some() && restored == self.unconfirmed {
            self.unconfirmed = None;
        }
    }

    /// The next write that gives back what others had written when the run went on over it: at the end
    /// of a way back, where nobody has written there since.
    pub(super) fn next_return(&mut self) -> Option<(ObjectRef, Write)> {
        let cursor = self.cursor.as_ref()?;
        let end = cursor.path().after(cursor.path().len());
        // A server that makes something else of it is asked once.
        let left = self.objects.iter();
        let mut left = left.filter(|object| !self.overruled.has_returned(object));
        let (object, write) = left.find_map(|object| {
            let (live, end) = (self.observed.live(object)?, end.get(object)?);
            let due = self.due().filter(|due| due.object == *object);
            let write = returned(live, end, due)?;
            Some((object.clone(), write))
        })?;
        self.overruled.give_back(&object);
        Some((object, write))
    }

    /// What a way back should have ended with, and does not.
    pub(super) fn tell_kept(&mut self) {
        let kept = self.due().filter_map(|due| {
            let live = self.observed.live(&due.object)?;
            let (is, was) = (due.path.find(live.value()), due.found.as_ref());
            let field = due.field();
            let message = || {
                let (is, was) = (in_words(is), in_words(was));
                format!("{field} is {is}, and was {was} when the run went on over it")
            };
            (is != was).then(message)
        });
        let messages: Vec<String> = kept.collect();
        for message in messages {
            self.tell(Progress::Warned { message });
        }
    }

    /// What the way back ends with; nothing on the way forward.
    fn due(&self) -> impl Iterator<Item = &Accepted> {
        let position = self.cursor.as_ref().map(Cursor::position);
        let back = position.and_then(|position| match position.course {
            Course::Back { to, .. } => Some((position, to)),
            Course::Forward => None,
        });
        back.into_iter().flat_map(|(position, to)| {
            let accepted = position.accepted.iter();
            accepted.filter(move |accepted| accepted.reached >= to)
        })
    }

    /// Whether a person has let the run go on over all of it, and it has not yet.
    fn may_go_over(&self, drift: &[Drift]) -> bool {
        let may = |drift: &Drift, field: &Difference| {
            let accepts = self
                .options
                .accept_drift
                .accepts(&drift.object, &field.path);
            let name = DriftedField::of(&drift.object, &field.path);
            accepts && !self.overruled.has_written(&name)
        };
        let mut drift = drift.iter();
        drift.all(|drift| {
            let mut fields = drift.fields.iter();
            !drift.fields.is_empty() && fields.all(|field| may(drift, field))
        })
    }

    /// The run stops, and changes nothing.
    fn refuse_drift(&mut self, drift: &[Drift]) -> Next {
        let is_of_fields = drift.iter().all(|drift| !drift.fields.is_empty());
        let said = drift
            .iter()
            .find_map(|drift| drift.reason.advice().cloned());
        let hint = said.unwrap_or(match is_of_fields {
            true => Hint::AcceptDrift,
            false => Hint::Restore,
        });
        self.failed(Reason::from(told(drift)).hint(hint))
    }

    /// Notes what is there; false where all of it is noted.
    fn accept(&mut self, drift: &[Drift], now: Timestamp) -> bool {
        let Some(cursor) = &mut self.cursor else {
            return false;
        };
        let reached = cursor.path().reached(made(cursor));
        let mut is_new = false;
        for (drift, field) in all(drift) {
            let (object, name) = (&drift.object, DriftedField::of(&drift.object, &field.path));
            self.overruled.note(object, name.clone());
            let accepted = &mut cursor.position_mut().accepted;
            if accepted.has(object, field) {
                continue;
            }
            is_new = true;
            accepted.note(Accepted {
                object: object.clone(),
                path: field.path.clone(),
                found: field.after.clone(),
                reached,
                by: self.options.holder.clone(),
                at: now,
            });
            self.outbox.tell(Progress::Accepted {
                field: name.to_string(),
                found: field.after.clone(),
            });
        }
        self.in_place = None;
        is_new
    }

    /// What is written from here on stands before the gates of the step: they are waited for anew.
    fn wait_anew(&mut self, number: usize, now: Timestamp) {
        self.waiting.restart(now);
        if let Some(cursor) = &mut self.cursor
            && number > 0
        {
            cursor.position_mut().wait_anew(number, now);
        }
    }

    /// Brings the first object back to its state. A run that is paused writes nothing.
    fn restore(&mut self, drift: &[Drift], now: Timestamp) -> Next {
        if self.is_paused() {
            return Next::Wait;
        }
        let write = drift.first().and_then(|drift| self.restoring(drift));
        let (Some(first), Some(write)) = (drift.first(), write) else {
            return self.refuse_drift(drift);
        };
        self.overruled.restore(&first.object);
        self.make(first.object.clone(), write, now);
        Next::Wait
    }

    fn restoring(&self, drift: &Drift) -> Option<Write> {
        let cursor = self.cursor.as_ref()?;
        let live = self.observed.live(&drift.object)?;
        restored(cursor.path(), cursor.path().after(made(cursor)), live)
    }
}

/// How many steps of the path are made, whether or not the gates of the last one hold.
fn made(cursor: &Cursor) -> usize {
    match cursor.stage() {
        Stage::Waiting => cursor.number(),
        Stage::Writing => cursor.number() - 1,
    }
}

/// The write that gives back what was in these fields of an object; none where there is nothing to
/// give back.
fn returned<'a>(
    live: &Manifest,
    end: &Manifest,
    accepted: impl Iterator<Item = &'a Accepted>,
) -> Option<Write> {
    let mut target = live.value().clone();
    let lacks = lacking(end.value(), live.value(), &MergeKeys);
    for Accepted { path, found, .. } in accepted {
        // What a server spells otherwise is no other value.
        let is_as_planned = match path.find(end.value()) {
            Some(_) => !lacks.iter().any(|lacks| path.starts_with(&lacks.path)),
            None => path.find(live.value()).is_none(),
        };
        if is_as_planned && let Some(put) = path.put(&target, found.as_ref()) {
            target = put;
        }
    }
    (target != *live.value()).then(|| patch(live, &target))
}

fn all(drift: &[Drift]) -> impl Iterator<Item = (&Drift, &Difference)> {
    drift
        .iter()
        .flat_map(|drift| drift.fields.iter().map(move |field| (drift, field)))
}

fn is_noted(position: &Position, drift: &Drift) -> bool {
    let mut fields = drift.fields.iter();
    !drift.fields.is_empty() && fields.all(|field| position.accepted.has(&drift.object, field))
}
