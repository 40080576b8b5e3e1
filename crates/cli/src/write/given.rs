//! Numbers of pods that were given for the plan: the files do not say them, but on the way.

use std::collections::BTreeMap;

use cutover::Plan;
use cutover::manifest::{Bundle, Manifest, ObjectRef};
use cutover::planning::Deployment;
use serde_json::Value;

use crate::error::Error;

/// The sets whose number of pods was given, each with the numbers that it has.
pub(crate) struct Given(BTreeMap<ObjectRef, Numbers>);

struct Numbers {
    /// The one that was given.
    given: Value,
    /// All that it has in some state.
    all: Vec<Value>,
}

impl Given {
    /// Those of a plan.
    ///
    /// # Errors
    ///
    /// A plan that does not fit itself.
    pub(crate) fn of(plan: &Plan) -> Result<Self, Error> {
        let start = plan.start();
        let mut sets = BTreeMap::new();
        let workloads = plan.spec.workloads.iter();
        for workload in workloads.filter(|workload| workload.bounds.is_given()) {
            for object in workload.objects() {
                if let Some(given) = number(&start, object) {
                    let all = vec![given.clone()];
                    sets.insert(object.clone(), Numbers { given, all });
                }
            }
        }
        let mut walk = plan.walk();
        while walk.advance().map_err(Error::failed)?.is_some() {
            for (object, numbers) in &mut sets {
                numbers.all.extend(number(walk.state(), object));
            }
        }
        Ok(Self(sets))
    }

    /// A manifest with the number that was given, where its file says none, or one of which the
    /// plan knows nothing: that was true when somebody wrote it.
    pub(crate) fn filled(&self, manifest: Manifest) -> Manifest {
        let Some(numbers) = self.0.get(manifest.object()) else {
            return manifest;
        };
        let said = manifest.pointer(Deployment::REPLICAS.pointer());
        if said.is_some_and(|said| numbers.all.contains(said)) {
            return manifest;
        }
        manifest.with(Deployment::REPLICAS, numbers.given.clone())
    }

    /// One of a plan's ends without the numbers that were given, as the files say it.
    pub(crate) fn left_out(&self, mut end: Bundle) -> Bundle {
        for (object, numbers) in &self.0 {
            if let Some(set) = end.get(object)
                && set.pointer(Deployment::REPLICAS.pointer()) == Some(&numbers.given)
            {
                let open = set.without(Deployment::REPLICAS);
                end.insert(open);
            }
        }
        end
    }
}

fn number(state: &Bundle, object: &ObjectRef) -> Option<Value> {
    state
        .get(object)?
        .pointer(Deployment::REPLICAS.pointer())
        .cloned()
}

/// What is said where a file gives the number back to whoever owns it.
pub(crate) fn warning(before: &Manifest, after: &Manifest) -> Option<String> {
    let [was_said, is_said] =
        [before, after].map(|set| set.pointer(Deployment::REPLICAS.pointer()).is_some());
    let object = after.object();
    (was_said && !is_said).then(|| {
        format!(
            "{object}: `replicas` is taken out of the file again: where nobody else owns the field, an apply of the file makes one pod of it\n\
             hint: hand the field over first, e.g. kubectl apply edit-last-applied deployment/{}",
            object.name
        )
    })
}
