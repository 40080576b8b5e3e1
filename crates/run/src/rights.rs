//! What a run needs to be allowed to do.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Manifest, ObjectRef};
use cutover_plan::{Available, Change, Endpoints, Gate, Held, Plan, Settled};
use cutover_workload::Workload;
use serde_json::{Value, json};

use crate::analysis::jobs;
use crate::api::effect::{Right, Scope};
use crate::api::resource::resource;
use crate::autoscalers::every_takeover;
use crate::error::Error;
use crate::journal::Journal;
use crate::leadership::lease::lease_objects;
use crate::namespace::DefaultNamespace;

/// The rights that a run of a plan needs, forward and back, each once and in order.
pub fn rights(plan: &Plan, namespace: &str) -> Vec<Right> {
    let mut rights = BTreeSet::new();
    for scope in scopes(plan, namespace) {
        for verb in ["list", "watch"] {
            rights.insert(right(
                &scope.api_version,
                &scope.kind,
                verb,
                &scope.namespace,
                &scope.name,
            ));
        }
    }
    for (verb, object) in writes(plan, namespace) {
        // Nobody can be allowed to create by name.
        let name = (verb != "create").then(|| object.name.clone());
        rights.insert(right(
            &object.api_version,
            &object.kind,
            verb,
            &object.namespace,
            &name,
        ));
    }
    let journal = Journal::object(plan, namespace);
    for object in lease_objects(plan, namespace).iter().chain([&journal]) {
        for verb in ["get", "patch"] {
            let name = Some(object.name.clone());
            rights.insert(right(
                &object.api_version,
                &object.kind,
                verb,
                &object.namespace,
                &name,
            ));
        }
        rights.insert(right(
            &object.api_version,
            &object.kind,
            "create",
            &object.namespace,
            &None,
        ));
    }
    for namespace in namespaces(plan, namespace) {
        let autoscaler = ("autoscaling/v2", "HorizontalPodAutoscaler");
        for (api_version, kind) in [autoscaler, ("networking.k8s.io/v1", "Ingress")] {
            rights.insert(right(api_version, kind, "list", &namespace, &None));
        }
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

/// What is watched: one watch a kind and namespace.
pub(crate) fn scopes(plan: &Plan, namespace: &str) -> BTreeSet<Scope> {
    let default = DefaultNamespace::new(namespace);
    let scope =
        |api_version: &str, kind: &str, namespace: &Option<String>, name: Option<String>| Scope {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            namespace: namespace.clone(),
            name,
        };
    let of = |object: &ObjectRef| scope(&object.api_version, &object.kind, &object.namespace, None);
    let mut scopes: BTreeSet<Scope> = objects(plan, namespace).iter().map(of).collect();
    scopes.extend(jobs(plan, namespace).keys().map(|job| Scope {
        name: Some(job.name.clone()),
        ..of(job)
    }));
    for gate in plan.every_step().flat_map(|step| &step.gates) {
        match gate {
            Gate::Available(Available { object, .. }) | Gate::Settled(Settled { object, .. }) => {
                let namespace = default.object(object).namespace;
                scopes.insert(scope("apps/v1", "ReplicaSet", &namespace, None));
                scopes.insert(scope("v1", "Pod", &namespace, None));
            }
            Gate::Endpoints(Endpoints { object }) => {
                let namespace = default.object(object).namespace;
                scopes.insert(scope("v1", "Pod", &namespace, None));
                scopes.insert(scope(
                    "discovery.k8s.io/v1",
                    "EndpointSlice",
                    &namespace,
                    None,
                ));
            }
            // KEDA makes one for a ScaledObject, and deletes it while that is paused.
            Gate::Held(Held { object }) => {
                let namespace = default.object(object).namespace;
                let kind = "HorizontalPodAutoscaler";
                scopes.insert(scope("autoscaling/v2", kind, &namespace, None));
            }
            // What they look at is watched as an object of the plan, where they look at one.
            Gate::Drained(_)
            | Gate::Job(_)
            | Gate::Metric(_)
            | Gate::Pause(_)
            | Gate::Routed(_)
            | Gate::Smoke(_)
            | Gate::Webhook(_)
            | Gate::Window(_) => {}
        }
    }
    let journal = Journal::object(plan, namespace);
    let all = scope("v1", "ConfigMap", &journal.namespace, None);
    if !scopes.contains(&all) {
        scopes.insert(scope(
            "v1",
            "ConfigMap",
            &journal.namespace,
            Some(journal.name),
        ));
    }
    scopes
}

/// All objects that the plan starts from or ever has.
pub(crate) fn objects(plan: &Plan, namespace: &str) -> BTreeSet<ObjectRef> {
    let default = DefaultNamespace::new(namespace);
    let start = plan.spec.from.iter().map(Manifest::object);
    let changed = changes(plan).map(Change::object);
    start
        .chain(changed)
        .map(|object| default.object(object))
        .collect()
}

/// The namespaces of the plan's workloads.
pub(crate) fn namespaces(plan: &Plan, namespace: &str) -> BTreeSet<Option<String>> {
    let own = plan.spec.workloads.iter().map(Workload::namespace);
    own.map(|own| Some(own.unwrap_or(namespace).to_owned()))
        .collect()
}

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

fn right(
    api_version: &str,
    kind: &str,
    verb: &str,
    namespace: &Option<String>,
    name: &Option<String>,
) -> Right {
    let guess = || format!("{}s", kind.to_lowercase());
    Right {
        group: api_version
            .split_once('/')
            .map_or("", |(group, _)| group)
            .to_owned(),
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
