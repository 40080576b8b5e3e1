//! Whether the controllers of a route have taken its present form, as its status says.
//!
//! Each controller writes an entry of its own for each parent of a route, with conditions that say of
//! which generation they speak (`RouteParentStatus` in `apis/v1/shared_types.go` of the Gateway API).

use std::fmt;

use cutover_manifest::Manifest;
use serde_json::Value;

/// Why nobody can say that a route is carried out as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Untaken {
    /// It names no parent, and so nobody carries it out.
    NoParent,
    /// No controller has spoken of its present form for this parent.
    Silent {
        /// The parent, as `Gateway infra/public`.
        parent: String,
    },
    /// No controller accepts it for this parent.
    NotAccepted {
        /// The parent, as `Gateway infra/public`.
        parent: String,
        /// What a controller says instead.
        says: String,
    },
    /// A controller accepts it, and cannot find all that it names.
    Unresolved {
        /// The parent, as `Gateway infra/public`.
        parent: String,
        /// What the controller says.
        says: String,
    },
}

impl fmt::Display for Untaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoParent => f.write_str("it names no Gateway"),
            Self::Silent { parent } => {
                write!(f, "no controller of {parent} has taken its present form")
            }
            Self::NotAccepted { parent, says } => {
                write!(f, "it is not accepted for {parent}: {says}")
            }
            Self::Unresolved { parent, says } => {
                write!(f, "not all that it names is found for {parent}: {says}")
            }
        }
    }
}

/// What keeps a route of the Gateway API from being carried out as it is written, of each of its
/// parents; nothing where for each of them a controller has accepted this generation, and found all
/// that it names.
///
/// Controllers that do not accept it are not asked where another one does: an entry may be a
/// stranger's, or left behind by an earlier class.
///
/// ```
/// use cutover_manifest::Manifest;
/// use serde_json::json;
///
/// let mut route = json!({
///     "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
///     "metadata": {"name": "hello", "generation": 2}, "spec": {"parentRefs": [{"name": "public"}]},
///     "status": {"parents": [{"parentRef": {"name": "public"}, "controllerName": "example.com/gateway", "conditions": [
///         {"type": "Accepted", "status": "True", "observedGeneration": 2},
///         {"type": "ResolvedRefs", "status": "True", "observedGeneration": 2}]}]},
/// });
/// assert!(cutover_traffic::untaken(&Manifest::new(route.clone())?).is_empty());
/// route["metadata"]["generation"] = json!(3);
/// let untaken = cutover_traffic::untaken(&Manifest::new(route)?);
/// assert_eq!(untaken[0].to_string(), "no controller of Gateway public has taken its present form");
/// # Ok::<(), cutover_manifest::Error>(())
/// ```
pub fn untaken(route: &Manifest) -> Vec<Untaken> {
    let parents = list(route, "/spec/parentRefs");
    if parents.is_empty() {
        return vec![Untaken::NoParent];
    }
    let status = Status {
        generation: route
            .pointer("/metadata/generation")
            .and_then(Value::as_u64),
        entries: list(route, "/status/parents"),
        namespace: route.object().namespace.as_deref(),
    };
    let parents = parents.iter().map(|parent| status.parent(parent));
    parents
        .filter_map(|parent| status.untaken(&parent))
        .collect()
}

/// What the status of a route says.
struct Status<'a> {
    generation: Option<u64>,
    entries: &'a [Value],
    /// The namespace of the route, and of parents that name none.
    namespace: Option<&'a str>,
}

/// A parent of a route, with the defaults of the Gateway API.
#[derive(PartialEq, Eq)]
struct Parent<'a> {
    group: &'a str,
    kind: &'a str,
    namespace: Option<&'a str>,
    name: &'a str,
    section: Option<&'a str>,
    port: Option<u64>,
}

impl<'a> Status<'a> {
    fn parent(&self, value: &'a Value) -> Parent<'a> {
        let text = |field: &str| value[field].as_str();
        Parent {
            group: text("group").unwrap_or("gateway.networking.k8s.io"),
            kind: text("kind").unwrap_or("Gateway"),
            namespace: text("namespace").or(self.namespace),
            name: text("name").unwrap_or_default(),
            section: text("sectionName"),
            port: value["port"].as_u64(),
        }
    }

    /// What keeps the route from being carried out for a parent.
    fn untaken(&self, parent: &Parent<'_>) -> Option<Untaken> {
        let own = |entry: &&Value| self.parent(&entry["parentRef"]) == *parent;
        let own = self.entries.iter().filter(own);
        let heard: Vec<(&Value, &Value)> = own
            .filter_map(|entry| Some((entry, self.condition(entry, "Accepted")?)))
            .collect();
        let name = || parent.to_string();
        let Some((first, refused)) = heard.first() else {
            return Some(Untaken::Silent { parent: name() });
        };
        let mut accepted = heard
            .iter()
            .filter(|(_, accepted)| is_true(accepted))
            .peekable();
        if accepted.peek().is_none() {
            let (parent, says) = (name(), says(first, refused));
            return Some(Untaken::NotAccepted { parent, says });
        }
        accepted.find_map(|(entry, _)| match self.condition(entry, "ResolvedRefs") {
            None => Some(Untaken::Silent { parent: name() }),
            Some(resolved) if is_true(resolved) => None,
            Some(resolved) => {
                let (parent, says) = (name(), says(entry, resolved));
                Some(Untaken::Unresolved { parent, says })
            }
        })
    }

    /// A condition that speaks of the route as it is now.
    fn condition(&self, entry: &'a Value, kind: &str) -> Option<&'a Value> {
        let generation = self.generation?;
        let mut conditions = entry["conditions"].as_array()?.iter();
        conditions.find(|condition| {
            let observed = condition["observedGeneration"].as_u64();
            condition["type"] == kind && observed.is_some_and(|observed| observed >= generation)
        })
    }
}

impl fmt::Display for Parent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.kind)?;
        if let Some(namespace) = self.namespace {
            write!(f, "{namespace}/")?;
        }
        f.write_str(self.name)?;
        match self.section {
            Some(section) => write!(f, " ({section})"),
            None => Ok(()),
        }
    }
}

fn is_true(condition: &Value) -> bool {
    condition["status"] == "True"
}

/// What a condition says, and who says it.
fn says(entry: &Value, condition: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let who = text(&entry["controllerName"]);
    let words = [text(&condition["reason"]), text(&condition["message"])];
    let words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
    format!("{who}: {}", words.join(": "))
}

fn list<'a>(route: &'a Manifest, pointer: &str) -> &'a [Value] {
    let list = route.pointer(pointer).and_then(Value::as_array);
    list.map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests;
