//! How a workload stands at a state, and where a leg wants it to stand.

use std::collections::BTreeMap;

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_traffic::Share;
use cutover_workload::{
    Amount, Bounds, Budget, Deployment, MOST_PODS, Rollout, Routed, Workload, texts,
};
use serde_json::{Value, json};

use super::shares::share;

/// A workload here, seen with its end of the leg in mind.
pub(super) struct WorkloadState<'a> {
    pub(super) workload: &'a Workload,
    pub(super) sets: Vec<SetState<'a>>,
    /// The Services that stand before it; where there is none, all sets count as behind one.
    services: Vec<Owing<'a>>,
}

/// A Service before a workload.
struct Owing<'a> {
    /// None where none is before it.
    object: Option<&'a ObjectRef>,
    /// How many pods it owes.
    pods: u32,
    /// Whether only routes reach it.
    by_route: bool,
}

/// One set of it.
pub(super) struct SetState<'a> {
    pub(super) object: ObjectRef,
    pub(super) here: Option<&'a Manifest>,
    pub(super) there: Option<&'a Manifest>,
    /// The Services that send its pods requests, by their number.
    pub(super) services: Vec<usize>,
    /// The Services that send it requests there, and not yet here.
    inherited: Vec<usize>,
    /// Whether each Service that selects it here and there would do so meanwhile, if its template
    /// changed now.
    pub(super) keeps_services: bool,
    /// Pods wanted here, before the step.
    pub(super) count: u32,
    /// Pods wanted there, at the end of the leg.
    pub(super) wanted: u32,
    /// Pods that may not be relied on: they were asked for by the very step that is being undone.
    pub(super) unconfirmed: u32,
}

/// The labels that a Service picks by.
type Selector = BTreeMap<String, String>;

impl<'a> WorkloadState<'a> {
    pub(super) fn new(workload: &'a Workload, here: &'a Bundle, there: &'a Bundle) -> Self {
        let mut selectors = Vec::new();
        let mut services = Vec::new();
        for router in workload.serving() {
            let ends = [here, there].map(|state| state.get(&router.object));
            // One that only routes reach comes before they do.
            let (now, then) = match (ends, router.by_route) {
                ([Some(now), then], _) => (now, then.unwrap_or(now)),
                ([None, Some(then)], true) => (then, then),
                ([None, _], _) => continue,
            };
            selectors.push((selector(now), selector(then)));
            services.push(Owing {
                object: Some(&router.object),
                pods: owed(workload, router, here),
                by_route: router.by_route,
            });
        }
        if services.is_empty() {
            services.push(Owing {
                object: None,
                pods: workload.floor(),
                by_route: false,
            });
        }
        let set =
            |object: &ObjectRef| SetState::new(workload, object.clone(), [here, there], &selectors);
        Self {
            workload,
            sets: workload.objects().map(set).collect(),
            services,
        }
    }

    /// Whether enough pods are behind a Service for a share of the requests.
    pub(super) fn carries(&self, service: &ObjectRef, share: Share) -> bool {
        let is_it = |owing: &Owing<'_>| owing.object == Some(service);
        let number = self.services.iter().position(is_it);
        let wanted = pods_for(self.workload, share);
        number.is_some_and(|number| self.available(number) >= wanted)
    }

