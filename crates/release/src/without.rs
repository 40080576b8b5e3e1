//! Objects that are left out of a release.

use std::fmt;
use std::str::FromStr;

use cutover_manifest::{Bundle, ObjectRef, listing};

use crate::hint::Hint;
use crate::kinds;
use crate::refusal::{Refusal, Refusals};

/// An object as people name it to kubectl: `configmap/settings`, `cm/settings`,
/// `certificates.cert-manager.io/web`, or with its namespace `prod/job/migrate`.
///
/// ```
/// use cutover_manifest::ObjectRef;
/// use cutover_release::ObjectName;
///
/// let name: ObjectName = "deploy/hello".parse()?;
/// assert!(name.names(&ObjectRef::new("apps/v1", "Deployment", Some("prod"), "hello")));
/// assert!(!name.names(&ObjectRef::new("v1", "Service", None, "hello")));
/// # Ok::<(), cutover_release::BadObjectName>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectName {
    /// Its namespace, where that is said.
    pub namespace: Option<String>,
    /// Its kind, in lower case, as it is said: singular, plural or short.
    kind: String,
    /// Its group, or its version and group, where that is said.
    group: Option<String>,
    name: String,
}

/// A text names no object.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` does not name an object\nhint: write KIND/NAME, e.g. job/migrate")]
pub struct BadObjectName(String);

impl ObjectName {
    /// Whether this is the name of that object. One without a namespace is in any.
    pub fn names(&self, object: &ObjectRef) -> bool {
        let is_near = match (&self.namespace, &object.namespace) {
            (Some(wanted), Some(namespace)) => wanted == namespace,
            _ => true,
        };
        is_near && self.name == object.name && self.is_kind(object)
    }

    fn is_kind(&self, object: &ObjectRef) -> bool {
        let kind = object.kind.to_ascii_lowercase();
        let is_said = self.kind == kind
            || self.kind == plural(&kind)
            || short(&kind).is_some_and(|short| self.kind == short);
        let whole = format!("{}.{}", object.version(), object.group());
        let group = self.group.as_deref();
        is_said && group.is_none_or(|group| group == object.group() || group == whole)
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(namespace) = &self.namespace {
            write!(f, "{namespace}/")?;
        }
        write!(f, "{}", self.kind)?;
        if let Some(group) = &self.group {
            write!(f, ".{group}")?;
        }
        write!(f, "/{}", self.name)
    }
}

impl FromStr for ObjectName {
    type Err = BadObjectName;

    fn from_str(text: &str) -> Result<Self, BadObjectName> {
        let parts: Vec<&str> = text.split('/').collect();
        let (namespace, kind, name) = match parts.as_slice() {
            [kind, name] => (None, *kind, *name),
            [namespace, kind, name] => (Some(*namespace), *kind, *name),
            _ => return Err(BadObjectName(text.to_owned())),
        };
        if parts.contains(&"") {
            return Err(BadObjectName(text.to_owned()));
        }
        let (kind, group) = match kind.split_once('.') {
            Some((kind, group)) => (kind, Some(group.to_owned())),
            None => (kind, None),
        };
        Ok(Self {
            namespace: namespace.map(str::to_owned),
            kind: kind.to_ascii_lowercase(),
            group,
            name: name.to_owned(),
        })
    }
}

/// Both ends without the objects that are named.
pub(crate) fn without(ends: [&Bundle; 2], names: &[ObjectName]) -> Result<[Bundle; 2], Refusals> {
    for name in names {
        let mut objects = ends.into_iter().flat_map(Bundle::objects);
        if !objects.any(|object| name.names(object)) {
            return Err(no_object(name, ends));
        }
    }
    let rest = |bundle: &Bundle| {
        let manifests = bundle.iter();
        let stays = |object: &ObjectRef| !names.iter().any(|name| name.names(object));
        manifests
            .filter(|manifest| stays(manifest.object()))
            .cloned()
            .collect()
    };
    Ok(ends.map(rest))
}

fn no_object(name: &ObjectName, ends: [&Bundle; 2]) -> Refusals {
    let objects = ends.into_iter().flat_map(Bundle::objects);
    let mut there: Vec<String> = objects
        .map(|object| format!("{}/{}", object.kind.to_ascii_lowercase(), object.name))
        .collect();
    there.sort();
    there.dedup();
    let hint = format!("there are {}", listing(there));
    Refusal::new(kinds::NO_OBJECT, format!("{name}: there is no such object"))
        .hint(Hint::from(hint))
        .into()
}

