//! A second runner beside the first one: who of them acts next comes from the seed.

use std::mem;

use cutover_run::Outcome;
use jiff::Timestamp;

use crate::runner::Runner;
use crate::scenario::Rival;
use crate::stage::Stage;

/// The numbers of second runners begin behind this one.
const RIVALS: u32 = 500;

/// Who carries the same plan out beside the one who acts.
#[derive(Default)]
pub(crate) struct Beside {
    /// The other one, and after how many decisions it wakes.
    other: Option<(u64, Runner)>,
    /// How the one ended whom the other outlived, by its number.
    ended: Option<(u32, Outcome)>,
    /// Whether a second one has begun.
    begun: bool,
}

impl Beside {
    /// Whether a second runner was there at any time.
    pub(crate) fn was_there(&self) -> bool {
        self.begun
    }

    /// Whether nobody is there now.
    pub(crate) fn is_nobody(&self) -> bool {
        self.other.is_none()
    }

    /// The other one, where it is awake after so many decisions.
    fn awake(&mut self, turns: u64) -> Option<&mut Runner> {
        let other = self.other.as_mut();
        other
            .filter(|(wakes, _)| *wakes <= turns)
            .map(|(_, runner)| runner)
    }
}

impl Stage<'_> {
    /// A second runner begins, where the seed wants one by now, and the first one may fall asleep.
    pub(crate) fn let_rival_begin(&mut self) {
        let Some(Rival {
            begins,
            sleeps,
            goal,
        }) = self.scenario.rival
        else {
            return;
        };
        if self.beside.begun || begins > self.turns {
            return;
        }
        self.say(format_args!("another one begins: {goal:?}"));
        self.beside.begun = true;
        self.runners += 1;
        let rival = Runner::new(&self.scenario, RIVALS + self.runners, goal);
        let first = mem::replace(&mut self.runner, rival);
        self.beside.other = Some((self.turns + sleeps, first));
        self.wake();
    }

    /// Of two runners that are awake the other one acts, as the seed has it.
    pub(crate) fn take_turns(&mut self) {
        let Some(other) = self.beside.awake(self.turns) else {
            return;
        };
        if self.scenario.random.chance(500) {
            mem::swap(&mut self.runner, other);
            self.wake();
        }
    }

    /// Whether another one goes on after the one who acts has ended.
    pub(crate) fn outlived(&mut self, outcome: &Outcome) -> bool {
        let Some((_, other)) = self.beside.other.take() else {
            return false;
        };
        self.beside.ended = Some((self.runner.number, outcome.clone()));
        self.runner = other;
        self.wake();
        true
    }

    /// How the plan ended where two runners did: as it did for who wrote last.
    pub(crate) fn telling(&self, last: Outcome) -> Outcome {
        match &self.beside.ended {
            Some((runner, outcome)) if self.witness.wrote() == Some(*runner) => outcome.clone(),
            _ => last,
        }
    }

    /// When somebody who is awake wants to be told the time, by the cluster's clock.
    pub(crate) fn due(&mut self) -> Option<Timestamp> {
        let other = self.beside.awake(self.turns);
        let other = other.and_then(|runner| runner.run.poll_timeout());
        let due = other
            .into_iter()
            .chain(self.runner.run.poll_timeout())
            .min();
        due.map(|due| due - self.scenario.ahead)
    }

    /// Whether anything is on its way to or from somebody who is awake.
    pub(crate) fn is_heard(&mut self) -> bool {
        let other = self.beside.awake(self.turns);
        other.is_some_and(|runner| runner.is_heard()) || self.runner.is_heard()
    }

    /// Who may have slept hears what time it is.
    fn wake(&mut self) {
        let now = self.now();
        self.runner.run.handle_timeout(now);
        self.take_effects();
    }
}
