//! What becomes of runners: they are killed, sleep, end, and are followed by others.

use cutover::fleet::{Ending, Event, Goal, Name, Outcome, Standing};

use super::stage::{Happening, Life, Stage};
use super::trace::What;

impl Stage {
    pub(super) fn is_killed(&mut self) -> bool {
        let kills = self.scenario.kills;
        let is_killed = self.kills < self.scenario.most_kills && self.random().chance(kills);
        self.kills += u32::from(is_killed);
        is_killed
    }

    /// A runner is killed, and another one comes.
    pub(super) fn kill(&mut self, runner: usize) -> Result<(), String> {
        self.say(&format!("runner {runner} is killed"));
        self.runners[runner].state = Life::Gone;
        self.abandon(runner)?;
        if runner != self.leader {
            return Ok(());
        }
        let goal = match self.random().chance(150) {
            true => Goal::Undo,
            false => Goal::Apply,
        };
        self.meddle();
        let after = 20 + self.random().below(200);
        self.later(after, Happening::Begin(goal));
        Ok(())
    }

    /// Somebody takes a cluster back by its own means, while nobody looks.
    pub(super) fn meddle(&mut self) {
        if !self.random().chance(100) {
            return;
        }
        let mut clusters = self.clusters.values_mut();
        if let Some(cluster) = clusters
            .find(|cluster| cluster.standing == Standing::Done && cluster.outages.is_empty())
        {
            cluster.standing = Standing::Undone;
        }
    }

    /// What a runner has under way ends with it, or without it.
    pub(super) fn abandon(&mut self, runner: usize) -> Result<(), String> {
        for cluster in self.clusters.values_mut() {
            if cluster
                .work
                .as_ref()
                .is_some_and(|work| work.runner == runner)
            {
                cluster.work = None;
            }
            if cluster.watcher == Some(runner) {
                cluster.watcher = None;
            }
        }
        self.see(runner, What::Gone)
    }

    /// The runner falls asleep for so long that its Leases run out.
    pub(super) fn sleep(&mut self) -> Result<(), String> {
        let runner = self.leader;
        if self
            .runners
            .get(runner)
            .is_none_or(|found| found.state != Life::Alive)
        {
            return Ok(());
        }
        self.say(&format!("runner {runner} sleeps"));
        self.runners[runner].state = Life::Asleep;
        self.abandon(runner)?;
        let after = 20 + self.random().below(60);
        self.later(after, Happening::Begin(Goal::Apply));
        let after = after + 1 + self.random().below(600);
        self.later(after, Happening::Wake(runner));
        Ok(())
    }

    /// It wakes up, and hears first of all that it has lost its Lease.
    pub(super) fn wake(&mut self, runner: usize) -> Result<(), String> {
        self.runners[runner].state = Life::Alive;
        let by = format!("runner-{}", self.leader);
        self.hear(runner, Event::Superseded { by })?;
        let missed = std::mem::take(&mut self.runners[runner].missed);
        let working: Vec<Name> = self.clusters.keys().cloned().collect();
        for event in missed {
            self.hear(runner, event)?;
        }
        for cluster in working {
            let ending = Ending::Failed("its Lease was taken".to_owned());
            self.hear(runner, Event::Ended(cluster, ending))?;
        }
        Ok(())
    }

    /// A run is over: mostly somebody goes on from there.
    pub(super) fn over(&mut self, runner: usize, outcome: Outcome) -> Result<(), String> {
        if self.runners[runner].state != Life::Alive {
            return Ok(());
        }
        self.runners[runner].state = Life::Gone;
        let standings = self.clusters.iter();
        let standings = standings.map(|(name, cluster)| (name.clone(), cluster.standing.clone()));
        let what = What::Over {
            outcome,
            standings: standings.collect(),
        };
        self.see(runner, what)?;
        self.abandon(runner)?;
        self.follow_ups += 1;
        if self.follow_ups > 4 || runner != self.leader {
            return Ok(());
        }
        let goal = match self.random().below(6) {
            0 | 1 => Goal::Undo,
            2 => Goal::Again,
            _ => Goal::Apply,
        };
        let after = 30 + self.random().below(600);
        self.later(after, Happening::Begin(goal));
        Ok(())
    }
}