/// As the API server forms it where nobody says another (`UnsafeGuessKindToResource` in
/// `k8s.io/apimachinery/pkg/api/meta`).
fn plural(kind: &str) -> String {
    if kind.ends_with("endpoints") {
        return kind.to_owned();
    }
    match kind.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if kind.ends_with('s') => format!("{kind}es"),
        None => format!("{kind}s"),
    }
}

/// The short name of a kind of Kubernetes' own, as `kubectl api-resources` lists it.
fn short(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "certificatesigningrequest" => "csr",
        "configmap" => "cm",
        "cronjob" => "cj",
        "customresourcedefinition" => "crd",
        "daemonset" => "ds",
        "deployment" => "deploy",
        "endpoints" => "ep",
        "horizontalpodautoscaler" => "hpa",
        "ingress" => "ing",
        "limitrange" => "limits",
        "namespace" => "ns",
        "networkpolicy" => "netpol",
        "persistentvolume" => "pv",
        "persistentvolumeclaim" => "pvc",
        "pod" => "po",
        "poddisruptionbudget" => "pdb",
        "priorityclass" => "pc",
        "replicaset" => "rs",
        "replicationcontroller" => "rc",
        "resourcequota" => "quota",
        "service" => "svc",
        "serviceaccount" => "sa",
        "statefulset" => "sts",
        "storageclass" => "sc",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use cutover_manifest::Manifest;
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_are_named_as_to_kubectl() {
        let check =
            |name: &str, version: &str, kind: &str, namespace: Option<&str>, expect: bool| {
                let object = ObjectRef::new(version, kind, namespace, "web");
                let parsed: ObjectName = name.parse().unwrap();
                assert_eq!(parsed.names(&object), expect, "{name} {object}");
                assert_eq!(parsed.to_string(), name.to_ascii_lowercase());
            };
        for name in ["cm/web", "configmap/web", "configmaps/web", "ConfigMap/web"] {
            check(name, "v1", "ConfigMap", None, true);
            check(name, "v1", "Secret", None, false);
        }
        check(
            "ingresses/web",
            "networking.k8s.io/v1",
            "Ingress",
            None,
            true,
        );
        check(
            "netpol/web",
            "networking.k8s.io/v1",
            "NetworkPolicy",
            None,
            true,
        );
        check(
            "networkpolicies/web",
            "networking.k8s.io/v1",
            "NetworkPolicy",
            None,
            true,
        );
        check("endpoints/web", "v1", "Endpoints", None, true);
        check("deployments.apps/web", "apps/v1", "Deployment", None, true);
        check(
            "deployment.v1.apps/web",
            "apps/v1",
            "Deployment",
            None,
            true,
        );
        check("deployment.batch/web", "apps/v1", "Deployment", None, false);
        check(
            "service.serving.knative.dev/web",
            "v1",
            "Service",
            None,
            false,
        );
        check("prod/job/web", "batch/v1", "Job", Some("prod"), true);
        check("prod/job/web", "batch/v1", "Job", Some("test"), false);
        check("prod/job/web", "batch/v1", "Job", None, true);
        check("job/web", "batch/v1", "Job", Some("test"), true);
        check("job/api", "batch/v1", "Job", None, false);
    }

    #[test]
    fn what_names_no_object_is_refused() {
        for text in ["", "web", "job/", "/web", "a/b/c/d", "/job/web"] {
            assert!(text.parse::<ObjectName>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn objects_are_left_out_of_both_ends() {
        let end = |names: &[&str]| -> Bundle {
            let job = |name: &&str| {
                let metadata = json!({"name": name});
                let job = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata});
                Manifest::new(job).unwrap()
            };
            names.iter().map(job).collect()
        };
        let check = |names: &[&str], expect: Result<[&[&str]; 2], &str>| {
            let ends = [end(&["a", "b"]), end(&["b", "c"])];
            let names: Vec<ObjectName> = names.iter().map(|name| name.parse().unwrap()).collect();
            let left = without(ends.each_ref(), &names).map_err(|refusals| refusals.to_string());
            assert_eq!(
                left,
                expect.map(|ends| ends.map(end)).map_err(str::to_owned)
            );
        };
        check(&[], Ok([&["a", "b"], &["b", "c"]]));
        check(&["job/b"], Ok([&["a"], &["c"]]));
        check(&["jobs/a", "job/c"], Ok([&["b"], &["b"]]));
        check(
            &["job/a", "job/d"],
            Err("job/d: there is no such object\nhint: there are job/a, job/b, job/c"),
        );
    }
}
