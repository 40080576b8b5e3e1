//! How long nothing is decided after a write that did not succeed: longer each time.

use jiff::{SignedDuration, Timestamp};

use crate::api::event::Fault;
use crate::now::saturating_add;

/// How often a write is tried whose object changes under it each time.
const TRIES: u32 = 20;

/// How long nothing is decided after a write that did not succeed.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    until: Option<Timestamp>,
    tries: u32,
}

impl Backoff {
    /// Begins to wait, longer each time, and says for how long.
    pub(crate) fn begin(&mut self, fault: &Fault, now: Timestamp) -> SignedDuration {
        let pause = fault.pause(self.tries);
        self.until = Some(saturating_add(now, pause));
        self.tries += 1;
        pause
    }

    /// Waits for just so long.
    pub(crate) fn wait(&mut self, pause: SignedDuration, now: Timestamp) {
        self.until = Some(saturating_add(now, pause));
        self.tries = 0;
    }

    /// The next wait is a short one again.
    pub(crate) fn reset(&mut self) {
        *self = Self::default();
    }

    /// Whether it has been tried often enough.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.tries > TRIES
    }

    /// Until when nothing is decided; none where that is over.
    pub(crate) fn until(&self, now: Timestamp) -> Option<Timestamp> {
        self.until.filter(|until| *until > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A failure means that a busy object is written to without a pause, or for ever.
    #[test]
    fn it_takes_longer_each_time_and_ends() {
        let (mut backoff, now) = (Backoff::default(), Timestamp::UNIX_EPOCH);
        let pauses = [250, 500, 1000, 2000].map(SignedDuration::from_millis);
        for pause in pauses {
            assert_eq!(backoff.begin(&Fault::default(), now), pause);
            assert_eq!(backoff.until(now), Some(saturating_add(now, pause)));
        }
        assert_eq!(backoff.until(saturating_add(now, pauses[3])), None);
        for tries in pauses.len()..=20 {
            assert!(!backoff.is_exhausted(), "{tries}");
            backoff.begin(&Fault::default(), now);
        }
        assert!(backoff.is_exhausted());
        backoff.reset();
        assert!(!backoff.is_exhausted());
        assert_eq!(backoff.until(now), None);
    }
}
