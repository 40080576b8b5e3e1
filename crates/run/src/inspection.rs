//! The gates of a step as somebody finds them who does not carry the run out: what an operator is
//! told, and what a pipeline waits for.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Manifest, ObjectRef};
use cutover_plan::{Duration, Gate, Pause, Plan, Window};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::analysis::CheckState;
use crate::api::effect::Scope;
use crate::api::event::Event;
use crate::bind::rebase::{Rebase, placed};
use crate::course::Course;
use crate::error::Error;
use crate::gates::{Cluster, Troubled, Verdict, Waiting, awaited, judge, next_opening, troubled};
use crate::journal::{Journal, Stage, Wish};
use crate::namespace::DefaultNamespace;
use crate::now::saturating_add;
use crate::observed::Observed;
use crate::observed::diagnosis::Trouble;
use crate::path::Path;
use crate::progress::Awaited;
use crate::scopes::behind;

/// The gates of a step, and what has been seen of the cluster behind them.
///
/// It makes no request: list or watch its [`scopes`](Self::scopes), and tell it what they hold.
#[derive(Debug)]
pub struct Inspection {
    gates: Vec<Gate>,
    scopes: BTreeSet<Scope>,
    objects: Vec<ObjectRef>,
    observed: Observed,
    /// Scopes that cannot be looked at, and why.
    unseen: BTreeMap<Scope, String>,
    waiting: Waiting,
}

/// How a gate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum GateState {
    /// A person is asked, and all else holds.
    Asks,
    /// It holds now; of a pause, an analysis or a person, it is over.
    Holds,
    /// It is asked once those on the cluster hold.
    Later,
    /// Nobody here can say: what is behind it cannot be looked at.
    Unknown,
    /// It does not hold yet.
    Waits,
}

/// A gate, and how it stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GateStatus {
    /// What is waited for.
    pub gate: Awaited,
    /// Its state, as far as the cluster and the journal have been read.
    pub state: GateState,
    /// How it stands, in words; empty where there is no more to say.
    pub stands: String,
    /// Since when it is waited for; none while it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// When it will hold, of a pause and a window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Whether it looks at objects of the cluster.
    #[serde(skip)]
    pub is_observed: bool,
    /// The pods that are not ready, and sets that cannot make any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pods: Vec<PodStatus>,
}

/// A pod that is not ready, or a set that cannot make one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PodStatus {
    /// The name of the pod, or of the set, without its namespace.
    pub name: String,
    /// What keeps it from being ready, by its own status.
    pub trouble: Trouble,
    /// The same in its own words; none where it says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Since when it is not ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
}

impl Inspection {
    /// Of a step on a course through a plan, from 1; `namespace` is the one of manifests that name
    /// none. Behind the last step there are no gates.
    ///
    /// # Errors
    ///
    /// A plan that does not fit itself, or that has no such course.
    pub fn new(plan: &Plan, course: Course, step: usize, namespace: &str) -> Result<Self, Error> {
        let path = Path::of(plan, course)?;
        let gates = match (1..=path.len()).contains(&step) {
            true => path.gates(step),
            false => &[],
        };
        let default = DefaultNamespace::new(namespace);
        let gates: Vec<Gate> = gates.iter().map(|gate| placed(&default, gate)).collect();
        let objects: Vec<ObjectRef> = gates.iter().filter_map(Gate::object).cloned().collect();
        Ok(Self {
            scopes: behind(&gates, namespace),
            observed: Observed::of(&objects),
            gates,
            objects,
            unseen: BTreeMap::new(),
            waiting: Waiting::default(),
        })
    }

    /// Of the step that a run is at, by its journal.
    ///
    /// # Errors
    ///
    /// As [`Inspection::new`].
    pub fn of_run(journal: &Journal, namespace: &str) -> Result<Self, Error> {
        let position = &journal.position;
        let plan = &journal.bound.plan;
        let mut inspection = Self::new(plan, position.course, position.step, namespace)?;
        let gates = inspection.objects.iter();
        let excused = gates.filter(|object| position.was_unresolved(object));
        let excused = excused.cloned().collect();
        inspection.observed.excuse(excused);
        Ok(inspection)
    }

    /// What is to be looked at: a list or a watch each.
    pub fn scopes(&self) -> impl Iterator<Item = &Scope> {
        self.scopes.iter()
    }

