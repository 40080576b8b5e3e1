//! Clusters that are watched after they are done: all is available for as long as is said, without a
//! gap.

use jiff::Timestamp;

use super::effect::Effect;
use super::machine::{Phase, Run, later};
use super::position::{ClusterState, Course};
use super::progress::Progress;
use crate::name::Name;

impl Run {
    /// The plan of a cluster is carried out: it is watched for a while, or done.
    pub(super) fn carried_out(&mut self, cluster: &Name) {
        let goes_on = self.position().course == Course::Forward;
        let state = match self.soak(cluster) {
            Some(_) if goes_on => ClusterState::Soaking { since: None },
            Some(_) | None => ClusterState::Done,
        };
        self.note(cluster, state);
    }

    /// All is available in a cluster.
    pub(super) fn available(&mut self, cluster: &Name, now: Timestamp) {
        if let Some(member) = self.members.get_mut(cluster) {
            member.missing = None;
        }
        if self.state(cluster) == Some(&ClusterState::Soaking { since: None }) {
            self.note(cluster, ClusterState::Soaking { since: Some(now) });
        }
    }

    /// Something is not, so that it is watched from the beginning once it is.
    pub(super) fn unavailable(&mut self, cluster: &Name, reason: String, now: Timestamp) {
        if !matches!(self.state(cluster), Some(ClusterState::Soaking { .. })) {
            return;
        }
        if let Some(member) = self.members.get_mut(cluster) {
            member.missing.get_or_insert(now);
        }
        self.note(cluster, ClusterState::Soaking { since: None });
        let cluster = cluster.clone();
        self.tell(Progress::Unreachable { cluster, reason });
    }

    /// Sees which clusters have been watched for long enough, and which have not been available for
    /// too long.
    pub(super) fn attend_soaks(&mut self, now: Timestamp) {
        let clusters = self.position().clusters.iter();
        let soaking = clusters.filter_map(|(name, state)| match state {
            ClusterState::Soaking { since } => Some((name.clone(), *since)),
            _ => None,
        });
        let soaking: Vec<(Name, Option<Timestamp>)> = soaking.collect();
        for (cluster, since) in soaking {
            match since {
                Some(since) => self.attend_soak(&cluster, since, now),
                None => self.attend_outage(&cluster, now),
            }
        }
    }

    fn attend_soak(&mut self, cluster: &Name, since: Timestamp, now: Timestamp) {
        let over = later(since, self.soak(cluster).unwrap_or_default());
        match over > now {
            true => self.wake_at(over),
            false => self.note(cluster, ClusterState::Done),
        }
    }

    fn attend_outage(&mut self, cluster: &Name, now: Timestamp) {
        let member = self.members.get_mut(cluster);
        let missing = member.map(|member| *member.missing.get_or_insert(now));
        let Some(deadline) = missing.and_then(|missing| self.deadline(cluster, missing)) else {
            return;
        };
        if deadline > now {
            return self.wake_at(deadline);
        }
        let reason = "it was not available within its wave's deadline".to_owned();
        self.note(cluster, ClusterState::Failed { reason });
    }

    /// Watches the clusters that soak, and no others.
    pub(super) fn attend_watches(&mut self) {
        let goes_on = self.phase == Phase::Work
            && !self.is_stopping
            && self.position().course == Course::Forward
            && self.position().turned.is_none();
        let clusters = &self.ledger.position().clusters;
        let mut asked = Vec::new();
        for (name, member) in self.members.iter_mut() {
            let soaks = matches!(clusters.get(name), Some(ClusterState::Soaking { .. }));
            let is_wanted = goes_on && soaks;
            if is_wanted != member.is_watched {
                member.is_watched = is_wanted;
                asked.push(match is_wanted {
                    true => Effect::Watch(name.clone()),
                    false => Effect::Unwatch(name.clone()),
                });
            }
        }
        for effect in asked {
            self.ask(effect);
        }
    }

    /// How long a cluster is watched, in seconds; none is not at all.
    fn soak(&self, cluster: &Name) -> Option<u32> {
        let member = self.members.get(cluster)?;
        let soak = self.waves[member.wave].soak?;
        Some(soak.seconds()).filter(|seconds| *seconds > 0)
    }
}
