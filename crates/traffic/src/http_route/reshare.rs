//! The same route with other shares.

use std::collections::BTreeSet;

use cutover_manifest::{Field, Manifest, ObjectRef};
use serde_json::{Value, json};

use super::{HttpRoute, service_of};
use crate::share::Percent;

const RULES: Field = Field::new("/spec/rules");

/// How a workload's part of a route is split between two of its Services.
#[derive(Clone, Copy, Debug)]
pub struct Shift<'a> {
    /// The Service that has all of it where the plan starts.
    pub old: &'a ObjectRef,
    /// The Service beside it.
    pub new: &'a ObjectRef,
    /// What `new` gets of the part of both; `old` gets the rest.
    pub weight: Percent,
}

/// Weights whose ratio needs larger numbers than a backend may have, or more backends than a rule
/// may have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TooHeavy {
    /// A weight past [`HttpRoute::MOST_WEIGHT`].
    #[error(
        "the weights would go up to {weight}, where {} is the most",
        HttpRoute::MOST_WEIGHT
    )]
    Weight {
        /// The index of the rule.
        rule: usize,
        /// The largest that it would have.
        weight: u64,
    },
    /// More backends than [`HttpRoute::MOST_BACKENDS`].
    #[error(
        "it would have {backends} backends, where {} are the most",
        HttpRoute::MOST_BACKENDS
    )]
    Backends {
        /// The index of the rule.
        rule: usize,
        /// How many it would have.
        backends: usize,
    },
}

impl TooHeavy {
    /// A JSON pointer to the backends that it is about.
    pub fn pointer(&self) -> String {
        let (Self::Weight { rule, .. } | Self::Backends { rule, .. }) = self;
        format!("/spec/rules/{rule}/backendRefs")
    }
}

impl Shift<'_> {
    /// A route as it stands at the start, with these shares in some of its rules: those of these
    /// indices in which the old Service has a share. All else stays as it is.
    ///
    /// The new backend is the old one under another name, at the end of its rule where it is not
    /// there. Strangers keep
    /// their shares: all weights are multiplied until whole numbers come out, and divided by what
    /// they have in common. At a weight of 0 the numbers stay those of the start.
    ///
    /// # Errors
    ///
    /// [`TooHeavy`] past the kind's limits.
    ///
    /// ```
    /// use cutover_manifest::{Manifest, ObjectRef};
    /// use cutover_traffic::{Percent, Shift};
    /// use serde_json::json;
    ///
    /// let route = Manifest::new(json!({
    ///     "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "hello"},
    ///     "spec": {"rules": [{"backendRefs": [
    ///         {"name": "hello", "port": 80, "weight": 1}, {"name": "legacy", "port": 80, "weight": 3}]}]},
    /// }))?;
    /// let [old, new] = ["hello", "hello-canary"].map(|name| ObjectRef::new("v1", "Service", None, name));
    /// let shift = Shift { old: &old, new: &new, weight: Percent::new(25)? };
    /// let quarter = shift.of(&route, &[0].into())?;
    /// assert_eq!(quarter.pointer("/spec/rules/0/backendRefs").unwrap(), &json!([
    ///     {"name": "hello", "port": 80, "weight": 3},
    ///     {"name": "legacy", "port": 80, "weight": 12},
    ///     {"name": "hello-canary", "port": 80, "weight": 1},
    /// ]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(&self, route: &Manifest, rules: &BTreeSet<usize>) -> Result<Manifest, TooHeavy> {
        edit(route, |rule, backends| {
            let is_old =
                |backend: &Value| service_of(route.object(), backend).as_ref() == Some(self.old);
            let has_share = |backend: &Value| is_old(backend) && weight(backend) > 0;
            if !rules.contains(&rule) || !backends.iter().any(has_share) {
                return Ok(());
            }
            self.rule(rule, backends, is_old)
        })
    }

    fn rule(
        &self,
        rule: usize,
        backends: &mut Vec<Value>,
        is_old: impl Fn(&Value) -> bool,
    ) -> Result<(), TooHeavy> {
        let new_part = self.weight.value();
        let old_part = 100 - new_part;
        let mut weights: Vec<u64> = Vec::new();
        let mut copies = Vec::new();
        for backend in backends.iter() {
            let (weight, is_old) = (weight(backend), is_old(backend));
            weights.push(weight.saturating_mul(if is_old { old_part } else { 100 }));
            if is_old {
                let copy = with(backend.clone(), "name", json!(self.new.name));
                copies.push((copy, weight.saturating_mul(new_part)));
            }
        }
        let named: Vec<Value> = copies.iter().map(|(copy, _)| copy.clone()).collect();
        let places = places(&named, backends);
        for ((copy, weight), place) in copies.into_iter().zip(places) {
            match place {
                Some(place) => weights[place] = weight,
                None => {
                    backends.push(weighing(copy, 0));
                    weights.push(weight);
                }
            }
        }
        if new_part > 0 {
            weigh(backends, &weights);
        }
        fits(rule, backends)
    }
}

/// Gives backends these weights, in the smallest numbers of the same ratio.
fn weigh(backends: &mut [Value], weights: &[u64]) {
    let divisor = weights.iter().copied().fold(0, greatest_common_divisor);
    for (backend, weight) in backends.iter_mut().zip(weights) {
        *backend = weighing(backend.take(), weight / divisor.max(1));
    }
}

