//! A quota of the namespace that has no room for the pods of a plan.

use std::collections::BTreeMap;

use cutover_manifest::{Bundle, Manifest, ObjectRef, Quantity, Warning};
use cutover_workload::{Bounds, Deployment, Requests, Workload, deployments};

/// What the Deployments of a namespace ask for together at most.
#[derive(Default)]
struct Asked {
    pods: u64,
    requests: Requests,
}

/// The quotas that the pods of the Deployments alone break, at the moment when most of them stand.
pub(super) fn quotas(bundle: &Bundle, to: &Bundle, workloads: &[Workload]) -> Vec<Warning> {
    let quotas: Vec<&Manifest> = bundle
        .of_kind("ResourceQuota")
        .filter(|quota| is_for_all(quota))
        .collect();
    if quotas.is_empty() {
        return Vec::new();
    }
    let asked = asked(bundle, to, workloads);
    let mut found = Vec::new();
    for quota in quotas {
        let namespace = quota.object().namespace.clone();
        if let Some(asked) = asked.get(&namespace) {
            found.extend(broken(quota, asked));
        }
    }
    found
}

/// Whether a quota counts all pods of its namespace.
fn is_for_all(quota: &Manifest) -> bool {
    ["/spec/scopes", "/spec/scopeSelector"]
        .iter()
        .all(|field| quota.pointer(field).is_none())
}

/// What is asked for in each namespace: of a workload its ceiling, of any other Deployment what it
/// has.
fn asked(from: &Bundle, to: &Bundle, workloads: &[Workload]) -> BTreeMap<Option<String>, Asked> {
    let mut most: BTreeMap<&ObjectRef, u64> = BTreeMap::new();
    for set in deployments(from) {
        most.insert(set.manifest().object(), set.replicas().unwrap_or(1).into());
    }
    for workload in workloads {
        if let (Some(object), Bounds::Fixed(bounds)) = (workload.objects().next(), &workload.bounds)
        {
            most.insert(object, bounds.ceiling.into());
        }
    }
    let mut asked: BTreeMap<Option<String>, Asked> = BTreeMap::new();
    for (object, pods) in most {
        let here = asked.entry(object.namespace.clone()).or_default();
        here.pods += pods;
        here.requests = here.requests.plus(larger(object, from, to).times(pods));
    }
    asked
}

/// What a pod of a Deployment asks for, before or after the release, whichever is more.
fn larger(object: &ObjectRef, from: &Bundle, to: &Bundle) -> Requests {
    let mut larger = Requests::default();
    for end in [from, to] {
        let template = end
            .get(object)
            .and_then(|set| Deployment::of(set).template());
        // What is no quantity is said where pods are counted.
        if let Some(Ok(pod)) = template.map(Requests::of_pod) {
            larger.cpu = larger.cpu.max(pod.cpu);
            larger.memory = larger.memory.max(pod.memory);
        }
    }
    larger
}

fn broken(quota: &Manifest, asked: &Asked) -> Vec<Warning> {
    let Requests { cpu, memory } = asked.requests;
    let kinds: [(&str, &[&str], Quantity); 3] = [
        ("pods", &["pods", "count/pods"], Quantity::whole(asked.pods)),
        ("CPU", &["requests.cpu", "cpu"], cpu),
        ("memory", &["requests.memory", "memory"], memory),
    ];
    kinds
        .into_iter()
        .filter_map(|(what, fields, most)| short(quota, what, fields, most))
        .collect()
}

/// What a quota lacks of one kind, which one of these fields limits.
fn short(quota: &Manifest, what: &str, fields: &[&str], most: Quantity) -> Option<Warning> {
    let hard = quota.pointer("/spec/hard")?;
    let limit = fields.iter().find_map(|field| hard.get(field))?;
    let Ok(allowed) = Quantity::read(limit) else {
        let message =
            format!("its limit of {what}, {limit}, is not a quantity, and was not compared");
        return Some(Warning::about(
            quota.object(),
            message,
            "write 2, 500m, 1.5Gi or 100M",
        ));
    };
    if allowed >= most {
        return None;
    }
    let told = |amount: Quantity| match what {
        "memory" => amount.bytes(),
        _ => amount.cores(),
    };
    let (allowed, most) = (told(allowed), told(most));
    let message = format!(
        "it allows {allowed} {what}, and the Deployments of its namespace ask for up to {most} while the plan runs"
    );
    let hint = "plan with a smaller maxSurge or preview, or ask for a larger quota";
    Some(Warning::about(quota.object(), message, hint))
}
