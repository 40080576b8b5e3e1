//! An HTTPRoute of the Gateway API: which Services its rules send requests to, in what share, and
//! the same route with other shares.
//!
//! A rule's requests are split by the weights of its backends: a weight is a ratio, 1 where none is
//! written, and none of the requests where it is 0.

mod length;
mod reshare;

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Error, Fields, Manifest, ObjectRef};
use serde_json::{Map, Value, json};

use self::length::Length;
pub use self::reshare::{Shift, TooHeavy, towards};
use crate::share::Share;

/// An HTTPRoute as far as shares go. Read-only: changes are made to the manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRoute {
    /// The route's own reference, with its version of the API.
    pub object: ObjectRef,
    /// Its rules, in their order.
    pub rules: Vec<Rule>,
    /// Whether a Service is one of its parents, so that a mesh follows it and no gateway.
    pub in_mesh: bool,
}

/// What a route does with some of its requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name, where it has one.
    pub name: Option<String>,
    /// Where it sends them.
    pub backends: Vec<Weighted>,
    /// The Services that a filter sends copies of requests to.
    pub mirrors: BTreeSet<ObjectRef>,
    /// How long a request may take in seconds; none where nobody says.
    pub request: Option<u32>,
    /// How long a client may stay where its session began, in seconds.
    pub session: Session,
}

/// Whether a rule's clients stay where their session began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Session {
    /// They do not: each request goes by the weights.
    Absent,
    /// They do, for so many seconds at most.
    Bounded(u32),
    /// They do, for as long as they like.
    Endless,
}

/// One backend of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weighted {
    /// The Service; none where it is of another kind.
    pub service: Option<ObjectRef>,
    /// Its part of the sum of the rule's weights.
    pub weight: u32,
}

/// What each rule gives to the Services of one workload, of what it gives to all of them together.
/// One that is named and gets nothing has a share of none.
pub type Parts = Vec<BTreeMap<ObjectRef, Share>>;

impl HttpRoute {
    /// The most rules that a route may have.
    pub const MOST_RULES: usize = 16;
    /// The most backends that a rule may have.
    pub const MOST_BACKENDS: usize = 16;
    /// The largest weight of a backend.
    pub const MOST_WEIGHT: u32 = 1_000_000;

    /// Whether this is the reference of an HTTPRoute.
    ///
    /// ```
    /// use cutover_manifest::ObjectRef;
    /// use cutover_traffic::HttpRoute;
    ///
    /// let of = |version| ObjectRef::new(version, "HTTPRoute", None, "hello");
    /// assert!(HttpRoute::is(&of("gateway.networking.k8s.io/v1")));
    /// assert!(!HttpRoute::is(&of("policy.linkerd.io/v1beta3")));
    /// ```
    pub fn is(object: &ObjectRef) -> bool {
        object.group() == "gateway.networking.k8s.io" && object.kind == "HTTPRoute"
    }

    /// Reads a manifest of an HTTPRoute.
    ///
    /// # Errors
    ///
    /// Where a field that is read has another type than an HTTPRoute's, or holds no such value; the
    /// error names the field.
    ///
    /// ```
    /// use cutover_manifest::Manifest;
    /// use cutover_traffic::HttpRoute;
    /// use serde_json::json;
    ///
    /// let route = HttpRoute::read(&Manifest::new(json!({
    ///     "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "hello"},
    ///     "spec": {"rules": [{"backendRefs": [
    ///         {"name": "hello", "port": 80, "weight": 3}, {"name": "hello-canary", "port": 80}]}]},
    /// }))?)?;
    /// let parts = route.parts(|_| true);
    /// let shares: Vec<String> = parts[0].values().map(ToString::to_string).collect();
    /// assert_eq!(shares, ["3/4", "1/4"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read(manifest: &Manifest) -> Result<Self, Error> {
        let spec = manifest.fields().at("spec")?;
        let rules = spec.each("rules")?;
        let mut in_mesh = false;
        for parent in spec.each("parentRefs")? {
            in_mesh |= parent.read::<String>("kind")?.as_deref() == Some("Service");
        }
        Ok(Self {
            object: manifest.object().clone(),
            rules: rules
                .iter()
                .map(|fields| rule(manifest, fields))
                .collect::<Result<_, _>>()?,
            in_mesh,
        })
    }

    /// What each rule gives to the Services of one workload, strangers' shares apart.
    pub fn parts(&self, own: impl Fn(&ObjectRef) -> bool) -> Parts {
        let part = |rule: &Rule| rule.part(&own);
        self.rules.iter().map(part).collect()
    }

    /// What each rule gives to the backends that are nobody's of one workload, in their order, of
    /// all that it sends.
    pub fn strangers(&self, own: impl Fn(&ObjectRef) -> bool) -> Vec<Vec<Share>> {
        let strangers = |rule: &Rule| {
            let total = rule.total();
            let others = rule.backends.iter();
            let others = others.filter(|backend| !backend.service.as_ref().is_some_and(&own));
            others
                .map(|other| Share::of(other.weight.into(), total).unwrap_or(Share::NONE))
                .collect()
        };
        self.rules.iter().map(strangers).collect()
    }

    /// The Services that it names, with whatever weight.
    pub fn services(&self) -> BTreeSet<&ObjectRef> {
        let backends = self.rules.iter().flat_map(|rule| &rule.backends);
        backends
            .filter_map(|backend| backend.service.as_ref())
            .collect()
    }

    /// The first rule whose clients may stay where their session began for as long as they like.
    pub fn endless(&self) -> Option<usize> {
        let endless = |rule: &Rule| rule.session == Session::Endless;
        self.rules.iter().position(endless)
    }

    /// How many seconds the last request may still take once a backend gets no more: as long as a
    /// rule lets a request or a session be.
    pub fn longest(&self) -> u32 {
        let bounds = self.rules.iter().map(|rule| {
            let session = match rule.session {
                Session::Absent | Session::Endless => 0,
                Session::Bounded(seconds) => seconds,
            };
            rule.request.unwrap_or(0).max(session)
        });
        bounds.max().unwrap_or(0)
    }
}

