//! What a workload promises, held against what its pods may be.

use std::collections::BTreeMap;

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_traffic::Service;
use cutover_workload::{Deployment, Workload};

use crate::broken::{Broken, Place};
use crate::counts::Crowd;

/// What a workload promises that does not hold at a moment between two states.
pub(crate) fn broken(
    workload: &Workload,
    crowd: &Crowd,
    states: [&Bundle; 2],
    place: Place,
) -> Vec<Broken> {
    let mut broken = Vec::new();
    let alive: u64 = workload
        .objects()
        .map(|set| u64::from(crowd.pods[set].alive.most))
        .sum();
    if alive > workload.ceiling().into() {
        broken.push(Broken::Ceiling {
            place,
            workload: workload.name.clone(),
            alive,
            ceiling: workload.ceiling(),
        });
    }
    let routers = Routers::of(workload, crowd, states);
    let answering = routers.serving(workload, crowd);
    if answering < workload.floor().into() {
        broken.push(Broken::Floor {
            place,
            workload: workload.name.clone(),
            answering,
            floor: workload.floor(),
        });
    }
    for (router, answering) in routers.behind(crowd) {
        if answering < workload.floor().into() {
            broken.push(Broken::Router {
                place,
                workload: workload.name.clone(),
                router: Box::new(router.clone()),
                answering,
                floor: workload.floor(),
            });
        }
    }
    broken
}

/// Which sets each router of a workload selects: by what it says, and by what it said before while
/// that may still be followed.
struct Routers<'a>(Vec<(&'a ObjectRef, Vec<Selected<'a>>)>);

/// The sets that one manifest of a router selects.
type Selected<'a> = Vec<&'a ObjectRef>;

impl<'a> Routers<'a> {
    fn of(workload: &'a Workload, crowd: &Crowd, [before, after]: [&Bundle; 2]) -> Self {
        let mut routers = Vec::new();
        for router in workload.serving().filter(|router| !router.by_route) {
            let object = &router.object;
            if crowd.made.contains(object) {
                continue;
            }
            let following = crowd.following.contains(object);
            let was = following.then(|| before.get(object)).flatten();
            let manifests: Vec<&Manifest> = after.get(object).into_iter().chain(was).collect();
            let selected = manifests.into_iter();
            let selected = selected.map(|manifest| selects(manifest, workload, [before, after]));
            routers.push((object, selected.collect::<Vec<_>>()));
        }
        routers.retain(|(_, selected)| !selected.is_empty());
        Self(routers)
    }

    /// The fewest pods that answer in the sets that serve; all of them where nobody routes to them.
    fn serving(&self, workload: &Workload, crowd: &Crowd) -> u64 {
        let mut selected: BTreeMap<&ObjectRef, u32> = BTreeMap::new();
        for set in self.0.iter().flat_map(|(_, sides)| sides).flatten() {
            selected.insert(set, crowd.pods[*set].answering.least);
        }
        if self.0.is_empty() {
            let all = workload
                .objects()
                .map(|set| crowd.pods[set].answering.least);
            return all.map(u64::from).sum();
        }
        selected.values().map(|least| u64::from(*least)).sum()
    }

    /// The fewest pods that answer behind each router, by the worse of what it says and said.
    fn behind(&self, crowd: &Crowd) -> Vec<(&'a ObjectRef, u64)> {
        let fewest = |sides: &Vec<Selected<'a>>| {
            let sums = sides.iter().map(|sets| {
                let least = sets
                    .iter()
                    .map(|set| u64::from(crowd.pods[*set].answering.least));
                least.sum()
            });
            sums.min().unwrap_or(0)
        };
        self.0
            .iter()
            .map(|(router, sides)| (*router, fewest(sides)))
            .collect()
    }
}

/// The sets of a workload that a router selects by the labels of their pods; where these are on
/// their way, by both what they were and what they become.
fn selects<'a>(
    router: &Manifest,
    workload: &'a Workload,
    [before, after]: [&Bundle; 2],
) -> Selected<'a> {
    let Ok(service) = Service::read(router) else {
        return Vec::new();
    };
    let by = |set: &Manifest| service.selects(&Deployment::of(set).labels());
    let near = workload
        .objects()
        .filter(|set| set.namespace == router.object().namespace);
    near.filter(|set| {
        let (was, is) = (before.get(set), after.get(set));
        let known = was.is_some() || is.is_some();
        known && was.is_none_or(by) && is.is_none_or(by)
    })
    .collect()
}
