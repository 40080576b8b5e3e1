//! The course of a plan in numbers, state by state, to draw it.

use cutover_check::Checked;
use cutover_manifest::Bundle;
use cutover_workload::{Bounds, Workload};

use crate::counts::Counts;
use crate::error::Error;
use crate::exposure::{Exposure, Versions, exposure};
use crate::sets::sets;
use crate::text::Names;

/// One workload, state by state.
pub(crate) struct Course {
    pub(crate) name: String,
    /// The heads of its sets.
    pub(crate) sets: Vec<String>,
    /// The fewest pods available and the most alive that are promised; none where others own the
    /// number.
    pub(crate) bounds: Option<(u32, u32)>,
    pub(crate) states: Vec<State>,
}

/// The pods of a set.
#[derive(Clone, Copy)]
pub(crate) struct Pods {
    pub(crate) count: u32,
    /// Whether they are of the new version.
    pub(crate) is_new: bool,
}

/// Where a workload stands.
pub(crate) struct State {
    /// The pods of each set; none where it is not there.
    pub(crate) pods: Vec<Option<Pods>>,
    /// What may be met on the way to it.
    pub(crate) counts: Counts,
    pub(crate) exposure: Option<Exposure>,
}

impl Course {
    /// The courses of all workloads of a plan.
    ///
    /// # Errors
    ///
    /// A plan that does not fit itself.
    pub(crate) fn all(plan: &Checked) -> Result<Vec<Self>, Error> {
        let names = Names::of(plan);
        let exposures = exposure(plan)?;
        let start = plan.start();
        let mut versions = Vec::new();
        let mut courses = Vec::new();
        for workload in &plan.spec.workloads {
            versions.push(Versions::of(workload, &start)?);
            courses.push(Self::new(workload, names));
        }
        let mut walk = plan.walk();
        loop {
            let number = walk.number();
            for (at, course) in courses.iter_mut().enumerate() {
                let workload = &plan.spec.workloads[at];
                course.states.push(State {
                    pods: standing(workload, &versions[at], walk.state()),
                    counts: Counts::during(workload, walk.before(), walk.state())?,
                    exposure: exposures[number][at],
                });
            }
            if walk.advance()?.is_none() {
                return Ok(courses);
            }
        }
    }

    fn new(workload: &Workload, names: Names) -> Self {
        let bounds = match &workload.bounds {
            Bounds::Fixed(fixed) => Some((fixed.floor, fixed.ceiling)),
            Bounds::Live(_) => None,
        };
        Self {
            name: names.workload(workload),
            sets: sets(workload, names)
                .into_iter()
                .map(|set| set.head)
                .collect(),
            bounds,
            states: Vec::new(),
        }
    }

    /// Whether anything of it gets a new version.
    pub(crate) fn has_shares(&self) -> bool {
        let mut states = self.states.iter();
        states.any(|state| state.exposure.is_some_and(Exposure::is_any))
    }

    /// The most pods that are to be drawn.
    pub(crate) fn most(&self) -> u64 {
        let met = self.states.iter().map(|state| state.counts.most).max();
        let promised = self.bounds.map(|(_, ceiling)| u64::from(ceiling));
        met.max(promised).unwrap_or(0).max(1)
    }
}

/// The pods of each set at a state.
fn standing(workload: &Workload, versions: &Versions, state: &Bundle) -> Vec<Option<Pods>> {
    let sets = workload.objects().map(|set| state.get(set));
    let pods = sets.map(|set| {
        set.map(|set| Pods {
            count: workload.pods_of(set),
            is_new: versions.is_new(set),
        })
    });
    pods.collect()
}
