//! What a step waits for, in words.

use std::collections::BTreeSet;

use cutover_check::Checked;
use cutover_manifest::{Bundle, ObjectRef};
use cutover_plan::{Analysis, Available, Gate, Pause, Step};
use cutover_workload::Deployment;

use crate::text::{MOST_TOLD, Names};

/// What a gate waits for, in words, as the table has it.
///
/// ```
/// # use cutover::{AnyStrategy, Ends, Options, Release, manifest};
/// # let yaml = br#"apiVersion: apps/v1
/// # kind: Deployment
/// # metadata: {name: hello}
/// # spec: {replicas: 3, selector: {matchLabels: {app: hello}}, template: {metadata: {labels: {app: hello}},
/// #   spec: {containers: [{name: hello, image: "hello:1.0.0"}]}}}"#;
/// # let from = manifest::bundle(vec![manifest::read("hello.yaml", yaml)?])?.bundle;
/// # let ends = Ends::unchanged(from).image(&"hello=hello:2.0.0".parse()?, &[])?;
/// # let strategy: AnyStrategy = serde_json::from_str(r#"{"rolling": {}}"#)?;
/// let plan = cutover::plan(&Release::new(ends)?, &strategy, &Options::default())?;
/// let mut walk = plan.walk();
/// let step = walk.advance()?.ok_or("the plan has a step")?;
/// let name = cutover_report::gate_name(&plan, &step.gates[0], walk.before(), walk.state());
/// assert_eq!(name, "hello 3 available (one pod at a time)");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn gate_name(plan: &Checked, gate: &Gate, before: &Bundle, after: &Bundle) -> String {
    words(gate, before, after, Names::of(plan))
}

/// The same, under the names of the plan.
pub(crate) fn gate_words_of(gate: &Gate, before: &Bundle, after: &Bundle, names: Names) -> String {
    words(gate, before, after, names)
}

/// What a gate waits for that looks at no object of a plan, in words.
#[cfg(feature = "fleet")]
pub(crate) fn gate_words(gate: &Gate) -> String {
    let nothing = Bundle::new();
    words(gate, &nothing, &nothing, Names::plain())
}

/// What a step waits for, without what merely repeats the step before: gates of objects that it
/// does not change.
pub(crate) fn wait(step: &Step, before: &Bundle, after: &Bundle, names: Names) -> String {
    let gates = told(step);
    let mut all = Vec::new();
    for (kind, several) in KINDS {
        let of_kind: Vec<_> = gates
            .iter()
            .filter(|gate| self::kind(gate) == kind)
            .collect();
        if of_kind.len() > MOST_TOLD {
            all.push(format!("{} {several}", of_kind.len()));
        } else {
            all.extend(of_kind.iter().map(|gate| words(gate, before, after, names)));
        }
    }
    all.join(" · ")
}

/// Whether a step replaces the pods of a set that has some.
pub(crate) fn rolls(object: &ObjectRef, before: &Bundle, after: &Bundle) -> bool {
    match (before.get(object), after.get(object)) {
        (Some(was), Some(is)) if Deployment::is(object) => {
            let (was, is) = (Deployment::of(was), Deployment::of(is));
            is.rolls_after(was) && was.replicas() != Some(0) && is.replicas() != Some(0)
        }
        _ => false,
    }
}

/// The gates of what the step changes, those that look at no object, and the pods whose number is
/// the plan's once an autoscaler is held; all gates where there are none of these.
fn told(step: &Step) -> Vec<&Gate> {
    let changed: BTreeSet<&ObjectRef> = step.changes.iter().map(|change| change.object()).collect();
    let holds = step.gates.iter().any(|gate| matches!(gate, Gate::Held(_)));
    let is_told = |gate: &&Gate| {
        let is_changed = gate.object().is_none_or(|object| changed.contains(object));
        is_changed || holds && gate.counted().is_some()
    };
    let told: Vec<&Gate> = step.gates.iter().filter(is_told).collect();
    if told.is_empty() {
        step.gates.iter().collect()
    } else {
        told
    }
}

