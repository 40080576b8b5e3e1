//! The transition system: what may happen next, and which of it does.

use std::collections::BTreeMap;

use cutover_manifest::ObjectRef;
use jiff::{SignedDuration, Timestamp};

use crate::controllers::autoscaler::Autoscalers;
use crate::controllers::kubelet::{Nodes, after};
use crate::controllers::{deployment, endpoints, kubelet, replica_set};
use crate::event::Event;
use crate::faults::Faults;
use crate::gateway::Gateways;
use crate::objects::Uid;
use crate::proxy::Proxy;
use crate::random::Random;
use crate::server::{Call, Server};
use crate::watch::WatchId;
use crate::write::{LateWrite, Write};

/// A small cluster in memory: an API server, the controllers of Deployments, pods, endpoints and
/// routes, and what goes wrong.
///
/// All choices come from the seed, so that a run that fails is run again by its seed.
///
/// ```
/// use cutover_manifest::{Manifest, ObjectRef};
/// use cutover_model::{Model, Write};
/// use jiff::Timestamp;
/// use serde_json::json;
///
/// let mut model = Model::new(7, Timestamp::UNIX_EPOCH);
/// let hello = Manifest::new(json!({
///     "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello"},
///     "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "hello"}}, "template": {
///         "metadata": {"labels": {"app": "hello"}},
///         "spec": {"containers": [{"name": "hello", "image": "hello:1.0.0"}]}}},
/// }))?;
/// model.write(&Write::Create(hello.clone()), "me", false)?;
/// assert!(model.drive_bounded(1000));
/// assert_eq!((model.available(hello.object()), model.alive(hello.object())), (3, 3));
///
/// let ops = serde_json::from_value(json!([{"op": "replace", "path": "/spec/replicas", "value": 2}]))?;
/// model.write(&Write::Patch { object: hello.object().clone(), ops }, "me", false)?;
/// let soon = model.now + jiff::SignedDuration::from_mins(1);
/// while model.step(soon).is_some() {
///     assert!((2..=3).contains(&model.available(hello.object())));
/// }
/// assert_eq!(model.alive(hello.object()), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Model {
    /// The time, for the server and for whoever is tested.
    pub now: Timestamp,
    /// The API server, to look at and to write to without faults.
    pub server: Server,
    /// What becomes of pods.
    pub nodes: Nodes,
    /// What goes wrong, how often and when; nothing by default.
    pub faults: Faults,
    /// For how long, in milliseconds, a controller or a watch may do nothing though it could: at
    /// most so long at a time.
    pub lag: u64,
    /// Whether a Deployment's controller may act before those of its ReplicaSets have caught up.
    ///
    /// A real cluster does, for milliseconds. Then a roll may have more pods alive than `maxSurge`
    /// says, and one whose template changes in the middle fewer available than `maxUnavailable`
    /// says: Kubernetes does not promise either.
    pub overtaking: bool,
    /// How many pods the load of each HorizontalPodAutoscaler asks for. It acts at any moment, for up
    /// to a sync period by what it said before it was changed; one without a load does not act.
    pub loads: BTreeMap<ObjectRef, u32>,
    autoscalers: Autoscalers,
    pub(crate) random: Random,
    steps: u64,
    pub(crate) late: Vec<LateWrite>,
    pub(crate) proxy: Proxy,
    pub(crate) gateways: Gateways,
    enabled: Vec<Event>,
}

impl Model {
    /// An empty cluster without faults.
    pub fn new(seed: u64, now: Timestamp) -> Self {
        Self {
            now,
            server: Server::default(),
            nodes: Nodes::default(),
            faults: Faults::default(),
            lag: 1000,
            overtaking: false,
            loads: BTreeMap::new(),
            autoscalers: Autoscalers::default(),
            random: Random::new(seed),
            steps: 0,
            late: Vec::new(),
            proxy: Proxy::default(),
            gateways: Gateways::default(),
            enabled: Vec::new(),
        }
    }

    /// Lets one thing happen. Where nothing can before `limit`, the clock moves there, and there is
    /// no event.
    pub fn step(&mut self, limit: Timestamp) -> Option<Event> {
        let Some(event) = self.choose(limit) else {
            self.now = self.now.max(limit);
            self.proxy.follow(&self.server, self.now);
            self.gateways.follow(self.now);
            return None;
        };
        self.steps += 1;
        self.happen(event);
        self.proxy.notice(
            &mut self.server,
            self.nodes.proxy,
            &mut self.random,
            self.now,
        );
        self.gateways.follow(self.now);
        Some(event)
    }

