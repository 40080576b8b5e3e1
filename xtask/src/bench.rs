//! `cargo xtask bench`: how long planning and reading take, as ratios against other work on the
//! same data in the same run, since seconds say more of the machine than of the program.

mod data;
mod live;
mod plan;

use std::hint::black_box;
use std::process::Stdio;
use std::time::{Duration, Instant};

use clap::Subcommand;
use cutover::manifest::{Bundle, MergeKeys, bundle, emit_all, read};
use cutover::patch::diff;
use cutover::{AnyStrategy, Ends, Options, Release};
use serde_json::{Value, json};

pub use self::plan::PlanOptions;
use crate::{Result, cargo};

/// How often each is done; the quickest counts.
const TIMES: usize = 3;

/// What to measure besides planning and reading.
#[derive(Clone, Debug, Subcommand)]
pub enum Task {
    /// Carrying plans out, on a real control plane and against kubectl; and 1,000 runs in one
    /// process.
    Live,
    /// Whole processes, ours and others', on the same manifests in many files.
    Plan(PlanOptions),
    /// The events of YAML in folders, which `plan` is compared with.
    #[command(hide = true)]
    Events {
        /// The folders.
        folders: Vec<String>,
    },
}

impl Task {
    fn arguments(self) -> Vec<String> {
        match self {
            Self::Live => vec!["live".to_owned()],
            Self::Plan(options) => options.arguments(),
            Self::Events { folders } => [vec!["events".to_owned()], folders].concat(),
        }
    }
}

/// Measures with optimization, and tells it as a table.
///
/// # Errors
///
/// Data that cannot be planned or read; a cluster that does not come up, a plan that is not carried
/// out.
pub fn run(task: Option<Task>) -> Result<String> {
    match task {
        _ if cfg!(debug_assertions) => optimized(task),
        Some(Task::Live) => live::measured(),
        Some(Task::Plan(options)) => plan::run(options),
        Some(Task::Events { folders }) => plan::events(&folders),
        None => measured(),
    }
}

/// The same task, built with optimization: without it the ratios say nothing.
fn optimized(task: Option<Task>) -> Result<String> {
    let output = cargo()
        .args([
            "run",
            "--quiet",
            "--release",
            "--package",
            "xtask",
            "--",
            "bench",
        ])
        .args(task.into_iter().flat_map(Task::arguments))
        .stderr(Stdio::inherit())
        .output()?;
    if output.status.success() {
        Ok(String::from_utf8(output.stdout)?)
    } else {
        Err("the optimized bench failed".into())
    }
}

fn measured() -> Result<String> {
    let rows = [many_deployments()?, many_weights()?, many_manifests()?];
    let head = format!(
        "{:<44} {:>10}   {:<44} {:>10} {:>8}\n",
        "what", "takes", "against", "takes", "ratio"
    );
    Ok(head + &rows.map(|row| row.line()).concat())
}

/// What was measured, and what against.
struct Row {
    what: &'static str,
    takes: Duration,
    against: &'static str,
    other: Duration,
}

impl Row {
    fn line(&self) -> String {
        let milliseconds = |time: Duration| format!("{} ms", time.as_millis());
        let Self { what, against, .. } = self;
        let (takes, other) = (milliseconds(self.takes), milliseconds(self.other));
        let tenths = self.takes.as_micros() * 10 / self.other.as_micros().max(1);
        format!(
            "{what:<44} {takes:>10}   {against:<44} {other:>10} {:>6}.{}\n",
            tenths / 10,
            tenths % 10
        )
    }
}

fn many_deployments() -> Result<Row> {
    let (from, to) = (
        data::bundle(5_000, 3, "1.0.0")?,
        data::bundle(5_000, 3, "2.0.0")?,
    );
    let release = Release::new(Ends::new(from.clone(), to.clone()))?;
    let rolling: AnyStrategy = serde_json::from_value(json!({ "rolling": {} }))?;
    Ok(Row {
        what: "an image change over 5,000 Deployments",
        takes: quickest(|| Ok(cutover::plan(&release, &rolling, &Options::default())?))?,
        against: "cloning and diffing its objects once",
        other: quickest(|| clone_and_diff(&from, &to))?,
    })
}

fn many_weights() -> Result<Row> {
    let (from, to) = (
        data::bundle(1, 100, "1.0.0")?,
        data::bundle(1, 100, "2.0.0")?,
    );
    let release = Release::new(Ends::new(from.clone(), to.clone()))?;
    let steps: Vec<Value> = (1..100)
        .map(|weight| json!({ "setWeight": weight }))
        .collect();
    let canary: AnyStrategy = serde_json::from_value(json!({ "canary": { "steps": steps } }))?;
    let length = cutover::plan(&release, &canary, &Options::default())?.len();
    Ok(Row {
        what: "a canary of 99 weights",
        takes: quickest(|| Ok(cutover::plan(&release, &canary, &Options::default())?))?,
        against: "cloning and diffing its objects once a step",
        other: quickest(|| (0..length).try_for_each(|_| clone_and_diff(&from, &to)))?,
    })
}

fn many_manifests() -> Result<Row> {
    let values = data::values(5_000, 3, "1.0.0");
    let (yaml, json) = (emit_all(&values), serde_json::to_string(&values)?);
    Ok(Row {
        what: "reading 10,000 manifests as YAML",
        takes: quickest(|| Ok(bundle(vec![read("all.yaml", yaml.as_bytes())?])?))?,
        against: "serde_json reading them as JSON",
        other: quickest(|| Ok(serde_json::from_str::<Vec<Value>>(&json)?))?,
    })
}

fn clone_and_diff(from: &Bundle, to: &Bundle) -> Result<()> {
    for manifest in from.clone().iter() {
        let after = to
            .get(manifest.object())
            .ok_or("an object of one end only")?;
        black_box(diff(manifest.value(), after.value(), &MergeKeys));
    }
    Ok(())
}

/// The least time of several runs.
fn quickest<T>(work: impl Fn() -> Result<T>) -> Result<Duration> {
    let mut least = Duration::MAX;
    for _ in 0..TIMES {
        let start = Instant::now();
        black_box(work()?);
        least = least.min(start.elapsed());
    }
    Ok(least)
}
