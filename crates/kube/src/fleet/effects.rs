//! What a fleet's run wants done, carried out.

use cutover_check::Checked;
use cutover_fleet::{Effect, Event, Name};
use cutover_run::Goal;
use futures::channel::mpsc::unbounded;
use futures::future::LocalBoxFuture;
use futures::stream::abortable;
use futures::{FutureExt, StreamExt};

use super::availability::watch;
use super::carried_out::carried_out;
use super::connection::Connection;
use super::driver::{Driver, FleetProgress, Happened};
use super::gates::judge;
use super::look::look;
use crate::cluster::Cluster;

impl<'a, T: FnMut(&FleetProgress)> Driver<'a, T> {
    pub(super) fn carry_out(&mut self) {
        while !self.lapsed
            && let Some(effect) = self.run.poll_effect()
        {
            self.carry_out_one(effect);
        }
    }

    pub(super) fn carry_out_one(&mut self, effect: Effect) {
        match effect {
            Effect::Ask(id, gate) => {
                let wave = &self.fleets.fleet.spec.waves[id.wave].name;
                let fleet = self.fleets.fleet.metadata.name.clone();
                self.begin(judge(id, gate, fleet, wave.to_string()).boxed_local());
            }
            Effect::Look(cluster) => {
                if let Some((connection, plan)) = self.of(&cluster) {
                    self.begin(look(cluster, connection, plan).boxed_local());
                }
            }
            Effect::Start { cluster, again } => {
                let goal = match again {
                    true => Goal::Again,
                    false => Goal::Apply,
                };
                self.start(cluster, goal);
            }
            Effect::Stop(cluster) => {
                if let Some(stop) = self.stops.get(&cluster) {
                    // Where nobody listens it has ended already.
                    drop(stop.unbounded_send(()));
                }
            }
            Effect::Undo(cluster) => self.start(cluster, Goal::Back { to: 0 }),
            Effect::Watch(cluster) => self.watch(cluster),
            Effect::Unwatch(cluster) => {
                if let Some(watched) = self.watched.remove(&cluster) {
                    watched.abort();
                }
            }
            Effect::Write(position) => self.write(&position),
            Effect::Tell(progress) => (self.tell)(&FleetProgress::Fleet(progress)),
        }
    }

    pub(super) fn begin(&self, future: LocalBoxFuture<'a, Event>) {
        self.under_way
            .push(future.map(Happened::Event).boxed_local());
    }

    /// The way to a cluster, and its plan.
    pub(super) fn of(&self, cluster: &Name) -> Option<(&'a Connection, &'a Checked)> {
        let fleets = self.fleets;
        let planned = fleets
            .fleet
            .clusters()
            .find(|known| known.name == *cluster)?;
        Some((fleets.clusters.get(cluster)?, fleets.fleet.plan(planned)?))
    }

    pub(super) fn start(&mut self, cluster: Name, goal: Goal) {
        let Some((connection, plan)) = self.of(&cluster) else {
            return;
        };
        let options = |connected: &Cluster| (self.fleets.options)(&cluster, connected).goal(goal);
        let connected = connection.as_ref().map(|found| (found, options(found)));
        let connected = connected.map_err(Clone::clone);
        let (stop, stops) = unbounded();
        self.stops.insert(cluster.clone(), stop);
        let news = self.news.clone();
        self.begin(carried_out(cluster, connected, plan, news, stops).boxed_local());
    }

    pub(super) fn watch(&mut self, cluster: Name) {
        if let Some((connection, plan)) = self.of(&cluster) {
            let (events, handle) = abortable(watch(cluster.clone(), connection, plan));
            self.watches.push(events.boxed_local());
            self.watched.insert(cluster, handle);
        }
    }
}
