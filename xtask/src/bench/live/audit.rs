//! Requests, as the API server's audit log tells them.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::Result;
use crate::cluster::Cluster;

/// The identities of all requests so far by a program, from how its user agent begins.
///
/// A watch is told twice, when it starts and when it ends, with one identity.
pub(super) fn requests(cluster: &Cluster, agent: &str) -> Result<BTreeSet<String>> {
    let log = fs::read_to_string(cluster.audit_log())?;
    // The last line may be in the middle of being written.
    let requests = log
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let by_agent = requests.filter(|request| {
        request["userAgent"]
            .as_str()
            .is_some_and(|by| by.starts_with(agent))
    });
    Ok(by_agent
        .filter_map(|request| request["auditID"].as_str().map(Into::into))
        .collect())
}