    /// Lets things happen until nothing more does before `limit`.
    pub fn drive(&mut self, limit: Timestamp) {
        while self.step(limit).is_some() {}
    }

    /// Lets up to so many things happen; whether nothing more can then.
    pub fn drive_bounded(&mut self, steps: usize) -> bool {
        for _ in 0..steps {
            self.enable();
            if self.enabled.is_empty() && self.next_time().is_none() {
                return true;
            }
            self.step(Timestamp::MAX);
        }
        false
    }

    /// How many things have happened.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// The write that comes late next, by [`Event::LateWrite`].
    pub fn late(&self) -> Option<&Write> {
        self.late.first().map(|late| &late.write)
    }

    /// The object that somebody else writes to next, by [`Event::Edited`].
    pub fn edited(&self) -> Option<&ObjectRef> {
        let mut edits = self.faults.edits.iter();
        let due = edits.find(|edit| edit.step <= self.steps);
        due.map(|edit| &edit.object)
    }

    /// What may happen now, time apart, in a fixed order.
    pub fn enabled(&mut self) -> &[Event] {
        self.enable();
        &self.enabled
    }

    fn choose(&mut self, limit: Timestamp) -> Option<Event> {
        if let Some(event) = self.planned().or_else(|| self.fault()) {
            return Some(event);
        }
        self.enable();
        if self.enabled.is_empty() {
            return self
                .next_time()
                .filter(|next| *next <= limit)
                .map(Event::Time);
        }
        if self.lag > 0 && self.now < limit && self.random.chance(LAGGING) {
            let later = after(self.now, 1 + self.random.below(self.lag));
            return Some(Event::Time(later.min(limit)));
        }
        self.random.pick(&self.enabled).copied()
    }

    /// What a test has put down for this step.
    fn planned(&self) -> Option<Event> {
        if self.faults.edits.iter().any(|edit| edit.step <= self.steps) {
            return Some(Event::Edited);
        }
        self.faults
            .jumps
            .iter()
            .any(|jump| jump.step <= self.steps)
            .then_some(Event::Jumped)
    }

    /// One of the faults that are counted, where the seed wants one.
    fn fault(&mut self) -> Option<Event> {
        let counts = [
            self.faults.crashes,
            self.faults.evictions,
            self.faults.deletions,
            self.faults.expiries,
        ];
        if counts == [0; 4] || !self.random.chance(self.faults.rate) {
            return None;
        }
        let pods = |wanted: bool| {
            self.server
                .pods
                .values()
                .filter(move |pod| pod.is_active() && wanted)
        };
        let ready = pods(counts[0] > 0)
            .filter(|pod| pod.is_ready())
            .map(|pod| Event::Crashed(pod.header.uid));
        let evicted = pods(counts[1] > 0).map(|pod| Event::Evicted(pod.header.uid));
        let deleted = pods(counts[2] > 0).map(|pod| Event::Deleted(pod.header.uid));
        let watches = (0..self.server.watches.len()).filter(|_| counts[3] > 0);
        let expired = watches.map(|at| Event::Expired(WatchId(at)));
        let possible: Vec<_> = ready.chain(evicted).chain(deleted).chain(expired).collect();
        self.random.pick(&possible).copied()
    }

    fn enable(&mut self) {
        self.gateways
            .notice(&mut self.server, &mut self.random, self.now);
        let (server, now) = (&self.server, self.now);
        self.autoscalers.look(server, self.loads.keys(), now);
        let work = &server.work;
        let is_due = |at: Option<Timestamp>| at.is_some_and(|at| at <= now);
        let enabled = &mut self.enabled;
        enabled.clear();
        let waits = |deployment: &Uid| !self.overtaking && server.sets_have_work(*deployment);
        enabled.extend(
            work.deployments
                .iter()
                .filter(|uid| !waits(uid))
                .map(|uid| Event::Deployment(*uid)),
        );
        enabled.extend(work.replica_sets.iter().map(|uid| Event::ReplicaSet(*uid)));
        enabled.extend(work.services.iter().map(|uid| Event::Endpoints(*uid)));
        enabled.extend(work.garbage.iter().map(|uid| Event::Collected(*uid)));
        let pods = server
            .pods
            .values()
            .filter(|pod| is_due(pod.next.map(|(at, _)| at)));
        enabled.extend(pods.map(|pod| Event::Pod(pod.header.uid)));
        let retries = server
            .replica_sets
            .values()
            .filter(|set| is_due(set.retry.map(|retry| retry.at)));
        enabled.extend(retries.map(|set| Event::ReplicaSet(set.header.uid)));
        let deadlines = server
            .deployments
            .values()
            .filter(|deployment| is_due(deployment.check_at));
        enabled.extend(deadlines.map(|deployment| Event::Deployment(deployment.uid)));
        let watches = server
            .watches
            .iter()
            .enumerate()
            .filter(|(_, watch)| watch.is_behind());
        enabled.extend(watches.map(|(at, _)| Event::Arrived(WatchId(at))));
        for (at, (object, load)) in self.loads.iter().enumerate() {
            if self.autoscalers.would_act(server, object, *load, now) {
                enabled.push(Event::Scaled(at));
            }
        }
        enabled.extend(self.gateways.due(now).map(Event::Routed));
        enabled.extend(self.late.first().map(|_| Event::LateWrite));
    }

