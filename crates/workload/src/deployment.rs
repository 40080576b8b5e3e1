//! A Deployment as far as the planner looks at it.

use std::collections::BTreeMap;

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use serde_json::{Value, json};

use crate::amount::{Amount, BadAmount};
use crate::budget::Budget;
use crate::selector::{BadSelector, Selector};

/// A read-only view of an `apps/v1` Deployment, cheap to make.
#[derive(Clone, Copy, Debug)]
pub struct Deployment<'a>(&'a Manifest);

impl<'a> Deployment<'a> {
    /// A view of this manifest. It is only meaningful for a manifest that a release has accepted.
    pub fn of(manifest: &'a Manifest) -> Self {
        Self(manifest)
    }

    /// The reference of a Deployment.
    pub fn reference(namespace: Option<&str>, name: &str) -> ObjectRef {
        ObjectRef {
            api_version: "apps/v1".into(),
            kind: "Deployment".into(),
            namespace: namespace.map(Into::into),
            name: name.into(),
        }
    }

    /// Whether this is the reference of a Deployment.
    pub fn is(object: &ObjectRef) -> bool {
        object.kind == "Deployment" && object.api_version == "apps/v1"
    }

    /// The manifest itself.
    pub fn manifest(self) -> &'a Manifest {
        self.0
    }

    /// The wanted pods, where the manifest says them.
    pub fn replicas(self) -> Option<u32> {
        self.0
            .pointer("/spec/replicas")
            .and_then(Value::as_u64)
            .and_then(|count| u32::try_from(count).ok())
    }

    /// The pod template.
    pub fn template(self) -> Option<&'a Value> {
        self.0.pointer("/spec/template")
    }

    /// The labels of its pods.
    pub fn labels(self) -> BTreeMap<String, String> {
        texts(self.0.pointer("/spec/template/metadata/labels"))
    }

    /// Which pods are its own.
    ///
    /// # Errors
    ///
    /// No selector, an empty one, or one with an expression that the API server does not take.
    pub fn selector(self) -> Result<Selector, BadSelector> {
        let selector = Selector::read(self.0.pointer("/spec/selector").unwrap_or(&Value::Null))?;
        if selector.is_empty() {
            return Err(BadSelector {
                pointer: String::new(),
                reason: "it has no selector, and apps/v1 wants one".into(),
                hint: "say which pods are its own: the labels of its pod template",
            });
        }
        Ok(selector)
    }

    /// Whether its pods are all stopped before new ones start.
    pub fn recreates(self) -> bool {
        self.0
            .pointer("/spec/strategy/type")
            .and_then(Value::as_str)
            == Some("Recreate")
    }

    /// Whether it is paused: it scales, but rolls nothing out.
    pub fn is_paused(self) -> bool {
        self.0.pointer("/spec/paused").and_then(Value::as_bool) == Some(true)
    }

    /// Whether its controller replaces pods once this follows `before`.
    ///
    /// It does so for another template, and where it is resumed: nobody can tell from manifests
    /// what was held back meanwhile. While it is paused it replaces none.
    pub fn rolls_after(self, before: Self) -> bool {
        !self.is_paused() && (before.is_paused() || before.template() != self.template())
    }

    /// Its own surge and unavailability; Kubernetes' defaults where it says nothing.
    pub fn budget(self) -> Budget {
        let default = Budget::default();
        let amount = |field, otherwise| {
            self.rolling(field)
                .and_then(Result::ok)
                .unwrap_or(otherwise)
        };
        Budget {
            max_surge: amount("maxSurge", default.max_surge),
            max_unavailable: amount("maxUnavailable", default.max_unavailable),
        }
    }

    /// For how long its controller waits for progress in seconds (`progressDeadlineSeconds`, 600 by default).
    pub fn deadline(self) -> u32 {
        let seconds = self.0.pointer("/spec/progressDeadlineSeconds");
        let seconds = seconds.and_then(Value::as_u64);
        seconds
            .and_then(|seconds| u32::try_from(seconds).ok())
            .unwrap_or(600)
    }

    /// The same with so many replicas.
    #[must_use]
    pub fn scaled(self, replicas: u32) -> Manifest {
        self.0.set("/spec/replicas", json!(replicas))
    }

    /// One of the amounts of its rolling update, where the manifest says it.
    pub fn rolling(self, field: &str) -> Option<Result<Amount, BadAmount>> {
        self.0
            .pointer(&format!("/spec/strategy/rollingUpdate/{field}"))
            .map(Amount::read)
    }
}

/// The API server counts pods in 32 bits, with a sign.
pub const MOST_PODS: u32 = i32::MAX.unsigned_abs();

/// The Deployments of a bundle.
pub fn deployments(bundle: &Bundle) -> impl Iterator<Item = Deployment<'_>> {
    bundle
        .iter()
        .filter(|manifest| Deployment::is(manifest.object()))
        .map(Deployment::of)
}

/// A map of texts, as labels and selectors are; empty where there is none. Null in it is "", as the
/// API server reads it.
///
/// ```
/// use serde_json::json;
///
/// let labels = cutover_workload::texts(Some(&json!({"app": "web", "tier": null})));
/// assert_eq!((labels["app"].as_str(), labels["tier"].as_str()), ("web", ""));
/// ```
pub fn texts(value: Option<&Value>) -> BTreeMap<String, String> {
    let entries = value.and_then(Value::as_object).into_iter().flatten();
    let texts = entries.filter_map(|(key, value)| {
        let text = match value {
            Value::Null => "",
            value => value.as_str()?,
        };
        Some((key.clone(), text.to_owned()))
    });
    texts.collect()
}
