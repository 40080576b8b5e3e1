//! Before pods are taken away the others are counted anew, by what the server says at that moment: a
//! watch that has been deaf for a while tells of pods that are long gone.

use cutover_manifest::{Manifest, ObjectRef};
use cutover_traffic::HttpRoute;
use cutover_workload::Deployment;

use crate::api::effect::Request;
use crate::gates::replica_sets;
use crate::path::Path;
use crate::requests::Question;
use crate::run::Run;

impl Run {
    /// Asks for the counts that a step relies on which takes pods away; false where they have been
    /// asked for right now, or the step takes none.
    pub(super) fn recounts(&mut self, number: usize) -> bool {
        let Some(cursor) = self.cursor.as_ref() else {
            return false;
        };
        if !self.waiting.is_to_count(number) {
            return false;
        }
        let sets = relied_on(cursor.path(), number);
        let counted: Vec<ObjectRef> = sets
            .iter()
            .flat_map(|set| replica_sets(&self.observed, set))
            .collect();
        if counted.is_empty() {
            return false;
        }
        let looks = counted
            .into_iter()
            .map(|set| (Question::Look(set.clone()), Request::Get(set)));
        self.requests.enqueue(looks);
        true
    }
}

/// The sets of the plan that keep their pods while a step takes pods of others away, or directs
/// requests away from them; none where it does neither.
fn relied_on(path: &Path, number: usize) -> Vec<ObjectRef> {
    let (before, after) = (path.before(number), path.after(number));
    let takes = |object: &ObjectRef| match (before.get(object), after.get(object)) {
        (Some(before), Some(after)) => loses(before, after),
        (Some(_), None) => true,
        (None, _) => false,
    };
    let changes = path.changes(number).iter();
    if !changes.map(|change| change.object()).any(takes) {
        return Vec::new();
    }
    let objects = after.iter().map(Manifest::object);
    objects
        .filter(|object| Deployment::is(object))
        .cloned()
        .collect()
}

/// Whether a change takes pods away, or directs requests elsewhere.
fn loses(before: &Manifest, after: &Manifest) -> bool {
    if HttpRoute::is(before.object()) {
        return before.pointer("/spec/rules") != after.pointer("/spec/rules");
    }
    if !Deployment::is(before.object()) {
        return before.pointer("/spec/selector") != after.pointer("/spec/selector");
    }
    let (before, after) = (Deployment::of(before), Deployment::of(after));
    after.replicas() < before.replicas()
}