impl Rule {
    /// What it gives to the Services of one workload, of what it gives to all of them together.
    fn part(&self, own: impl Fn(&ObjectRef) -> bool) -> BTreeMap<ObjectRef, Share> {
        let mut weights: BTreeMap<ObjectRef, u64> = BTreeMap::new();
        for backend in &self.backends {
            if let Some(service) = backend.service.as_ref().filter(|service| own(service)) {
                *weights.entry(service.clone()).or_default() += u64::from(backend.weight);
            }
        }
        let total = weights.values().sum();
        let share = |weight| Share::of(weight, total).unwrap_or(Share::NONE);
        let shares = weights.into_iter();
        shares
            .map(|(service, weight)| (service, share(weight)))
            .collect()
    }

    /// The sum of its weights.
    fn total(&self) -> u64 {
        let weights = self.backends.iter();
        weights.map(|backend| u64::from(backend.weight)).sum()
    }
}

/// All that a change of shares leaves as it is: the route without weights, where of a workload's
/// Services only the kinds of backends are left that lead to them.
///
/// Two forms of a route that differ in more than the shares of a workload's Services have different
/// frames.
pub fn frame(manifest: &Manifest, own: impl Fn(&ObjectRef) -> bool) -> Value {
    let mut frame = manifest.value().clone();
    let rules = frame
        .pointer_mut("/spec/rules")
        .and_then(Value::as_array_mut);
    for rule in rules.into_iter().flatten() {
        let Some(backends) = rule.get_mut("backendRefs").and_then(Value::as_array_mut) else {
            continue;
        };
        let mut strangers = Vec::new();
        let mut shapes = BTreeSet::new();
        for backend in backends.iter_mut() {
            let is_own =
                service_of(manifest.object(), backend).is_some_and(|service| own(&service));
            let Some(fields) = backend.as_object_mut() else {
                continue;
            };
            fields.remove("weight");
            if is_own {
                fields.remove("name");
                shapes.insert(backend.to_string());
            } else {
                strangers.push(backend.clone());
            }
        }
        rule["backendRefs"] = json!({ "own": shapes, "strangers": strangers });
    }
    frame
}

fn rule(manifest: &Manifest, fields: &Fields<'_>) -> Result<Rule, Error> {
    let backends = fields.each("backendRefs")?;
    let timeouts = fields.at("timeouts")?;
    Ok(Rule {
        name: fields.read("name")?,
        backends: backends
            .iter()
            .map(|fields| backend(manifest, fields))
            .collect::<Result<_, _>>()?,
        mirrors: mirrors(manifest, fields)?,
        request: timeouts.read::<Length>("request")?.and_then(Length::limit),
        session: session(fields)?,
    })
}

/// The Services that filters of a rule, or of one of its backends, name.
fn mirrors(manifest: &Manifest, rule: &Fields<'_>) -> Result<BTreeSet<ObjectRef>, Error> {
    let mut filters = rule.each("filters")?;
    for backend in rule.each("backendRefs")? {
        filters.extend(backend.each("filters")?);
    }
    let mut named = BTreeSet::new();
    for filter in filters {
        let mirror = filter.at("requestMirror")?.at("backendRef")?;
        named.extend(backend(manifest, &mirror)?.service);
    }
    Ok(named)
}

fn session(rule: &Fields<'_>) -> Result<Session, Error> {
    let fields = rule.at("sessionPersistence")?;
    let is_there = rule
        .read::<Map<String, Value>>("sessionPersistence")?
        .is_some();
    let bound = fields
        .read::<Length>("absoluteTimeout")?
        .and_then(Length::limit);
    Ok(match (is_there, bound) {
        (false, _) => Session::Absent,
        (true, Some(bound)) => Session::Bounded(bound),
        (true, None) => Session::Endless,
    })
}

fn backend(manifest: &Manifest, fields: &Fields<'_>) -> Result<Weighted, Error> {
    let text = |field| fields.read::<String>(field);
    let is_service = text("kind")?.is_none_or(|kind| kind == "Service")
        && text("group")?.is_none_or(|group| group.is_empty());
    let name = text("name")?.filter(|_| is_service);
    let namespace = text("namespace")?;
    Ok(Weighted {
        service: name.map(|name| named(manifest.object(), namespace.as_deref(), &name)),
        weight: fields.read::<u32>("weight")?.unwrap_or(1),
    })
}

/// The Service that a backend is, where it is one.
fn service_of(route: &ObjectRef, backend: &Value) -> Option<ObjectRef> {
    let text = |field: &str| backend.get(field).and_then(Value::as_str);
    let is_service = text("kind").is_none_or(|kind| kind == "Service")
        && text("group").is_none_or(str::is_empty);
    let name = text("name").filter(|_| is_service)?;
    Some(named(route, text("namespace"), name))
}

fn named(route: &ObjectRef, namespace: Option<&str>, name: &str) -> ObjectRef {
    let namespace = namespace.or(route.namespace.as_deref());
    ObjectRef::new("v1", "Service", namespace, name)
}

#[cfg(test)]
mod tests;
