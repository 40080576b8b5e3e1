//! What is wanted, and where to stand: a single waypoint.

use cutover_manifest::{Bundle, Field, Manifest, Warning};
use cutover_planner::{Strategy, Waypoint, Waypoints};
use cutover_release::{Ends, Refusals, Release};
use cutover_traffic::services;
use serde_json::json;

use crate::error;
use crate::spec::{Affinity, SessionAffinity};

const AFFINITY: Field = Field::new("/spec/sessionAffinity");
const CONFIG: Field = Field::new("/spec/sessionAffinityConfig");

impl Strategy for Affinity {
    fn name(&self) -> &str {
        "affinity"
    }

    /// The Service's affinity as asked. Refused where there is not exactly one such Service, or the
    /// time is out of range (`MaxClientIPServiceAffinitySeconds` in kubernetes/api `core/v1`).
    fn wanted(&self, ends: Ends) -> Result<Ends, Refusals> {
        let service = find(ends.to(), self)?;
        let service = match self.session_affinity {
            SessionAffinity::ClientIp => sticky(service, self.timeout_seconds)?,
            SessionAffinity::None => free(service, self.timeout_seconds)?,
        };
        let mut to = ends.to().clone();
        to.insert(service);
        Ok(ends.wanting(to))
    }

    /// `[affinity]`: one patch of the Service.
    fn waypoints(&self, release: &Release) -> Result<Waypoints, Refusals> {
        let changed = services(release.to())
            .filter(|service| release.from().get(service.object()) != Some(service));
        let warnings = changed
            .filter(|service| service.pointer("/spec/sessionAffinity") == Some(&json!("ClientIP")))
            .map(sources);
        Ok(Waypoints {
            warnings: warnings.collect(),
            points: vec![Waypoint::new("affinity", release.to().clone())],
            ..Waypoints::default()
        })
    }
}

fn find<'a>(from: &'a Bundle, affinity: &Affinity) -> Result<&'a Manifest, Refusals> {
    let named = services(from).filter(|service| {
        let object = service.object();
        let near = affinity.namespace.is_none()
            || object.namespace.is_none()
            || object.namespace == affinity.namespace;
        object.name == affinity.service && near
    });
    let found: Vec<&Manifest> = named.collect();
    match found.as_slice() {
        [only] => Ok(only),
        several => Err(error::not_one_service(&affinity.service, several.len())),
    }
}

fn sticky(service: &Manifest, timeout: Option<u32>) -> Result<Manifest, Refusals> {
    let sticky = service.with(AFFINITY, json!("ClientIP"));
    match timeout {
        None => Ok(sticky.without(CONFIG)),
        Some(seconds @ 1..=86_400) => {
            Ok(sticky.with(CONFIG, json!({ "clientIP": { "timeoutSeconds": seconds } })))
        }
        Some(seconds) => Err(error::timeout(
            service.object(),
            format!("{seconds} is out of range"),
        )),
    }
}

fn free(service: &Manifest, timeout: Option<u32>) -> Result<Manifest, Refusals> {
    if timeout.is_some() {
        return Err(error::timeout(
            service.object(),
            "without affinity there is nothing to end",
        ));
    }
    Ok(service.with(AFFINITY, json!("None")).without(CONFIG))
}

fn sources(service: &Manifest) -> Warning {
    Warning::about(
        service.object(),
        "affinity goes by the client's address: behind a load balancer or NAT all clients are one",
        "where requests come through a proxy, let the proxy keep sessions by a cookie",
    )
}
