//! The gates of a step: what is waited for, and for how long.

use cutover_manifest::ObjectRef;
use cutover_plan::{Endpoints, Gate, Held as HeldGate, OnFailure, Pause};
use jiff::{SignedDuration, Timestamp};

use crate::analysis::Analysed;
use crate::course::Direction;
use crate::gates::deadline::Pace;
use crate::gates::{Verdict, awaited, is_answered, judge, next_opening, short_of};
use crate::journal::Stage;
use crate::leadership::lease::saturating_add;
use crate::progress::{Awaited, Progress};
use crate::run::{Held, Run};
use crate::steps::change::ChangeState;
use crate::steps::objects::key;

/// How long an autoscaler must have been held whose controller says nothing of it: its sync period
/// (`--horizontal-pod-autoscaler-sync-period` of kube-controller-manager).
const SYNC: SignedDuration = SignedDuration::from_secs(15);

/// How long endpoints must have been right: kube-proxy follows within its sync period of a second.
const PROXY: SignedDuration = SignedDuration::from_secs(1);

impl Run {
    /// All changes are made: its gates are waited for.
    pub(crate) fn wait_from(&mut self, now: Timestamp, already: bool) -> bool {
        let Some(number) = self.position.as_ref().map(|position| position.step) else {
            return false;
        };
        self.tell_step(number, already);
        self.unconfirmed = None;
        self.rested();
        self.gates = Held::new();
        self.pace = Pace::default();
        self.stuck = None;
        let objects: Vec<ObjectRef> = self
            .path
            .iter()
            .flat_map(|path| path.changes(number))
            .map(|c| c.object().clone())
            .collect();
        for object in objects {
            match self.observed.live(&object).cloned() {
                Some(manifest) => self.note_uid(&manifest),
                None => {
                    self.position
                        .as_mut()
                        .map(|position| position.uids.remove(&key(&object)));
                }
            }
        }
        if let Some(position) = &mut self.position {
            position.stage = Stage::Waiting;
            position.since = now;
            position.held = None;
            position.passed = false;
        }
        true
    }

    /// Waits for the gates of the present step.
    pub(crate) fn wait(&mut self, now: Timestamp) -> bool {
        let Some(number) = self.position.as_ref().map(|position| position.step) else {
            return false;
        };
        if self.has_landed(number + 1) {
            return self.set_to(number + 1, now);
        }
        if let Some(reason) = self.drift(number) {
            return self.drifted(reason);
        }
        if self.take_over(number, now) {
            return false;
        }
        match self.analyse(number, now) {
            Analysed::Failed(reason) => {
                return self.give_up(format!("step {number}: {reason}"), now);
            }
            Analysed::News => return true,
            Analysed::Nothing => {}
        }
        match self.holds(number, now) {
            Ok(()) => self.pass(number, now),
            Err((gate, stands)) => self.wait_on(number, gate, stands, now),
        }
    }

    /// Whether a write of the next step that was given up, and after which the run went back to
    /// these gates, is made after all.
    fn has_landed(&self, next: usize) -> bool {
        let (Some(object), Some(path)) = (&self.unconfirmed, &self.path) else {
            return false;
        };
        next <= path.steps.len()
            && path
                .changes(next)
                .iter()
                .any(|change| change.object() == object)
            && self.change_state_in(next, object) == ChangeState::Done
    }

    /// The gates on the cluster hold; analyses and pauses are left.
    fn pass(&mut self, number: usize, now: Timestamp) -> bool {
        let Some(position) = &mut self.position else {
            return false;
        };
        let Some(held) = position.held else {
            position.held = Some(now);
            return true;
        };
        if !position.passed
            && let Some((gate, stands, until)) = self.pending(number, held, now)
        {
            if let Some(until) = until {
                self.wake_at(until);
            }
            self.tell(Progress::Waiting {
                number,
                gate,
                stands,
                until,
            });
            return false;
        }
        if let Some((gate, stands, opens)) = self.closed_window(number, now) {
            self.wake_at(opens);
            self.tell(Progress::Waiting {
                number,
                gate,
                stands,
                until: Some(opens),
            });
            return false;
        }
        self.tell(Progress::Held { number });
        self.set_to(number + 1, now)
    }

    /// Sets to work on a step.
    fn set_to(&mut self, number: usize, now: Timestamp) -> bool {
        if let Some(position) = &mut self.position {
            position.begin(number, now);
        }
        true
    }

