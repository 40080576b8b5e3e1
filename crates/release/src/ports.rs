//! The ports that a Service sends requests to, and the pods behind it.

use std::collections::BTreeSet;

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_traffic::{Owned, PodIndex, Port, Service, ServicePort, listens, may_answer, services};
use cutover_workload::{Deployment, texts};

use crate::hint::Hint;
use crate::kinds;
use crate::refusal::{Refusals, refuse};
use crate::release::Release;

/// Refuses a state in which a Service and its pods are at odds about a port on the way. How they
/// stand together before and after is somebody's wish, and so is that nobody answers while all pods
/// of `recreated` sets are replaced at once. `before` are the pods of what runs, which are the same
/// for all states.
///
/// # Errors
///
/// The Service, and the port that leads nowhere.
pub fn ports(
    state: &Bundle,
    release: &Release,
    before: &PodIndex<'_>,
    recreated: &BTreeSet<ObjectRef>,
) -> Result<(), Refusals> {
    let index = PodIndex::of(state);
    for manifest in services(state) {
        let service = Service::read(manifest)?;
        let served = Served::of(release.from(), before, &service.object)?;
        for pods in index.selected(manifest.object().namespace.as_deref(), &service.selector) {
            let stand_so = |end| stand_so(manifest, &service, pods, end);
            if recreated.contains(pods.owner) || !pods.are_lasting() {
                continue;
            }
            if !stand_so(release.from())? && !stand_so(release.to())? {
                moves(&service, pods, release)?;
                has_ports(&service, pods, &served)?;
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

/// Refuses a named port that no container has: a Service drops it silently. One that was dead
/// before, on the pods that the Service served, may stay so.
pub(crate) fn has_ports(
    service: &Service,
    pods: &Owned<'_>,
    served: &Served<'_>,
) -> Result<(), Refusals> {
    let dropped = named_ports(service)
        .find(|(_, port)| !listens(pods.template, port) && !served.lacked(port, pods));
    dropped.map_or(Ok(()), |(name, _)| {
        let reason = format!(
            "the port `{name}` is on no container of {}: requests to it would be dropped",
            pods.owner
        );
        let hint = format!("name a containerPort `{name}`, or change `targetPort`");
        Err(at_odds(service, reason, hint))
    })
}

/// Refuses a port to which the pods of another version listen, and these do not: whoever says by
/// number where its containers listen, says it of all versions.
fn moves(service: &Service, pods: &Owned<'_>, release: &Release) -> Result<(), Refusals> {
    let ends = [release.from(), release.to()]
        .into_iter()
        .filter_map(|end| {
            end.get(pods.owner)
                .and_then(|set| Deployment::of(set).template())
        });
    let mut moving = service.ports.iter();
    let lost = moving.find(|port| {
        let elsewhere = ends.clone().any(|template| may_answer(template, port));
        elsewhere && !may_answer(pods.template, port) && !leads_there(service, port, release)
    });
    let Some(port) = lost else { return Ok(()) };
    let port = match port {
        Port::Name(name) => format!("`{name}`"),
        Port::Number(number) => number.to_string(),
    };
    let reason = format!(
        "the old and the new pods listen to different ports: {port} is on no container of {} meanwhile",
        pods.owner
    );
    let hint = "give the port one name in the containers of both, and let the Service lead to that \
                name; let the containers listen on both ports for a release; or take a strategy that \
                stops the old pods first (recreate)";
    Err(at_odds(service, reason, hint))
}

/// Whether a Service leads to a port at both ends.
fn leads_there(service: &Service, port: &Port, release: &Release) -> bool {
    let ends = [release.from(), release.to()];
    let mut ends = ends.into_iter().map(|end| end.get(&service.object));
    ends.all(|end| {
        let ports = end.into_iter().flat_map(ServicePort::all);
        let mut targets = ports.filter_map(ServicePort::target);
        targets.any(|target| target == *port)
    })
}

fn at_odds(service: &Service, reason: String, hint: impl Into<Hint>) -> Refusals {
    refuse(kinds::PORT, &service.object, "/spec/ports", reason, hint)
}

/// What a Service did before the release.
pub(crate) struct Served<'a> {
    service: Option<Service>,
    pub(crate) pods: Vec<&'a Owned<'a>>,
}

impl<'a> Served<'a> {
    /// What a Service does in a bundle.
    pub(crate) fn of(
        from: &'a Bundle,
        index: &'a PodIndex<'a>,
        service: &ObjectRef,
    ) -> Result<Self, Refusals> {
        let known = from.get(service);
        let selector = texts(known.and_then(|known| known.pointer("/spec/selector")));
        let namespace = known.and_then(|known| known.object().namespace.as_deref());
        Ok(Self {
            service: known.map(Service::read).transpose()?,
            pods: index.selected(namespace, &selector),
        })
    }

    /// Whether it had this port, and the same pods lacked it; of a set that the plan makes, whether
    /// others did.
    fn lacked(&self, port: &Port, pods: &Owned<'_>) -> bool {
        let mut ports = self.service.iter().flat_map(|service| &service.ports);
        let lacks = |before: &&&Owned<'_>| !listens(before.template, port);
        let same = self.pods.iter().find(|before| before.owner == pods.owner);
        let lacked = match same {
            Some(before) => lacks(&before),
            None => self.pods.iter().any(|before| lacks(&before)),
        };
        ports.any(|one| one == port) && lacked
    }
}

fn named_ports(service: &Service) -> impl Iterator<Item = (&str, &Port)> {
    service.ports.iter().filter_map(|port| match port {
        Port::Name(name) => Some((name.as_str(), port)),
        Port::Number(_) => None,
    })
}
