//! How many pods of each version stand at a weight.

use cutover_traffic::{Percent, Share};

/// Pods of the old and of the new version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Of the old version.
    pub stable: u32,
    /// Of the new version.
    pub canary: u32,
}

impl Counts {
    /// The share of requests that reaches the new version when each pod has the same chance.
    pub fn share(self) -> Share {
        Share::of(
            self.canary.into(),
            u64::from(self.stable) + u64::from(self.canary),
        )
        .unwrap_or(Share::NONE)
    }
}

/// The pods that come nearest to a weight: `replicas` to `replicas + surge` of them, at least one
/// of each version.
///
/// Ties go to fewer pods, then to the smaller canary; 0 and 100 are exact. `None` where two pods do
/// not fit.
///
/// Argo Rollouts considers no more than one pod of surge, and at five places without surge, as (2,
/// 75 %) or (10, 95 %), scales the canary to zero (`approximateWeightedCanaryStableReplicaCounts`
/// in `utils/replicaset/canary.go`); this gives the nearest share that keeps a pod of each.
///
/// ```
/// use cutover_canary::{Counts, split};
/// use cutover_traffic::Percent;
///
/// assert_eq!(split(3, 1, Percent::new(25)?), Some(Counts { stable: 3, canary: 1 }));
/// assert_eq!(split(2, 0, Percent::new(75)?), Some(Counts { stable: 1, canary: 1 }));
/// assert_eq!(split(1, 0, Percent::new(50)?), None);
/// # Ok::<(), cutover_traffic::OutOfRange>(())
/// ```
pub fn split(replicas: u32, surge: u32, weight: Percent) -> Option<Counts> {
    match weight.value() {
        0 => {
            return Some(Counts {
                stable: replicas,
                canary: 0,
            });
        }
        100 => {
            return Some(Counts {
                stable: 0,
                canary: replicas,
            });
        }
        _ => {}
    }
    let totals = replicas.max(2)..=replicas.saturating_add(surge);
    let candidates = totals.take(ENOUGH).flat_map(|total| nearest(total, weight));
    candidates.min_by_key(|counts| counts.share().distance(weight.share()))
}

/// Of so many totals in a row one is a multiple of 100, at which a percentage is exact; and ties go
/// to fewer pods, so that a larger one is never taken.
const ENOUGH: usize = 100;

/// The two canaries of a total between which the weight lies, the smaller first, with a pod of each
/// version.
fn nearest(total: u32, weight: Percent) -> [Counts; 2] {
    let exact = u64::from(total) * weight.value() / 100;
    let below = u32::try_from(exact).unwrap_or(u32::MAX).clamp(1, total - 1);
    let above = (below + 1).min(total - 1);
    [below, above].map(|canary| Counts {
        stable: total - canary,
        canary,
    })
}

/// The pods to roll the old set at: exactly `replicas`, with as much of the canary as stands, and
/// at least one pod.
pub(crate) fn promoting(replicas: u32, at: Counts) -> Counts {
    let canary = at.canary.min(replicas.saturating_sub(at.stable)).max(1);
    Counts {
        stable: replicas - canary,
        canary,
    }
}
