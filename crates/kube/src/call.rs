//! Requests to the API server, spelled out.

use cutover_manifest::Manifest;
use cutover_patch::Patch;
use cutover_run::{MANAGER, Right, Scope, Steady};
use http::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use http::{Method, Request};
use kube::client::Body;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

/// What may stand in a path or a query as it is.
const PLAIN: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Who asks, as the server's audit log names it.
const AGENT: &str = concat!("cutover/", env!("CARGO_PKG_VERSION"));

/// Who writes, as `managedFields` of the objects name it, and that unknown fields are refused.
const WRITES: [(&str, &str); 2] = [("fieldManager", MANAGER), ("fieldValidation", "Strict")];

/// Objects of one kind, by path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Collection {
    pub(crate) api_version: String,
    pub(crate) plural: String,
    /// None is all namespaces, or that the kind has none.
    pub(crate) namespace: Option<String>,
}

impl Collection {
    pub(crate) fn path(&self) -> String {
        let namespace = self
            .namespace
            .as_ref()
            .map(|name| format!("/namespaces/{}", encoded(name)))
            .unwrap_or_default();
        format!(
            "{}{namespace}/{}",
            group_path(&self.api_version),
            self.plural
        )
    }

    fn object(&self, name: &str) -> String {
        format!("{}/{}", self.path(), encoded(name))
    }
}

/// Where a group's version is served.
pub(crate) fn group_path(api_version: &str) -> String {
    if api_version.contains('/') {
        format!("/apis/{api_version}")
    } else {
        format!("/api/{api_version}")
    }
}

/// One HTTP request to the API server, without its address and credentials.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Call {
    method: Method,
    path: String,
    query: Vec<(&'static str, String)>,
    body: Option<(&'static str, Value)>,
    deadline: Option<Steady>,
}

impl Call {
    pub(crate) fn read(path: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            path: path.into(),
            query: Vec::new(),
            body: None,
            deadline: None,
        }
    }

    pub(crate) fn get(of: &Collection, name: &str) -> Self {
        Self::read(of.object(name))
    }

    /// A consistent read: without a resourceVersion the server answers with its newest state.
    pub(crate) fn list(of: &Collection, scope: &Scope) -> Self {
        let named = scope
            .name
            .as_ref()
            .map(|name| ("fieldSelector", format!("metadata.name={name}")));
        Self {
            query: named.into_iter().collect(),
            ..Self::read(of.path())
        }
    }

    /// The same list of those alone that have labels.
    pub(crate) fn labelled(mut self, labels: &str) -> Self {
        self.query.push(("labelSelector", labels.to_owned()));
        self
    }

    pub(crate) fn watch(of: &Collection, scope: &Scope, version: &str, seconds: u64) -> Self {
        let mut call = Self::list(of, scope);
        call.query.extend([
            ("watch", "true".to_owned()),
            ("allowWatchBookmarks", "true".to_owned()),
            ("resourceVersion", version.to_owned()),
            ("timeoutSeconds", seconds.to_string()),
        ]);
        call
    }

    pub(crate) fn create(of: &Collection, manifest: &Manifest, dry_run: bool) -> Self {
        let body = ("application/json", manifest.value().clone());
        Self::write(Method::POST, of.path(), body).dry(dry_run)
    }

    pub(crate) fn patch(of: &Collection, name: &str, ops: &Patch, dry_run: bool) -> Self {
        let body = ("application/json-patch+json", json!(ops));
        Self::write(Method::PATCH, of.object(name), body).dry(dry_run)
    }

    /// In the background, and only this very object; a condition that is null is none.
    ///
    /// All of it is in the body: the server reads the query of a delete only where there is no
    /// body, so that a `dryRun` there would be none.
    pub(crate) fn delete(
        of: &Collection,
        name: &str,
        preconditions: &Value,
        dry_run: bool,
    ) -> Self {
        let options = json!({
            "apiVersion": "v1", "kind": "DeleteOptions",
            "propagationPolicy": "Background", "preconditions": preconditions,
            "dryRun": if dry_run { vec!["All"] } else { Vec::new() },
        });
        Self {
            method: Method::DELETE,
            body: Some(("application/json", options)),
            ..Self::read(of.object(name))
        }
    }

    /// Whether this user has a right.
    pub(crate) fn review(right: &Right) -> Self {
        let (resource, subresource) = right
            .resource
            .split_once('/')
            .unwrap_or((&right.resource, ""));
        let review = json!({
            "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
            "spec": { "resourceAttributes": {
                "group": right.group, "resource": resource, "subresource": subresource, "verb": right.verb,
                "namespace": right.namespace.as_deref().unwrap_or_default(),
                "name": right.name.as_deref().unwrap_or_default(),
            }},
        });
        let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
        let body = Some(("application/json", review));
        Self {
            method: Method::POST,
            body,
            ..Self::read(path)
        }
    }

    /// Who this user is.
    pub(crate) fn who() -> Self {
        let review =
            json!({ "apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview" });
        let path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
        Self {
            method: Method::POST,
            body: Some(("application/json", review)),
            ..Self::read(path)
        }
    }

    pub(crate) fn into_request(self) -> http::Result<Request<Body>> {
        let request = Request::builder()
            .method(self.method)
            .uri(format!("{}{}", self.path, query(&self.query)))
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, AGENT);
        match self.body {
            None => request.body(Body::empty()),
            Some((kind, body)) => request
                .header(CONTENT_TYPE, kind)
                .body(Body::from(as_go_writes(&body).into_bytes())),
        }
    }

    fn write(method: Method, path: String, body: (&'static str, Value)) -> Self {
        let query = WRITES
            .iter()
            .map(|(key, value)| (*key, (*value).to_owned()))
            .collect();
        Self {
            method,
            path,
            query,
            body: Some(body),
            deadline: None,
        }
    }

    /// The same, until a moment; none is at any time.
    pub(crate) fn before(self, deadline: Option<Steady>) -> Self {
        Self { deadline, ..self }
    }

    /// Until when it may be sent.
    pub(crate) fn deadline(&self) -> Option<Steady> {
        self.deadline
    }

    fn dry(mut self, dry_run: bool) -> Self {
        if dry_run {
            self.query.push(("dryRun", "All".to_owned()));
        }
        self
    }
}

/// JSON as Go writes it. The API server compares the texts of a patch's tests, byte by byte, with
/// what it has written itself (`HTMLEscape` in encoding/json); these characters stand in texts
/// only.
fn as_go_writes(body: &Value) -> String {
    let escapes = [
        ('<', "\\u003c"),
        ('>', "\\u003e"),
        ('&', "\\u0026"),
        ('\u{2028}', "\\u2028"),
        ('\u{2029}', "\\u2029"),
    ];
    escapes
        .iter()
        .fold(body.to_string(), |text, (character, escape)| {
            text.replace(*character, escape)
        })
}

fn query(pairs: &[(&'static str, String)]) -> String {
    let pairs = pairs
        .iter()
        .map(|(key, value)| format!("{key}={}", encoded(value)));
    let joined = pairs.collect::<Vec<_>>().join("&");
    if joined.is_empty() {
        joined
    } else {
        format!("?{joined}")
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, &PLAIN).to_string()
}
