//! The ports that a Service sends requests to, and the pods behind it.

use cutover_manifest::{Bundle, Manifest, containers};
use cutover_traffic::{Owned, PodIndex, Port, Service};
use cutover_workload::Deployment;
use serde_json::Value;

use crate::kinds;
use crate::refusal::{Refusals, refuse};
use crate::release::Release;

/// Refuses a state in which a Service and its pods are at odds about a port on the way. How they
/// stand together before and after is somebody's wish.
///
/// # Errors
///
/// The Service, and the port that leads nowhere.
pub fn ports(state: &Bundle, release: &Release) -> Result<(), Refusals> {
    let index = PodIndex::of(state);
    for manifest in state.of_kind("Service") {
        let service = Service::read(manifest)?;
        for pods in index.selected(manifest.object().namespace.as_deref(), &service.selector) {
            let stand_so = |end| stand_so(manifest, &service, pods, end);
            if !stand_so(release.from())? && !stand_so(release.to())? {
                has_ports(&service, pods).and_then(|()| has_numbers(&service, pods, release))?;
            }
        }
    }
    Ok(())
}

/// Whether a Service with these ports and pods of this template are together in a bundle.
fn stand_so(
    manifest: &Manifest,
    service: &Service,
    pods: &Owned<'_>,
    end: &Bundle,
) -> Result<bool, Refusals> {
    if end
        .get(pods.owner)
        .and_then(|set| Deployment::of(set).template())
        != Some(pods.template)
    {
        return Ok(false);
    }
    match end.get(&service.object) {
        None => Ok(false),
        Some(there) if there == manifest => Ok(true),
        Some(there) => Ok(Service::read(there)?.ports == service.ports),
    }
}

/// Refuses a named port that no container has: a Service drops it silently.
pub(crate) fn has_ports(service: &Service, pods: &Owned<'_>) -> Result<(), Refusals> {
    let named = |wanted: &String| {
        declared(pods.template).any(|port| port.get("name").and_then(Value::as_str) == Some(wanted))
    };
    let dropped = service.ports.iter().find_map(|port| match port {
        Port::Name(name) if !named(name) => Some(name),
        _ => None,
    });
    dropped.map_or(Ok(()), |name| {
        let reason = format!(
            "the port `{name}` is on no container of {}: requests to it would be dropped",
            pods.owner
        );
        let hint = format!("name a containerPort `{name}`, or change `targetPort`");
        Err(refuse(
            kinds::PORT,
            &service.object,
            "/spec/ports",
            reason,
            hint,
        ))
    })
}

/// Whoever says by number where its containers listen, says it of all versions.
fn has_numbers(service: &Service, pods: &Owned<'_>, release: &Release) -> Result<(), Refusals> {
    let ends = [release.from(), release.to()].map(|end| {
        end.get(pods.owner)
            .and_then(|set| Deployment::of(set).template())
    });
    let elsewhere = |port| {
        ends.into_iter()
            .flatten()
            .any(|template| listens(template, port))
    };
    let lost = service.ports.iter().find_map(|port| match port {
        Port::Number(port) if !listens(pods.template, *port) && elsewhere(*port) => Some(*port),
        _ => None,
    });
    lost.map_or(Ok(()), |port| {
        let reason = format!(
            "the port {port} is on no container of {} meanwhile: requests to it would fail",
            pods.owner
        );
        let hint =
            "let the containers listen on both ports for a release, or name the port and keep the name";
        Err(refuse(kinds::PORT, &service.object, "/spec/ports", reason, hint))
    })
}

fn listens(template: &Value, number: i32) -> bool {
    let mut numbers = declared(template).filter_map(|port| port.get("containerPort")?.as_i64());
    numbers.any(|port| port == i64::from(number))
}

/// The ports that the containers of a pod template declare.
fn declared(template: &Value) -> impl Iterator<Item = &Value> {
    containers(template)
        .filter_map(|container| container.get("ports")?.as_array())
        .flatten()
}
