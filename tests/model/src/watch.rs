//! Watches: what a client sees of the server's objects, in order, and later than it happens.

use std::collections::VecDeque;

use cutover_manifest::{Manifest, ObjectRef};

use crate::key::Key;

/// Objects of one kind in one namespace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    /// Group and version, as `apps/v1`.
    pub api_version: String,
    /// The kind, as `Deployment`.
    pub kind: String,
    /// The namespace; none is all of them.
    pub namespace: Option<String>,
    /// The one object that is meant; none is all of them.
    pub name: Option<String>,
}

/// A watch of the model, by its place among all that were opened, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WatchId(pub(crate) usize);

/// What a watch sees.
#[derive(Clone, Debug, PartialEq)]
pub enum WatchEvent {
    /// All objects of the scope: at the start, and again where the watch had to begin anew.
    Listed(Vec<Manifest>),
    /// An object is new or has changed.
    Changed(Manifest),
    /// An object is gone; as it was last seen.
    Gone(Manifest),
}

impl Scope {
    /// All objects of a kind, in a namespace or in all.
    pub fn new(api_version: &str, kind: &str, namespace: Option<&str>) -> Self {
        Self {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            namespace: namespace.map(str::to_owned),
            name: None,
        }
    }

    pub(crate) fn holds(&self, key: &Key) -> bool {
        let group = self
            .api_version
            .split_once('/')
            .map_or("", |(group, _)| group);
        let one = |wanted: &Option<String>, found: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == found)
        };
        self.kind == key.kind
            && group == key.group
            && one(&self.name, &key.name)
            && (key.namespace.is_empty() || one(&self.namespace, &key.namespace))
    }

    /// An object of the scope, for what is said of the scope as a whole.
    pub(crate) fn object(&self) -> ObjectRef {
        let name = self.name.as_deref().unwrap_or_default();
        ObjectRef::new(
            &self.api_version,
            &self.kind,
            self.namespace.as_deref(),
            name,
        )
    }
}

/// What has happened in a scope, and how much of it has reached the client.
#[derive(Clone, Debug)]
pub(crate) struct Watch {
    pub(crate) scope: Scope,
    events: VecDeque<WatchEvent>,
    arrived: usize,
}

impl Watch {
    pub(crate) fn new(scope: Scope, now: Vec<Manifest>) -> Self {
        Self {
            scope,
            events: [WatchEvent::Listed(now)].into(),
            arrived: 0,
        }
    }

    pub(crate) fn push(&mut self, event: WatchEvent) {
        self.events.push_back(event);
    }

    /// Whether something is on its way.
    pub(crate) fn is_behind(&self) -> bool {
        self.arrived < self.events.len()
    }

    /// One event more reaches the client.
    pub(crate) fn deliver(&mut self) {
        self.arrived = (self.arrived + 1).min(self.events.len());
    }

    /// What is on its way is lost; the client lists anew.
    pub(crate) fn expire(&mut self, now: Vec<Manifest>) {
        self.events.truncate(self.arrived);
        self.push(WatchEvent::Listed(now));
    }

    pub(crate) fn poll(&mut self) -> Option<WatchEvent> {
        if self.arrived == 0 {
            return None;
        }
        self.arrived -= 1;
        self.events.pop_front()
    }
}
