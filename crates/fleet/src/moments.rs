//! What is left of a fleet at its worst moments, wave by wave, forward and back.

use std::collections::BTreeMap;

use cutover_check::Checked;
use num_rational::BigRational;

use crate::cluster::{Loss, pods};
use crate::document::{FleetPlan, PlannedCluster, PlannedWave};
use crate::loss::most;
use crate::part::Part;

/// The worst moment of a fleet in one of its waves, in one direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The wave, by its place in the fleet plan.
    pub wave: usize,
    /// Whether the fleet goes back then.
    pub back: bool,
    /// The most clusters that are in change or have failed at once.
    pub clusters: usize,
    /// The pods of these clusters at rest, of the largest of them.
    pub pods: u64,
    /// Whether others own the number of pods of some of them, which is not counted then.
    pub live: bool,
    /// What is left at the worst, by the value of the budget's label; under an empty text where all
    /// clusters are counted together. Each is at its own worst.
    pub left: BTreeMap<String, Part>,
}

/// The worst moments of a fleet: one a wave forward, then one a wave back.
///
/// A cluster at rest counts its weight. One in change counts the part of it that its plan keeps: the
/// least floor of its workloads, of their replicas; where others own the number, what is missing at
/// most. One that has failed counts nothing.
///
/// Forward, the worst is that one cluster more has failed than may, while as many others change as
/// may beside it, and that each wave before has lost as many as it may. Back it is that the fleet
/// has turned round for it in this wave or a later one, and that as many clusters of this wave go
/// back as may.
pub(crate) fn moments(fleet: &FleetPlan<Checked>) -> Vec<Moment> {
    let recount = Recount::new(fleet);
    let waves = 0..fleet.spec.waves.len();
    let forward = waves.clone().map(|wave| recount.forward(wave));
    let back = waves.rev().map(|wave| recount.back(wave));
    forward.chain(back).collect()
}

/// A fleet's clusters, as the budget counts them.
struct Recount<'a> {
    waves: Vec<Wave<'a>>,
    /// The weights of all clusters, by the value of the budget's label.
    whole: BTreeMap<&'a str, u64>,
}

struct Wave<'a> {
    planned: &'a PlannedWave,
    losses: BTreeMap<&'a str, Vec<Loss>>,
    /// The pods of its clusters, the most first, and whether others own some numbers.
    pods: Vec<u64>,
    live: bool,
}

/// How many clusters of a wave have failed and change at a moment.
#[derive(Clone, Copy, Default)]
struct State {
    failed: usize,
    changing: usize,
}

impl<'a> Recount<'a> {
    fn new(fleet: &'a FleetPlan<Checked>) -> Self {
        let mut whole: BTreeMap<&str, u64> = BTreeMap::new();
        for cluster in fleet.clusters() {
            *whole.entry(value(cluster)).or_default() += u64::from(cluster.weight.get());
        }
        let waves = fleet.spec.waves.iter();
        Self {
            waves: waves.map(|wave| Wave::new(fleet, wave)).collect(),
            whole,
        }
    }

    /// While a wave goes forward.
    fn forward(&self, wave: usize) -> Moment {
        let mut states = vec![State::default(); self.waves.len()];
        for (state, before) in states.iter_mut().zip(&self.waves[..wave]) {
            state.failed = before.may_fail();
        }
        let planned = &self.waves[wave];
        states[wave] = State {
            failed: planned.may_fail() + 1,
            // The last one to fail is one of those at work.
            changing: size(planned.planned.max_concurrency).saturating_sub(1),
        };
        self.moment(wave, false, &states)
    }

    /// While a wave goes back, whichever wave from it on the fleet has turned round in.
    fn back(&self, wave: usize) -> Moment {
        let turns = wave..self.waves.len();
        let moments = turns.map(|turn| {
            let mut states = vec![State::default(); self.waves.len()];
            for (state, before) in states.iter_mut().zip(&self.waves[..=turn]) {
                state.failed = before.may_fail();
            }
            states[turn].failed += 1;
            states[wave].changing = size(self.waves[wave].planned.undo_concurrency());
            self.moment(wave, true, &states)
        });
        let mut moments = moments;
        let first = moments.next();
        let first = first.unwrap_or_else(|| self.moment(wave, true, &[]));
        moments.fold(first, worse)
    }

    fn moment(&self, wave: usize, back: bool, states: &[State]) -> Moment {
        let mut moment = Moment {
            wave,
            back,
            clusters: 0,
            pods: 0,
            live: false,
            left: BTreeMap::new(),
        };
        for (wave, state) in self.waves.iter().zip(states) {
            let concerned = (state.failed + state.changing).min(wave.pods.len());
            moment.clusters += concerned;
            moment.pods += wave.pods[..concerned].iter().sum::<u64>();
            moment.live |= concerned > 0 && wave.live;
        }
        for (value, whole) in &self.whole {
            let left = self.left(value, *whole, states);
            moment.left.insert((*value).to_owned(), left);
        }
        moment
    }

    fn left(&self, value: &str, whole: u64, states: &[State]) -> Part {
        let mut left = BigRational::from_integer(whole.into());
        for (wave, state) in self.waves.iter().zip(states) {
            if let Some(losses) = wave.losses.get(value) {
                left -= most(losses, state.failed, state.changing);
            }
        }
        Part { left, whole }
    }
}

impl<'a> Wave<'a> {
    fn new(fleet: &'a FleetPlan<Checked>, planned: &'a PlannedWave) -> Self {
        let mut losses: BTreeMap<&str, Vec<Loss>> = BTreeMap::new();
        let mut counts = Vec::new();
        let mut live = false;
        for cluster in &planned.clusters {
            let Some(plan) = fleet.spec.plans.get(&cluster.plan) else {
                continue;
            };
            losses
                .entry(value(cluster))
                .or_default()
                .push(Loss::of(cluster, plan));
            let (pods, is_live) = pods(plan);
            counts.push(pods);
            live |= is_live;
        }
        counts.sort_by(|one, other| other.cmp(one));
        Self {
            planned,
            losses,
            pods: counts,
            live,
        }
    }

    fn may_fail(&self) -> usize {
        size(self.planned.max_failures)
    }
}

/// The moment at which more is lost, of each value by itself.
fn worse(one: Moment, other: Moment) -> Moment {
    let mut worst = one;
    worst.clusters = worst.clusters.max(other.clusters);
    worst.pods = worst.pods.max(other.pods);
    worst.live |= other.live;
    for (value, part) in other.left {
        match worst.left.get_mut(&value) {
            Some(known) if part.is_less(known) => *known = part,
            Some(_) => {}
            None => drop(worst.left.insert(value, part)),
        }
    }
    worst
}

fn value(cluster: &PlannedCluster) -> &str {
    cluster.counted_as.as_deref().unwrap_or_default()
}

fn size(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