/// What kind of gate it is, where several are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Available,
    Settled,
    Endpoints,
    Others,
    Analyses,
    Pauses,
}

/// The kinds in the order in which they are told.
const KINDS: [(Kind, &str); 6] = [
    (Kind::Available, "sets available"),
    (Kind::Settled, "sets at their number of pods"),
    (Kind::Endpoints, "Services' endpoints"),
    (Kind::Others, "objects seen to follow"),
    (Kind::Analyses, "analyses"),
    (Kind::Pauses, "pauses"),
];

fn kind(gate: &Gate) -> Kind {
    match gate {
        Gate::Available(_) => Kind::Available,
        Gate::Settled(_) => Kind::Settled,
        Gate::Endpoints(_) => Kind::Endpoints,
        Gate::Drained(_) | Gate::Held(_) | Gate::Routed(_) => Kind::Others,
        Gate::Job(_) | Gate::Metric(_) | Gate::Smoke(_) | Gate::Webhook(_) => Kind::Analyses,
        Gate::Pause(_) | Gate::Window(_) => Kind::Pauses,
    }
}

fn words(gate: &Gate, before: &Bundle, after: &Bundle, names: Names) -> String {
    let name = |object: &ObjectRef| names.object(object);
    match gate {
        Gate::Available(gate) => available(gate, before, after, names),
        Gate::Settled(gate) if gate.replicas == 0 => format!("{} pods gone", name(&gate.object)),
        Gate::Settled(gate) => format!("{} {} settled", name(&gate.object), gate.replicas),
        Gate::Endpoints(gate) => format!("{} endpoints", name(&gate.object)),
        Gate::Held(gate) => format!("{} held", name(&gate.object)),
        Gate::Routed(gate) => format!("{} routed, {} to settle", name(&gate.object), gate.settle),
        Gate::Drained(gate) => format!("{} drained for {}", name(&gate.object), gate.after),
        Gate::Pause(Pause { duration: None }) => "a person".into(),
        Gate::Pause(Pause {
            duration: Some(duration),
        }) => duration.to_string(),
        Gate::Window(window) => window.to_string(),
        Gate::Job(job) => Analysis::Job(job.clone()).to_string(),
        Gate::Metric(metric) => Analysis::Metric(metric.clone()).to_string(),
        Gate::Smoke(smoke) => Analysis::Smoke(smoke.clone()).to_string(),
        Gate::Webhook(webhook) => Analysis::Webhook(webhook.clone()).to_string(),
    }
}

fn available(gate: &Available, before: &Bundle, after: &Bundle, names: Names) -> String {
    let name = names.object(&gate.object);
    let pace = pace(&gate.object, gate.replicas, before, after);
    let updated = gate
        .updated
        .map(|updated| format!(", {updated} of them updated"));
    let updated = updated.unwrap_or_default();
    match gate.replicas {
        Some(replicas) => format!("{name} {replicas} available{updated}{pace}"),
        None => format!("all pods of {name} available{updated}{pace}"),
    }
}

/// How the pods of a set are replaced where they are; of a number that others own, in the set's own
/// words.
fn pace(object: &ObjectRef, replicas: Option<u32>, before: &Bundle, after: &Bundle) -> String {
    let Some(set) = after
        .get(object)
        .filter(|_| rolls(object, before, after))
        .map(Deployment::of)
    else {
        return String::new();
    };
    if set.recreates() {
        return " (all old pods stop first)".into();
    }
    let budget = set.budget();
    let Some(replicas) = replicas else {
        let (missing, extra) = (budget.max_unavailable, budget.max_surge);
        return format!(" (at most {missing} missing and {extra} more at a time)");
    };
    let slack = budget.of(replicas);
    match slack.surge.saturating_add(slack.unavailable) {
        1 => " (one pod at a time)".into(),
        pods => format!(" ({pods} pods at a time)"),
    }
}
