//! What is wanted, and where to stand: a single waypoint.

use cutover_manifest::{Bundle, Manifest, Warning};
use cutover_planner::{Waypoint, Waypoints};
use cutover_release::Release;
use serde_json::json;

use crate::error::Error;
use crate::spec::{Affinity, SessionAffinity};

/// The bundle with the Service's affinity as asked.
///
/// # Errors
///
/// Where there is not exactly one such Service, or the time is out of range
/// (`MaxClientIPServiceAffinitySeconds` in kubernetes/api `core/v1`).
pub fn release(from: &Bundle, affinity: &Affinity) -> Result<Bundle, Error> {
    let service = find(from, affinity)?;
    let mut to = from.clone();
    to.insert(match affinity.session_affinity {
        SessionAffinity::ClientIp => sticky(service, affinity.timeout_seconds)?,
        SessionAffinity::None => free(service, affinity.timeout_seconds)?,
    });
    Ok(to)
}

/// `[affinity]`: one patch of the Service.
pub fn waypoints(release: &Release) -> Waypoints {
    let changed = release
        .to()
        .of_kind("Service")
        .filter(|service| release.from().get(service.object()) != Some(service));
    let warnings = changed
        .filter(|service| service.pointer("/spec/sessionAffinity") == Some(&json!("ClientIP")))
        .map(sources);
    Waypoints {
        warnings: warnings.collect(),
        workloads: Vec::new(),
        points: vec![Waypoint::new("affinity", release.to().clone())],
    }
}

fn find<'a>(from: &'a Bundle, affinity: &Affinity) -> Result<&'a Manifest, Error> {
    let named = from.of_kind("Service").filter(|service| {
        let object = service.object();
        let near = affinity.namespace.is_none()
            || object.namespace.is_none()
            || object.namespace == affinity.namespace;
        object.name == affinity.service && near
    });
    let found: Vec<&Manifest> = named.collect();
    match found.as_slice() {
        [only] => Ok(only),
        several => Err(Error::NotOne {
            name: affinity.service.clone(),
            count: several.len(),
        }),
    }
}

fn sticky(service: &Manifest, timeout: Option<u32>) -> Result<Manifest, Error> {
    let sticky = service.set("/spec/sessionAffinity", json!("ClientIP"));
    match timeout {
        None => Ok(sticky.without("/spec/sessionAffinityConfig")),
        Some(seconds @ 1..=86_400) => Ok(sticky.set(
            "/spec/sessionAffinityConfig",
            json!({ "clientIP": { "timeoutSeconds": seconds } }),
        )),
        Some(seconds) => Err(timeout_error(service, format!("{seconds} is out of range"))),
    }
}

fn free(service: &Manifest, timeout: Option<u32>) -> Result<Manifest, Error> {
    if timeout.is_some() {
        return Err(timeout_error(
            service,
            "without affinity there is nothing to end".into(),
        ));
    }
    Ok(service
        .set("/spec/sessionAffinity", json!("None"))
        .without("/spec/sessionAffinityConfig"))
}

fn timeout_error(service: &Manifest, reason: String) -> Error {
    Error::Timeout {
        object: Box::new(service.object().clone()),
        reason,
    }
}

fn sources(service: &Manifest) -> Warning {
    Warning {
        object: Some(service.object().clone()),
        place: None,
        message: "affinity goes by the client's address: behind a load balancer or NAT all clients are one"
            .into(),
        hint: Some("where requests come through a proxy, let the proxy keep sessions by a cookie".into()),
    }
}
