//! What a run tells, for people and for programs.
//!
//! On a terminal what is waited for is one line that changes; elsewhere it is a line the first time
//! that it is so.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anstyle::Style;
use cutover::Plan;
use cutover_run::{Awaited, Direction, Goal, Journal, Outcome, Progress};
use jiff::Timestamp;
use serde::Serialize;

use crate::online::to_the_second;
use crate::words::way_words;
use crate::{World, message, output};

const STEP: Style = Style::new().bold();
const WAITING: Style = Style::new().dimmed();

/// Goes to the beginning of the line, and clears it.
const AGAIN: &str = "\r\u{1b}[2K";

/// Tells people, or programs, how a run goes.
pub(crate) struct Teller {
    json: bool,
    /// The cluster of a fleet that it is in, as lines begin with it.
    cluster: Option<InFleet>,
    plan: Plan,
    /// Where the plan is carried out.
    namespace: String,
    file: PathBuf,
    /// When the run began, once it has.
    run: Option<Timestamp>,
    /// What each step of the present way does.
    names: Vec<String>,
    goal: Goal,
    started: bool,
    steps: usize,
    /// A line is on the terminal that the next one replaces.
    open: bool,
    /// Since when the present step is waited for.
    since: Option<Timestamp>,
    /// What was said of the present step, where lines stay.
    said: BTreeSet<String>,
}

/// A cluster of a fleet.
struct InFleet {
    name: String,
    /// The length of the longest name in the fleet.
    width: usize,
}

/// An event as programs read it, with what a step does in words.
#[derive(Serialize)]
struct Line<'a> {
    time: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster: Option<&'a str>,
    namespace: &'a str,
    /// That a run starts says these two itself.
    #[serde(flatten)]
    of: Option<Of<'a>>,
    #[serde(flatten)]
    progress: &'a Progress,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
}

/// Which run an event is of.
#[derive(Serialize)]
struct Of<'a> {
    plan: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<Timestamp>,
}

impl Teller {
    /// A teller of the run of a plan's file in a namespace, as JSON or in words.
    pub(crate) fn new(json: bool, plan: Plan, namespace: &str, file: &Path, goal: Goal) -> Self {
        Self {
            json,
            cluster: None,
            namespace: Journal::object(&plan, namespace)
                .namespace
                .unwrap_or_default(),
            plan,
            run: None,
            file: file.to_owned(),
            names: Vec::new(),
            goal,
            started: false,
            steps: 0,
            open: false,
            since: None,
            said: BTreeSet::new(),
        }
    }

    /// The same of a cluster of a fleet: each line begins with its name, and all of them stay.
    pub(crate) fn in_cluster(mut self, name: &str, width: usize) -> Self {
        let name = name.to_owned();
        self.cluster = Some(InFleet { name, width });
        self
    }

    /// Tells one thing. Where nobody reads it any more the run goes on all the same.
    pub(crate) fn tell(&mut self, progress: &Progress, world: &mut World<'_>) {
        self.set_out(progress);
        if self.json {
            return self.tell_programs(progress, world);
        }
        match progress {
            Progress::Waiting { .. } | Progress::Retried { .. } | Progress::Reached => {
                self.passing(&self.words(progress), world)
            }
            Progress::Warned { message } => {
                self.close(world);
                message::warning(world, message);
            }
            _ => self.lasting(progress, world),
        }
    }

    fn tell_programs(&self, progress: &Progress, world: &mut World<'_>) {
        let name = match progress {
            Progress::Step { number, .. } => Some(self.name(*number)),
            _ => None,
        };
        let is_start = matches!(progress, Progress::Started { .. });
        let of = (!is_start).then(|| Of {
            plan: &self.plan.metadata.name,
            run: self.run,
        });
        let line = Line {
            time: (world.now)(),
            cluster: self.cluster.as_ref().map(|cluster| cluster.name.as_str()),
            namespace: &self.namespace,
            of,
            progress,
            name,
        };
        match serde_json::to_string(&line) {
            Ok(line) => show(world, &format!("{line}\n")),
            Err(error) => message::warning(world, error),
        }
    }

    /// Words for the steps of the way that begins.
    fn set_out(&mut self, progress: &Progress) {
        if let Progress::Started { run, .. } = progress {
            self.run = Some(*run);
        }
        let (direction, from) = match progress {
            Progress::Started {
                direction, from, ..
            } => (*direction, *from),
            Progress::Turned { from, .. } => (Direction::Back, *from),
            _ => return,
        };
        // Without words the numbers still say where the run is.
        if let Ok(names) = way_words(&self.plan, direction, from) {
            self.names = names;
        }
    }

    fn name(&self, number: usize) -> &str {
        let name = number.checked_sub(1).and_then(|at| self.names.get(at));
        name.map_or("", String::as_str)
    }

    fn lasting(&mut self, progress: &Progress, world: &mut World<'_>) {
        match progress {
            Progress::Started { steps, .. } => {
                self.started = true;
                self.steps = *steps;
            }
            Progress::Turned { steps, .. } => self.steps = *steps,
            Progress::Step { .. } => {
                self.since = Some((world.now)());
                self.said.clear();
            }
            _ => {}
        }
        let words = match progress {
            Progress::Held { .. } => self.ready((world.now)()),
            _ => self.words(progress),
        };
        self.close(world);
        if !words.is_empty() {
            show(world, &self.line(&words));
        }
    }

