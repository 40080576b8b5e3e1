//! kube-proxy: where new connections to a Service go, up to a second behind its EndpointSlices.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::controllers::kubelet::after;
use crate::objects::{Endpoint, Uid};
use crate::random::Random;
use crate::server::Server;

/// What kube-proxy has made of the slices.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proxy {
    /// The pods that each Service leads to.
    backends: BTreeMap<Uid, Vec<Uid>>,
    /// The Services whose slices have changed, and when it follows.
    due: BTreeMap<Uid, Timestamp>,
}

impl Proxy {
    /// Notes which slices have changed; it follows so many milliseconds later.
    pub(crate) fn notice(
        &mut self,
        server: &mut Server,
        delay: (u64, u64),
        random: &mut Random,
        now: Timestamp,
    ) {
        for service in std::mem::take(&mut server.work.proxied) {
            self.due
                .entry(service)
                .or_insert_with(|| after(now, random.between(delay)));
        }
        self.follow(server, now);
    }

    /// Follows the slices that it is time for.
    pub(crate) fn follow(&mut self, server: &Server, now: Timestamp) {
        while let Some(service) = self
            .due
            .iter()
            .find(|(_, due)| **due <= now)
            .map(|(service, _)| *service)
        {
            self.due.remove(&service);
            self.backends.insert(service, usable(server, service));
        }
    }

    /// When it follows next.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.due.values().min().copied()
    }

    pub(crate) fn backends(&self, service: Uid) -> &[Uid] {
        self.backends.get(&service).map_or(&[], Vec::as_slice)
    }
}

/// The ready endpoints, or where there is none those that still serve while they go.
fn usable(server: &Server, service: Uid) -> Vec<Uid> {
    let slices = server
        .slices
        .values()
        .filter(|slice| slice.service == service);
    let all: Vec<&Endpoint> = slices.flat_map(|slice| &slice.endpoints).collect();
    let pods = |wanted: fn(&Endpoint) -> bool| -> Vec<Uid> {
        all.iter()
            .filter(|endpoint| wanted(endpoint))
            .map(|endpoint| endpoint.pod)
            .collect()
    };
    let ready = pods(|endpoint| endpoint.ready);
    if ready.is_empty() {
        pods(|endpoint| endpoint.serving && endpoint.terminating)
    } else {
        ready
    }
}
