//! How many of the requests may reach the new version.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use cutover_check::Checked;
use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_traffic::{Router, Service, Share, Split, backends, reach};
use cutover_workload::{Deployment, Routed, Version, Workload};

use crate::error::Error;

/// The share of requests that may reach the new version of a workload while a plan stands at one
/// state.
///
/// By a route it is of requests, rule by rule, and of the workload's own part: strangers' shares are
/// apart. Behind a Service it is of new connections, since kube-proxy picks a pod for each of them.
/// Where several rules or Services lead to the workload and differ, or where Kubernetes does not split by pods, it
/// lies between two bounds. A workload behind no Service has the share of its pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exposure {
    /// No less than this.
    pub least: Share,
    /// No more than this.
    pub most: Share,
}

/// The exposure at each state, from state 0 on, of each of the plan's workloads in their order;
/// none where no pod of the workload would answer.
///
/// A set's pods are of the new version where their template is none of those that answered before
/// the first step. Labels that tell sets apart make no version, so adopting a label is none; nor does the annotation that a restart writes.
///
/// # Errors
///
/// [`Error::Plan`] where the plan does not fit itself, [`Error::Manifest`] where a Service is none.
///
/// ```
/// # use cutover::{AnyStrategy, Ends, Options, Release, manifest};
/// # let yaml = br#"apiVersion: apps/v1
/// # kind: Deployment
/// # metadata: {name: hello}
/// # spec: {replicas: 3, selector: {matchLabels: {app: hello}}, template: {metadata: {labels: {app: hello}},
/// #   spec: {containers: [{name: hello, image: "hello:1.0.0"}]}}}"#;
/// # let from = manifest::bundle(vec![manifest::read("hello.yaml", yaml)?])?.bundle;
/// # let ends = Ends::unchanged(from).image(&"hello=hello:2.0.0".parse()?, &[])?;
/// # let strategy: AnyStrategy = serde_json::from_str(r#"{"canary": {"steps": [{"setWeight": 25}, {"pause": {}}]}}"#)?;
/// let plan = cutover::plan(&Release::new(ends)?, &strategy, &Options::default())?;
/// let shares: Vec<String> = cutover_report::exposure(&plan)?.iter().map(|state| state[0].unwrap().to_string()).collect();
/// assert_eq!(shares, ["0 %", "25 %", "33 %", "100 %", "100 %", "100 %", "100 %"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn exposure(plan: &Checked) -> Result<Vec<Vec<Option<Exposure>>>, Error> {
    let start = plan.start();
    let workloads: Vec<(&Workload, BTreeSet<Version>)> = plan
        .spec
        .workloads
        .iter()
        .map(|workload| Ok((workload, old(workload, &start)?)))
        .collect::<Result<_, Error>>()?;
    let at = |state: &Bundle| -> Result<Vec<Option<Exposure>>, Error> {
        let each = workloads.iter();
        each.map(|(workload, old)| expose(workload, old, state))
            .collect()
    };
    let mut walk = plan.walk();
    let mut exposures: Vec<Vec<Option<Exposure>>> = vec![at(walk.state())?];
    while walk.advance()?.is_some() {
        exposures.push(at(walk.state())?);
    }
    Ok(exposures)
}

impl Exposure {
    /// The share is known: the least and the most are the same.
    fn exactly(share: Share) -> Self {
        Self {
            least: share,
            most: share,
        }
    }

    /// What holds both where this and where the other holds.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            least: self.least.min(other.least),
            most: self.most.max(other.most),
        }
    }

    /// Whether anything may reach the new version.
    pub(crate) fn is_any(self) -> bool {
        self.most > Share::NONE
    }
}

/// `25 %`, or `25–33 %` between two bounds.
impl fmt::Display for Exposure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (least, most) = (self.least.percent(), self.most.percent());
        if least == most {
            f.write_str(&most)
        } else {
            write!(f, "{}–{most}", least.trim_end_matches(" %"))
        }
    }
}

/// The Services that lead to a workload, as they are at a state.
pub(crate) fn services(workload: &Workload, state: &Bundle) -> Result<Vec<Service>, Error> {
    let routers = workload.serving();
    routers
        .filter_map(|router| state.get(&router.object))
        .map(|service| Ok(Service::of_workload(service, workload)?))
        .collect()
}

/// Whether pods with these labels get requests: where no Service leads to a workload, all do.
pub(crate) fn are_reached(labels: &BTreeMap<String, String>, services: &[Service]) -> bool {
    services.is_empty() || services.iter().any(|service| service.selects(labels))
}

/// The pods of one set.
struct Pods<'a> {
    manifest: &'a Manifest,
    labels: BTreeMap<String, String>,
    count: u64,
}