    /// The sets that a Service sends requests to.
    pub(super) fn behind(&self, service: &ObjectRef) -> impl Iterator<Item = &SetState<'a>> {
        let is_it = |owing: &Owing<'_>| owing.object == Some(service);
        let number = self.services.iter().position(is_it);
        let sets = self.sets.iter();
        sets.filter(move |set| number.is_some_and(|number| set.services.contains(&number)))
    }

    /// Pods alive once everything here has settled.
    pub(super) fn pods(&self) -> u32 {
        self.sets.iter().map(|set| set.count).sum()
    }

    /// Pods that may be added.
    pub(super) fn room(&self) -> u32 {
        self.workload.ceiling().saturating_sub(self.pods())
    }

    /// Pods of a set that may be missing, whichever Service asks.
    fn spare(&self, set: &SetState<'_>) -> u32 {
        let spared = set.services.iter().map(|service| self.surplus(*service));
        spared.min().unwrap_or(set.count)
    }

    /// Pods that may be taken from behind each Service, but never the last that answers while
    /// another is to answer after it.
    pub(super) fn dispensable(&self) -> Vec<u32> {
        let spared = |service| {
            self.surplus(service)
                .min(self.available(service) - self.kept(service))
        };
        (0..self.services.len()).map(spared).collect()
    }

    /// One pod, where another is to answer after it and can come while it stands.
    fn kept(&self, service: usize) -> u32 {
        if self.services[service].by_route {
            return 0;
        }
        let available = self.available(service);
        let comes = |set: &SetState<'_>| {
            let beside = self.room() > 0 || available > 1;
            let anew = set.turns() && set.count == set.unconfirmed && set.wanted > 0;
            beside && set.wanted > set.count && (set.serves() || set.here.is_none()) || anew
        };
        let takes_over = |set: &SetState<'_>| {
            let heir = !set.serves() || set.inherited.contains(&service);
            heir && set.wanted > 0 && set.count > set.unconfirmed
        };
        available.min(u32::from(
            self.sets.iter().any(|set| comes(set) || takes_over(set)),
        ))
    }

    /// Pods behind a Service above what it owes.
    fn surplus(&self, service: usize) -> u32 {
        let owed = self.services[service].pods;
        self.available(service).saturating_sub(owed)
    }

    fn available(&self, service: usize) -> u32 {
        let behind = self
            .sets
            .iter()
            .filter(|set| set.services.contains(&service));
        behind
            .map(|set| set.count.saturating_sub(set.unconfirmed))
            .sum()
    }

    /// Whether a set can be rolled as it is: under a strategy that fits, and that is the one asked
    /// for where that fits.
    pub(super) fn rolls(&self, set: &SetState<'_>) -> bool {
        let Some(here) = set.here else { return false };
        let asked = self
            .asked(here)
            .filter(|asked| asked != here && self.fits(set, asked));
        asked.is_none() && self.fits(set, here)
    }

    /// The set under a strategy with which it can be rolled here: the one asked for, the one that
    /// it gets there, or all room that there is and all that can be spared.
    pub(super) fn made_to_roll(&self, set: &SetState<'_>) -> Option<Manifest> {
        let here = set.here?;
        let there = with_strategy(here, set.there?.pointer("/spec/strategy"));
        let utmost = match &self.workload.bounds {
            Bounds::Live(live) => live.budget(),
            Bounds::Fixed(_) => Budget {
                max_surge: Amount::Count(self.room().min(MOST_PODS)),
                max_unavailable: Amount::Count(self.spare(set)),
            },
        };
        let utmost = with_strategy(here, Some(&utmost.strategy()));
        let candidates = [self.asked(here), Some(there), Some(utmost)];
        candidates
            .into_iter()
            .flatten()
            .find(|candidate| self.fits(set, candidate))
    }

    /// The set under the strategy that was asked for, where one was.
    fn asked(&self, here: &Manifest) -> Option<Manifest> {
        match self.workload.rollout {
            Rollout::Controller => None,
            Rollout::Budget(budget) => Some(with_strategy(here, Some(&budget.strategy()))),
            Rollout::Recreate => {
                let recreate = json!({ "type": "Recreate" });
                Some(with_strategy(here, Some(&recreate)))
            }
        }
    }

    /// Whether a set can be rolled here under the strategy that `manifest` has, within floor and
    /// ceiling.
    pub(super) fn fits(&self, set: &SetState<'_>, manifest: &Manifest) -> bool {
        let deployment = Deployment::of(manifest);
        if !set.keeps_services {
            return false;
        }
        let recreate = self.workload.rollout == Rollout::Recreate;
        if recreate || deployment.recreates() {
            return recreate && deployment.recreates();
        }
        if let Bounds::Live(live) = &self.workload.bounds {
            return live.admits(deployment.budget());
        }
        let slack = deployment.budget().of(set.count);
        slack.surge <= self.room() && (!set.serves() || slack.unavailable <= self.spare(set))
    }
}

