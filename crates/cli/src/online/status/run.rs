//! How a run is at a moment: its journal, who carries it out, and the gates that it waits for.

use cutover_run::{
    Event, GateState, GateStatus, Inspection, Journal, Position, Reply, Request, Runner, Wish,
};
use jiff::Timestamp;
use serde::Serialize;

use crate::error::Error;
use crate::online::Online;
use crate::online::subject::Found;

/// How a run is at a moment, as `-o json` prints it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunStatus {
    pub(crate) plan: String,
    pub(crate) namespace: String,
    #[serde(flatten)]
    pub(crate) position: Position,
    pub(crate) runner: Runner,
    /// What the present step waits for.
    pub(crate) gates: Vec<GateStatus>,
    #[serde(flatten)]
    pub(crate) asked: Asked,
}

/// What people have asked of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Asked {
    pub(crate) approvals: Vec<Approval>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) abort: Option<Wish>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pause: Option<Wish>,
    /// What cannot be read of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) unreadable: Vec<String>,
}

/// Who approved a step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Approval {
    pub(crate) step: usize,
    #[serde(flatten)]
    pub(crate) wish: Wish,
}

impl RunStatus {
    /// By one look at the cluster.
    ///
    /// # Errors
    ///
    /// A Lease that cannot be read, and a journal whose plan does not fit itself.
    pub(crate) fn look(found: &Found, online: &Online, now: Timestamp) -> Result<Self, Error> {
        let runner = found.runner(online, now)?;
        let inspection = inspect(found, online)?;
        Ok(Self::of(found, runner, &inspection, now))
    }

    /// Of what is known.
    pub(crate) fn of(
        found: &Found,
        runner: Runner,
        inspection: &Inspection,
        now: Timestamp,
    ) -> Self {
        let journal = &found.journal;
        Self {
            plan: journal.bound.plan.metadata.name.clone(),
            namespace: found.namespace().to_owned(),
            position: journal.position.clone(),
            runner,
            gates: inspection.in_run(journal, now),
            asked: Asked::of(journal),
        }
    }

    /// Whether a person is asked now.
    pub(crate) fn asks(&self) -> bool {
        self.gates.iter().any(|gate| gate.state == GateState::Asks)
    }

    /// The same but for how long the Leases last, which says nothing new.
    pub(crate) fn is_news_after(&self, last: &Self) -> bool {
        let plain = |status: &Self| {
            let mut status = status.clone();
            if let Runner::Alive { until, .. } = &mut status.runner {
                *until = Timestamp::UNIX_EPOCH;
            }
            status
        };
        plain(self) != plain(last)
    }
}

impl Asked {
    fn of(journal: &Journal) -> Self {
        let wishes = &journal.wishes;
        let approvals = wishes.approvals.iter();
        Self {
            approvals: approvals
                .map(|(step, wish)| Approval {
                    step: *step,
                    wish: wish.clone(),
                })
                .collect(),
            abort: wishes.abort.clone(),
            pause: wishes.pause.clone(),
            unreadable: wishes.unreadable.clone(),
        }
    }
}

/// The gates of the step that a run is at, looked at once.
///
/// # Errors
///
/// A journal whose plan does not fit itself.
pub(crate) fn inspect(found: &Found, online: &Online) -> Result<Inspection, Error> {
    let mut inspection = of_step(found)?;
    let scopes: Vec<_> = inspection.scopes().cloned().collect();
    for scope in scopes {
        match online.ask(Request::List(scope.clone())) {
            Ok(Reply::Objects(found)) => inspection.handle_event(Event::Listed(scope, found)),
            Ok(_) => {}
            Err(fault) => inspection.handle_event(Event::Unwatched(scope, fault)),
        }
    }
    Ok(inspection)
}

/// The gates of the step that a run is at.
///
/// # Errors
///
/// A plan that does not fit itself.
pub(crate) fn of_step(found: &Found) -> Result<Inspection, Error> {
    let inspection = Inspection::of_run(&found.journal, found.namespace());
    inspection.map_err(Error::failed)
}
