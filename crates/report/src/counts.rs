//! How many pods may be alive, and how many must be available, while a step is carried out.

use cutover_manifest::{Bundle, ObjectRef};
use cutover_plan::{Step, walk};
use cutover_traffic::Service;
use cutover_workload::{Deployment, Slack, Workload};

use crate::error::Error;
use crate::exposure::{are_reached, services};
use crate::wait::rolls;

/// The most pods alive and the fewest available, as long as pods that were available stay so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) most: u64,
    pub(crate) fewest: u64,
}

impl Counts {
    /// Between two states, at every moment.
    ///
    /// A set that is scaled has as many pods as at the one or the other end; one that rolls has its
    /// surge above that, and its unavailability below. Only sets that receive requests count as
    /// available, and where a Service changes, those that it selects before and those that it
    /// selects after, each for themselves.
    pub(crate) fn during(
        workload: &Workload,
        before: &Bundle,
        after: &Bundle,
    ) -> Result<Self, Error> {
        let sets: Vec<&ObjectRef> = workload.objects().collect();
        let range = |set: &&ObjectRef| range(workload, set, before, after);
        let ranges: Vec<Self> = sets.iter().map(range).collect();
        let available = |state: &Bundle| -> Result<u64, Error> {
            let services = services(workload, state)?;
            let serving = sets
                .iter()
                .zip(&ranges)
                .filter(|(set, _)| serves(set, state, &services));
            Ok(serving.map(|(_, range)| range.fewest).sum())
        };
        let most = ranges.iter().map(|range| range.most).sum();
        Ok(Self {
            most,
            fewest: available(before)?.min(available(after)?),
        })
    }

    /// On the way over some steps, from a state on: those of each step.
    pub(crate) fn along(
        workload: &Workload,
        from: &Bundle,
        steps: &[Step],
    ) -> Result<Vec<Self>, Error> {
        let mut walk = walk(from.clone(), steps);
        let mut counts = Vec::with_capacity(steps.len());
        while walk.advance()?.is_some() {
            counts.push(Self::during(workload, walk.before(), walk.state())?);
        }
        Ok(counts)
    }

    /// The worse of each.
    pub(crate) fn worst(self, other: Self) -> Self {
        Self {
            most: self.most.max(other.most),
            fewest: self.fewest.min(other.fewest),
        }
    }

    /// As two cells of a table.
    pub(crate) fn cells(self) -> [String; 2] {
        [self.most, self.fewest].map(|count| count.to_string())
    }
}

/// The pods of a set between two states, whether it receives requests or not.
pub(crate) fn range(
    workload: &Workload,
    set: &ObjectRef,
    before: &Bundle,
    after: &Bundle,
) -> Counts {
    let [was, is] = [before, after].map(|state| pods(workload, set, state));
    let slack = after
        .get(set)
        .filter(|_| rolls(set, before, after))
        .map(|manifest| slack(Deployment::of(manifest), is));
    let Slack { surge, unavailable } = slack.unwrap_or(Slack {
        surge: 0,
        unavailable: 0,
    });
    Counts {
        most: u64::from(was.max(is)).saturating_add(surge.into()),
        fewest: was.min(is).saturating_sub(unavailable).into(),
    }
}

/// The pods that a set asks for in a state.
pub(crate) fn pods(workload: &Workload, set: &ObjectRef, state: &Bundle) -> u32 {
    state.get(set).map_or(0, |set| workload.pods_of(set))
}

/// What a roll takes: all pods where they are recreated.
fn slack(set: Deployment<'_>, replicas: u32) -> Slack {
    if set.recreates() {
        Slack {
            surge: 0,
            unavailable: replicas,
        }
    } else {
        set.budget().of(replicas)
    }
}

fn serves(set: &ObjectRef, state: &Bundle, services: &[Service]) -> bool {
    let labels = state
        .get(set)
        .map(|manifest| Deployment::of(manifest).labels())
        .unwrap_or_default();
    are_reached(&labels, services)
}
