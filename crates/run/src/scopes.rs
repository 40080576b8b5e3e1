//! What a run looks at in a cluster: the plan's objects, and what is behind its gates.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Manifest, ObjectRef};
use cutover_plan::{Available, Change, Endpoints, Gate, Held, Plan, Settled};
use cutover_workload::Workload;

use crate::analysis::jobs;
use crate::api::effect::Scope;
use crate::journal::Journal;
use crate::namespace::DefaultNamespace;

/// Kinds by group and version.
const AUTOSCALER: (&str, &str) = ("autoscaling/v2", "HorizontalPodAutoscaler");
const INGRESS: (&str, &str) = ("networking.k8s.io/v1", "Ingress");
const ENDPOINT_SLICE: (&str, &str) = ("discovery.k8s.io/v1", "EndpointSlice");
const POD: (&str, &str) = ("v1", "Pod");
const REPLICA_SET: (&str, &str) = ("apps/v1", "ReplicaSet");

/// The kinds that hold what is nobody else's business, and of which a namespace is full: Helm keeps
/// each release in a Secret.
const PRIVATE: [(&str, &str); 2] = [("v1", "ConfigMap"), ("v1", "Secret")];

/// So many objects of a private kind are watched one by one, and more by one watch.
const FEW: usize = 8;

/// What is watched: one watch a kind and namespace, and of private kinds one an object.
pub(crate) fn scopes(plan: &Plan, namespace: &str) -> BTreeSet<Scope> {
    let mut scopes = watched(&objects(plan, namespace));
    scopes.extend(jobs(plan, namespace).keys().map(just));
    for gate in plan.every_step().flat_map(|step| &step.gates) {
        scopes.extend(looks_at(gate, namespace));
    }
    let journal = Journal::object(plan, namespace);
    if !scopes.contains(&kind_of(&journal)) {
        scopes.insert(just(&journal));
    }
    scopes
}

/// What gates look at, and the objects that they are about: no more than that.
pub(crate) fn behind(gates: &[Gate], namespace: &str) -> BTreeSet<Scope> {
    let mut scopes = BTreeSet::new();
    for gate in gates {
        scopes.extend(gate.object().map(just));
        scopes.extend(looks_at(gate, namespace));
    }
    scopes
}

/// The plan's own objects.
fn watched(objects: &BTreeSet<ObjectRef>) -> BTreeSet<Scope> {
    let mut kinds: BTreeMap<Scope, Vec<&ObjectRef>> = BTreeMap::new();
    for object in objects {
        kinds.entry(kind_of(object)).or_default().push(object);
    }
    let mut scopes = BTreeSet::new();
    for (kind, objects) in kinds {
        if is_private(&kind) && objects.len() <= FEW {
            scopes.extend(objects.into_iter().map(just));
        } else {
            scopes.insert(kind);
        }
    }
    scopes
}

fn is_private(scope: &Scope) -> bool {
    PRIVATE.contains(&(&*scope.api_version, &*scope.kind))
}

/// What a gate looks at beside the plan's own objects.
fn looks_at(gate: &Gate, namespace: &str) -> Vec<Scope> {
    let beside = |object: &ObjectRef, kinds: &[(&str, &str)]| {
        let namespace = DefaultNamespace::new(namespace).object(object).namespace;
        let scope = |(api_version, kind): &(&str, &str)| Scope {
            api_version: (*api_version).to_owned(),
            kind: (*kind).to_owned(),
            namespace: namespace.clone(),
            name: None,
        };
        kinds.iter().map(scope).collect()
    };
    match gate {
        Gate::Available(Available { object, .. }) | Gate::Settled(Settled { object, .. }) => {
            beside(object, &[REPLICA_SET, POD])
        }
        Gate::Endpoints(Endpoints { object }) => beside(object, &[POD, ENDPOINT_SLICE]),
        // KEDA makes one for a ScaledObject, and deletes it while that is paused.
        Gate::Held(Held { object }) => beside(object, &[AUTOSCALER]),
        // What they look at is watched as an object of the plan, where they look at one.
        Gate::Drained(_)
        | Gate::Job(_)
        | Gate::Metric(_)
        | Gate::Pause(_)
        | Gate::Routed(_)
        | Gate::Smoke(_)
        | Gate::Webhook(_)
        | Gate::Window(_) => Vec::new(),
    }
}

