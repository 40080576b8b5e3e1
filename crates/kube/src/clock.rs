//! The clocks of this machine.

use cutover_run::{Now, Steady};
use jiff::{SignedDuration, Timestamp};
use rustix::time::{ClockId, clock_gettime};

/// A clock that nobody sets, and that counts while the machine is suspended or a process is stopped;
/// `std::time::Instant` does not count on Linux while the machine is suspended.
#[cfg(target_os = "linux")]
const STEADY: ClockId = ClockId::Boottime;
#[cfg(not(target_os = "linux"))]
const STEADY: ClockId = ClockId::Monotonic;

/// What time it is.
///
/// ```
/// let (earlier, later) = (cutover_kube::now(), cutover_kube::now());
/// assert!(earlier.steady <= later.steady);
/// ```
pub fn now() -> Now {
    Now {
        wall: Timestamp::now(),
        steady: steady(),
    }
}

pub(crate) fn steady() -> Steady {
    let time = clock_gettime(STEADY);
    // There are fewer nanoseconds than a second has.
    let nanoseconds = i32::try_from(time.tv_nsec).unwrap_or(0);
    Steady::new(SignedDuration::new(time.tv_sec, nanoseconds))
}