    /// Takes in what a list or a watch tells.
    pub fn handle_event(&mut self, event: Event) {
        match event {
            Event::Listed(scope, found) => {
                self.unseen.remove(&scope);
                self.observed.replace_all(&scope, &found);
                let objects = self.objects.iter().filter(|object| scope.holds(object));
                self.observed.settle(objects);
            }
            Event::Changed(_, manifest) => self.observed.update(&manifest),
            Event::Gone(_, manifest) => self.observed.update_gone(&manifest),
            Event::Unwatched(scope, fault) => {
                self.unseen.insert(scope, fault.in_words());
            }
            Event::Abort | Event::Answered(..) | Event::Stop => {}
        }
    }

    /// Each gate as it stands now in a run, by its journal; nothing where the run does not wait for
    /// them.
    pub fn in_run(&self, journal: &Journal, now: Timestamp) -> Vec<GateStatus> {
        let position = &journal.position;
        if position.ended.is_some() || position.stage != Stage::Waiting {
            return Vec::new();
        }
        let all = self.gates.iter();
        let is_open = |gate: &Gate| judge(gate, &self.observed) != Verdict::Holds;
        let held = position.held.filter(|_| !all.clone().any(is_open));
        let mut found = Vec::new();
        for (index, gate) in all.enumerate() {
            found.push(self.status(index, gate, journal, held, now));
        }
        found
    }

    fn status(
        &self,
        index: usize,
        gate: &Gate,
        journal: &Journal,
        held: Option<Timestamp>,
        now: Timestamp,
    ) -> GateStatus {
        let position = &journal.position;
        let approval = journal.wishes.approvals.get(&position.step);
        let status = match gate {
            Gate::Pause(Pause { duration: None }) => person(gate, approval, held),
            Gate::Pause(Pause {
                duration: Some(duration),
            }) => pause(gate, *duration, held, now),
            Gate::Window(opening) => window(gate, opening, now),
            Gate::Job(_) | Gate::Metric(_) | Gate::Smoke(_) | Gate::Webhook(_) => {
                analysis(gate, index, journal, held)
            }
            Gate::Available(_)
            | Gate::Drained(_)
            | Gate::Endpoints(_)
            | Gate::Held(_)
            | Gate::Routed(_)
            | Gate::Settled(_) => self.on_cluster(gate, Some(position.since)),
        };
        match status.state {
            // Its pauses and measurements are over, whatever has become of the rest since.
            GateState::Asks | GateState::Later if position.passed => GateStatus {
                since: None,
                ..GateStatus::new(gate, GateState::Holds, "")
            },
            GateState::Asks
            | GateState::Holds
            | GateState::Later
            | GateState::Unknown
            | GateState::Waits => status,
        }
    }

    /// A gate that looks at objects of the cluster.
    fn on_cluster(&self, gate: &Gate, since: Option<Timestamp>) -> GateStatus {
        if let Some(reason) = self.blindness(gate) {
            return GateStatus::new(gate, GateState::Unknown, reason);
        }
        match judge(gate, &self.observed) {
            Verdict::Holds => GateStatus::new(gate, GateState::Holds, ""),
            Verdict::HoldsAt(until) => GateStatus {
                until: Some(until),
                ..GateStatus::new(gate, GateState::Waits, "")
            },
            Verdict::Waits(shortfall) => GateStatus {
                since,
                pods: troubled(gate, &self.observed)
                    .into_iter()
                    .map(Into::into)
                    .collect(),
                ..GateStatus::new(gate, GateState::Waits, shortfall.stands)
            },
        }
    }

    /// Why nobody can say how a gate stands.
    fn blindness(&self, gate: &Gate) -> Option<String> {
        let namespace = gate.object()?.namespace.as_deref().unwrap_or_default();
        let scopes = behind(std::slice::from_ref(gate), namespace);
        let refused = scopes.iter().find_map(|scope| {
            let reason = self.unseen.get(scope)?;
            Some(format!("{} cannot be looked at: {reason}", scope.kind))
        });
        let mut unlisted = scopes
            .iter()
            .filter(|scope| !self.observed.is_listed(scope));
        let unlisted = unlisted.next();
        refused.or_else(|| Some(format!("{} has not been looked at yet", unlisted?.kind)))
    }

