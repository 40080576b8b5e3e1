//! Which Deployments somebody means.

use std::fmt;
use std::str::FromStr;

use cutover_manifest::{Bundle, Manifest, ObjectRef, listing};
use cutover_workload::deployments;
use serde::{Deserialize, Serialize};

use crate::hint::Hint;
use crate::kinds;
use crate::refusal::{Refusal, Refusals};
use crate::templates::unplanned;

/// A Deployment as people name it: `hello`, `deployment/hello`, or with its namespace
/// `prod/deployment/hello`.
///
/// ```
/// use cutover_release::WorkloadName;
///
/// let name: WorkloadName = "deploy/hello".parse()?;
/// assert_eq!(name.to_string(), "deployment/hello");
/// assert!("service/hello".parse::<WorkloadName>().is_err());
/// # Ok::<(), cutover_release::BadName>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WorkloadName {
    /// Its namespace, where that is said.
    pub namespace: Option<String>,
    /// The name of the Deployment.
    pub name: String,
}

/// How people call the kind, in whatever case.
const KINDS: [&str; 5] = [
    "deployment",
    "deployments",
    "deploy",
    "deployment.apps",
    "deployments.apps",
];

#[cfg(feature = "schema")]
cutover_workload::shape!(WorkloadName, { "type": "string", "pattern": pattern() });

/// Names without a kind, or with one of those.
#[cfg(feature = "schema")]
fn pattern() -> String {
    let any_case = |letter: char| match letter {
        '.' => r"\.".to_owned(),
        letter => format!("[{letter}{}]", letter.to_ascii_uppercase()),
    };
    let kinds = KINDS.map(|kind| kind.chars().map(any_case).collect::<String>());
    format!("^([^/]*/)?({})/[^/]+$|^[^/]+$", kinds.join("|"))
}

/// A text names no Deployment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` does not name a Deployment\nhint: write deployment/hello")]
pub struct BadName(String);

impl WorkloadName {
    /// Whether this is the name of that Deployment. A manifest without a namespace is in any.
    pub(crate) fn names(&self, object: &ObjectRef) -> bool {
        let near = match (&self.namespace, &object.namespace) {
            (Some(wanted), Some(namespace)) => wanted == namespace,
            _ => true,
        };
        near && self.name == object.name
    }
}

/// The Deployments of a bundle that are named, or, where none is, its only one.
///
/// # Errors
///
/// A name that no Deployment or that several have, and no name where there is not exactly one
/// Deployment.
pub fn select(bundle: &Bundle, names: &[WorkloadName]) -> Result<Vec<ObjectRef>, Refusals> {
    let all: Vec<ObjectRef> = deployments(bundle)
        .map(|set| set.manifest().object().clone())
        .collect();
    let others: Vec<&ObjectRef> = unplanned(bundle).map(Manifest::object).collect();
    if names.is_empty() {
        return only(&all, &others, "the input").map(|object| vec![object]);
    }
    let find = |name: &WorkloadName| {
        let named: Vec<ObjectRef> = all
            .iter()
            .filter(|object| name.names(object))
            .cloned()
            .collect();
        let others: Vec<&ObjectRef> = others
            .iter()
            .copied()
            .filter(|object| name.names(object))
            .collect();
        only(&named, &others, &name.to_string())
    };
    names.iter().map(find).collect()
}

/// The only one that was found; others are what runs pods and is not planned yet.
fn only(found: &[ObjectRef], others: &[&ObjectRef], of: &str) -> Result<ObjectRef, Refusals> {
    match found {
        [only] => Ok(only.clone()),
        [] => {
            let mut reason = format!("{of}: there is no such Deployment");
            if !others.is_empty() {
                reason += &format!(
                    "; only Deployments are planned yet, and there are {}",
                    listing(others)
                );
            }
            Err(Refusal::new(kinds::NO_WORKLOAD, reason)
                .hint(Hint::CheckInput)
                .into())
        }
        several => {
            let reason = format!(
                "{of}: there are {} Deployments: {}",
                several.len(),
                listing(several)
            );
            Err(Refusal::new(kinds::MANY_WORKLOADS, reason)
                .hint(Hint::NameWorkload)
                .into())
        }
    }
}

impl FromStr for WorkloadName {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        let parts: Vec<&str> = text.split('/').collect();
        let (namespace, kind, name) = match parts.as_slice() {
            [name] => (None, "deployment", *name),
            [kind, name] => (None, *kind, *name),
            [namespace, kind, name] => (Some((*namespace).to_owned()), *kind, *name),
            _ => return Err(BadName(text.into())),
        };
        let known = KINDS.contains(&kind.to_ascii_lowercase().as_str()) && !name.is_empty();
        if known {
            Ok(Self {
                namespace,
                name: name.into(),
            })
        } else {
            Err(BadName(text.into()))
        }
    }
}

impl TryFrom<String> for WorkloadName {
    type Error = BadName;

    fn try_from(text: String) -> Result<Self, BadName> {
        text.parse()
    }
}

impl From<WorkloadName> for String {
    fn from(name: WorkloadName) -> Self {
        name.to_string()
    }
}

impl fmt::Display for WorkloadName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let namespace = self
            .namespace
            .as_ref()
            .map(|namespace| format!("{namespace}/"))
            .unwrap_or_default();
        write!(f, "{namespace}deployment/{}", self.name)
    }
}
