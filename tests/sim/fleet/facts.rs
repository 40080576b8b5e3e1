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
    /// Since when all is available in a cluster that is watched, and until when it was before.
    pub(super) available: BTreeMap<Name, (Timestamp, Option<Timestamp>)>,
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
            available: BTreeMap::new(),
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
                self.begun.insert(cluster.clone());
            }
            What::StopAsked { cluster } => {
                if let Some(work) = self.work.get_mut(cluster) {
                    work.stopped = true;
                }
            }
            What::Unreached { cluster } => {
                self.words.insert(cluster.clone(), Word::Unreached);
            }
            What::Ended { cluster, ending } => self.end(runner, cluster, ending),
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
            What::Wrote { position } => self.journal = Some((**position).clone()),
            What::Gone => self.work.retain(|_, work| work.runner != runner),
            What::Superseded => drop(self.superseded.insert(runner)),
            What::Looked { .. } | What::Over { .. } => {}
        }
    }

    /// A runner begins: it has asked and seen nothing itself yet.
    fn begin(&mut self, found: Option<&Position>) {
        self.held.clear();
        self.available.clear();
        if found.is_some_and(|found| found.ended.is_some()) {
            // Whoever begins it again has thought about what failed.
            self.words
                .retain(|_, word| matches!(word, Word::Done | Word::Undone));
        }
    }

    fn end(&mut self, runner: usize, cluster: &Name, ending: &Ending) {
        let work = self.work.get(cluster);
        if work.is_none_or(|work| work.runner != runner) {
            return;
        }
        let was_asked = self.work.remove(cluster).is_some_and(|work| work.stopped);
        let word = match ending {
            Ending::Done => Word::Done,
            Ending::Undone => {
                self.begun.remove(cluster);
                Word::Undone
            }
            Ending::Failed(_) if was_asked && !self.is_overdue(cluster) => return,
            Ending::Failed(_) => Word::Failed,
            Ending::Lost(_) => Word::Lost,
        };
        self.available.remove(cluster);
        self.words.insert(cluster.clone(), word);
    }

    /// Whether a stop can only have been for a deadline: nothing turned round.
    fn is_overdue(&self, cluster: &Name) -> bool {
        self.deadline(cluster).is_some() && self.superseded.is_empty()
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

    /// Whether a cluster is done, and watched.
    pub(super) fn soaks(&self, cluster: &Name) -> bool {
        let is_over = matches!(
            self.state(cluster),
            Some(ClusterState::Done | ClusterState::Failed { .. })
        );
        self.soak(cluster) > 0 && self.words.get(cluster) == Some(&Word::Done) && !is_over
    }
}
