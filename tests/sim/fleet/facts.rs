//! What is known of a fleet and its runners by what has happened so far.

use std::collections::{BTreeMap, BTreeSet};

use cutover::fleet::{
    CheckedFleet, ClusterState, Ending, GateId, Name, OnFailure, PlannedWave, Position, Stage,
    Unreachable, When,
};
use jiff::Timestamp;

use super::trace::{Moment, What};

/// What is known by what has happened so far.
pub(super) struct Facts {
    pub(super) waves: Vec<PlannedWave>,
    pub(super) unreachable: Unreachable,
    pub(super) on_failure: OnFailure,
    /// What is under way.
    pub(super) work: BTreeMap<Name, Work>,
    /// Clusters that were ever begun, and not taken back since.
    pub(super) begun: BTreeSet<Name>,
    /// What was heard of each cluster last.
    pub(super) words: BTreeMap<Name, Word>,
    /// Clusters that did not answer when they were asked last.
    pub(super) silent: BTreeSet<Name>,
    /// Since when all is available in a cluster that is watched, and until when it was before.
    pub(super) available: BTreeMap<Name, (Timestamp, Option<Timestamp>)>,
    /// Clusters that are done and watched.
    pub(super) watched: BTreeSet<Name>,
    /// When gates said that they hold.
    pub(super) held: BTreeMap<GateId, Timestamp>,
    /// What a person was asked for, and what was approved since, and when.
    pub(super) asked: BTreeSet<(Name, When)>,
    pub(super) approved: BTreeMap<(Name, When), Timestamp>,
    pub(super) journal: Option<Position>,
    /// Runners that have heard that another one took over.
    pub(super) superseded: BTreeSet<usize>,
    /// Runners that were asked to go back.
    pub(super) aborted: BTreeSet<usize>,
}

/// A stop that comes so many seconds before a deadline may have been for it: the machine counts from
/// when it wrote the journal.
const NEARLY: i64 = 30;

/// What is under way in a cluster.
#[derive(Clone, Debug)]
pub(super) struct Work {
    pub(super) runner: usize,
    pub(super) back: bool,
    pub(super) since: Timestamp,
    /// Whether it was asked to stop.
    pub(super) stopped: bool,
}

/// What was heard of a cluster last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Done,
    Failed,
    Lost,
    Undone,
    Unreached,
}

impl Facts {
    pub(super) fn new(fleet: &CheckedFleet) -> Self {
        Self {
            waves: fleet.spec.waves.clone(),
            unreachable: fleet.spec.unreachable,
            on_failure: fleet.spec.on_failure,
            work: BTreeMap::new(),
            begun: BTreeSet::new(),
            words: BTreeMap::new(),
            silent: BTreeSet::new(),
            available: BTreeMap::new(),
            watched: BTreeSet::new(),
            held: BTreeMap::new(),
            asked: BTreeSet::new(),
            approved: BTreeMap::new(),
            journal: None,
            superseded: BTreeSet::new(),
            aborted: BTreeSet::new(),
        }
    }

    /// Takes in what happens.
    pub(super) fn see(&mut self, moment: &Moment) {
        let (now, runner) = (moment.now, moment.runner);
        match &moment.what {
            What::Began { found } => self.begin(found.as_deref()),
            What::Started { cluster } | What::UndoStarted { cluster } => {
                let back = matches!(moment.what, What::UndoStarted { .. });
                let work = Work {
                    runner,
                    back,
                    since: now,
                    stopped: false,
                };
                self.work.insert(cluster.clone(), work);
                self.words.remove(cluster);
                self.silent.remove(cluster);
                self.begun.insert(cluster.clone());
            }
            What::StopAsked { cluster } => {
                let work = self.work.get_mut(cluster);
                if let Some(work) = work.filter(|work| work.runner == runner) {
                    work.stopped = true;
                }
            }
            What::Unreached { cluster } => {
                self.words.entry(cluster.clone()).or_insert(Word::Unreached);
                self.silent.insert(cluster.clone());
            }
            What::Ended { cluster, ending } => self.end(moment, cluster, ending),
            What::Available { cluster } => {
                let known = self.available.get(cluster);
                if known.is_none_or(|(_, until)| until.is_some()) {
                    self.available.insert(cluster.clone(), (now, None));
                }
            }
            What::Unavailable { cluster } => {
                if let Some((_, until)) = self.available.get_mut(cluster) {
                    until.get_or_insert(now);
                }
            }
            What::Held { gate } => drop(self.held.insert(*gate, now)),
            What::Closed { gate } => drop(self.held.remove(gate)),
            What::PersonAsked { wave, when } => drop(self.asked.insert((wave.clone(), *when))),
            What::Approved { wave, when } => {
                let what = (wave.clone(), *when);
                if self.asked.contains(&what) {
                    self.approved.entry(what).or_insert(now);
                }
            }
            What::Aborted => drop(self.aborted.insert(runner)),
            What::Wrote { position } => self.write(position),
            What::Gone => self.work.retain(|_, work| work.runner != runner),
            What::Superseded => drop(self.superseded.insert(runner)),
            What::Over { .. } => {}
        }
    }

