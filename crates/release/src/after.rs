//! Which workloads come after which.

use std::collections::{BTreeMap, BTreeSet};
use std::slice;
use std::str::FromStr;

use cutover_manifest::{Bundle, ObjectRef, listing};
use cutover_workload::deployments;
use serde::{Deserialize, Serialize};

use crate::kinds;
use crate::refusal::{Refusal, Refusals};
use crate::select::{BadName, WorkloadName, select};

/// For each workload those that it comes after, as `web: [api, db]` in a file and `web=api,db` as a
/// text: its first step comes after their last, and on the way back it goes first.
///
/// ```
/// use cutover_release::After;
///
/// let after: After = "web=api,db".parse()?;
/// assert!(!after.is_empty());
/// assert_eq!(after, serde_json::from_str(r#"{"web": ["api", "deployment/db"]}"#)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct After(BTreeMap<WorkloadName, Vec<WorkloadName>>);

/// A text does not say what comes after what.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadAfter {
    /// A part of it names no Deployment.
    #[error(transparent)]
    Name(#[from] BadName),
    /// Not of the form `NAME=NAME,…`.
    #[error("`{0}` does not say what comes after what\nhint: write web=api,db")]
    Order(String),
}

impl After {
    /// Whether no order is asked for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// An order that holds what both say.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        for (name, befores) in other.0 {
            self.0.entry(name).or_default().extend(befores);
        }
        self
    }

    /// The same, where names that say no namespace are in this one.
    #[must_use]
    pub fn within(self, namespace: &str) -> Self {
        let place = |mut name: WorkloadName| {
            name.namespace.get_or_insert_with(|| namespace.to_owned());
            name
        };
        let mut placed = Self::default();
        for (name, befores) in self.0 {
            let befores = befores.into_iter().map(place).collect();
            placed = placed.and(Self([(place(name), befores)].into()));
        }
        placed
    }

    /// For each Deployment that is named, how many others come before it at least, one after the
    /// other.
    pub(crate) fn layers(
        &self,
        ends: [&Bundle; 2],
    ) -> Result<BTreeMap<ObjectRef, usize>, Refusals> {
        let mut waiting = self.resolved(ends)?;
        let mut layers: BTreeMap<ObjectRef, usize> = BTreeMap::new();
        for layer in 0.. {
            let is_next = |befores: &BTreeSet<ObjectRef>| {
                let mut befores = befores.iter();
                befores.all(|before| layers.contains_key(before))
            };
            let (next, rest): (BTreeMap<_, _>, BTreeMap<_, _>) = waiting
                .into_iter()
                .partition(|(_, befores)| is_next(befores));
            waiting = rest;
            if next.is_empty() {
                break;
            }
            layers.extend(next.into_keys().map(|object| (object, layer)));
        }
        match circle(&waiting) {
            None => Ok(layers),
            Some(circle) => Err(in_a_circle(&circle)),
        }
    }

    /// The Deployments that are named, each with those that it comes after.
    fn resolved(
        &self,
        ends: [&Bundle; 2],
    ) -> Result<BTreeMap<ObjectRef, BTreeSet<ObjectRef>>, Refusals> {
        let sets = ends.into_iter().flat_map(deployments);
        let known: Bundle = sets.map(|set| set.manifest().clone()).collect();
        let mut resolved: BTreeMap<ObjectRef, BTreeSet<ObjectRef>> = BTreeMap::new();
        for (name, befores) in &self.0 {
            let object = find(&known, name)?;
            for before in befores {
                let before = find(&known, before)?;
                resolved.entry(before.clone()).or_default();
                resolved.entry(object.clone()).or_default().insert(before);
            }
        }
        Ok(resolved)
    }
}

impl FromStr for After {
    type Err = BadAfter;

    fn from_str(text: &str) -> Result<Self, BadAfter> {
        let order = || BadAfter::Order(text.to_owned());
        let (name, befores) = text.split_once('=').ok_or_else(order)?;
        let befores: Result<Vec<WorkloadName>, BadName> =
            befores.split(',').map(str::parse).collect();
        Ok(Self([(name.parse()?, befores?)].into()))
    }
}

/// The only Deployment of that name.
fn find(known: &Bundle, name: &WorkloadName) -> Result<ObjectRef, Refusals> {
    if !known.objects().any(|object| name.names(object)) {
        let reason = format!("{name}: there is no such Deployment");
        let hint = format!(
            "there are {}",
            listing(known.objects().map(|set| &set.name))
        );
        let refusal = Refusal::new(kinds::NO_WORKLOAD, reason);
        return Err(refusal.at(PLACE).hint(hint).into());
    }
    let found = select(known, slice::from_ref(name))?;
    Ok(found[0].clone())
}

