//! What a run needs to be allowed to do.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Manifest, ObjectRef, resource};
use cutover_plan::{Change, Plan};
use serde_json::{Value, json};

use crate::analysis::jobs;
use crate::api::effect::{Right, Scope};
use crate::autoscalers::every_takeover;
use crate::error::Error;
use crate::journal::Journal;
use crate::leadership::leases::lease_objects;
use crate::namespace::DefaultNamespace;
use crate::scopes::{objects, scopes, surveyed};

/// The rights that a run of a plan needs, forward and back, each once and in order.
pub fn rights(plan: &Plan, namespace: &str) -> Vec<Right> {
    let mut rights = BTreeSet::new();
    for scope in scopes(plan, namespace) {
        for verb in ["list", "watch"] {
            rights.insert(right(verb, &scope));
        }
        // Their counts are read anew before pods are taken away.
        if scope.kind == "ReplicaSet" {
            rights.insert(right("get", &scope));
        }
    }
    for (verb, object) in writes(plan, namespace) {
        rights.insert(on(verb, &object));
    }
    let journal = Journal::object(plan, namespace);
    for object in lease_objects(plan, namespace).iter().chain([&journal]) {
        for verb in ["create", "get", "patch"] {
            rights.insert(on(verb, object));
        }
    }
    for scope in surveyed(plan, namespace) {
        rights.insert(right("list", &scope));
    }
    rights.into_iter().collect()
}

/// The rights of a plan as Roles, and a ClusterRole for what is in no namespace.
///
/// # Errors
///
/// [`Error::Manifest`] for a namespace that no object can be in.
pub fn roles(plan: &Plan, namespace: &str) -> Result<Vec<Manifest>, Error> {
    let mut rules: BTreeMap<Option<String>, BTreeMap<Target, Vec<String>>> = BTreeMap::new();
    for right in rights(plan, namespace) {
        let rule = (right.group, right.resource, right.name);
        rules
            .entry(right.namespace)
            .or_default()
            .entry(rule)
            .or_default()
            .push(right.verb);
    }
    let name = format!("cutover-{}", plan.metadata.name);
    let role = |(namespace, rules): (Option<String>, BTreeMap<_, _>)| {
        let rules: Vec<Value> = rules.into_iter().map(rule).collect();
        let kind = if namespace.is_some() {
            "Role"
        } else {
            "ClusterRole"
        };
        let mut metadata = json!({ "name": name });
        if let (Some(namespace), Some(metadata)) = (namespace, metadata.as_object_mut()) {
            metadata.insert("namespace".to_owned(), namespace.into());
        }
        let api_version = "rbac.authorization.k8s.io/v1";
        let value = json!({ "apiVersion": api_version, "kind": kind, "metadata": metadata, "rules": rules });
        Ok(Manifest::new(value)?)
    };
    rules.into_iter().map(role).collect()
}

/// Group, resource, and the one object that a rule names.
type Target = (String, String, Option<String>);

fn changes(plan: &Plan) -> impl Iterator<Item = &Change> {
    plan.every_step().flat_map(|step| &step.changes)
}

fn writes(plan: &Plan, namespace: &str) -> BTreeSet<(&'static str, ObjectRef)> {
    let default = DefaultNamespace::new(namespace);
    let write = |change: &Change| {
        let verb = match change {
            Change::Create(_) => "create",
            Change::Delete(_) => "delete",
            Change::Patch(_) => "patch",
            // A plan that has one is not carried out.
            Change::Replace(_) => return None,
        };
        Some((verb, default.object(change.object())))
    };
    let read = objects(plan, namespace)
        .into_iter()
        .map(|object| ("get", object));
    let jobs = jobs(plan, namespace);
    let jobs = jobs
        .keys()
        .flat_map(|job| ["create", "delete", "get"].map(|verb| (verb, job.clone())));
    let taken = every_takeover(plan);
    let taken = taken.map(|set| ("patch", default.object(set)));
    let changes = changes(plan).filter_map(write);
    changes.chain(taken).chain(read).chain(jobs).collect()
}

/// A verb on one object.
fn on(verb: &str, object: &ObjectRef) -> Right {
    // Nobody can be allowed to create by name.
    let name = (verb != "create").then(|| object.name.clone());
    let scope = Scope {
        api_version: object.api_version.clone(),
        kind: object.kind.clone(),
        namespace: object.namespace.clone(),
        name,
    };
    right(verb, &scope)
}

/// A verb on all that is in a scope.
fn right(verb: &str, scope: &Scope) -> Right {
    let Scope {
        api_version,
        kind,
        namespace,
        name,
    } = scope;
    let guess = || format!("{}s", kind.to_lowercase());
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    Right {
        group: group.to_owned(),
        resource: resource(api_version, kind).map_or_else(guess, |known| known.plural.to_owned()),
        verb: verb.to_owned(),
        namespace: namespace.clone(),
        name: name.clone(),
    }
}

fn rule(((group, resource, name), verbs): (Target, Vec<String>)) -> Value {
    let mut rule = json!({ "apiGroups": [group], "resources": [resource], "verbs": verbs });
    if let (Some(name), Some(rule)) = (name, rule.as_object_mut()) {
        rule.insert("resourceNames".to_owned(), json!([name]));
    }
    rule
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::rolling;

    /// A failure means that whoever asks for Roles gets fewer, without a word.
    #[test]
    fn a_namespace_that_cannot_be_has_no_roles() {
        assert_eq!(roles(&rolling(), "prod").unwrap().len(), 1);
        let refused = roles(&rolling(), "a/b").unwrap_err().to_string();
        assert!(refused.contains("a/b"), "{refused}");
    }
}
