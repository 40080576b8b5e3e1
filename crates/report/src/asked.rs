//! What gates ask of other systems: all of it, since a reviewer answers for what is run and where
//! requests go.

use cutover_check::Checked;
use cutover_manifest::{Manifest, emit};
use cutover_plan::{Gate, Job, Metric, Smoke, Webhook};
use serde_json::{Value, json};

use crate::text::clean;

/// A gate that asks another system.
pub(crate) struct Asked {
    /// As `1 · canary-25 · metric error-rate`.
    pub(crate) title: String,
    /// What is asked, and how often.
    pub(crate) facts: Vec<String>,
    /// The object that is created to ask, as YAML; none where nothing is.
    pub(crate) created: Option<String>,
}

/// What the steps of a plan ask, in their order; of one step where one is named.
pub(crate) fn asked(plan: &Checked, step: Option<usize>) -> Vec<Asked> {
    let mut all = Vec::new();
    for (number, step) in (1..)
        .zip(&plan.spec.steps)
        .filter(|(number, _)| step.is_none_or(|step| step == *number))
    {
        for gate in &step.gates {
            let Some((facts, created)) = question(gate) else {
                continue;
            };
            let name = gate.analysis().map(|analysis| analysis.to_string());
            let name = name.unwrap_or_default();
            all.push(Asked {
                title: clean(&format!("{number} · {} · {name}", step.phase)),
                facts: facts.iter().map(|fact| clean(fact)).collect(),
                created: created.map(yaml),
            });
        }
    }
    all
}

/// What a gate asks of another system, a fact a line; nothing where it asks none.
#[cfg(feature = "fleet")]
pub(crate) fn of_gate(gate: &Gate) -> Vec<String> {
    let facts = question(gate).map(|(facts, _)| facts);
    facts
        .into_iter()
        .flatten()
        .map(|fact| clean(&fact))
        .collect()
}

/// What a gate asks of another system, and the object that is created for it.
fn question(gate: &Gate) -> Option<(Vec<String>, Option<&Manifest>)> {
    match gate {
        Gate::Job(job) => Some((of_job(job), Some(&job.manifest))),
        Gate::Metric(metric) => Some((of_metric(metric), None)),
        Gate::Smoke(smoke) => Some((of_smoke(smoke), None)),
        Gate::Webhook(webhook) => Some((of_webhook(webhook), None)),
        Gate::Available(_)
        | Gate::Drained(_)
        | Gate::Endpoints(_)
        | Gate::Held(_)
        | Gate::Pause(_)
        | Gate::Routed(_)
        | Gate::Settled(_)
        | Gate::Window(_) => None,
    }
}

fn yaml(manifest: &Manifest) -> String {
    let yaml = emit(manifest.value());
    yaml.lines().map(|line| clean(line) + "\n").collect()
}

fn of_smoke(smoke: &Smoke) -> Vec<String> {
    let wanted = smoke
        .status
        .map_or_else(|| "200 to 299".into(), |status| status.to_string());
    vec![
        format!("GET {}, which has to answer {wanted}", smoke.url),
        format!(
            "count {}, interval {}, timeout {}, failureLimit {}",
            smoke.count, smoke.interval, smoke.timeout, smoke.failure_limit
        ),
    ]
}

fn of_metric(metric: &Metric) -> Vec<String> {
    let condition = String::from(metric.success_condition.clone());
    let delay = metric
        .initial_delay
        .map(|delay| format!("initialDelay {delay}, "));
    vec![
        format!("prometheus: {}", metric.prometheus),
        format!("query: {}", metric.query),
        format!("successCondition: {condition}"),
        format!(
            "{}count {}, interval {}, timeout {}, failureLimit {}, consecutiveErrorLimit {}",
            delay.unwrap_or_default(),
            metric.count,
            metric.interval,
            metric.timeout,
            metric.failure_limit,
            metric.consecutive_error_limit
        ),
    ]
}

fn of_webhook(webhook: &Webhook) -> Vec<String> {
    let body = match webhook.body.is_empty() {
        true => "plan, step and phase".to_owned(),
        false => format!("plan, step, phase and {}", json!(webhook.body)),
    };
    vec![
        format!("POST {}", webhook.url),
        format!("body: {body}"),
        format!(
            "interval {}, timeout {}, consecutiveErrorLimit {}",
            webhook.interval, webhook.timeout, webhook.consecutive_error_limit
        ),
    ]
}

/// All of a Job, the shortest words first: what runs, as whom, and what else it says.
fn of_job(job: &Job) -> Vec<String> {
    let manifest = &job.manifest;
    let mut facts = vec![format!("{}, timeout {}", manifest.object(), job.timeout)];
    let part = |pointer: &str| manifest.pointer(pointer).cloned().unwrap_or_default();
    let pod = part("/spec/template/spec");
    for (field, what) in [
        ("initContainers", "init container"),
        ("containers", "container"),
    ] {
        for container in items(&pod, field) {
            facts.push(of_container(what, container));
        }
    }
    let account = pod
        .get("serviceAccountName")
        .or_else(|| pod.get("serviceAccount"));
    let account = account.and_then(Value::as_str).unwrap_or("default");
    facts.push(format!("as ServiceAccount {account}"));
    for volume in items(&pod, "volumes") {
        let source = rest(volume, &["name"]).unwrap_or_default();
        facts.push(format!("volume {}: {source}", text(volume, "name")));
    }
    let told = [
        "containers",
        "initContainers",
        "serviceAccount",
        "serviceAccountName",
        "volumes",
    ];
    let others = [
        ("pod", rest(&pod, &told)),
        (
            "pod's metadata",
            rest(&part("/spec/template/metadata"), &[]),
        ),
        ("Job", rest(&part("/spec"), &["template"])),
        ("metadata", rest(&part("/metadata"), &["name", "namespace"])),
    ];
    for (what, rest) in others {
        facts.extend(rest.map(|rest| format!("{what}: {rest}")));
    }
    facts
}

fn of_container(what: &str, container: &Value) -> String {
    let rest = rest(container, &["image", "name"]).map(|rest| format!(", {rest}"));
    let (name, image) = (text(container, "name"), text(container, "image"));
    format!("{what} {name}: {image}{}", rest.unwrap_or_default())
}

/// The fields that are not told already, as JSON without the outer braces.
fn rest(value: &Value, told: &[&str]) -> Option<String> {
    let fields = value.as_object().into_iter().flatten();
    let untold = fields.filter(|(name, _)| !told.contains(&name.as_str()));
    let rest: Vec<String> = untold
        .map(|(name, field)| format!("{name} {field}"))
        .collect();
    (!rest.is_empty()).then(|| rest.join(", "))
}

fn items<'v>(value: &'v Value, field: &str) -> impl Iterator<Item = &'v Value> {
    value
        .get(field)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}
