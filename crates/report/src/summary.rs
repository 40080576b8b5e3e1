//! What a plan is about, in a paragraph.

use cutover_check::Checked;
use cutover_manifest::ObjectRef;
use cutover_plan::{Gate, Pause};
use cutover_workload::Bounds;

use crate::error::Error;
use crate::text::{Names, count};

/// So many objects are told by name.
const MOST_NAMES: usize = 3;

/// What the plan is about, how long it waits for people, and what is different at its end.
pub(crate) fn summary(plan: &Checked) -> Result<String, Error> {
    let pauses = |gate: &&Gate| matches!(gate, Gate::Pause(Pause { duration: None }));
    let people = plan
        .spec
        .steps
        .iter()
        .flat_map(|step| &step.gates)
        .filter(pauses)
        .count();
    let waits = if people == 0 {
        String::new()
    } else {
        format!(" It waits for a person {}.", times(people))
    };
    let outcome = outcome(plan)?;
    Ok(format!("{}{waits} {outcome}", about(plan)))
}

fn about(plan: &Checked) -> String {
    let names = Names::of(plan);
    let strategy = &plan.spec.strategy;
    match plan.spec.workloads.as_slice() {
        [] => format!("Strategy {strategy}."),
        [only] => {
            let routers = only.serving().map(|router| router.object.name.clone());
            let routers: Vec<String> = routers.collect();
            let is_alone = routers.is_empty();
            let services = listed(routers);
            let behind = if is_alone {
                String::new()
            } else {
                format!(", behind Service {services}")
            };
            let pods = match &only.bounds {
                Bounds::Fixed(fixed) if fixed.given => {
                    count(fixed.replicas as usize, "pod") + ", a number that was given"
                }
                Bounds::Fixed(fixed) => count(fixed.replicas as usize, "pod"),
                Bounds::Live(_) => "as many pods as run".into(),
            };
            format!(
                "Strategy {strategy} for Deployment {} ({pods}{behind}).",
                names.workload(only)
            )
        }
        several => {
            let names = several
                .iter()
                .map(|workload| names.workload(workload))
                .collect();
            format!(
                "Strategy {strategy} for {} Deployments: {}.",
                several.len(),
                listed(names)
            )
        }
    }
}

/// The objects that are others at the end than at the start, and those that come and go.
fn outcome(plan: &Checked) -> Result<String, Error> {
    let (start, end) = (plan.start(), plan.walk().end()?);
    let all = plan.objects();
    let those = |chosen: &dyn Fn(&ObjectRef) -> bool| -> Vec<String> {
        all.iter()
            .filter(|object| chosen(object))
            .map(|object| object.to_string())
            .collect()
    };
    let kinds = [
        (
            "changed",
            those(&|object| {
                start.contains(object)
                    && end.contains(object)
                    && start.get(object) != end.get(object)
            }),
        ),
        (
            "created",
            those(&|object| !start.contains(object) && end.contains(object)),
        ),
        (
            "deleted",
            those(&|object| start.contains(object) && !end.contains(object)),
        ),
        (
            "there only on the way",
            those(&|object| !start.contains(object) && !end.contains(object)),
        ),
    ];
    let told = kinds.into_iter().filter(|(_, objects)| !objects.is_empty());
    let told: Vec<String> = told
        .map(|(kind, objects)| format!("{kind}: {}", listed(objects)))
        .collect();
    Ok(if told.is_empty() {
        "It ends as it began.".into()
    } else {
        format!("In the end, {}.", told.join("; "))
    })
}

fn times(number: usize) -> String {
    match number {
        1 => "once".into(),
        2 => "twice".into(),
        more => format!("{more} times"),
    }
}

fn listed(mut names: Vec<String>) -> String {
    let more = names.len().saturating_sub(MOST_NAMES);
    names.truncate(MOST_NAMES);
    let more = if more == 0 {
        String::new()
    } else {
        format!(" and {more} more")
    };
    names.join(", ") + &more
}
