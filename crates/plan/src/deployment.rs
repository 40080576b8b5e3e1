//! A Deployment as far as the planner looks at it.

use std::collections::BTreeMap;

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use serde_json::{Value, json};

use crate::amount::Amount;
use crate::budget::Budget;
use crate::duration::Duration;
use crate::error::{Error, refuse};
use crate::types;

/// A read-only view of an `apps/v1` Deployment, cheap to make.
#[derive(Clone, Copy, Debug)]
pub struct Deployment<'a>(&'a Manifest);

impl<'a> Deployment<'a> {
    /// A view of this manifest. It is only meaningful for what [`Deployment::check`] has accepted.
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

    /// Refuses a Deployment in which a field that is looked at has another type than Kubernetes
    /// gives it, or that selects nothing.
    ///
    /// # Errors
    ///
    /// The field and what is wrong with it.
    pub fn check(manifest: &Manifest) -> Result<(), Error> {
        types::deployment(manifest)?;
        let deployment = Deployment::of(manifest);
        for (field, amount) in [
            ("maxSurge", deployment.rolling("maxSurge")),
            ("maxUnavailable", deployment.rolling("maxUnavailable")),
        ] {
            if let Some(Err(bad)) = amount {
                let pointer = format!("/spec/strategy/rollingUpdate/{field}");
                return Err(refuse(manifest.object(), &pointer, bad.to_string(), ""));
            }
        }
        if deployment.selector().is_empty() && deployment.expressed().next().is_none() {
            let hint = "say which pods are its own: the labels of its pod template";
            return Err(refuse(
                manifest.object(),
                "/spec/selector",
                "it has no selector, and apps/v1 wants one",
                hint,
            ));
        }
        let labels = deployment.labels();
        let selected = deployment
            .selector()
            .iter()
            .all(|(key, value)| labels.get(key) == Some(value));
        if !selected {
            let hint = "give the pod template all labels of `spec.selector`";
            return Err(refuse(
                manifest.object(),
                "/spec/selector",
                "the selector does not match the pod template's labels",
                hint,
            ));
        }
        Ok(())
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

    /// The equality-based part of its selector.
    pub fn selector(self) -> BTreeMap<String, String> {
        texts(self.0.pointer("/spec/selector/matchLabels"))
    }

    /// The keys of labels that the expressions of its selector look at.
    pub(crate) fn expressed(self) -> impl Iterator<Item = String> {
        let expressions = self
            .0
            .pointer("/spec/selector/matchExpressions")
            .and_then(Value::as_array);
        let keys = expressions.into_iter().flatten();
        keys.filter_map(|expression| Some(expression.get("key")?.as_str()?.to_owned()))
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

    /// For how long its controller waits for progress (`progressDeadlineSeconds`, 600 by default).
    pub fn deadline(self) -> Duration {
        let seconds = self
            .0
            .pointer("/spec/progressDeadlineSeconds")
            .and_then(Value::as_u64);
        Duration::of_seconds(
            seconds
                .and_then(|seconds| u32::try_from(seconds).ok())
                .unwrap_or(600),
        )
    }

    /// The same with so many replicas.
    #[must_use]
    pub fn scaled(self, replicas: u32) -> Manifest {
        self.0.set("/spec/replicas", json!(replicas))
    }

    fn rolling(self, field: &str) -> Option<Result<Amount, crate::amount::BadAmount>> {
        self.0
            .pointer(&format!("/spec/strategy/rollingUpdate/{field}"))
            .map(Amount::read)
    }
}

/// The Deployments of a bundle.
pub fn deployments(bundle: &Bundle) -> impl Iterator<Item = Deployment<'_>> {
    bundle
        .iter()
        .filter(|manifest| Deployment::is(manifest.object()))
        .map(Deployment::of)
}

/// A map of texts, as labels and selectors are; empty where there is none.
pub(crate) fn texts(value: Option<&Value>) -> BTreeMap<String, String> {
    let entries = value.and_then(Value::as_object).into_iter().flatten();
    entries
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect()
}