/// Those that come after each other, the first one at the end again; nothing where none do.
fn circle(waiting: &BTreeMap<ObjectRef, BTreeSet<ObjectRef>>) -> Option<Vec<&ObjectRef>> {
    let mut way: Vec<&ObjectRef> = Vec::new();
    let (mut at, _) = waiting.first_key_value()?;
    loop {
        let known = way.iter().position(|object| *object == at);
        way.push(at);
        if let Some(start) = known {
            return Some(way.split_off(start));
        }
        at = waiting
            .get(at)?
            .iter()
            .find(|before| waiting.contains_key(*before))?;
    }
}

fn in_a_circle(circle: &[&ObjectRef]) -> Refusals {
    let names: Vec<&str> = circle.iter().map(|object| &*object.name).collect();
    let (reason, hint) = match names.as_slice() {
        [name, _] => (
            format!("{name} is to come after itself"),
            "leave it out of those that it comes after",
        ),
        names => (
            format!("each is to come after the next: {}", names.join(", ")),
            "let one of them come first",
        ),
    };
    Refusal::new(kinds::CIRCLE, reason)
        .at(PLACE)
        .hint(hint)
        .into()
}

/// Where an order stands among the fields of a strategy file.
const PLACE: &str = "/after";

#[cfg(test)]
mod tests {
    use cutover_manifest::Manifest;
    use serde_json::{Value, json};

    use super::*;

    /// The layers of Deployments of these names, or why there are none.
    fn check(names: &[&str], after: Value, expect: &str) {
        let deployment = |name: &&str| {
            let (namespace, name) = name.split_once('/').unwrap_or(("", name));
            let metadata = json!({"name": name, "namespace": namespace});
            let value =
                json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata});
            Manifest::new(value).unwrap()
        };
        let known: Bundle = names.iter().map(deployment).collect();
        let after: After = serde_json::from_value(after).unwrap();
        let found = match after.layers([&known, &Bundle::new()]) {
            Ok(layers) => layers
                .iter()
                .map(|(object, layer)| format!("{} {layer}", object.name))
                .collect::<Vec<_>>()
                .join(", "),
            Err(refusals) => format!("{}: {refusals}", refusals.first().kind()),
        };
        assert_eq!(found, expect);
    }

    #[test]
    fn workloads_come_in_layers() {
        let four = &["api", "cache", "db", "web"];
        check(four, json!({}), "");
        check(four, json!({"web": []}), "");
        check(four, json!({"web": ["api"]}), "api 0, web 1");
        check(
            four,
            json!({"web": ["api", "db"], "api": ["db"]}),
            "api 1, db 0, web 2",
        );
        check(
            four,
            json!({"web": ["api"], "cache": ["db"]}),
            "api 0, cache 1, db 0, web 1",
        );
    }

    #[test]
    fn what_is_no_order_is_refused() {
        let two = &["api", "web"];
        check(
            two,
            json!({"web": ["db"]}),
            "noWorkload: /after: deployment/db: there is no such Deployment\nhint: there are api, web",
        );
        check(
            two,
            json!({"db": ["web"]}),
            "noWorkload: /after: deployment/db: there is no such Deployment\nhint: there are api, web",
        );
        check(
            two,
            json!({"web": ["web"]}),
            "circle: /after: web is to come after itself\nhint: leave it out of those that it comes after",
        );
        check(
            two,
            json!({"web": ["api"], "api": ["web"]}),
            "circle: /after: each is to come after the next: api, web, api\nhint: let one of them come first",
        );
        check(
            &["north/web", "south/web", "south/api"],
            json!({"web": ["api"]}),
            "manyWorkloads: deployment/web: there are 2 Deployments: Deployment north/web, Deployment south/web\n\
             hint: say which, with its namespace where names repeat",
        );
        check(
            &["north/web", "south/web", "south/api"],
            json!({"south/deployment/web": ["api"]}),
            "api 0, web 1",
        );
    }

    #[test]
    fn names_that_say_no_namespace_are_in_the_one_that_is_meant() {
        let after: After = "web=api,south/deploy/db".parse().unwrap();
        let expect =
            json!({"north/deployment/web": ["north/deployment/api", "south/deployment/db"]});
        assert_eq!(json!(after.within("north")), expect);
    }

    #[test]
    fn an_order_is_read_from_a_text() {
        let check = |text: &str, expect: Result<Value, &str>| {
            let read = text.parse::<After>().map_err(|error| error.to_string());
            let read = read.map(|after| json!(after));
            assert_eq!(read, expect.map_err(str::to_owned));
        };
        check(
            "web=api,deploy/db",
            Ok(json!({"deployment/web": ["deployment/api", "deployment/db"]})),
        );
        check(
            "web",
            Err("`web` does not say what comes after what\nhint: write web=api,db"),
        );
        check(
            "web=svc/api",
            Err("`svc/api` does not name a Deployment\nhint: write deployment/hello"),
        );
        check(
            "web=",
            Err("`` does not name a Deployment\nhint: write deployment/hello"),
        );
    }
}