    /// When something happens by itself next.
    fn next_time(&self) -> Option<Timestamp> {
        let server = &self.server;
        let pods = server
            .pods
            .values()
            .filter_map(|pod| pod.next.map(|(at, _)| at));
        let retries = server
            .replica_sets
            .values()
            .filter_map(|set| set.retry.map(|retry| retry.at));
        let deadlines = server
            .deployments
            .values()
            .filter_map(|deployment| deployment.check_at);
        pods.chain(retries)
            .chain(deadlines)
            .chain(self.proxy.next())
            .chain(self.gateways.next())
            .min()
    }

    fn happen(&mut self, event: Event) {
        let (server, random, now) = (&mut self.server, &mut self.random, self.now);
        match event {
            Event::Deployment(uid) => {
                server.work.deployments.remove(&uid);
                if let Some(own) = server.deployments.get_mut(&uid) {
                    own.check_at = own.check_at.filter(|at| *at > now);
                }
                deployment::sync(server, uid, now);
            }
            Event::ReplicaSet(uid) => {
                server.work.replica_sets.remove(&uid);
                replica_set::sync(server, uid, random, now);
            }
            Event::Endpoints(uid) => {
                server.work.services.remove(&uid);
                endpoints::sync(server, uid, now);
            }
            Event::Collected(uid) => {
                server.work.garbage.remove(&uid);
                server.remove(uid, now);
            }
            Event::Pod(uid) => kubelet::act(server, uid, &self.nodes, random, now),
            Event::Arrived(WatchId(at)) => server.watches[at].deliver(),
            Event::Time(later) => self.now = later,
            Event::LateWrite => self.carry_out_late(),
            Event::Routed(uid) => self.gateways.say(server, uid, now),
            Event::Scaled(at) => {
                if let Some((object, load)) = self.loads.iter().nth(at) {
                    self.autoscalers.act(server, object, *load, random, now);
                }
            }
            Event::Edited => self.edit(),
            Event::Jumped => self.jump(),
            fault => self.go_wrong(fault),
        }
    }

    fn go_wrong(&mut self, event: Event) {
        let (server, random, now) = (&mut self.server, &mut self.random, self.now);
        match event {
            Event::Crashed(uid) => {
                self.faults.crashes -= 1;
                kubelet::crash(server, uid, random, now);
            }
            Event::Evicted(uid) => {
                self.faults.evictions -= 1;
                kubelet::evict(server, uid, now);
            }
            Event::Deleted(uid) => {
                self.faults.deletions -= 1;
                server.remove(uid, now);
            }
            Event::Expired(WatchId(at)) => {
                self.faults.expiries -= 1;
                let listed = server.listed(&server.watches[at].scope);
                server.watches[at].expire(listed);
            }
            _ => {}
        }
    }

    fn edit(&mut self) {
        let at = self
            .faults
            .edits
            .iter()
            .position(|edit| edit.step <= self.steps);
        if let Some(edit) = at.map(|at| self.faults.edits.remove(at)) {
            let call = Call {
                now: self.now,
                manager: &edit.manager,
                dry_run: false,
            };
            #[expect(
                clippy::let_underscore_must_use,
                reason = "where it does not fit, nothing happens, as its documentation says"
            )]
            let _ = self.server.patch(&edit.object, &edit.ops, call);
        }
    }

    fn jump(&mut self) {
        let at = self
            .faults
            .jumps
            .iter()
            .position(|jump| jump.step <= self.steps);
        if let Some(jump) = at.map(|at| self.faults.jumps.remove(at)) {
            let by = SignedDuration::from_secs(jump.seconds);
            self.now = self.now.checked_add(by).unwrap_or(self.now);
        }
    }
}

/// How often of 1,000 steps time goes on though something could happen.
const LAGGING: u16 = 125;
