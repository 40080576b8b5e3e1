//! How long a step has stood still: its time limit begins anew whenever it comes nearer to its end,
//! as a Deployment's `progressDeadlineSeconds` does (`DeploymentProgressing` in
//! `pkg/controller/deployment/util/deployment_util.go`).

use std::collections::BTreeMap;

use jiff::Timestamp;

/// Since when the gates of the present step have come no nearer.
///
/// Only what was never reached before counts, so pods that come and crash again do not put the
/// limit off for ever.
#[derive(Debug, Default)]
pub(crate) struct Deadline {
    /// The fewest pods that a gate was ever short of, by its index.
    fewest: BTreeMap<usize, usize>,
    moved: Option<Timestamp>,
}

impl Deadline {
    /// A gate is short of so many pods.
    pub(crate) fn note(&mut self, gate: usize, short: usize, now: Timestamp) {
        if self.fewest.get(&gate).is_none_or(|fewest| short < *fewest) {
            self.fewest.insert(gate, short);
            self.moved = Some(now);
        }
    }

    /// The gates cease to hold: the limit begins here.
    pub(crate) fn restart(&mut self, now: Timestamp) {
        self.moved = Some(now);
    }

    /// Since when nothing has come nearer, of a step that is waited for since then.
    pub(crate) fn since(&self, begun: Timestamp) -> Timestamp {
        self.moved.map_or(begun, |moved| moved.max(begun))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_never_reached_before_puts_the_limit_off() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let mut deadline = Deadline::default();
        let mut check = |gate, short, now, expect| {
            deadline.note(gate, short, at(now));
            assert_eq!(deadline.since(at(100)), at(expect), "{gate} {short} {now}");
        };
        check(0, 3, 100, 100);
        check(0, 2, 110, 110);
        check(0, 3, 120, 110);
        check(0, 2, 130, 110);
        check(1, 5, 140, 140);
        check(0, 1, 150, 150);
        check(1, 5, 160, 150);
    }
}
