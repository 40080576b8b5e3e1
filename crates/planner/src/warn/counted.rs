//! What counts pods by their labels counts those of a second set too.

use cutover_manifest::{Bundle, Manifest, Warning};
use cutover_workload::{Amount, Bounds, Deployment, Selector, Workload};
use serde_json::Value;

/// What counts pods by their labels, with its selector.
pub(super) struct Counting<'a>(Vec<(&'a Manifest, Selector)>);

impl<'a> Counting<'a> {
    pub(super) fn of(bundle: &'a Bundle) -> Self {
        let mut found = Vec::new();
        for manifest in bundle.iter() {
            // One that cannot be read is none that the server has: it counts nobody.
            if let Some(Ok(selector)) = Selector::of_counter(manifest)
                && !selector.is_empty()
            {
                found.push((manifest, selector));
            }
        }
        Self(found)
    }

    /// What counts the pods of all sets of a workload as one.
    pub(super) fn warnings(&self, workload: &Workload, set: &Manifest) -> Vec<Warning> {
        let labels = Deployment::of(set).labels();
        let mut found = Vec::new();
        for (counter, selector) in &self.0 {
            let object = counter.object();
            if object.namespace == set.object().namespace && selector.matches(&labels) {
                let message = format!(
                    "it selects by labels, and counts the pods of every set of {} while the plan runs{}",
                    set.object().name,
                    evicted(counter, workload).unwrap_or_default()
                );
                let hint = "nothing to do where that is meant; else select by a label that only one set has";
                found.push(Warning::about(object, message, hint));
            }
        }
        found.extend(spread(set));
        found
    }
}

/// How many pods a PodDisruptionBudget lets go while both sets stand, and how many it does else.
///
/// Percentages are rounded up (`getExpectedPodCount` in `pkg/controller/disruption/disruption.go`).
fn evicted(budget: &Manifest, workload: &Workload) -> Option<String> {
    let Bounds::Fixed(bounds) = &workload.bounds else {
        return None;
    };
    let amount = |field: &str| budget.pointer(field).map(Amount::read);
    let least = amount("/spec/minAvailable");
    let most = amount("/spec/maxUnavailable");
    let allowed = |pods: u32| match (&least, &most) {
        (Some(Ok(least)), _) => Some(pods.saturating_sub(least.up(pods))),
        (None, Some(Ok(most))) => Some(most.up(pods).min(pods)),
        // It says neither, or what is no number of pods, which no API server has taken.
        _ => None,
    };
    let (beside, alone) = (allowed(bounds.ceiling)?, allowed(bounds.replicas)?);
    Some(format!(
        ": of up to {} pods it lets {beside} be evicted, all of one set where they come so; of {} it lets {alone}",
        bounds.ceiling, bounds.replicas
    ))
}

/// A constraint that counts both sets may leave a new pod without a node.
fn spread(set: &Manifest) -> Option<Warning> {
    let template = Deployment::of(set).template()?;
    let labels = Deployment::of(set).labels();
    let constraints = template
        .pointer("/spec/topologySpreadConstraints")?
        .as_array()?;
    let binding = constraints.iter().find(|constraint| {
        let selector = Selector::read(&constraint["labelSelector"]);
        constraint["whenUnsatisfiable"] != "ScheduleAnyway"
            && selector.is_ok_and(|selector| !selector.is_empty() && selector.matches(&labels))
    })?;
    let skew = binding["maxSkew"].as_u64().unwrap_or(1);
    let key = binding["topologyKey"].as_str().unwrap_or_default();
    let message = format!(
        "its pods are spread over {key} with a skew of {skew} at most, and the pods of every set count: a new one may find no node"
    );
    let hint =
        "add `pod-template-hash` to matchLabelKeys, or let whenUnsatisfiable be ScheduleAnyway";
    let hashed = binding["matchLabelKeys"]
        .as_array()
        .is_some_and(|keys| keys.contains(&Value::from("pod-template-hash")));
    (!hashed).then(|| Warning::about(set.object(), message, hint))
}