/// Where each of some backends is among others, but for its weight: alike ones in their order.
fn places(backends: &[Value], among: &[Value]) -> Vec<Option<usize>> {
    let mut taken = BTreeSet::new();
    let mut places = Vec::new();
    for backend in backends {
        let mut others = among.iter().enumerate();
        let place = others.find(|(at, other)| !taken.contains(at) && alike(backend, other));
        let place = place.map(|(at, _)| at);
        taken.extend(place);
        places.push(place);
    }
    places
}

/// The next form of a route on the way from one to another, so that no backend comes or goes with a
/// share: backends that come have weight 0 first, then shares move, then backends go that have none.
///
/// ```
/// use cutover_manifest::Manifest;
/// use cutover_traffic::towards;
/// use serde_json::json;
///
/// let route = |backends| Manifest::new(json!({
///     "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "hello"},
///     "spec": {"rules": [{"backendRefs": backends}]},
/// }));
/// let here = route(json!([{"name": "hello", "weight": 3}, {"name": "hello-canary", "weight": 1}]))?;
/// let there = route(json!([{"name": "hello"}]))?;
/// let first = towards(&here, &there);
/// assert_eq!(first, route(json!([{"name": "hello"}, {"name": "hello-canary", "weight": 0}]))?);
/// assert_eq!(towards(&first, &there), there);
/// # Ok::<(), cutover_manifest::Error>(())
/// ```
#[must_use]
pub fn towards(here: &Manifest, there: &Manifest) -> Manifest {
    let forms = [with_comers(here, there), with_shares(here, there)];
    let next = forms.into_iter().find(|form| form != here);
    next.unwrap_or_else(|| there.clone())
}

/// The route here, with backends that come at weight 0.
fn with_comers(here: &Manifest, there: &Manifest) -> Manifest {
    edited(here, |rule, backends| {
        let wanted = list(there, rule);
        let known = places(wanted, backends);
        for (backend, place) in wanted.iter().zip(known) {
            if place.is_none() {
                backends.push(weighing(backend.clone(), 0));
            }
        }
    })
}

/// The route here, with the weights that its backends have there; those that go have none.
fn with_shares(here: &Manifest, there: &Manifest) -> Manifest {
    edited(here, |rule, backends| {
        let wanted = list(there, rule);
        let known = places(backends, wanted);
        for (backend, place) in backends.iter_mut().zip(known) {
            *backend = match place {
                Some(place) => wanted[place].clone(),
                None => weighing(backend.take(), 0),
            };
        }
    })
}

/// A route with other backends in each rule.
fn edited(route: &Manifest, change: impl Fn(usize, &mut Vec<Value>)) -> Manifest {
    let infallible = |rule: usize, backends: &mut Vec<Value>| {
        change(rule, backends);
        Ok::<(), std::convert::Infallible>(())
    };
    match edit(route, infallible) {
        Ok(edited) => edited,
        Err(never) => match never {},
    }
}

fn edit<E>(
    route: &Manifest,
    change: impl Fn(usize, &mut Vec<Value>) -> Result<(), E>,
) -> Result<Manifest, E> {
    let Some(mut rules) = route.pointer(RULES.pointer()).cloned() else {
        return Ok(route.clone());
    };
    for (number, rule) in rules.as_array_mut().into_iter().flatten().enumerate() {
        if let Some(backends) = rule.get_mut("backendRefs").and_then(Value::as_array_mut) {
            change(number, backends)?;
        }
    }
    Ok(route.with(RULES, rules))
}

/// The backends of a rule.
fn list(route: &Manifest, rule: usize) -> &[Value] {
    let backends = route.pointer(&format!("/spec/rules/{rule}/backendRefs"));
    backends
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// Whether two backends differ in their weights at most.
fn alike(one: &Value, other: &Value) -> bool {
    let (one, other) = (weighing(one.clone(), 0), weighing(other.clone(), 0));
    one == other
}

fn weight(backend: &Value) -> u64 {
    backend["weight"].as_u64().unwrap_or(1)
}

fn weighing(backend: Value, weight: u64) -> Value {
    with(backend, "weight", json!(weight))
}

/// The same with another value in a field; what is no map stays.
fn with(mut backend: Value, field: &str, value: Value) -> Value {
    if let Some(fields) = backend.as_object_mut() {
        fields.insert(field.to_owned(), value);
    }
    backend
}

fn fits(rule: usize, backends: &[Value]) -> Result<(), TooHeavy> {
    let heaviest = backends.iter().map(weight).max().unwrap_or(0);
    if heaviest > HttpRoute::MOST_WEIGHT.into() {
        let weight = heaviest;
        return Err(TooHeavy::Weight { rule, weight });
    }
    if backends.len() > HttpRoute::MOST_BACKENDS {
        let backends = backends.len();
        return Err(TooHeavy::Backends { rule, backends });
    }
    Ok(())
}

fn greatest_common_divisor(one: u64, other: u64) -> u64 {
    match other {
        0 => one,
        _ => greatest_common_divisor(other, one % other),
    }
}
