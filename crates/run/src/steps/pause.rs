//! What a step waits for once its gates on the cluster hold: analyses, pauses, windows.

use cutover_plan::{Gate, Pause};
use jiff::{SignedDuration, Timestamp};

use crate::gates::{Blocked, awaited, next_opening};
use crate::now::saturating_add;
use crate::progress::{Awaited, Progress};
use crate::run::Run;

/// Something that is waited for.
pub(super) struct Wait {
    pub(super) gate: Awaited,
    /// What there is, in words, as `all else holds`.
    pub(super) stands: String,
    /// Until when it lasts, or may last; none where that is not known.
    pub(super) until: Option<Timestamp>,
}

impl Wait {
    /// A gate that does not hold, and until when it may not.
    pub(super) fn on(blocked: Blocked, until: Option<Timestamp>) -> Self {
        let Blocked { gate, stands, .. } = blocked;
        Self {
            gate,
            stands,
            until,
        }
    }
}

impl Run {
    /// Tells what a step waits for, and wakes when that is over.
    pub(super) fn tell_wait(&mut self, number: usize, wait: Wait) {
        let Wait {
            gate,
            stands,
            until,
        } = wait;
        if let Some(until) = until {
            self.outbox.wake_at(until);
        }
        self.tell(Progress::Waiting {
            number,
            gate,
            stands,
            until,
        });
    }

    /// The analysis or the pause that is not over yet, of a step whose gates have held since then.
    pub(super) fn pending(&self, number: usize, held: Timestamp, now: Timestamp) -> Option<Wait> {
        let analysis = self.open_analysis(number);
        analysis.or_else(|| self.pause(number, held, now))
    }

    /// The pause that is not over yet.
    fn pause(&self, number: usize, held: Timestamp, now: Timestamp) -> Option<Wait> {
        for gate in self.gates(number) {
            let Gate::Pause(Pause { duration }) = gate else {
                continue;
            };
            let until = duration.map(|duration| {
                let duration = SignedDuration::from_secs(duration.seconds().into());
                saturating_add(held, duration)
            });
            let is_over = match until {
                Some(until) => until <= now,
                None => self.wishes.approvals.contains_key(&number),
            };
            if !is_over {
                return Some(Wait {
                    gate: awaited(gate),
                    stands: "all else holds".to_owned(),
                    until,
                });
            }
        }
        None
    }

    /// The window that is closed, until it opens. It has no time limit.
    pub(super) fn closed_window(&self, number: usize, now: Timestamp) -> Option<Wait> {
        for gate in self.gates(number) {
            let Gate::Window(window) = gate else {
                continue;
            };
            let Some(opens) = next_opening(window, now) else {
                continue;
            };
            let local = window.timezone.zone().to_datetime(opens);
            return Some(Wait {
                gate: awaited(gate),
                stands: format!("it opens on {}", local.strftime("%a %Y-%m-%d at %H:%M")),
                until: Some(opens),
            });
        }
        None
    }
}
