//! What a workload promises, held against what its pods may be.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_traffic::{Service, Share};
use cutover_workload::{Amount, Budget, Deployment, Routed, Workload};

use crate::broken::{Broken, Place};
use crate::counts::{Crowd, Labels};

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
    let behind: BTreeMap<&ObjectRef, u64> = routers.behind(crowd).into_iter().collect();
    for router in workload.serving() {
        let object = &router.object;
        let floor = owed(workload, router, crowd, states[1]);
        // One that nothing has seen ready counts as without pods, once a route gives it a share.
        let answering = match behind.get(object) {
            Some(answering) => *answering,
            None if router.by_route => 0,
            None => continue,
        };
        if answering < floor.into() {
            broken.push(Broken::Router {
                place,
                workload: workload.name.clone(),
                router: Box::new(object.clone()),
                answering,
                floor,
            });
        }
    }
    broken.extend(beyond(workload, crowd, states[1], place));
    broken
}

/// A workload that runs with more pods when the plan begins than it says, or with fewer: percentages
/// are taken of that number.
pub(crate) fn misstated(workload: &Workload, crowd: &Crowd, start: &Bundle) -> Option<Broken> {
    let replicas = u64::from(workload.replicas());
    let alive = |set: &ObjectRef| u64::from(crowd.pods[set].alive.most);
    let serving = Routers::of(workload, crowd, [start, start]).sets(workload);
    let is_there = workload.objects().any(|set| start.contains(set));
    let reason = if serving.into_iter().any(|set| alive(set) > replicas) {
        "it says fewer replicas than one of its sets runs with when the plan begins"
    } else if is_there && workload.objects().map(alive).sum::<u64>() < replicas {
        "it says more replicas than its sets run with when the plan begins"
    } else {
        return None;
    };
    Some(Broken::workload(workload, reason))
}

/// How many pods a Service owes: the floor, or, where only routes reach it, its share of that and one
/// at least.
fn owed(workload: &Workload, router: &Routed, crowd: &Crowd, state: &Bundle) -> u32 {
    if !router.by_route {
        return workload.floor();
    }
    let share = crowd.routes.share(&router.object, workload, state);
    let one = u32::from(share > Share::NONE);
    share.pods_of(workload.floor()).max(one)
}

/// A set whose pods are replaced in another way than live bounds allow, however many there are: the
/// number that stands for them does not tell a percentage from a count.
fn beyond(workload: &Workload, crowd: &Crowd, state: &Bundle, place: Place) -> Option<Broken> {
    let live = workload.bounds.live()?;
    let rolling = workload.objects().filter(|set| crowd.pods[*set].rolling);
    let sets = rolling.filter_map(|set| state.get(set));
    // While it is paused its controller replaces none.
    let sets = sets.filter(|set| !Deployment::of(set).is_paused());
    let mut strange = sets.filter(|set| !live.admits(replacing(Deployment::of(set))));
    let reason = "its pods are replaced by more or fewer at a time than the bounds allow";
    let set = strange.next()?;
    Some(Broken::field(place, set.object(), "/spec/strategy", reason))
}

/// How many pods more and fewer a set has while they are replaced.
fn replacing(set: Deployment<'_>) -> Budget {
    match set.recreates() {
        true => Budget {
            max_surge: Amount::Count(0),
            max_unavailable: Amount::Percent(100),
        },
        false => set.budget(),
    }
}

/// Which sets each router of a workload selects: by what it says, and by what it said before while
/// that may still be followed.
struct Routers<'a>(Vec<(&'a ObjectRef, Vec<Selected<'a>>)>);

/// The sets that one manifest of a router selects.
type Selected<'a> = Vec<&'a ObjectRef>;

impl<'a> Routers<'a> {
    fn of(workload: &'a Workload, crowd: &Crowd, [before, after]: [&Bundle; 2]) -> Self {
        let mut routers = Vec::new();
        for router in workload.serving() {
            let object = &router.object;
            if crowd.made.contains(object) {
                continue;
            }
            let earlier = crowd.following.get(object).into_iter().flatten();
            let now = after.get(object).map(selector);
            let selectors: Vec<Labels> = now.into_iter().chain(earlier.cloned()).collect();
            let near = object.namespace.as_deref();
            let selected = selectors.iter();
            let states = [before, after];
            let selected =
                selected.map(|selector| selects(selector, near, workload, crowd, states));
            routers.push((object, selected.collect::<Vec<_>>()));
        }
        routers.retain(|(_, selected)| !selected.is_empty());
        Self(routers)
    }

    /// The sets that serve; all of them where nobody routes to them.
    fn sets(&self, workload: &'a Workload) -> BTreeSet<&'a ObjectRef> {
        match self.0.is_empty() {
            true => workload.objects().collect(),
            false => {
                let sides = self.0.iter().flat_map(|(_, sides)| sides);
                sides.flatten().copied().collect()
            }
        }
    }

    /// The fewest pods that answer in the sets that serve.
    fn serving(&self, workload: &'a Workload, crowd: &Crowd) -> u64 {
        let sets = self.sets(workload).into_iter();
        let answering = sets.map(|set| u64::from(crowd.pods[set].answering.least));
        answering.sum()
    }

    /// The fewest pods that answer behind each router, by the worse of what it says and said.
    fn behind(&self, crowd: &Crowd) -> Vec<(&'a ObjectRef, u64)> {
        let mut behind = Vec::new();
        for (router, sides) in &self.0 {
            let led_to = |set: &&ObjectRef| u64::from(crowd.led_to(router, set));
            let sums = sides.iter().map(|sets| sets.iter().map(led_to).sum());
            behind.push((*router, sums.min().unwrap_or(0)));
        }
        behind
    }
}

/// The labels that a router's pods must have; what is no Service selects nobody.
fn selector(router: &Manifest) -> Labels {
    match Service::read(router) {
        Ok(service) => service.selector,
        Err(_) => Labels::new(),
    }
}

/// The sets of a workload in a namespace that a selector means by the labels of their pods; where
/// these are on their way, by all that they were and what they become.
fn selects<'a>(
    selector: &Labels,
    namespace: Option<&str>,
    workload: &'a Workload,
    crowd: &Crowd,
    states: [&Bundle; 2],
) -> Selected<'a> {
    let by = |set: &Manifest| cutover_traffic::selects(selector, &Deployment::of(set).labels());
    let near = workload
        .objects()
        .filter(|set| !selector.is_empty() && set.namespace.as_deref() == namespace);
    near.filter(|set| {
        let mut known = states.iter().filter_map(|state| state.get(set)).peekable();
        let mut earlier = crowd.earlier.get(*set).into_iter().flatten();
        let still = |labels: &Labels| cutover_traffic::selects(selector, labels);
        known.peek().is_some() && known.all(by) && earlier.all(still)
    })
    .collect()
}
