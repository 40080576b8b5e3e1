//! What each runner has been told of the cluster.

use std::collections::BTreeMap;

use cutover::manifest::{Manifest, ObjectRef};
use cutover_run::{Reply, Request, Scope};

use crate::trace::{Moment, What, object_of, write_of};

/// What each runner has been told of the cluster.
#[derive(Default)]
pub(crate) struct Views(BTreeMap<u32, View>);

/// What a runner has been told: the objects that it knows to be there.
#[derive(Default)]
pub(crate) struct View(BTreeMap<ObjectRef, Manifest>);

impl Views {
    /// What a runner has been told; nothing of one that nobody has told anything.
    pub(crate) fn of(&self, runner: u32) -> &View {
        const NOTHING: &View = &View(BTreeMap::new());
        self.0.get(&runner).unwrap_or(NOTHING)
    }

    pub(crate) fn see(&mut self, moment: &Moment) {
        match &moment.what {
            What::Listed {
                runner,
                scope,
                found,
            } => self.view(*runner).list(scope, found),
            What::Changed { runner, manifest } => self.view(*runner).put(manifest),
            What::Gone { runner, object } => self.view(*runner).take(object),
            What::Answered {
                runner,
                request,
                answer: Ok(Reply::Object(found)),
            } => {
                let object = match (request, write_of(request)) {
                    (_, Some(write)) => object_of(write),
                    (Request::Get(object), _) => object,
                    _ => return,
                };
                match found {
                    Some(manifest) => self.view(*runner).put(manifest),
                    None => self.view(*runner).take(object),
                }
            }
            _ => {}
        }
    }

    fn view(&mut self, runner: u32) -> &mut View {
        self.0.entry(runner).or_default()
    }
}

impl View {
    pub(crate) fn get(&self, object: &ObjectRef) -> Option<&Manifest> {
        self.0.get(object)
    }

    pub(crate) fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Manifest> {
        self.0
            .values()
            .filter(move |manifest| manifest.object().kind == kind)
    }

    fn list(&mut self, scope: &Scope, found: &[Manifest]) {
        let is_found = |object: &ObjectRef| found.iter().any(|found| found.object() == object);
        self.0
            .retain(|object, _| !covers(scope, object) || is_found(object));
        found.iter().for_each(|manifest| self.put(manifest));
    }

    /// Two ways lead to a runner, and the older news may come last.
    fn put(&mut self, manifest: &Manifest) {
        let known = self.0.get(manifest.object());
        if known.is_none_or(|known| version(known) <= version(manifest)) {
            self.0.insert(manifest.object().clone(), manifest.clone());
        }
    }

    fn take(&mut self, object: &ObjectRef) {
        self.0.remove(object);
    }
}

/// Whether an object is one of those that a watch is about.
pub(super) fn covers(scope: &Scope, object: &ObjectRef) -> bool {
    scope.api_version == object.api_version
        && scope.kind == object.kind
        && scope.namespace == object.namespace
        && scope.name.as_ref().is_none_or(|name| *name == object.name)
}

/// The cluster in memory counts upwards.
fn version(manifest: &Manifest) -> u64 {
    let text = manifest.pointer("/metadata/resourceVersion");
    text.and_then(|text| text.as_str()?.parse().ok())
        .unwrap_or(0)
}
