//! `cargo xtask bench live`: plans for 100 pods carried out on a real control plane, by Cutover and
//! by a careful kubectl script, and 1,000 runs in one process.
//!
//! Both sides carry out the same plan in the same cluster in the same run. What both must wait for,
//! the pods' readiness, is computed from the plan and taken off.

mod applied;
mod audit;
mod many;
mod readiness;
mod script;
mod stage;

use std::process;
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use cutover::manifest::emit_all;
use cutover::{AnyStrategy, Checked, Ends, Options, Release, plan};
use serde_json::{Value, json};

use super::data;
use crate::Result;
use crate::cluster::{Cluster, Kubectl, Options as ClusterOptions, up};

/// Pods of the Deployment, and how long after its start each is ready.
const PODS: u32 = 100;
const READY_AFTER: Duration = Duration::from_secs(3);

/// Brings a cluster up, measures, takes it down, and tells it as tables.
pub(super) fn measured() -> Result<String> {
    let many = many::measured()?;
    let name = format!("bench-{}", process::id()).parse()?;
    let cluster = up(&ClusterOptions {
        name,
        ..ClusterOptions::default()
    })?;
    let rows = rows(&cluster);
    cluster.down()?;
    Ok(format!(
        "{}{}\n{many}",
        head()?,
        rows?.iter().map(Row::lines).collect::<String>()
    ))
}

fn head() -> Result<String> {
    let (seconds, processors) = (READY_AFTER.as_secs(), available_parallelism()?);
    Ok(format!(
        "{PODS} pods behind a Service, each ready {seconds} s after its start; maxSurge 25%, maxUnavailable 0; no pauses; \
         {processors} processors\n\
         readiness: in each step {seconds} s for pods that are added, and where pods are replaced {seconds} s for each \
         maxSurge + maxUnavailable of them\n\n\
         {:<50} {:>9} {:>9} {:>7}\n",
        "what", "cutover", "kubectl", "ratio"
    ))
}

fn rows(cluster: &Cluster) -> Result<Vec<Row>> {
    let canary = json!({ "canary": { "steps": [{ "setWeight": 25 }, { "setWeight": 50 }] } });
    let blue_green = json!({ "blueGreen": {
        "activeService": "hello-00000", "autoPromotionSeconds": 0, "scaleDownDelaySeconds": 0,
    } });
    Ok(vec![
        Row::measured(cluster, "canary", plan_by(&canary)?)?,
        Row::measured(cluster, "blue-green", plan_by(&blue_green)?)?,
    ])
}

fn plan_by(strategy: &Value) -> Result<Checked> {
    let [from, to] =
        ["1.0.0", "2.0.0"].map(|version| data::bundle_ready_after(PODS, version, READY_AFTER));
    let strategy: AnyStrategy = serde_json::from_value(strategy.clone())?;
    Ok(plan(
        &Release::new(Ends::new(from?, to?))?,
        &strategy,
        &Options::default(),
    )?)
}

/// A plan as both sides carried it out.
struct Row {
    strategy: &'static str,
    steps: usize,
    readiness: Duration,
    cutover: Cost,
    kubectl: Cost,
}

impl Row {
    fn measured(cluster: &Cluster, strategy: &'static str, plan: Checked) -> Result<Self> {
        let readiness = READY_AFTER * readiness::rounds(&plan)?;
        let cutover = Cost::of("cutover", cluster, strategy, &plan, |namespace| {
            applied::carry_out(&plan, cluster, namespace)
        })?;
        let kubectl = Cost::of("kubectl", cluster, strategy, &plan, |namespace| {
            script::carry_out(&plan, &cluster.kubectl(), namespace)
        })?;
        Ok(Self {
            strategy,
            steps: plan.len(),
            readiness,
            cutover,
            kubectl,
        })
    }

    fn lines(&self) -> String {
        let Self {
            strategy,
            steps,
            readiness,
            cutover,
            kubectl,
        } = self;
        let above =
            [cutover, kubectl].map(|cost| cost.takes.saturating_sub(*readiness).as_millis());
        let requests = [cutover, kubectl].map(|cost| cost.requests as u128);
        let title = format!(
            "{strategy}, {steps} steps, milliseconds above {} s of readiness",
            readiness.as_secs()
        );
        line(&title, above) + &line(&format!("{strategy}, requests"), requests)
    }
}

fn line(what: &str, [cutover, kubectl]: [u128; 2]) -> String {
    let hundredths = cutover * 100 / kubectl.max(1);
    format!(
        "{what:<50} {cutover:>9} {kubectl:>9} {:>4}.{:02}\n",
        hundredths / 100,
        hundredths % 100
    )
}

/// What carrying a plan out took.
struct Cost {
    takes: Duration,
    requests: usize,
}

impl Cost {
    /// Measures work on a namespace of its own, where the plan's start stands ready; the user agent
    /// says whose requests count.
    fn of(
        agent: &str,
        cluster: &Cluster,
        strategy: &str,
        plan: &Checked,
        work: impl FnOnce(&str) -> Result<()>,
    ) -> Result<Self> {
        let (kubectl, namespace) = (cluster.kubectl(), format!("{strategy}-{agent}"));
        prepare(&kubectl, &namespace, plan)?;
        let before = audit::requests(cluster, agent)?;
        let start = Instant::now();
        work(&namespace)?;
        let takes = start.elapsed();
        let requests = audit::requests(cluster, agent)?.difference(&before).count();
        kubectl.run(&["delete", "namespace", &namespace, "--timeout=300s"])?;
        Ok(Self { takes, requests })
    }
}

fn prepare(kubectl: &Kubectl, namespace: &str, plan: &Checked) -> Result<()> {
    kubectl.run(&["create", "namespace", namespace])?;
    kubectl.run(&[
        "wait",
        "serviceaccount/default",
        "--for=create",
        "--timeout=60s",
        "-n",
        namespace,
    ])?;
    let start = emit_all(plan.start().iter().map(|manifest| manifest.value()));
    kubectl.run_with(&["create", "-n", namespace, "-f", "-"], &start)?;
    kubectl.run(&[
        "rollout",
        "status",
        "deployment/hello-00000",
        "-n",
        namespace,
        "--timeout=300s",
    ])?;
    Ok(())
}