impl<'a> SetState<'a> {
    fn new(
        workload: &Workload,
        object: ObjectRef,
        [here, there]: [&'a Bundle; 2],
        selectors: &[(Selector, Selector)],
    ) -> Self {
        let (here, there) = (here.get(&object), there.get(&object));
        let pods = |set: Option<&Manifest>| set.map_or(0, |set| workload.pods_of(set));
        let (count, wanted) = (pods(here), pods(there));
        let labels = |set: Option<&Manifest>| {
            set.map(|set| Deployment::of(set).labels())
                .unwrap_or_default()
        };
        let (before, after) = (labels(here), labels(there));
        let behind = selectors
            .iter()
            .enumerate()
            .filter(|(_, (now, _))| selects(now, &before));
        let later = selectors.iter().enumerate();
        let later =
            later.filter(|(_, (now, then))| selects(then, &after) && !selects(now, &before));
        let inherited = later.map(|(number, _)| number).collect();
        let services = if selectors.is_empty() {
            vec![0]
        } else {
            behind.map(|(number, _)| number).collect()
        };
        let keeps_services = selectors.iter().all(|(now, then)| {
            selects(now, &after) || !(selects(now, &before) && selects(then, &after))
        });
        Self {
            object,
            here,
            there,
            services,
            inherited,
            keeps_services,
            count,
            wanted,
            unconfirmed: 0,
        }
    }

    /// Whether its pods may receive requests.
    pub(super) fn serves(&self) -> bool {
        !self.services.is_empty()
    }

    /// Whether the pods are replaced on the way.
    pub(super) fn turns(&self) -> bool {
        match (self.here, self.there) {
            (Some(here), Some(there)) => Deployment::of(there).rolls_after(Deployment::of(here)),
            _ => false,
        }
    }

    /// Whether it is paused on the way.
    pub(super) fn halts(&self) -> bool {
        self.paused() == [Some(false), Some(true)]
    }

    /// Whether it is resumed on the way.
    pub(super) fn resumes(&self) -> bool {
        self.paused() == [Some(true), Some(false)]
    }

    /// Whether it is paused here and there, where it stands.
    fn paused(&self) -> [Option<bool>; 2] {
        [self.here, self.there].map(|set| Some(Deployment::of(set?).is_paused()))
    }

    /// Whether requests may meet its pods being replaced.
    pub(super) fn turns_under_load(&self) -> bool {
        self.turns() && self.serves() && self.count > 0
    }

    /// The set as it stands there, but with so many pods and the update strategy that it has here.
    ///
    /// The strategy moves by itself: before a roll that needs another, and back after all rolls.
    pub(super) fn turned(&self, replicas: u32) -> Option<Manifest> {
        let there = match replicas == self.wanted {
            true => self.there?.clone(),
            false => Deployment::of(self.there?).scaled(replicas),
        };
        Some(match self.here {
            Some(here) => with_strategy(&there, here.pointer("/spec/strategy")),
            None => there,
        })
    }

    /// The set under the update strategy that it has there, where it is on both ends.
    pub(super) fn given_back(&self) -> Option<Manifest> {
        Some(with_strategy(
            self.here?,
            self.there?.pointer("/spec/strategy"),
        ))
    }
}

/// The same Deployment under another update strategy, absent where there is none.
fn with_strategy(manifest: &Manifest, strategy: Option<&Value>) -> Manifest {
    match strategy {
        Some(strategy) => manifest.with(Deployment::STRATEGY, strategy.clone()),
        None => manifest.without(Deployment::STRATEGY),
    }
}

/// Pods of each set, by Deployment: what a step changes about them is what its gates wait for.
pub(super) fn counts(bundle: &Bundle, workload: &Workload) -> BTreeMap<ObjectRef, u32> {
    let sets = workload
        .objects()
        .filter_map(|object| Some((object.clone(), bundle.get(object)?)));
    sets.map(|(object, set)| (object, workload.pods_of(set)))
        .collect()
}

/// How many pods a Service owes: the floor, or, where only routes reach it, its share of that.
fn owed(workload: &Workload, router: &Routed, here: &Bundle) -> u32 {
    match router.by_route {
        true => pods_for(workload, share(&router.object, workload, here)),
        false => workload.floor(),
    }
}

/// How many pods a share of the requests takes: that share of the floor, and one at least.
fn pods_for(workload: &Workload, share: Share) -> u32 {
    let one = u32::from(share > Share::NONE);
    share.pods_of(workload.floor()).max(one)
}

/// Whether a Service owes a workload's requests an answer.
pub(super) fn serves(workload: &Workload, service: &ObjectRef) -> bool {
    workload.serving().any(|router| router.object == *service)
}

/// What a Service selects by.
pub(super) fn selector(service: &Manifest) -> BTreeMap<String, String> {
    texts(service.pointer("/spec/selector"))
}

/// Whether a Service with this selector sends requests to pods with these labels; an empty one
/// sends to nobody.
pub(super) fn selects(
    selector: &BTreeMap<String, String>,
    labels: &BTreeMap<String, String>,
) -> bool {
    !selector.is_empty() && cutover_traffic::selects(selector, labels)
}
