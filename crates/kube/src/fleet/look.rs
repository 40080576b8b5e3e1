//! A look at a cluster: whether it answers, and how its own run stands by its own journal.

use std::time::Duration;

use cutover_check::Checked;
use cutover_fleet::{Event, Name, Standing};
use cutover_manifest::Manifest;
use cutover_run::{Journal, Outcome, Reply, Request};
use tokio::time::timeout;

use super::connection::Connection;
use super::store::words;
use crate::cluster::Cluster;

/// For how long an answer is waited for.
const LIMIT: Duration = Duration::from_secs(10);

/// Looks at a cluster.
pub(super) async fn look(name: Name, cluster: &Connection, plan: &Checked) -> Event {
    let cluster = match cluster {
        Ok(cluster) => cluster,
        Err(reason) => return Event::Unreached(name, reason.clone()),
    };
    match journal(cluster, plan).await {
        Ok(found) => Event::Looked(name, standing(found.as_ref(), plan)),
        Err(reason) => Event::Unreached(name, reason),
    }
}

/// The journal of a cluster's own run, where there is one.
///
/// # Errors
///
/// Why it cannot be read.
pub(super) async fn journal(cluster: &Cluster, plan: &Checked) -> Result<Option<Manifest>, String> {
    let object = Journal::object(plan, cluster.namespace());
    match timeout(LIMIT, cluster.ask(Request::Get(object))).await {
        Err(_) => Err(format!("{} does not answer", cluster.server())),
        Ok(Err(fault)) => Err(format!("{}: {}", cluster.server(), words(&fault))),
        Ok(Ok(Reply::Object(found))) => Ok(found),
        Ok(Ok(other)) => Err(format!("{}: answered by {other:?}", cluster.server())),
    }
}

/// How a cluster's own run stands. The run of another plan that is over says nothing of this one.
fn standing(journal: Option<&Manifest>, plan: &Checked) -> Standing {
    let Some(journal) = journal else {
        return Standing::Untouched;
    };
    let position = match Journal::parse(journal) {
        Ok(journal) => journal.position,
        Err(error) => return Standing::Other(error.to_string()),
    };
    let is_mine = position.digest == plan.digest;
    match (&position.ended, is_mine) {
        (Some(Outcome::Done | Outcome::Undone { .. }), false) => Standing::Untouched,
        (_, false) => Standing::Other(format!(
            "another plan named {} ({}…) is under way there",
            plan.metadata.name,
            position.digest.short()
        )),
        (Some(Outcome::Done), true) => Standing::Done,
        (Some(Outcome::Undone { to: 0 }), true) => Standing::Undone,
        (_, true) => Standing::Begun,
    }
}