fn expose(
    workload: &Workload,
    old: &BTreeSet<Version>,
    state: &Bundle,
) -> Result<Option<Exposure>, Error> {
    let pods = pods(workload, state);
    let services = services(workload, state)?;
    if services.is_empty() {
        return Ok(share(pods.iter(), old).map(Exposure::exactly));
    }
    let by_route = by_route(workload, old, state)?;
    let named = named(workload, state)?;
    let alone = services.iter();
    let alone = alone.filter(|service| !named.contains(&service.object));
    let through = alone.filter_map(|service| {
        let share = share(
            pods.iter().filter(|pods| service.selects(&pods.labels)),
            old,
        )?;
        let shared = |router: &Routed| router.shared && router.object == service.object;
        let alone = !workload.serving().any(shared);
        let known =
            service.split == Split::Even || share == Share::NONE || alone && share == Share::ALL;
        Some(if known {
            Exposure::exactly(share)
        } else {
            Exposure {
                least: Share::NONE,
                most: Share::ALL,
            }
        })
    });
    Ok(by_route.into_iter().chain(through).reduce(Exposure::or))
}

/// What each rule of the workload's routes sends to the new version.
fn by_route(
    workload: &Workload,
    old: &BTreeSet<Version>,
    state: &Bundle,
) -> Result<Vec<Exposure>, Error> {
    let is_new = |set: &Manifest| !old.contains(&Version::of(set));
    let mut exposures = Vec::new();
    for route in routes(workload, state)? {
        let reached = reach(&route, workload, state, is_new);
        exposures.extend(reached.into_iter().map(Exposure::exactly));
    }
    Ok(exposures)
}

/// The Services that get requests by the workload's routes, or by these alone: what another route
/// leads to gets requests by that too.
fn named(workload: &Workload, state: &Bundle) -> Result<BTreeSet<ObjectRef>, Error> {
    let by_route = workload.serving().filter(|router| router.by_route);
    let mut named: BTreeSet<ObjectRef> = by_route.map(|router| router.object.clone()).collect();
    for route in routes(workload, state)? {
        named.extend(route.services().into_iter().cloned());
    }
    if !named.is_empty() {
        let is_own = |route: &&Manifest| workload.routes().any(|own| own == route.object());
        for backend in state
            .iter()
            .filter(|route| !is_own(route))
            .flat_map(backends)
        {
            named.remove(&backend.service);
        }
    }
    Ok(named)
}

/// The routes of a workload, as they are at a state.
fn routes(workload: &Workload, state: &Bundle) -> Result<Vec<Router>, Error> {
    let mut routes = Vec::new();
    for route in workload.routes().filter_map(|route| state.get(route)) {
        routes.extend(Router::route(route)?);
    }
    Ok(routes)
}

fn share<'a>(pods: impl Iterator<Item = &'a Pods<'a>>, old: &BTreeSet<Version>) -> Option<Share> {
    let (mut new, mut all) = (0, 0);
    for pods in pods {
        all += pods.count;
        new += if old.contains(&Version::of(pods.manifest)) {
            0
        } else {
            pods.count
        };
    }
    Share::of(new, all)
}

fn pods<'a>(workload: &Workload, state: &'a Bundle) -> Vec<Pods<'a>> {
    let sets = workload.objects().filter_map(|object| state.get(object));
    sets.map(|manifest| {
        let set = Deployment::of(manifest);
        Pods {
            manifest,
            labels: set.labels(),
            count: workload.pods_of(manifest).into(),
        }
    })
    .collect()
}

/// What tells the pods of a workload's new version from those of the old one.
pub(crate) struct Versions(BTreeSet<Version>);

impl Versions {
    /// As a workload stands before the first step.
    pub(crate) fn of(workload: &Workload, start: &Bundle) -> Result<Self, Error> {
        old(workload, start).map(Self)
    }

    /// Whether a set's pods are of the new version.
    pub(crate) fn is_new(&self, set: &Manifest) -> bool {
        !self.0.contains(&Version::of(set))
    }
}

/// The versions that answer before the first step; where nobody does, those that stand there.
fn old(workload: &Workload, start: &Bundle) -> Result<BTreeSet<Version>, Error> {
    let services = services(workload, start)?;
    let all = pods(workload, start);
    let versions = |chosen: &dyn Fn(&Pods<'_>) -> bool| -> BTreeSet<Version> {
        all.iter()
            .filter(|pods| chosen(pods))
            .map(|pods| Version::of(pods.manifest))
            .collect()
    };
    let answering = versions(&|pods| pods.count > 0 && are_reached(&pods.labels, &services));
    Ok(if answering.is_empty() {
        versions(&|_| true)
    } else {
        answering
    })
}
