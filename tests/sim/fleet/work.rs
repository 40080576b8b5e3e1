//! What is under way in clusters: it begins, ends, or gives up where nobody answers.

use cutover::fleet::{Ending, Event, Name, Standing};

use super::cluster::{Fate, Work};
use super::stage::{Happening, Stage, seconds_of};

/// For how long a run in a cluster that does not answer tries.
const PATIENCE: u64 = 300;

impl Stage {
    pub(super) fn put_to_work(&mut self, runner: usize, cluster: Name, back: bool, again: bool) {
        self.count += 1;
        let id = self.count;
        self.cluster(&cluster).work = Some(Work {
            id,
            runner,
            back,
            again,
        });
        self.soon(Happening::First(cluster, id));
    }

    pub(super) fn ask_to_stop(&mut self, runner: usize, cluster: Name) {
        let work = self.cluster(&cluster).work.as_ref();
        let id = work
            .filter(|work| work.runner == runner)
            .map(|work| work.id);
        if let Some(id) = id {
            let ending = Ending::Failed("it was stopped by hand".to_owned());
            let after = 1 + self.random().below(8);
            self.later(after, Happening::GiveUp(cluster, id, ending));
        }
    }

    /// Whether this is still what is under way there.
    pub(super) fn is_under_way(&mut self, cluster: &Name, id: u64) -> bool {
        let work = self.cluster(cluster).work.as_ref();
        work.is_some_and(|work| work.id == id)
    }

    pub(super) fn first(&mut self, name: &Name, id: u64) -> Result<(), String> {
        if !self.is_under_way(name, id) {
            return Ok(());
        }
        let now = self.now;
        let cluster = self.cluster(name);
        if !cluster.answers(now) {
            return self.try_until(name.clone(), id, None);
        }
        let (back, again) = cluster
            .work
            .as_ref()
            .map_or((false, false), |work| (work.back, work.again));
        if let Some(ending) = cluster.refusal(back, again) {
            self.later(2, Happening::End(name.clone(), id, ending));
            return Ok(());
        }
        cluster.standing = Standing::Begun;
        let cluster = self.clusters.get_mut(name).unwrap();
        let fate = cluster.begin(back, &mut self.scenario.random);
        let well = if back { Ending::Undone } else { Ending::Done };
        let (after, ending) = match fate {
            Fate::Ends(after) => (after, well),
            Fate::Fails(after) => (after, Ending::Failed("a gate did not hold".to_owned())),
            Fate::Hangs => return Ok(()),
        };
        self.later(after, Happening::End(name.clone(), id, ending));
        Ok(())
    }

    /// It is not answered: it goes on once it is, or gives up.
    pub(super) fn try_until(
        &mut self,
        name: Name,
        id: u64,
        ending: Option<Ending>,
    ) -> Result<(), String> {
        let (now, until) = (self.now, self.now + seconds_of(PATIENCE));
        let mut outages = self.clusters[&name].outages.iter();
        let back = outages.find(|(from, to)| *from <= now && now < *to);
        let back = back.map_or(now, |(_, to)| *to);
        match (back < until, ending) {
            (true, None) => self.at(back, Happening::First(name, id)),
            (true, Some(ending)) => self.at(back, Happening::End(name, id, ending)),
            (false, _) => {
                let lost = Ending::Lost("no answer".to_owned());
                self.at(until, Happening::GiveUp(name, id, lost));
            }
        }
        Ok(())
    }

    pub(super) fn end(&mut self, name: Name, id: u64, ending: Ending) -> Result<(), String> {
        if !self.is_under_way(&name, id) {
            return Ok(());
        }
        if !self.clusters[&name].answers(self.now) {
            return self.try_until(name, id, Some(ending));
        }
        match &ending {
            Ending::Done => self.cluster(&name).standing = Standing::Done,
            Ending::Undone => self.cluster(&name).standing = Standing::Undone,
            Ending::Failed(_) | Ending::Lost(_) => {}
        }
        self.give_up(&name, id, ending)
    }

    pub(super) fn give_up(&mut self, name: &Name, id: u64, ending: Ending) -> Result<(), String> {
        if !self.is_under_way(name, id) {
            return Ok(());
        }
        let Some(work) = self.cluster(name).work.take() else {
            return Ok(());
        };
        self.hear(work.runner, Event::Ended(name.clone(), ending))
    }

    pub(super) fn look(&mut self, runner: usize, name: Name) -> Result<(), String> {
        let cluster = &self.clusters[&name];
        let event = match cluster.answers(self.now) {
            true => Event::Looked(name.clone(), cluster.standing.clone()),
            false => Event::Unreached(name.clone(), "no answer".to_owned()),
        };
        self.hear(runner, event)
    }

    pub(super) fn turn(&mut self, name: &Name, flickers: bool) -> Result<(), String> {
        let cluster = self.cluster(name);
        if flickers {
            cluster.is_available = !cluster.is_available;
        }
        self.tell_availability(name);
        Ok(())
    }

    pub(super) fn tell_availability(&mut self, name: &Name) {
        let cluster = &self.clusters[name];
        let Some(watcher) = cluster.watcher else {
            return;
        };
        let event = match cluster.is_available && cluster.answers(self.now) {
            true => Event::Available(name.clone()),
            false => Event::Unavailable(name.clone(), "a pod is not ready".to_owned()),
        };
        self.later(0, Happening::Hear(watcher, event));
    }
}
