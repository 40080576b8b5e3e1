//! Plans by route, and what their gateways owe at every moment.

use std::sync::OnceLock;

use cutover::Checked;
use cutover::manifest::ObjectRef;
use cutover::planning::Workload;
use cutover_model::{Model, Rule};
use serde_json::json;

use crate::behind_a_route::Application;
use crate::checks::{placed, selects};

/// Of so many seeds one is of a plan by route.
const ROUTED: u64 = 20;

/// The plan of a seed that is about routes.
pub(crate) fn plan(seed: u64) -> Option<&'static Checked> {
    static PLANS: OnceLock<[Checked; 4]> = OnceLock::new();
    let plans = PLANS.get_or_init(all);
    let at = usize::try_from(seed / ROUTED).unwrap();
    (seed % ROUTED == 2).then(|| &plans[at % plans.len()])
}

/// The plans, by how many pods there are before and after.
fn all() -> [Checked; 4] {
    let own = |weight: u32| json!({"name": "hello", "port": 80, "weight": weight});
    let legacy = json!({"name": "legacy", "port": 80, "weight": 3});
    let application = Application {
        surge: 1,
        unavailable: 0,
        tracked: true,
        rules: json!([{"backendRefs": [own(1)]}]),
    };
    let untracked = Application {
        tracked: false,
        rules: json!([{"backendRefs": [legacy, own(2)]}, {"backendRefs": [own(1)]}]),
        ..application
    };
    let in_place = Application {
        surge: 0,
        unavailable: 1,
        ..application.clone()
    };
    let by_halves = json!({
        "steps": [{"setWeight": 50}, {"pause": {"duration": 60}}, {"setWeight": 100}],
        "promotionSteps": [50, 100],
    });
    let patient = json!({"steps": [{"setWeight": 25}, {"pause": {}}, {"setWeight": 50}]});
    let at_once = json!({"steps": [{"setWeight": 10}, {"setWeight": 40}]});
    let plans = [
        application.plan([3, 3], by_halves),
        untracked.plan([3, 3], patient.clone()),
        in_place.plan([4, 2], at_once),
        application.plan([3, 3], patient),
    ];
    plans.map(Result::unwrap)
}

/// Whether each share of each rule stands on as many available pods as it owes, by what requests
/// really go by.
pub(crate) fn passes_on(model: &Model, workload: &Workload) -> Result<(), String> {
    for route in workload.routes().map(placed) {
        for rule in model.routed(&route) {
            shares_stand(model, workload, rule).map_err(|reason| format!("{route}: {reason}"))?;
        }
    }
    Ok(())
}

fn shares_stand(model: &Model, workload: &Workload, rule: &Rule) -> Result<(), String> {
    let own: Vec<(ObjectRef, u64)> = workload
        .serving()
        .filter_map(|router| {
            Some((
                placed(&router.object),
                *rule.weights.get(&router.object.name)?,
            ))
        })
        .collect();
    let sum: u64 = own.iter().map(|(_, weight)| weight).sum();
    if sum == 0 {
        return Err("nobody gets its requests".to_owned());
    }
    for (service, weight) in own.into_iter().filter(|(_, weight)| *weight > 0) {
        let pods = u64::from(available(model, workload, &service));
        let floor = u64::from(workload.floor());
        if pods * sum < weight * floor || model.backends(&service).answering == 0 {
            return Err(format!(
                "{service} has {weight} of {sum} of the requests, and {pods} pods available"
            ));
        }
    }
    Ok(())
}

/// The available pods that a Service selects.
fn available(model: &Model, workload: &Workload, service: &ObjectRef) -> u32 {
    let Ok(service) = model.server.get(service) else {
        return 0;
    };
    let sets = workload.objects().map(placed);
    let behind = sets.filter(|set| {
        let set = model.server.get(set);
        set.is_ok_and(|set| selects(&service, &set))
    });
    behind.map(|set| model.available(&set)).sum()
}
