//! What a cluster counts while its plan is carried out.

use cutover_plan::Plan;
use cutover_workload::{Bounds, Live, Workload};
use num_rational::{BigRational, Ratio};

use crate::document::PlannedCluster;

/// What is lost of a cluster's weight: all where it failed, a part while it changes.
#[derive(Clone, Debug)]
pub(crate) struct Loss {
    pub(crate) failed: BigRational,
    pub(crate) changing: BigRational,
}

impl Loss {
    pub(crate) fn of(cluster: &PlannedCluster, plan: &Plan) -> Self {
        let failed = BigRational::from_integer(cluster.weight.get().into());
        let kept = kept(plan);
        let part = BigRational::new((*kept.numer()).into(), (*kept.denom()).into());
        let changing = &failed - &failed * part;
        Self { failed, changing }
    }
}

/// The least part of its pods that a plan keeps of any of its workloads, forward and back: all of
/// them where it changes nothing.
pub(crate) fn kept(plan: &Plan) -> Ratio<u64> {
    let all = Ratio::from_integer(1);
    let is_idle = plan.spec.steps.iter().all(|step| step.changes.is_empty());
    if is_idle {
        return all;
    }
    let workloads = plan.spec.workloads.iter().map(kept_of);
    workloads.min().map_or(all, |least| least.min(all))
}

fn kept_of(workload: &Workload) -> Ratio<u64> {
    match &workload.bounds {
        Bounds::Fixed(fixed) if fixed.replicas == 0 => Ratio::from_integer(1),
        Bounds::Fixed(fixed) => Ratio::new(fixed.floor.into(), fixed.replicas.into()),
        Bounds::Live(live) => kept_live(live),
    }
}

/// Of as many as run, whatever their number: a percentage is most of a hundred, and a count of one.
fn kept_live(live: &Live) -> Ratio<u64> {
    let mut least = Ratio::from_integer(1);
    for pods in 1..=100_u32 {
        let missing = live.budget().of(pods).unavailable.min(pods);
        least = least.min(Ratio::new((pods - missing).into(), pods.into()));
    }
    least
}

/// The pods of a plan's workloads at rest, and whether others own some of the numbers.
pub(crate) fn pods(plan: &Plan) -> (u64, bool) {
    let mut pods = 0;
    let mut live = false;
    for workload in &plan.spec.workloads {
        match &workload.bounds {
            Bounds::Fixed(fixed) => pods += u64::from(fixed.replicas),
            Bounds::Live(_) => live = true,
        }
    }
    (pods, live)
}

#[cfg(test)]
mod tests {
    use cutover_workload::Budget;

    use super::*;

    /// A failure means that a cluster is said to answer with more than its plan keeps.
    #[test]
    fn what_is_kept_of_a_live_count_holds_for_any_number() {
        let check = |surge: &str, unavailable: &str, expect: (u64, u64)| {
            let budget = Budget {
                max_surge: surge.parse().unwrap(),
                max_unavailable: unavailable.parse().unwrap(),
            };
            let kept = kept_live(&Live::within(budget));
            assert_eq!(
                kept,
                Ratio::new(expect.0, expect.1),
                "{surge} {unavailable}"
            );
        };
        check("25%", "25%", (3, 4));
        check("1", "0", (1, 1));
        check("1", "1", (0, 1));
        check("0", "25%", (0, 1));
        check("1", "33%", (67, 100));
        check("0", "100%", (0, 1));
    }
}
