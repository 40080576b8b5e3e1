//! 1,000 runs in one process: how much memory each holds, and how soon each reacts.

use std::fs;
use std::time::{Duration, Instant};

use cutover::{AnyStrategy, Checked, Ends, Options, Release, plan};
use cutover_run::{Effect, Event, Now, Request, Run};
use serde_json::json;

use super::stage::Stage;
use crate::Result;
use crate::bench::data;

const RUNS: usize = 1_000;
const PODS: u32 = 10;

/// Measures, and tells it as a table.
///
/// Each run comes to a gate, a person's approval, on a small cluster of its own in memory, which is
/// dropped then: what is left is the run.
pub(super) fn measured() -> Result<String> {
    let plan = canary()?;
    // The first one has the allocator fetch what a cluster needs for a while.
    let gate = Gate::reached(&plan)?;
    let before = resident()?;
    let mut runs: Vec<Run> = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        runs.push(Gate::reached(&plan)?.run);
    }
    let memory = resident()?.saturating_sub(before) / RUNS as u64;
    let mut reactions = runs
        .iter_mut()
        .map(|run| reaction(run, &gate.opening, gate.now))
        .collect::<Result<Vec<_>>>()?;
    reactions.sort();
    let (median, longest) = (
        reactions[RUNS / 2].as_micros(),
        reactions[RUNS - 1].as_micros(),
    );
    Ok(format!(
        "{RUNS} runs in one process, each of {PODS} pods and waiting for a person\n\
         memory a run (growth of VmRSS) {memory:>9} KiB\n\
         from the approval to the next write, median {median} µs, longest {longest} µs\n"
    ))
}

fn canary() -> Result<Checked> {
    let (from, to) = (
        data::bundle(1, PODS, "1.0.0")?,
        data::bundle(1, PODS, "2.0.0")?,
    );
    let steps = json!({ "canary": { "steps": [{ "setWeight": 20 }, { "pause": {} }] } });
    let strategy: AnyStrategy = serde_json::from_value(steps)?;
    Ok(plan(
        &Release::new(Ends::new(from, to))?,
        &strategy,
        &Options::default(),
    )?)
}

/// A run that waits at a gate, and what opens it.
///
/// The clusters are all alike, as they have one seed, so what opens one gate opens each.
struct Gate {
    run: Run,
    opening: Event,
    now: Now,
}

impl Gate {
    fn reached(plan: &Checked) -> Result<Self> {
        let mut stage = Stage::new(plan)?;
        stage.play_to_gate()?;
        let opening = stage.approval(plan)?;
        let now = stage.now();
        Ok(Self {
            run: stage.into_run(),
            opening,
            now,
        })
    }
}

/// How long it takes a run from an event to its next write.
fn reaction(run: &mut Run, event: &Event, now: Now) -> Result<Duration> {
    let event = event.clone();
    let start = Instant::now();
    run.handle_event(event, now);
    while let Some(effect) = run.poll_effect() {
        if matches!(
            effect,
            Effect::Ask {
                request: Request::Write { dry_run: false, .. },
                ..
            }
        ) {
            return Ok(start.elapsed());
        }
    }
    Err("a run does not go on when its gate opens".into())
}

/// The memory of this process, in KiB.
fn resident() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line
        .and_then(|line| line.split_whitespace().next())
        .ok_or("/proc/self/status has no VmRSS")?;
    Ok(number.parse()?)
}