    /// The analysis or the pause that is not over yet, how it stands, and until when it lasts.
    fn pending(
        &self,
        number: usize,
        held: Timestamp,
        now: Timestamp,
    ) -> Option<(Awaited, String, Option<Timestamp>)> {
        let pause = || {
            let (gate, until) = self.pause(number, held, now)?;
            Some((gate, "all else holds".to_owned(), until))
        };
        self.open_analysis(number)
            .map(|(gate, stands)| (Awaited::Gate(gate), stands, None))
            .or_else(pause)
    }

    /// The pause that is not over yet, and until when it lasts, where a person is not waited for.
    fn pause(
        &self,
        number: usize,
        held: Timestamp,
        now: Timestamp,
    ) -> Option<(Awaited, Option<Timestamp>)> {
        let gates = self.path.iter().flat_map(|path| path.gates(number));
        let mut open = gates.filter_map(|gate| {
            let Gate::Pause(Pause { duration }) = gate else {
                return None;
            };
            let until = duration.map(|duration| {
                saturating_add(held, SignedDuration::from_secs(duration.seconds().into()))
            });
            let is_over = match until {
                Some(until) => until <= now,
                None => self.wishes.approvals.contains_key(&number),
            };
            (!is_over).then(|| (awaited(gate), until))
        });
        open.next()
    }

    /// The window that is closed, how it stands, and when it opens. It has no time limit.
    pub(crate) fn closed_window(
        &self,
        number: usize,
        now: Timestamp,
    ) -> Option<(Awaited, String, Timestamp)> {
        let gates = self.path.iter().flat_map(|path| path.gates(number));
        let mut closed = gates.filter_map(|gate| {
            let Gate::Window(window) = gate else {
                return None;
            };
            let opens = next_opening(window, now)?;
            let local = window.timezone.zone().to_datetime(opens);
            let stands = format!("it opens on {}", local.strftime("%a %Y-%m-%d at %H:%M"));
            Some((awaited(gate), stands, opens))
        });
        closed.next()
    }

    /// Whether all gates of a step but pauses and analyses hold at this moment, of one that they
    /// held for before.
    pub(crate) fn still_holds(&self, number: usize, now: Timestamp) -> bool {
        let mut gates = self.path.iter().flat_map(|path| path.gates(number));
        gates.all(|gate| judge(gate, &self.observed) == Verdict::Holds)
            && self.closed_window(number, now).is_none()
    }

    /// A gate does not hold: the run waits, as long as it may.
    fn wait_on(&mut self, number: usize, gate: Awaited, stands: String, now: Timestamp) -> bool {
        let Some(position) = &mut self.position else {
            return false;
        };
        let (held, passed, since) = (position.held, position.passed, position.since);
        if let Some(held) = held.filter(|_| !passed) {
            // In a pause or an analysis there is no limit; after it there is one again.
            let paused = self.pending(number, held, now);
            if paused.is_none()
                && let Some(position) = &mut self.position
            {
                position.passed = true;
                position.since = now;
                return true;
            }
            if let Some(until) = paused.and_then(|(.., until)| until) {
                self.wake_at(until);
            }
            self.tell(Progress::Waiting {
                number,
                gate,
                stands,
                until: None,
            });
            return false;
        }
        let within = self.path.as_ref().and_then(|path| path.limit(number));
        let since = self.still_since(number, since, now);
        let until = within.map(|within| {
            saturating_add(since, SignedDuration::from_secs(within.seconds().into()))
        });
        match until.filter(|until| *until <= now) {
            Some(_) => self.overdue(number, &gate, &stands, now),
            None => {
                if let Some(until) = until {
                    self.wake_at(until);
                }
                self.tell(Progress::Waiting {
                    number,
                    gate,
                    stands,
                    until,
                });
                false
            }
        }
    }

    /// Since when the gate that is waited for has come no nearer.
    fn still_since(&mut self, number: usize, begun: Timestamp, now: Timestamp) -> Timestamp {
        let gates = self.path.iter().flat_map(|path| path.gates(number));
        if let Some((index, gate)) = gates
            .enumerate()
            .find(|(index, _)| self.stuck == Some(*index))
            && let Some(short) = short_of(gate, &self.observed)
        {
            self.pace.update(index, short, now);
        }
        self.pace.still_since(begun)
    }