    /// A runner begins: it has asked and seen nothing itself yet.
    fn begin(&mut self, found: Option<&Position>) {
        self.held.clear();
        self.available.clear();
        self.watched.clear();
        for (cluster, state) in found.iter().flat_map(|found| &found.clusters) {
            if matches!(state, ClusterState::Soaking { .. }) {
                self.watched.insert(cluster.clone());
            }
            if matches!(state, ClusterState::Begun { .. }) {
                self.begun.insert(cluster.clone());
            }
        }
        if found.is_some_and(|found| found.ended.is_some()) {
            // Whoever begins it again has thought about what failed.
            self.words
                .retain(|_, word| matches!(word, Word::Done | Word::Undone));
        }
    }

    fn end(&mut self, moment: &Moment, cluster: &Name, ending: &Ending) {
        let Some(work) = self.work.get(cluster).cloned() else {
            return;
        };
        if work.runner != moment.runner {
            return;
        }
        self.work.remove(cluster);
        let lasted = moment.now.duration_since(work.since).as_secs();
        let is_overdue = self
            .deadline(cluster)
            .is_some_and(|deadline| lasted + NEARLY >= deadline);
        let word = match ending {
            Ending::Done => {
                if self.soak(cluster) > 0 {
                    self.watched.insert(cluster.clone());
                }
                Word::Done
            }
            Ending::Undone => {
                self.begun.remove(cluster);
                Word::Undone
            }
            Ending::Failed(_) | Ending::Lost(_) if work.stopped && !is_overdue => return,
            Ending::Failed(_) => Word::Failed,
            Ending::Lost(_) => Word::Lost,
        };
        self.available.remove(cluster);
        self.words.insert(cluster.clone(), word);
    }

    fn write(&mut self, position: &Position) {
        self.journal = Some(position.clone());
        let clusters = &position.clusters;
        self.watched.retain(|cluster| {
            matches!(
                clusters.get(cluster),
                Some(ClusterState::Begun { .. } | ClusterState::Soaking { .. })
            )
        });
    }

    /// The wave of a cluster, by its place.
    pub(super) fn wave(&self, cluster: &Name) -> usize {
        let mut waves = self.waves.iter();
        let wave = waves.position(|wave| wave.clusters.iter().any(|known| known.name == *cluster));
        wave.unwrap()
    }

    pub(super) fn planned(&self, cluster: &Name) -> &PlannedWave {
        &self.waves[self.wave(cluster)]
    }

    /// The names of a wave.
    pub(super) fn names(&self, wave: usize) -> impl Iterator<Item = &Name> {
        self.waves[wave]
            .clusters
            .iter()
            .map(|cluster| &cluster.name)
    }

    /// How long one cluster may take, in seconds.
    pub(super) fn deadline(&self, cluster: &Name) -> Option<i64> {
        let seconds = self.planned(cluster).progress_deadline_seconds?;
        Some(i64::from(seconds.get()))
    }

    /// How long a cluster is watched, in seconds; 0 is not at all.
    pub(super) fn soak(&self, cluster: &Name) -> i64 {
        let soak = self.planned(cluster).soak;
        soak.map_or(0, |soak| i64::from(soak.seconds()))
    }

    /// How the journal says that a cluster stands.
    pub(super) fn state(&self, cluster: &Name) -> Option<&ClusterState> {
        self.journal.as_ref()?.clusters.get(cluster)
    }

    /// Where the journal says that the run is: the wave, and its stage.
    pub(super) fn place(&self) -> Option<(usize, Stage)> {
        let journal = self.journal.as_ref()?;
        Some((journal.wave, journal.stage))
    }

    /// Whether a cluster counts as failed.
    pub(super) fn has_failed(&self, cluster: &Name) -> bool {
        let counts = self.unreachable != Unreachable::Skip;
        let by_journal = match self.state(cluster) {
            Some(ClusterState::Failed { .. } | ClusterState::Lost { .. }) => true,
            Some(ClusterState::Unreached { .. }) => counts,
            _ => false,
        };
        by_journal || matches!(self.words.get(cluster), Some(Word::Failed | Word::Lost))
    }
}
