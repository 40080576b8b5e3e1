//! How much CPU and memory the pods of a workload ask for while a step is carried out.

use std::collections::BTreeSet;

use cutover_check::{Checked, Place};
use cutover_manifest::{Bundle, ObjectRef, Quantity};
use cutover_plan::{Change, Step};
use cutover_workload::{Deployment, Requests, Workload};

use crate::counts::{pods, range};
use crate::error::Error;

/// The most that the pods of a workload ask for, and the step on the way to which that is first
/// reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peak {
    /// How much all pods ask for together.
    pub amount: Quantity,
    /// How much it is before the first step.
    pub at_rest: Quantity,
    /// The step, or the way back, at which it is so much.
    pub place: Place,
}

/// The most CPU and the most memory, each with its own place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Peaks {
    pub(crate) cpu: Peak,
    pub(crate) memory: Peak,
}

/// Of each workload, over the way forward and all ways back; none where somebody else says how many
/// pods it has.
///
/// # Errors
///
/// [`Error::Requests`] where what a pod asks for is no quantity.
pub(crate) fn peaks(plan: &Checked) -> Result<Vec<Option<Peaks>>, Error> {
    let mut found = Found::at_rest(plan)?;
    let mut walk = plan.walk();
    while let Some(step) = walk.advance()? {
        let from = walk.number();
        found.look(step, walk.before(), walk.state(), Place::Step(from))?;
        let back = plan.undo(from).map_or(&[][..], |undo| &undo.steps);
        let mut back = cutover_plan::walk(walk.state().clone(), back);
        while let Some(undo) = back.advance()? {
            let place = Place::Undo {
                from,
                step: back.number(),
            };
            found.look(undo, back.before(), back.state(), place)?;
        }
    }
    Ok(found.peaks)
}

/// The peaks so far, one a workload.
struct Found<'a> {
    workloads: &'a [Workload],
    peaks: Vec<Option<Peaks>>,
}

impl<'a> Found<'a> {
    fn at_rest(plan: &'a Checked) -> Result<Self, Error> {
        let (workloads, start) = (&plan.spec.workloads, plan.start());
        let mut peaks = Vec::with_capacity(workloads.len());
        for workload in workloads {
            peaks.push(match workload.is_live() {
                true => None,
                false => Some(Peaks::at_rest(during(workload, &start, &start)?)),
            });
        }
        Ok(Self { workloads, peaks })
    }

    /// A workload that the step leaves alone asks for what it did after the step before.
    fn look(
        &mut self,
        step: &Step,
        before: &Bundle,
        after: &Bundle,
        place: Place,
    ) -> Result<(), Error> {
        let changed: BTreeSet<&ObjectRef> = step.changes.iter().map(Change::object).collect();
        for (workload, peaks) in self.workloads.iter().zip(&mut self.peaks) {
            if let Some(peaks) = peaks
                && workload.objects().any(|set| changed.contains(set))
            {
                let requests = during(workload, before, after)?;
                peaks.cpu.look(requests.cpu, place);
                peaks.memory.look(requests.memory, place);
            }
        }
        Ok(())
    }
}

impl Peaks {
    /// Both in words, with the step and with what it is before; none where nothing is asked for.
    pub(crate) fn words(&self) -> Option<String> {
        let told = [
            told(self.cpu, Quantity::cores, "CPU"),
            told(self.memory, Quantity::bytes, "memory"),
        ];
        let told: Vec<String> = told.into_iter().flatten().collect();
        (!told.is_empty()).then(|| told.join(" and "))
    }

    fn at_rest(requests: Requests) -> Self {
        let at_rest = |amount| Peak {
            amount,
            at_rest: amount,
            place: Place::Plan,
        };
        Self {
            cpu: at_rest(requests.cpu),
            memory: at_rest(requests.memory),
        }
    }
}

impl Peak {
    fn look(&mut self, amount: Quantity, place: Place) {
        if amount > self.amount {
            self.amount = amount;
            self.place = place;
        }
    }
}

fn told(peak: Peak, words: fn(Quantity) -> String, of: &str) -> Option<String> {
    let (amount, at_rest) = (words(peak.amount), words(peak.at_rest));
    let before = match peak.place {
        Place::Plan => String::new(),
        place @ (Place::Step(_) | Place::Undo { .. }) => format!(" ({place}; {at_rest} before)"),
    };
    (!peak.amount.is_zero()).then(|| format!("{amount} of {of}{before}"))
}

/// Between two states, at the worst moment of each set.
fn during(workload: &Workload, before: &Bundle, after: &Bundle) -> Result<Requests, Error> {
    let mut sum = Requests::default();
    for set in workload.objects() {
        sum = sum.plus(of_set(workload, set, before, after)?);
    }
    Ok(sum)
}

/// As many pods as may be alive: as many of the dearer template as the set may have, and the rest of
/// the other.
fn of_set(
    workload: &Workload,
    set: &ObjectRef,
    before: &Bundle,
    after: &Bundle,
) -> Result<Requests, Error> {
    let most = range(workload, set, before, after).most;
    let [was, is] = [one(set, before)?, one(set, after)?];
    let [olds, news] = match is_paused(set, after) {
        // Which template a paused set's pods have is not known.
        true => [most, most],
        false => [before, after].map(|state| pods(workload, set, state).into()),
    };
    let mixed = |old: Quantity, new: Quantity| {
        let (dear, cheap, count) = match old > new {
            true => (old, new, olds),
            false => (new, old, news),
        };
        let dears = count.min(most);
        dear.times(dears).plus(cheap.times(most - dears))
    };
    Ok(Requests {
        cpu: mixed(was.cpu, is.cpu),
        memory: mixed(was.memory, is.memory),
    })
}

/// What one pod of a set asks for; nothing where the set is not there.
fn one(set: &ObjectRef, state: &Bundle) -> Result<Requests, Error> {
    let manifest = state.get(set).map(Deployment::of);
    let template = manifest.and_then(Deployment::template);
    let requests = template.map(Requests::of_pod).transpose();
    let requests = requests.map_err(|reason| Error::Requests {
        object: Box::new(set.clone()),
        reason,
    });
    Ok(requests?.unwrap_or_default())
}

fn is_paused(set: &ObjectRef, state: &Bundle) -> bool {
    let manifest = state.get(set).map(Deployment::of);
    manifest.is_some_and(Deployment::is_paused)
}
