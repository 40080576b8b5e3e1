//! A gateway and its controller: what a route's status says, and where its requests go.
//!
//! The controller writes a status some time after a route has changed, and at times much later; its
//! gateway goes by the new form at any moment until [`SETTLE`] after that, and not before the
//! change. What was measured of real ones is within these bounds.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::controllers::kubelet::after;
use crate::objects::{Uid, stamp};
use crate::random::Random;
use crate::routes::{Rule, rules};
use crate::server::Server;

/// By how many milliseconds a gateway is behind its controller's word, at most.
const SETTLE: u64 = 2_900;

/// How many milliseconds a status takes, most times and at times.
const STATUS: (u64, u64) = (5, 1_500);
const LATE_STATUS: (u64, u64) = (5_000, 25_000);

/// How many of 1,000 statuses are late.
const LATE: u16 = 100;

/// What gateways and their controllers have made of the routes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gateways(BTreeMap<Uid, Known>);

/// A route as its controller and its gateway know it.
#[derive(Clone, Debug)]
struct Known {
    /// The generation that the controller has read.
    generation: u64,
    /// When it writes what it has read.
    status: Option<Timestamp>,
    /// What requests go by.
    rules: Vec<Rule>,
    /// What they go by next, and from when on.
    next: Option<(Vec<Rule>, Timestamp)>,
}

impl Gateways {
    /// Notes which routes have changed, of those that name a parent, and follows those that it is time
    /// for.
    pub(crate) fn notice(&mut self, server: &mut Server, random: &mut Random, now: Timestamp) {
        for uid in std::mem::take(&mut server.work.routes) {
            let Some(route) = server.show(uid) else {
                continue;
            };
            let route = route.value();
            if !route["spec"]["parentRefs"][0].is_object() {
                continue;
            }
            let generation = generation(route);
            match self.0.get_mut(&uid) {
                Some(known) if known.generation == generation => {}
                Some(known) => known.change(generation, rules(route), random, now),
                None => {
                    let known = Known::of_new(generation, rules(route));
                    self.0.insert(uid, known);
                    write_status(server, uid, generation, now);
                }
            }
        }
        self.follow(now);
    }

    /// Goes by what it is time for.
    pub(crate) fn follow(&mut self, now: Timestamp) {
        for known in self.0.values_mut() {
            if let Some((rules, _)) = known.next.take_if(|(_, at)| *at <= now) {
                known.rules = rules;
            }
        }
    }

    /// The routes whose status it is time for.
    pub(crate) fn due(&self, now: Timestamp) -> impl Iterator<Item = Uid> {
        let due = move |known: &Known| known.status.is_some_and(|at| at <= now);
        let due = self.0.iter().filter(move |(_, known)| due(known));
        due.map(|(uid, _)| *uid)
    }

    /// The controller of a route writes what it has read.
    pub(crate) fn say(&mut self, server: &mut Server, uid: Uid, now: Timestamp) {
        if let Some(known) = self.0.get_mut(&uid) {
            known.status = None;
            write_status(server, uid, known.generation, now);
        }
    }

    /// When something happens next.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        let times = |known: &Known| [known.status, known.next.as_ref().map(|(_, at)| *at)];
        self.0.values().flat_map(times).flatten().min()
    }

    /// What requests to a route go by at this moment.
    pub(crate) fn rules(&self, route: Uid) -> &[Rule] {
        self.0.get(&route).map_or(&[], |known| &known.rules)
    }

    /// Whether its gateway goes by the newest form of a route.
    pub(crate) fn is_followed(&self, server: &Server, route: Uid) -> bool {
        let newest = server.show(route).map(|route| generation(route.value()));
        let known = self.0.get(&route);
        known.is_some_and(|known| newest == Some(known.generation) && known.next.is_none())
    }
}

impl Known {
    fn of_new(generation: u64, rules: Vec<Rule>) -> Self {
        Self {
            generation,
            status: None,
            rules,
            next: None,
        }
    }

    fn change(&mut self, generation: u64, rules: Vec<Rule>, random: &mut Random, now: Timestamp) {
        let late = random.chance(LATE);
        let takes = random.between(if late { LATE_STATUS } else { STATUS });
        // A gateway does not wait for its status.
        let follows = random.below(takes.min(STATUS.1) + SETTLE);
        self.generation = generation;
        self.status = Some(after(now, takes));
        self.next = Some((rules, after(now, follows)));
    }
}

fn generation(route: &Value) -> u64 {
    route["metadata"]["generation"].as_u64().unwrap_or(0)
}

/// Says of each parent that this generation is accepted, and all that it names found.
fn write_status(server: &mut Server, uid: Uid, generation: u64, now: Timestamp) {
    let Some(route) = server.show(uid) else {
        return;
    };
    let condition = |kind: &str| {
        json!({
            "type": kind, "status": "True", "reason": kind, "message": "",
            "observedGeneration": generation, "lastTransitionTime": stamp(now),
        })
    };
    let conditions = ["Accepted", "ResolvedRefs"].map(condition);
    let parents = route.value()["spec"]["parentRefs"].as_array();
    let entries = parents.into_iter().flatten().map(|parent| {
        json!({"parentRef": parent, "controllerName": "example.com/gateway", "conditions": conditions})
    });
    let status = json!({ "parents": entries.collect::<Vec<_>>() });
    server.write_others_status(uid, status);
}
