//! Whether all is available in a cluster that its plan ends with.

use std::collections::BTreeSet;
use std::time::Duration;

use cutover_check::Checked;
use cutover_fleet::{Event, Name};
use cutover_manifest::ObjectRef;
use cutover_plan::{Available, Duration as Seconds, Gate, Plan};
use cutover_run::{Course, Event as Seen, GateStatus, Inspection};
use futures::stream::{BoxStream, SelectAll};
use futures::{Stream, StreamExt, stream};
use tokio::time::{Instant, sleep_until};

use super::connection::Connection;
use super::look::journal;
use crate::clock::now;

/// A cluster is asked whether it answers each time that so much has passed.
const PROBE: Duration = Duration::from_secs(15);

/// What is told of a cluster's availability: first how it is, then each time that it is otherwise.
pub(super) fn watch<'a>(
    name: Name,
    cluster: &'a Connection,
    plan: &'a Checked,
) -> impl Stream<Item = Event> + 'a {
    let watch = Watch {
        name,
        cluster,
        plan,
        inspection: None,
        news: SelectAll::new(),
        told: None,
        probe: Instant::now(),
        silence: None,
    };
    stream::unfold(watch, async |mut watch| {
        let event = watch.next().await;
        Some((event, watch))
    })
}

struct Watch<'a> {
    name: Name,
    cluster: &'a Connection,
    plan: &'a Checked,
    inspection: Option<Inspection>,
    news: SelectAll<BoxStream<'a, Seen>>,
    /// What was told last: nothing is missing, or what.
    told: Option<Option<String>>,
    probe: Instant,
    /// Why the cluster did not answer when it was asked last.
    silence: Option<String>,
}

impl Watch<'_> {
    async fn next(&mut self) -> Event {
        loop {
            if Instant::now() >= self.probe {
                self.silence = silence(self.cluster, self.plan).await;
                self.probe = Instant::now() + PROBE;
            }
            let missing = self.missing();
            let is_told = match (&self.told, &missing) {
                (Some(None), None) | (Some(Some(_)), Some(_)) => true,
                (None, _) | (Some(None), Some(_)) | (Some(Some(_)), None) => false,
            };
            if !is_told {
                self.told = Some(missing.clone());
                let name = self.name.clone();
                return match missing {
                    None => Event::Available(name),
                    Some(reason) => Event::Unavailable(name, reason),
                };
            }
            self.listen().await;
        }
    }

    /// What is missing; none where all is there.
    fn missing(&mut self) -> Option<String> {
        if let Some(silence) = &self.silence {
            return Some(silence.clone());
        }
        if let Err(reason) = self.begin() {
            return Some(reason);
        }
        let inspection = self.inspection.as_mut()?;
        let (open, _) = inspection.open(Seconds::of_seconds(0), now().wall)?;
        let words = open.iter().map(|gate: &GateStatus| match &*gate.stands {
            "" => gate.gate.to_string(),
            stands => format!("{}: {stands}", gate.gate),
        });
        Some(words.collect::<Vec<String>>().join("; "))
    }

    /// Begins to look, where nobody looks yet.
    fn begin(&mut self) -> Result<(), String> {
        if self.inspection.is_some() {
            return Ok(());
        }
        let cluster = self.cluster.as_ref().map_err(Clone::clone)?;
        let plan = ending(self.plan);
        let inspection = Inspection::new(&plan, Course::Forward, plan.len(), cluster.namespace());
        let inspection = inspection.map_err(|error| error.to_string())?;
        for scope in inspection.scopes() {
            self.news.push(cluster.watch(scope.clone()).boxed());
        }
        self.inspection = Some(inspection);
        Ok(())
    }

    /// Waits until there is something new to see.
    async fn listen(&mut self) {
        tokio::select! {
            Some(event) = self.news.next() => {
                if let Some(inspection) = &mut self.inspection {
                    inspection.handle_event(event);
                }
            }
            () = sleep_until(self.probe) => {}
        }
    }
}

/// Why a cluster does not answer; none where it does.
async fn silence(cluster: &Connection, plan: &Checked) -> Option<String> {
    let cluster = match cluster {
        Ok(cluster) => cluster,
        Err(reason) => return Some(reason.clone()),
    };
    journal(cluster, plan).await.err()
}

/// The same plan, whose last step waits for all that the plan has waited for to be available, as far
/// as it is there at the end.
fn ending(plan: &Plan) -> Plan {
    let mut plan = plan.clone();
    let Ok(end) = plan.state(plan.len()) else {
        return plan;
    };
    let mut seen: BTreeSet<ObjectRef> = BTreeSet::new();
    let mut gates = Vec::new();
    for gate in plan.spec.steps.iter().rev().flat_map(|step| &step.gates) {
        let Gate::Available(available) = gate else {
            continue;
        };
        if end.get(&available.object).is_some() && seen.insert(available.object.clone()) {
            gates.push(Gate::Available(Available::as_asked(
                available.object.clone(),
            )));
        }
    }
    if let Some(last) = plan.spec.steps.last_mut() {
        last.gates = gates;
    }
    plan
}
