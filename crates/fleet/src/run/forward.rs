//! The waves, one after the other: their gates, their clusters, and when each is over.

use jiff::Timestamp;

use super::effect::Effect;
use super::judged::Judged;
use super::machine::{Run, later};
use super::members::{Activity, LOOK_AGAIN};
use super::position::{ClusterState, Stage};
use super::progress::Progress;
use super::when::When;
use crate::name::Name;

impl Run {
    /// Decides what comes next on the way forward.
    pub(super) fn forward(&mut self, now: Timestamp) {
        if self.position().turned.is_some() {
            return self.run_down(now);
        }
        if let Some((wave, reason)) = self.exceeded() {
            return self.fail(wave, reason);
        }
        self.attend_deadlines(now);
        self.attend_soaks(now);
        self.take_up(now);
        let (wave, stage) = (self.position().wave, self.position().stage);
        if wave > self.last_wave() {
            return self.finish(now);
        }
        match stage {
            Stage::Before if self.gates_hold(When::Before, now) => {
                self.enter(wave, Stage::Work, now);
            }
            Stage::Work => self.work(wave, now),
            Stage::After if self.gates_hold(When::After, now) => {
                self.enter(wave + 1, Stage::Before, now);
            }
            Stage::Before | Stage::After => {}
        }
    }

    /// Comes to a stage of a wave.
    fn enter(&mut self, wave: usize, stage: Stage, now: Timestamp) {
        self.ledger
            .change(|position| position.enter(wave, stage, now));
        self.judged = Judged::default();
        if let Some(planned) = self.waves.get(wave).filter(|_| wave <= self.last_wave()) {
            let wave = planned.name.clone();
            self.tell(Progress::Wave { wave, stage });
        }
    }

    /// The wave after which the run ends, by its place.
    pub(super) fn last_wave(&self) -> usize {
        let named = self.options.wave.as_ref();
        let mut waves = self.waves.iter();
        let asked = waves.position(|wave| Some(&wave.name) == named);
        asked.unwrap_or_else(|| self.waves.len().saturating_sub(1))
    }

    /// Goes on with clusters that were begun, and with those that were lost and are back: each in the
    /// places of its own wave.
    fn take_up(&mut self, now: Timestamp) {
        for wave in 0..self.waves.len() {
            for cluster in self.clusters(wave) {
                let Some(member) = self.members.get(&cluster) else {
                    continue;
                };
                if member.activity != Activity::Idle {
                    continue;
                }
                match self.state(&cluster) {
                    Some(ClusterState::Begun { .. }) if self.has_room(wave) => {
                        self.look(cluster, Activity::Looking);
                    }
                    Some(ClusterState::Lost { .. }) => self.probe(cluster, now),
                    _ => {}
                }
            }
        }
    }

    /// Sees now and then whether a lost cluster is back.
    fn probe(&mut self, cluster: Name, now: Timestamp) {
        let member = self.members.get(&cluster);
        match member.and_then(|member| member.look_at) {
            Some(due) if due > now => self.wake_at(due),
            Some(_) | None => self.look(cluster, Activity::Probing),
        }
    }

    /// Begins clusters of a wave, as many as may change at once, in their order.
    fn work(&mut self, wave: usize, now: Timestamp) {
        for cluster in self.clusters(wave) {
            let activity = self.members.get(&cluster).map(|member| member.activity);
            match activity {
                Some(Activity::Idle) if self.state(&cluster).is_none() && self.has_room(wave) => {
                    self.look(cluster, Activity::Looking);
                }
                Some(Activity::Waiting) => self.wait_for(cluster, now),
                _ => {}
            }
        }
        if self.is_settled(wave) {
            self.enter(wave, Stage::After, now);
        }
    }

    /// A cluster that cannot be reached is looked at again after a while.
    fn wait_for(&mut self, cluster: Name, now: Timestamp) {
        let member = self.members.get(&cluster);
        match member.and_then(|member| member.look_at) {
            Some(due) if due > now => self.wake_at(due),
            Some(_) | None => self.look(cluster, Activity::Looking),
        }
    }

    pub(super) fn look(&mut self, cluster: Name, activity: Activity) {
        if let Some(member) = self.members.get_mut(&cluster) {
            member.activity = activity;
            member.look_at = None;
            self.ask(Effect::Look(cluster));
        }
    }

    /// It is looked at again after a while, and meanwhile this is done about it.
    pub(super) fn look_later(&mut self, cluster: &Name, activity: Activity, now: Timestamp) {
        let again = now.checked_add(LOOK_AGAIN).unwrap_or(Timestamp::MAX);
        if let Some(member) = self.members.get_mut(cluster) {
            member.activity = activity;
            member.look_at = Some(again);
        }
    }

    /// Whether one cluster more of a wave may change.
    pub(super) fn has_room(&self, wave: usize) -> bool {
        let members = self.members.iter();
        let changing = members.filter(|(name, member)| {
            let soaks = matches!(self.state(name), Some(ClusterState::Soaking { .. }));
            member.wave == wave && (member.is_at_work() || soaks)
        });
        let most = usize::try_from(self.waves[wave].max_concurrency).unwrap_or(usize::MAX);
        changing.count() < most
    }

    /// Whether each cluster of a wave is done, or has failed.
    fn is_settled(&self, wave: usize) -> bool {
        let mut clusters = self.waves[wave].clusters.iter();
        clusters.all(|cluster| match self.state(&cluster.name) {
            Some(
                ClusterState::Done
                | ClusterState::Failed { .. }
                | ClusterState::Lost { .. }
                | ClusterState::Unreached { .. },
            ) => true,
            Some(
                ClusterState::Begun { .. }
                | ClusterState::Soaking { .. }
                | ClusterState::GoingBack
                | ClusterState::Back
                | ClusterState::NotBack { .. },
            )
            | None => false,
        })
    }

    /// Stops the runs that take longer than their wave allows.
    pub(super) fn attend_deadlines(&mut self, now: Timestamp) {
        for cluster in self.members.doing(Activity::Running) {
            let Some(ClusterState::Begun { since }) = self.state(&cluster) else {
                continue;
            };
            let Some(deadline) = self.deadline(&cluster, *since) else {
                continue;
            };
            if deadline > now {
                self.wake_at(deadline);
            } else if let Some(member) = self.members.get_mut(&cluster) {
                member.activity = Activity::Stopping;
                member.is_overdue = true;
                self.ask(Effect::Stop(cluster));
            }
        }
    }

    /// Until when a cluster may take that began then; none is without a limit.
    pub(super) fn deadline(&self, cluster: &Name, since: Timestamp) -> Option<Timestamp> {
        let member = self.members.get(cluster)?;
        let seconds = self.waves[member.wave].progress_deadline_seconds?;
        Some(later(since, seconds.get()))
    }

    /// The clusters of a wave, in the order in which they start.
    pub(super) fn clusters(&self, wave: usize) -> Vec<Name> {
        let clusters = self.waves[wave].clusters.iter();
        clusters.map(|cluster| cluster.name.clone()).collect()
    }
}
