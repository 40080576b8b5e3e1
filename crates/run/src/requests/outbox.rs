//! What a run wants done outside, and when it wants to be called.

use std::collections::VecDeque;

use jiff::Timestamp;

use crate::api::effect::Effect;
use crate::progress::Progress;

/// What a run wants done outside, and when it wants to be called.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    effects: VecDeque<Effect>,
    last_told: Option<Progress>,
    wake: Option<Timestamp>,
}

impl Outbox {
    pub(crate) fn push(&mut self, effect: Effect) {
        self.effects.push_back(effect);
    }

    pub(crate) fn pop(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// Tells people something, once.
    pub(crate) fn tell(&mut self, progress: Progress) {
        if self.last_told.as_ref() != Some(&progress) {
            self.last_told = Some(progress.clone());
            self.push(Effect::Tell(progress));
        }
    }

    /// The earliest moment that it was asked for.
    pub(crate) fn wake(&self) -> Option<Timestamp> {
        self.wake
    }

    /// Wants to be called at that moment, unless it is called before.
    pub(crate) fn wake_at(&mut self, time: Timestamp) {
        self.wake = Some(self.wake.map_or(time, |wake| wake.min(time)));
    }

    /// Wants no more to be called at any moment.
    pub(crate) fn sleep(&mut self) {
        self.wake = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A failure means that a person reads the same line again and again, or misses one.
    #[test]
    fn what_was_told_last_is_not_told_again() {
        let mut outbox = Outbox::default();
        for number in [1, 1, 2, 1] {
            outbox.tell(Progress::Held { number });
        }
        let mut told = Vec::new();
        while let Some(effect) = outbox.pop() {
            told.push(effect);
        }
        let expect = [1, 2, 1].map(|number| Effect::Tell(Progress::Held { number }));
        assert_eq!(told, expect);
    }

    /// A failure means that a run sleeps over a deadline.
    #[test]
    fn the_earliest_moment_wakes() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let mut outbox = Outbox::default();
        for second in [20, 10, 30] {
            outbox.wake_at(at(second));
        }
        assert_eq!(outbox.wake(), Some(at(10)));
        outbox.sleep();
        assert_eq!(outbox.wake(), None);
    }
}