    /// The gates on the cluster's objects and the windows, where they have not all held together for
    /// long enough, and when that may change by itself; none where they have. The endpoints of a
    /// Service that is a load balancer must have been right for as long as they take to `settle`.
    pub fn open(
        &mut self,
        settle: Duration,
        now: Timestamp,
    ) -> Option<(Vec<GateStatus>, Option<Timestamp>)> {
        let fronted = BTreeSet::new();
        let cluster = Cluster::new(&self.observed, &fronted, settle);
        let blocked = self.waiting.hold(&self.gates, cluster, now).err();
        let mut wake = blocked.as_ref().and_then(|blocked| blocked.wake);
        let mut open = Vec::new();
        for gate in &self.gates {
            let status = if let Gate::Window(opening) = gate {
                window(gate, opening, now)
            } else if gate.is_observed() {
                self.on_cluster(gate, None)
            } else {
                continue;
            };
            wake = wake.into_iter().chain(status.until).min();
            if status.state != GateState::Holds {
                open.push(status);
            }
        }
        (blocked.is_some() || !open.is_empty()).then_some((open, wake))
    }

    /// The gates that ask a person, a length of time or another system: what nobody can see in a
    /// cluster.
    pub fn elsewhere(&self) -> impl Iterator<Item = Awaited> {
        let is_elsewhere = |gate: &&Gate| !gate.is_observed() && !matches!(gate, Gate::Window(_));
        self.gates.iter().filter(is_elsewhere).map(awaited)
    }
}

impl GateStatus {
    fn new(gate: &Gate, state: GateState, stands: impl Into<String>) -> Self {
        Self {
            gate: awaited(gate),
            state,
            stands: stands.into(),
            since: None,
            until: None,
            is_observed: gate.is_observed(),
            pods: Vec::new(),
        }
    }
}

impl From<Troubled> for PodStatus {
    fn from(troubled: Troubled) -> Self {
        Self {
            name: troubled.name,
            trouble: troubled.trouble,
            message: troubled.words,
            since: troubled.since,
        }
    }
}

impl Rebase for DefaultNamespace<'_> {
    fn object(&self, object: &ObjectRef) -> ObjectRef {
        Self::object(*self, object)
    }

    fn manifest(&self, manifest: &Manifest) -> Result<Manifest, cutover_plan::Error> {
        Ok(Self::manifest(*self, manifest)?)
    }
}

fn person(gate: &Gate, approval: Option<&Wish>, held: Option<Timestamp>) -> GateStatus {
    match (approval, held) {
        (Some(wish), _) => {
            let stands = format!("approved by {}", wish.by);
            GateStatus::new(gate, GateState::Holds, stands)
        }
        (None, Some(_)) => GateStatus {
            since: held,
            ..GateStatus::new(gate, GateState::Asks, "")
        },
        (None, None) => GateStatus::new(gate, GateState::Later, ""),
    }
}

fn pause(gate: &Gate, duration: Duration, held: Option<Timestamp>, now: Timestamp) -> GateStatus {
    let Some(held) = held else {
        return GateStatus::new(gate, GateState::Later, "");
    };
    let until = saturating_add(held, SignedDuration::from_secs(duration.seconds().into()));
    match until <= now {
        true => GateStatus::new(gate, GateState::Holds, ""),
        false => GateStatus {
            since: Some(held),
            until: Some(until),
            ..GateStatus::new(gate, GateState::Waits, "")
        },
    }
}

fn window(gate: &Gate, window: &Window, now: Timestamp) -> GateStatus {
    match next_opening(window, now) {
        None => GateStatus::new(gate, GateState::Holds, ""),
        Some(opens) => GateStatus {
            until: Some(opens),
            ..GateStatus::new(gate, GateState::Waits, "closed")
        },
    }
}

fn analysis(gate: &Gate, index: usize, journal: &Journal, held: Option<Timestamp>) -> GateStatus {
    let (Some(analysis), Some(_)) = (gate.analysis(), held) else {
        return GateStatus::new(gate, GateState::Later, "");
    };
    let check = journal.position.check(index);
    let stands = check.stands(&analysis);
    match check.state(&analysis) {
        CheckState::Passed => GateStatus::new(gate, GateState::Holds, stands),
        CheckState::Failed | CheckState::Open => GateStatus {
            since: held,
            ..GateStatus::new(gate, GateState::Waits, stands)
        },
    }
}

#[cfg(test)]
mod tests;
