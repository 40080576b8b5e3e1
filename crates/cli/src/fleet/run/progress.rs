//! What a fleet's run tells, for people and for programs: a line each, those of a cluster under its
//! name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anstyle::Style;
use cutover::fleet::{CheckedFleet, Course, Name, Outcome, Progress, Stage, When};
use cutover_kube::{Cluster, FleetProgress};
use cutover_run::Goal;
use jiff::Timestamp;
use serde::Serialize;

use super::status::{ended, state_words};
use crate::online::progress::{Teller, show};
use crate::online::to_the_second;
use crate::{World, message};

const WAVE: Style = Style::new().bold();

/// Tells people, or programs, how a fleet's run goes.
pub(super) struct FleetTeller {
    json: bool,
    fleet: String,
    clusters: usize,
    waves: usize,
    file: PathBuf,
    /// The length of the longest name of a cluster.
    width: usize,
    tellers: BTreeMap<Name, Teller>,
}

/// An event of the fleet as programs read it.
#[derive(Serialize)]
struct Line<'a> {
    time: Timestamp,
    /// That a run starts says this itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    fleet: Option<&'a str>,
    #[serde(flatten)]
    progress: &'a Progress,
}

impl FleetTeller {
    /// A teller of a fleet plan's file, as JSON or in words.
    pub(super) fn new(
        json: bool,
        fleet: &CheckedFleet,
        clusters: &BTreeMap<Name, Result<Cluster, String>>,
        file: &Path,
    ) -> Self {
        let longest = fleet.clusters().map(|cluster| cluster.name.len());
        let width = longest.max().unwrap_or(0);
        let mut tellers = BTreeMap::new();
        for planned in fleet.clusters() {
            let connected = clusters.get(&planned.name);
            let (Some(Ok(cluster)), Some(plan), Some(context)) =
                (connected, fleet.plan(planned), &planned.context)
            else {
                continue;
            };
            // A step of its own is approved by the plan's name there.
            let name = format!("{} --context {context}", plan.metadata.name);
            let plan = (**plan).clone();
            let teller = Teller::new(json, plan, cluster.namespace(), name.as_ref(), Goal::Apply);
            let teller = teller.in_cluster(&planned.name, width);
            tellers.insert(planned.name.clone(), teller);
        }
        Self {
            json,
            fleet: fleet.metadata.name.clone(),
            clusters: fleet.clusters().count(),
            waves: fleet.spec.waves.len(),
            file: file.to_owned(),
            width,
            tellers,
        }
    }

    /// Tells one thing. Where nobody reads it any more the run goes on all the same.
    pub(super) fn tell(&mut self, progress: &FleetProgress, world: &mut World<'_>) {
        match progress {
            FleetProgress::Cluster(cluster, progress) => {
                if let Some(teller) = self.tellers.get_mut(cluster) {
                    teller.tell(progress, world);
                }
            }
            FleetProgress::Fleet(progress) if self.json => self.tell_programs(progress, world),
            FleetProgress::Fleet(progress) => {
                let words = self.words(progress);
                if !words.is_empty() {
                    show(world, &format!("{words}\n"));
                }
            }
            FleetProgress::Warned(reason) => message::warning(world, reason),
            _ => {}
        }
    }

    fn tell_programs(&self, progress: &Progress, world: &mut World<'_>) {
        let is_start = matches!(progress, Progress::Started { .. });
        let line = Line {
            time: (world.now)(),
            fleet: (!is_start).then_some(&self.fleet),
            progress,
        };
        match serde_json::to_string(&line) {
            Ok(line) => show(world, &format!("{line}\n")),
            Err(error) => message::warning(world, error),
        }
    }

    fn words(&self, progress: &Progress) -> String {
        match progress {
            Progress::Started { epoch, course, .. } => self.started(*epoch, *course),
            Progress::Wave {
                wave,
                stage: Stage::Work,
            } => format!("{WAVE}wave {wave}{WAVE:#}"),
            Progress::Waiting {
                wave,
                when,
                gate,
                person,
                until,
            } => self.waiting((wave, *when), gate, *person, *until),
            Progress::Cluster {
                cluster, stands, ..
            } => self.of(cluster, &state_words(Some(stands))),
            Progress::Unreachable { cluster, reason } => {
                self.of(cluster, &format!("waiting: {reason}"))
            }
            Progress::Turned { reason, course } => {
                let what = match course {
                    Course::Forward => "starting no more",
                    Course::Back(_) => "going back",
                };
                message::one_line(&format!("{what}: {reason}"))
            }
            // A failure is told as an error.
            Progress::Ended { outcome } => match outcome {
                Outcome::Stopped { .. } | Outcome::Refused { .. } => String::new(),
                outcome => ended(outcome),
            },
            _ => String::new(),
        }
    }

    fn started(&self, epoch: u64, course: Course) -> String {
        let (fleet, clusters, waves) = (&self.fleet, self.clusters, self.waves);
        match (course, epoch) {
            (Course::Back(_), _) => format!("fleet {fleet}: going back"),
            (Course::Forward, 1) => format!("fleet {fleet}: {clusters} clusters in {waves} waves"),
            (Course::Forward, _) => format!("fleet {fleet}: going on"),
        }
    }

    /// A line about a cluster.
    fn of(&self, cluster: &Name, words: &str) -> String {
        let (width, cluster) = (self.width, &**cluster);
        message::one_line(&format!("{cluster:width$}  {words}"))
    }

    fn waiting(
        &self,
        (wave, when): (&Name, When),
        gate: &str,
        person: bool,
        until: Option<Timestamp>,
    ) -> String {
        let side = match when {
            When::Before => "before",
            When::After => "after",
        };
        let until = until.map(|until| format!(" (until {})", to_the_second(until)));
        let until = until.unwrap_or_default();
        let how = match person {
            true => format!(
                "; `cutover fleet approve {} --wave {wave}` lets it go on",
                self.file.display()
            ),
            false => String::new(),
        };
        message::one_line(&format!(
            "waiting for {gate} {side} wave {wave}{until}{how}"
        ))
    }
}
