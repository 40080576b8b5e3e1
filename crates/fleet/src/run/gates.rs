//! The gates of a wave's stage: measurements and pauses first, windows last, so that they are open
//! when the wave goes on.

use cutover_plan::{Gate, Pause};
use jiff::Timestamp;

use super::effect::{Effect, GateId};
use super::judged::Answer;
use super::machine::{Run, later};
use super::outcome::Reason;
use super::position::Approval;
use super::progress::Progress;
use super::when::When;
use crate::name::Name;

impl Run {
    /// Whether all gates of the present stage hold; asks those that are to be asked.
    pub(super) fn gates_hold(&mut self, when: When, now: Timestamp) -> bool {
        let gates = self.gates(when);
        let mut open = 0;
        for (index, gate) in gates.iter().enumerate() {
            let holds = match gate {
                Gate::Window(_) => continue,
                Gate::Pause(Pause { duration: None }) => {
                    self.position().is_approved(self.position().wave, when)
                }
                Gate::Pause(Pause {
                    duration: Some(duration),
                }) => self.is_past(later(self.position().since, duration.seconds()), now),
                // Whoever is asked refuses what a wave may not wait for.
                Gate::Available(_)
                | Gate::Drained(_)
                | Gate::Endpoints(_)
                | Gate::Held(_)
                | Gate::Job(_)
                | Gate::Metric(_)
                | Gate::Routed(_)
                | Gate::Settled(_)
                | Gate::Smoke(_)
                | Gate::Webhook(_) => self.answers(when, index, gate, now),
            };
            if !holds {
                open += 1;
                self.tell_gate(when, index, gate);
            }
        }
        open == 0 && self.windows_hold(when, &gates, now)
    }

    /// Whether all windows are open now.
    fn windows_hold(&mut self, when: When, gates: &[Gate], now: Timestamp) -> bool {
        let mut are_open = true;
        for (index, gate) in gates.iter().enumerate() {
            if matches!(gate, Gate::Window(_)) && !self.answers(when, index, gate, now) {
                are_open = false;
                self.tell_gate(when, index, gate);
            }
        }
        are_open
    }

    /// Whether who was asked says that a gate holds; asks where nobody has been asked.
    fn answers(&mut self, when: When, index: usize, gate: &Gate, now: Timestamp) -> bool {
        match self.judged.answer(index) {
            Some(Answer::Held) => return true,
            Some(Answer::Asked) => return false,
            Some(Answer::Closed(until)) if !self.is_past(until, now) => return false,
            Some(Answer::Closed(_)) | None => {}
        }
        self.judged.ask(index);
        let wave = self.position().wave;
        let id = GateId { wave, when, index };
        self.ask(Effect::Ask(id, gate.clone()));
        false
    }

    fn is_past(&mut self, moment: Timestamp, now: Timestamp) -> bool {
        if moment > now {
            self.wake_at(moment);
        }
        moment <= now
    }

    /// Counts a gate of the present stage as one that holds.
    pub(super) fn held(&mut self, gate: GateId) {
        if self.is_asked(gate) {
            self.judged.hold(gate.index);
        }
    }

    /// A window is closed until then.
    pub(super) fn closed(&mut self, gate: GateId, until: Timestamp) {
        if self.is_asked(gate) {
            let gates = self.gates(gate.when);
            let windows = gates.iter().enumerate();
            let windows = windows.filter(|(_, gate)| matches!(gate, Gate::Window(_)));
            let windows: Vec<usize> = windows.map(|(index, _)| index).collect();
            self.judged.close(gate.index, until, &windows);
        }
    }

    /// A gate will not hold.
    pub(super) fn gate_failed(&mut self, id: GateId, why: String) {
        if !self.is_asked(id) || self.position().turned.is_some() {
            return;
        }
        let gate = self.gates(id.when).get(id.index).map(words);
        let reason = Reason::Gate {
            wave: self.waves[id.wave].name.clone(),
            gate: gate.unwrap_or_default(),
            why,
        };
        self.fail(id.wave, reason);
    }

    /// A person lets a wave go on; only where the run waits for one there.
    pub(super) fn approved(&mut self, wave: &Name, when: When, by: String, now: Timestamp) {
        let at = self.position().wave;
        let waits = self.position().waits() == Some(when)
            && self.waves.get(at).is_some_and(|known| known.name == *wave)
            && self.gates(when).iter().any(asks_person);
        if waits && !self.position().is_approved(at, when) {
            let wave = at;
            let approval = Approval {
                wave,
                when,
                by,
                at: now,
            };
            self.ledger
                .change(|position| position.approvals.push(approval));
        }
    }

    /// Whether a gate is one of the present stage.
    fn is_asked(&self, gate: GateId) -> bool {
        let position = self.position();
        position.waits() == Some(gate.when) && position.wave == gate.wave
    }

    /// The gates of the present wave on one side.
    fn gates(&self, when: When) -> Vec<Gate> {
        let gates = self.waves.get(self.position().wave);
        let gates = gates.map(|wave| match when {
            When::Before => wave.gates.before.clone(),
            When::After => wave.gates.after.clone(),
        });
        gates.unwrap_or_default()
    }

    /// Tells once what is waited for.
    fn tell_gate(&mut self, when: When, index: usize, gate: &Gate) {
        let until = match self.judged.answer(index) {
            Some(Answer::Closed(until)) => Some(until),
            Some(Answer::Asked | Answer::Held) | None => self.pause_end(gate),
        };
        let is_window = matches!(gate, Gate::Window(_));
        if is_window && until.is_none() || !self.judged.tells(index) {
            return;
        }
        let wave = self.waves[self.position().wave].name.clone();
        self.tell(Progress::Waiting {
            wave,
            when,
            gate: words(gate),
            person: asks_person(gate),
            until,
        });
    }

    fn pause_end(&self, gate: &Gate) -> Option<Timestamp> {
        let Gate::Pause(Pause { duration }) = gate else {
            return None;
        };
        let seconds = (*duration)?.seconds();
        Some(later(self.position().since, seconds))
    }
}

/// Whether a gate asks a person.
pub(super) fn asks_person(gate: &Gate) -> bool {
    matches!(gate, Gate::Pause(Pause { duration: None }))
}

/// What is waited for, in words.
fn words(gate: &Gate) -> String {
    match gate {
        Gate::Pause(Pause { duration: None }) => "a person".to_owned(),
        Gate::Pause(Pause {
            duration: Some(duration),
        }) => format!("a pause of {duration}"),
        Gate::Window(window) => format!("the window {window}"),
        Gate::Available(_)
        | Gate::Drained(_)
        | Gate::Endpoints(_)
        | Gate::Held(_)
        | Gate::Job(_)
        | Gate::Metric(_)
        | Gate::Routed(_)
        | Gate::Settled(_)
        | Gate::Smoke(_)
        | Gate::Webhook(_) => gate
            .analysis()
            .map_or_else(|| "a gate".to_owned(), |analysis| analysis.to_string()),
    }
}