    /// The words as a line of their own.
    fn line(&self, words: &str) -> String {
        match &self.cluster {
            Some(InFleet { name, width }) => format!("{name:width$}  {words}\n"),
            None => format!("{words}\n"),
        }
    }

    /// Tells what will soon be otherwise.
    fn passing(&mut self, words: &str, world: &mut World<'_>) {
        let terminal = world.terminal.filter(|_| self.cluster.is_none());
        let Some(width) = terminal else {
            if self.said.insert(words.to_owned()) {
                show(world, &self.line(&format!("  {words}")));
            }
            return;
        };
        // A line that wraps could not be cleared.
        let line: String = words
            .lines()
            .next()
            .unwrap_or_default()
            .chars()
            .take(width.saturating_sub(3))
            .collect();
        clear(world);
        show(world, &format!("  {WAITING}{line}{WAITING:#}"));
        self.open = true;
    }

    /// Leaves the line that the next one would have replaced.
    pub(crate) fn close(&mut self, world: &mut World<'_>) {
        if std::mem::take(&mut self.open) {
            clear(world);
        }
    }

    fn ready(&self, now: Timestamp) -> String {
        let seconds = self
            .since
            .map_or(0, |since| now.duration_since(since).as_secs());
        format!("  ready after {seconds} s")
    }

    fn words(&self, progress: &Progress) -> String {
        match progress {
            Progress::Started {
                plan,
                direction,
                done,
                steps,
                ..
            } => started(plan, *direction, *done, *steps),
            Progress::Step {
                number,
                phase,
                already,
            } => {
                let name = self.name(*number);
                let already = if *already { "  (already done)" } else { "" };
                format!(
                    "{STEP}step {number} of {}{STEP:#}  {phase}  {name}{already}",
                    self.steps
                )
            }
            Progress::Waiting {
                gate,
                stands,
                until,
                ..
            } => self.waiting(gate, stands, *until),
            // Its start tells of it.
            Progress::Turned { .. } if !self.started => String::new(),
            Progress::Turned { reason, steps, .. } => {
                let reason = message::one_line(reason);
                format!("{STEP}going back{STEP:#} in {}: {reason}", counted(*steps))
            }
            Progress::Retried {
                reason,
                after_milliseconds,
            } => {
                let (seconds, tenths) =
                    (after_milliseconds / 1000, after_milliseconds % 1000 / 100);
                let reason = message::one_line(reason);
                format!("trying again in {seconds}.{tenths} s: {reason}")
            }
            Progress::Accepted { field, found } => {
                let found = found
                    .as_ref()
                    .map_or_else(|| "nothing".to_owned(), ToString::to_string);
                format!("going on over drift: {field} was {found}")
            }
            Progress::Reached => "the API server answers again".to_owned(),
            Progress::Ended { outcome } => self.ended(outcome),
            _ => String::new(),
        }
    }

    fn waiting(&self, gate: &Awaited, stands: &str, until: Option<Timestamp>) -> String {
        let stands = if stands.is_empty() {
            String::new()
        } else {
            format!(": {stands}")
        };
        let until = until
            .map(|until| format!(" (until {} at most)", to_the_second(until)))
            .unwrap_or_default();
        let how = match gate {
            Awaited::Person => format!("; `cutover approve {}` lets it go on", self.file.display()),
            Awaited::Resume => format!("; `cutover resume {}` lets it go on", self.file.display()),
            _ => String::new(),
        };
        message::one_line(&format!("waiting for {gate}{stands}{until}{how}"))
    }

    /// How it ended; a failure is told as an error.
    fn ended(&self, outcome: &Outcome) -> String {
        match outcome {
            Outcome::Done if self.goal == Goal::Try => {
                "the server would accept every step".to_owned()
            }
            Outcome::Done => "done".to_owned(),
            Outcome::Undone { to: 0 } => "back at the start".to_owned(),
            Outcome::Undone { to } => format!("back at the state after step {to}"),
            _ => String::new(),
        }
    }
}

/// Shows text at once.
#[expect(
    clippy::let_underscore_must_use,
    reason = "where nobody reads it any more the run goes on all the same"
)]
pub(crate) fn show(world: &mut World<'_>, text: &str) {
    let _ = output::styled(world, text).and_then(|()| world.output.flush());
}

/// Clears the line, on terminals without colours too.
#[expect(
    clippy::let_underscore_must_use,
    reason = "where nobody reads it any more the run goes on all the same"
)]
fn clear(world: &mut World<'_>) {
    let _ = write!(world.output, "{AGAIN}").and_then(|()| world.output.flush());
}

fn started(plan: &str, direction: Direction, done: usize, steps: usize) -> String {
    match (direction, done) {
        (Direction::Forward, 0) => format!("plan {plan}: {}", counted(steps)),
        (Direction::Forward, _) => format!("plan {plan}: going on after step {done} of {steps}"),
        (Direction::Back, 0) => format!("plan {plan}: going back in {}", counted(steps)),
        (Direction::Back, _) => format!("plan {plan}: going on back after step {done} of {steps}"),
    }
}

fn counted(steps: usize) -> String {
    if steps == 1 {
        "1 step".to_owned()
    } else {
        format!("{steps} steps")
    }
}

#[cfg(test)]
mod tests;
