//! Steps in a row that differ in counts alone: two hundred of them are read as one.

use std::collections::BTreeSet;

use cutover_manifest::{Bundle, MergeKeys, ObjectRef};
use cutover_patch::differences;
use cutover_plan::{Change, Duration, Gate, Step};
use cutover_workload::Deployment;

use crate::text::{MOST_TOLD, Names};
use crate::wait::gate_words_of;

/// Fewer steps than this are told one by one.
pub(crate) const FEWEST: usize = 4;

/// Such steps: each changes numbers of pods, always in the same direction, and waits for pods.
pub(crate) struct Ramp {
    phase: String,
    within: Option<Duration>,
    moves: Vec<Move>,
    /// What the last gate of each object waits for.
    waits: Vec<(ObjectRef, String)>,
}

/// How the pods of a set change.
struct Move {
    set: ObjectRef,
    from: u32,
    to: u32,
    /// The most that change in a step.
    most: u32,
}

impl Ramp {
    /// A step of that kind; none where it does anything else.
    pub(crate) fn of(step: &Step, before: &Bundle, after: &Bundle, names: Names) -> Option<Self> {
        if step.changes.is_empty() || !step.shares.is_empty() {
            return None;
        }
        let mut counted = BTreeSet::new();
        let mut waits = Vec::new();
        for gate in &step.gates {
            counted.extend(gate.counted().map(|pods| pods.object));
            match gate {
                Gate::Available(_) | Gate::Endpoints(_) | Gate::Settled(_) => {
                    let words = gate_words_of(gate, before, after, names);
                    waits.push((gate.object()?.clone(), words));
                }
                Gate::Drained(_)
                | Gate::Held(_)
                | Gate::Job(_)
                | Gate::Metric(_)
                | Gate::Pause(_)
                | Gate::Routed(_)
                | Gate::Smoke(_)
                | Gate::Webhook(_)
                | Gate::Window(_) => return None,
            }
        }
        let changes = step.changes.iter();
        let moves = changes.map(|change| moved(change, before, after));
        let moves: Vec<Move> = moves.collect::<Option<_>>()?;
        // One whose pods are not waited for is told by itself.
        let are_counted = moves.iter().all(|step| counted.contains(&step.set));
        are_counted.then(|| Self {
            phase: step.phase.to_string(),
            within: step.within,
            moves,
            waits,
        })
    }

    /// Takes the step after these in, or gives it back where it does not go on with them.
    pub(crate) fn take(&mut self, next: Self) -> Result<(), Self> {
        let is_known = |set: &ObjectRef| self.moves.iter().find(|known| known.set == *set);
        let goes_on = next
            .moves
            .iter()
            .all(|step| is_known(&step.set).is_none_or(|known| known.is_up() == step.is_up()));
        if !goes_on || (&next.phase, next.within) != (&self.phase, self.within) {
            return Err(next);
        }
        for step in next.moves {
            match self.moves.iter_mut().find(|known| known.set == step.set) {
                Some(known) => {
                    known.to = step.to;
                    known.most = known.most.max(step.most);
                }
                None => self.moves.push(step),
            }
        }
        for (object, words) in next.waits {
            self.waits.retain(|(known, _)| *known != object);
            self.waits.push((object, words));
        }
        Ok(())
    }

    /// As `scale Deployment hello 200 → 1; scale Deployment hello-canary 0 → 199; one at a time`.
    pub(crate) fn name(&self) -> String {
        let told = self.moves.iter().take(MOST_TOLD);
        let mut texts: Vec<String> = told
            .map(|Move { set, from, to, .. }| format!("scale {set} {from} → {to}"))
            .collect();
        let more = self.moves.len().saturating_sub(MOST_TOLD);
        if more > 0 {
            texts.push(format!("and {more} more"));
        }
        texts.push(match self.moves.iter().map(|set| set.most).max() {
            Some(most) if most > 1 => format!("at most {most} at a time"),
            _ => "one at a time".to_owned(),
        });
        texts.join("; ")
    }

    /// What each step waits for, and the last ones of all.
    pub(crate) fn wait(&self) -> String {
        if self.waits.is_empty() {
            return String::new();
        }
        let last: Vec<String> = self.waits.iter().map(|(_, words)| words.clone()).collect();
        format!("its pods in each step, and in the end {}", last.join(" · "))
    }
}

impl Move {
    fn is_up(&self) -> bool {
        self.from < self.to
    }
}

/// How a change moves the number of a set's pods; none where it does anything else.
fn moved(change: &Change, before: &Bundle, after: &Bundle) -> Option<Move> {
    let object = change.object();
    if !matches!(change, Change::Patch(_)) || !Deployment::is(object) {
        return None;
    }
    let (was, is) = (before.get(object)?, after.get(object)?);
    let found = differences(was.value(), is.value(), &MergeKeys);
    if found
        .iter()
        .any(|found| found.path.to_string() != "spec.replicas")
    {
        return None;
    }
    let (from, to) = (
        Deployment::of(was).replicas()?,
        Deployment::of(is).replicas()?,
    );
    Some(Move {
        set: object.clone(),
        from,
        to,
        most: from.abs_diff(to),
    })
}
