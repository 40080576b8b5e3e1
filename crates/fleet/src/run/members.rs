//! The clusters of a fleet, and what is done about each by this runner.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::document::PlannedWave;
use crate::name::Name;

/// A cluster that cannot be reached is looked at again after so long.
pub(super) const LOOK_AGAIN: SignedDuration = SignedDuration::from_secs(30);

/// What this runner does about a cluster right now; the journal says how it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Activity {
    /// It is looked at, since the journal of an earlier runner says that it is done or back.
    Confirming,
    /// Nothing is asked of it or awaited, as before its turn and after it.
    Idle,
    /// It is looked at before it is begun or taken back.
    Looking,
    /// It is looked at, since it was lost.
    Probing,
    /// It answered: once the journal says so, it is begun or taken back.
    Reached,
    /// Its own run goes on.
    Running,
    /// Its own run was asked to stop.
    Stopping,
    /// It cannot be reached, and is waited for.
    Waiting,
}

/// What this runner remembers of a cluster; the journal has none of it.
#[derive(Debug)]
pub(super) struct Member {
    /// Its wave, by its place.
    pub(super) wave: usize,
    pub(super) activity: Activity,
    /// At which revision of the journal its state was set.
    pub(super) noted: u64,
    /// When it is looked at again.
    pub(super) look_at: Option<Timestamp>,
    /// Since when it cannot be reached, or is not available.
    pub(super) missing: Option<Timestamp>,
    /// Its run was asked to stop, since it took too long.
    pub(super) is_overdue: bool,
    /// Whether its availability is told.
    pub(super) is_watched: bool,
}

/// The clusters of a fleet.
#[derive(Debug)]
pub(super) struct Members(BTreeMap<Name, Member>);

impl Members {
    pub(super) fn of(waves: &[PlannedWave]) -> Self {
        let mut members = BTreeMap::new();
        for (wave, planned) in waves.iter().enumerate() {
            for cluster in &planned.clusters {
                members.insert(cluster.name.clone(), Member::new(wave));
            }
        }
        Self(members)
    }

    pub(super) fn get(&self, name: &Name) -> Option<&Member> {
        self.0.get(name)
    }

    pub(super) fn get_mut(&mut self, name: &Name) -> Option<&mut Member> {
        self.0.get_mut(name)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Name, &Member)> {
        self.0.iter()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (&Name, &mut Member)> {
        self.0.iter_mut()
    }

    /// Those about which this is done.
    pub(super) fn doing(&self, activity: Activity) -> Vec<Name> {
        let members = self.0.iter();
        let doing = members.filter(|(_, member)| member.activity == activity);
        doing.map(|(name, _)| name.clone()).collect()
    }

    /// Whether nothing is done about any of them but to see whether a lost one is back.
    pub(super) fn are_at_rest(&self) -> bool {
        let mut members = self.0.values();
        members.all(|member| matches!(member.activity, Activity::Idle | Activity::Probing))
    }
}

impl Member {
    fn new(wave: usize) -> Self {
        Self {
            wave,
            activity: Activity::Idle,
            noted: 0,
            look_at: None,
            missing: None,
            is_overdue: false,
            is_watched: false,
        }
    }

    /// Whether it has one of the places of its wave.
    pub(super) fn is_at_work(&self) -> bool {
        match self.activity {
            Activity::Looking
            | Activity::Reached
            | Activity::Running
            | Activity::Stopping
            | Activity::Waiting => true,
            Activity::Confirming | Activity::Idle | Activity::Probing => false,
        }
    }
}