    fn overdue(&mut self, number: usize, gate: &Awaited, stands: &str, now: Timestamp) -> bool {
        let within = self.path.as_ref().and_then(|path| path.limit(number));
        let within = within.map(|within| within.to_string()).unwrap_or_default();
        let reason = format!("step {number}: {gate} did not hold within {within}: {stands}");
        self.give_up(reason, now)
    }

    /// A gate will not hold: the run goes back where the plan says so, else it stops.
    fn give_up(&mut self, reason: String, now: Timestamp) -> bool {
        let forward = self
            .position
            .as_ref()
            .is_some_and(|position| position.direction == Direction::Forward);
        let on_failure = self
            .options
            .on_failure
            .unwrap_or(self.given.spec.on_failure);
        if forward && on_failure == OnFailure::Undo {
            return self.turn(0, reason, now);
        }
        self.fail(reason);
        true
    }

    /// Whether all gates of a step but pauses hold now; the first that does not, and how it stands.
    pub(crate) fn holds(&mut self, number: usize, now: Timestamp) -> Result<(), (Awaited, String)> {
        let Some(path) = self.path.clone() else {
            return Ok(());
        };
        let gates = path.gates(number);
        // What did not hold before is looked at first: with thousands of gates few events change
        // more than one.
        if let Some(gate) = self.stuck.and_then(|stuck| gates.get(stuck))
            && let Verdict::Waits(stands) = judge(gate, &self.observed)
        {
            self.keep_still(gates);
            return Err((awaited(gate), stands));
        }
        let mut first: Option<(usize, Awaited, String)> = None;
        for (index, gate) in gates.iter().enumerate() {
            let verdict = match judge(gate, &self.observed) {
                Verdict::Holds => self.settled(index, gate, now),
                other => {
                    self.gates.remove(&index);
                    other
                }
            };
            if let Some(stands) = self.waits(verdict) {
                first.get_or_insert_with(|| (index, awaited(gate), stands));
            }
        }
        let held = self.stuck.is_none();
        self.stuck = first.as_ref().map(|(index, ..)| *index);
        if held && self.stuck.is_some() {
            // Until now they held, perhaps for hours before a closed window.
            self.pace.begin(now);
        }
        first.map_or(Ok(()), |(_, gate, stands)| Err((gate, stands)))
    }

    /// While one gate does not hold, all others begin anew, but those of autoscalers that still
    /// stand still: a sync period is not waited for twice.
    fn keep_still(&mut self, gates: &[Gate]) {
        let observed = &self.observed;
        self.gates.retain(|index, _| {
            let gate = &gates[*index];
            matches!(gate, Gate::Held(_)) && judge(gate, observed) == Verdict::Holds
        });
    }

    /// How a gate that does not hold stands.
    fn waits(&mut self, verdict: Verdict) -> Option<String> {
        match verdict {
            Verdict::Holds => None,
            Verdict::Waits(stands) => Some(stands),
            Verdict::HoldsAt(time) => {
                self.wake_at(time);
                Some("it holds, and must for a moment more".to_owned())
            }
        }
    }

    /// Whether a gate that holds has held for long enough.
    pub(crate) fn settled(&mut self, index: usize, gate: &Gate, now: Timestamp) -> Verdict {
        let since = *self.gates.entry(index).or_insert(now);
        let due = match gate {
            Gate::Endpoints(Endpoints { object }) => saturating_add(since, self.settle(object)),
            Gate::Held(HeldGate { object }) if !is_answered(&self.observed, object) => {
                saturating_add(since, SYNC)
            }
            Gate::Available(_)
            | Gate::Drained(_)
            | Gate::Held(_)
            | Gate::Job(_)
            | Gate::Metric(_)
            | Gate::Pause(_)
            | Gate::Routed(_)
            | Gate::Settled(_)
            | Gate::Smoke(_)
            | Gate::Webhook(_)
            | Gate::Window(_) => return Verdict::Holds,
        };
        match due > now {
            true => Verdict::HoldsAt(due),
            false => Verdict::Holds,
        }
    }

    /// How long a Service's endpoints must have been right.
    fn settle(&self, object: &ObjectRef) -> SignedDuration {
        let balanced = self.observed.live(object).is_some_and(|service| {
            service
                .pointer("/spec/type")
                .is_some_and(|kind| kind == "LoadBalancer")
        });
        match balanced || self.fronted.contains(object) {
            true => SignedDuration::from_secs(self.options.settle.seconds().into()),
            false => PROXY,
        }
    }
}

#[cfg(test)]
mod tests;
