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
    let (whole, _) = log.rsplit_once('\n').unwrap_or_default();
    let mut requests = BTreeSet::new();
    for line in whole.lines() {
        let request: Value = serde_json::from_str(line)?;
        let by = request["userAgent"].as_str().unwrap_or_default();
        if by.starts_with(agent) {
            requests.extend(request["auditID"].as_str().map(Into::into));
        }
    }
    Ok(requests)
}