/// All objects of an object's kind and namespace.
fn kind_of(object: &ObjectRef) -> Scope {
    Scope {
        api_version: object.api_version.clone(),
        kind: object.kind.clone(),
        namespace: object.namespace.clone(),
        name: None,
    }
}

/// The scope of an object and of no other.
fn just(object: &ObjectRef) -> Scope {
    Scope {
        name: Some(object.name.clone()),
        ..kind_of(object)
    }
}

/// All objects that the plan starts from or ever has.
pub(crate) fn objects(plan: &Plan, namespace: &str) -> BTreeSet<ObjectRef> {
    let default = DefaultNamespace::new(namespace);
    let start = plan.spec.from.iter().map(Manifest::object);
    let changed = plan.every_step().flat_map(|step| &step.changes);
    let changed = changed.map(Change::object);
    start
        .chain(changed)
        .map(|object| default.object(object))
        .collect()
}

/// What is looked for once before the first write, beside the plan's own objects: what scales or
/// fronts them.
pub(crate) fn surveyed(plan: &Plan, namespace: &str) -> Vec<Scope> {
    let own = plan.spec.workloads.iter().map(Workload::namespace);
    let namespaces: BTreeSet<&str> = own.map(|own| own.unwrap_or(namespace)).collect();
    let mut scopes = Vec::new();
    for namespace in namespaces {
        for (api_version, kind) in [AUTOSCALER, INGRESS] {
            scopes.push(Scope {
                api_version: api_version.to_owned(),
                kind: kind.to_owned(),
                namespace: Some(namespace.to_owned()),
                name: None,
            });
        }
    }
    scopes
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::examples::{greetings, manifest, rolling, with_object};

    fn told(scopes: impl IntoIterator<Item = Scope>) -> Vec<String> {
        let told = scopes.into_iter().map(|scope| {
            let name = scope.name.unwrap_or_else(|| "*".to_owned());
            format!("{} {}/{name}", scope.kind, scope.namespace.unwrap())
        });
        let mut told: Vec<String> = told.collect();
        told.sort();
        told
    }

    /// A failure means that a gate is judged by what nobody watches, or that a run watches what it
    /// has no business with.
    #[test]
    fn what_is_watched() {
        let check = |plan: &Plan, expect: &[&str]| {
            assert_eq!(told(scopes(plan, "prod")), expect);
        };
        check(
            &rolling(),
            &[
                "ConfigMap prod/cutover-hello",
                "ConfigMap prod/hello-1",
                "ConfigMap prod/hello-2",
                "Deployment prod/*",
                "EndpointSlice prod/*",
                "Pod prod/*",
                "ReplicaSet prod/*",
                "Service prod/*",
            ],
        );
        let alone = ["ConfigMap prod/cutover-greeting", "ConfigMap prod/greeting"];
        check(&greetings(&["hello", "hi"]), &alone);
        let many = (0..FEW).fold(greetings(&["hello", "hi"]), |plan, number| {
            let name = format!("other-{number}");
            let object =
                json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}});
            with_object(&plan, manifest(object))
        });
        check(&many, &["ConfigMap prod/*"]);
    }

    /// A failure means that an autoscaler counts the pods of a plan that counts them too.
    #[test]
    fn what_is_looked_for_once() {
        let found = told(surveyed(&rolling(), "prod"));
        assert_eq!(found, ["HorizontalPodAutoscaler prod/*", "Ingress prod/*"]);
    }
}
