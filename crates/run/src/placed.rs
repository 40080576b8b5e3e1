//! A plan in the namespace of a run: what it promises must hold there too.

use std::collections::BTreeSet;

use cutover_check::check;
use cutover_manifest::{Manifest, ObjectRef};
use cutover_plan::Plan;

use crate::bind::rebase::rebase;
use crate::error::Error;
use crate::namespace::DefaultNamespace;

/// Refuses a plan that has objects with this namespace and without one, and does not keep what it
/// promises once they stand beside each other: two may be one there, and a Service may send requests to
/// pods that it was not held against.
///
/// # Errors
///
/// [`Error::Misplaced`] with all that does not hold there.
pub(crate) fn refuse_misplaced(plan: &Plan, namespace: &str) -> Result<(), Error> {
    if !is_mixed(plan, namespace) {
        return Ok(());
    }
    let placed = rebase(plan, &DefaultNamespace::new(namespace))?;
    match check(placed) {
        Ok(_) => Ok(()),
        Err(broken) => Err(Error::Misplaced {
            namespace: namespace.to_owned(),
            broken: broken.iter().map(ToString::to_string).collect(),
        }),
    }
}

/// Whether some of its objects are in the namespace by what they say, and some by what they leave out.
fn is_mixed(plan: &Plan, namespace: &str) -> bool {
    let default = DefaultNamespace::new(namespace);
    let changed = plan.changed().into_iter();
    let objects = plan.spec.from.iter().map(Manifest::object).chain(changed);
    let there = objects.filter(|object| {
        let placed = default.object(object);
        placed.namespace.as_deref() == Some(namespace)
    });
    let ways: BTreeSet<bool> = there
        .map(|object: &ObjectRef| object.namespace.is_some())
        .collect();
    ways.len() > 1
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::examples::{manifest, rolling, with_object};

    fn check_placed(plan: &Plan, namespace: &str, expect: &str) {
        let said = match refuse_misplaced(plan, namespace) {
            Ok(()) => String::new(),
            Err(error) => error.to_string(),
        };
        assert!(
            said.contains(expect) && said.is_empty() == expect.is_empty(),
            "{said}"
        );
    }

    /// A failure means that a Service loses its pods which the plan was not held against.
    #[test]
    fn a_service_of_the_namespace_is_a_router() {
        let front = manifest(json!({
            "apiVersion": "v1", "kind": "Service", "metadata": {"name": "front", "namespace": "prod"},
            "spec": {"selector": {"app": "hello"}, "ports": [{"port": 80}]},
        }));
        let plan = with_object(&rolling(), front);
        check_placed(&plan, "test", "");
        check_placed(
            &plan,
            "prod",
            "Service prod/front: it sends requests to workload hello",
        );
        check_placed(&rolling(), "prod", "");
    }

    /// A failure means that one object is written by two names.
    #[test]
    fn an_object_with_and_without_its_namespace_is_one() {
        let twin = manifest(json!({
            "apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello", "namespace": "prod"},
            "spec": {"ports": [{"port": 80}]},
        }));
        let plan = with_object(&rolling(), twin);
        check_placed(&plan, "test", "");
        check_placed(&plan, "prod", "Service prod/hello is there twice");
    }
}
