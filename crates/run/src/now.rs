//! What time it is, by two clocks.

use jiff::{SignedDuration, Timestamp};

/// What time it is, by two clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// By the wall clock, which can be set: what the journal and people read.
    pub wall: Timestamp,
    /// By the steady clock: how long a Lease still lasts.
    pub steady: Steady,
}

/// A moment by a clock that nobody sets, and that goes on while the machine is suspended.
///
/// Two moments of one machine can be compared, and those of two machines cannot.
///
/// ```
/// use cutover_run::Steady;
/// use jiff::SignedDuration;
///
/// let at = |seconds| Steady::new(SignedDuration::from_secs(seconds));
/// assert!(at(5) < at(20));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Steady(SignedDuration);

impl Now {
    /// The time of a simulation, where one clock is both.
    ///
    /// ```
    /// use cutover_run::Now;
    /// use jiff::Timestamp;
    ///
    /// assert_eq!(Now::simulated(Timestamp::UNIX_EPOCH).wall, Timestamp::UNIX_EPOCH);
    /// ```
    pub fn simulated(time: Timestamp) -> Self {
        Self {
            wall: time,
            steady: Steady(time.as_duration()),
        }
    }

    /// What the wall clock shows at a moment, unless it is set until then.
    pub fn wall_at(self, moment: Steady) -> Timestamp {
        let ahead = moment.0.saturating_sub(self.steady.0);
        self.wall.checked_add(ahead).unwrap_or(Timestamp::MAX)
    }
}

impl Steady {
    /// So long after the clock began.
    pub fn new(since_start: SignedDuration) -> Self {
        Self(since_start)
    }

    /// The moment so long after this one.
    pub fn saturating_add(self, by: SignedDuration) -> Self {
        Self(self.0.saturating_add(by))
    }

    pub(crate) fn saturating_sub(self, by: SignedDuration) -> Self {
        Self(self.0.saturating_sub(by))
    }

    pub(crate) fn since(self, saturating_sub: Self) -> SignedDuration {
        self.0.saturating_sub(saturating_sub.0)
    }
}

/// The moment so long after another; the last one there is where there is none so late.
pub(crate) fn saturating_add(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.checked_add(by).unwrap_or(Timestamp::MAX)
}
