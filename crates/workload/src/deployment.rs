//! A Deployment as far as the planner looks at it.

use std::collections::BTreeMap;

use cutover_manifest::{Bundle, Field, Manifest, ObjectRef};
use serde_json::{Value, json};

use crate::amount::{Amount, BadAmount};
use crate::budget::Budget;
use crate::selector::{BadSelector, Selector};
use crate::texts::texts;

/// A read-only view of an `apps/v1` Deployment, cheap to make.
#[derive(Clone, Copy, Debug)]
pub struct Deployment<'a>(&'a Manifest);

impl<'a> Deployment<'a> {
    /// How many pods are wanted.
    pub const REPLICAS: Field = Field::new("/spec/replicas");

    /// Whether its controller only scales it, and rolls nothing out.
    pub const PAUSED: Field = Field::new("/spec/paused");

    /// Where its controller counts its templates.
    pub const REVISION: Field =
        Field::new("/metadata/annotations/deployment.kubernetes.io~1revision");

    /// How the pods of one template make way for those of another.
    pub const STRATEGY: Field = Field::new("/spec/strategy");

    /// What the pods are made from.
    pub const TEMPLATE: Field = Field::new("/spec/template");

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

    /// Whether this is the reference of a Deployment in a version of its API that is no more.
    pub fn was(object: &ObjectRef) -> bool {
        let is_group = matches!(object.group(), "apps" | "extensions");
        object.kind == "Deployment" && is_group && !Self::is(object)
    }

    /// The manifest that it is a view of.
    pub fn manifest(self) -> &'a Manifest {
        self.0
    }

    /// The wanted pods, where the manifest says them.
    pub fn replicas(self) -> Option<u32> {
        whole(self.0.pointer("/spec/replicas")?)
    }

    /// `spec.template`, where there is one.
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
        self.0
            .pointer(Self::PAUSED.pointer())
            .and_then(Value::as_bool)
            == Some(true)
    }

    /// Whether its controller replaces pods once this follows `before`.
    ///
    /// It does so for another template, and where it is resumed: nobody can tell from manifests
    /// what was held back meanwhile. While it is paused it replaces none.
    pub fn rolls_after(self, before: Self) -> bool {
        !self.is_paused() && (before.is_paused() || before.template() != self.template())
    }

    /// Its own surge and unavailability; Kubernetes' defaults where it says nothing, or what a
    /// release refuses.
    pub fn budget(self) -> Budget {
        let default = Budget::default();
        let amount = |field, otherwise| match self.rolling(field) {
            Some(Ok(amount)) => amount,
            Some(Err(_)) | None => otherwise,
        };
        Budget {
            max_surge: amount("maxSurge", default.max_surge),
            max_unavailable: amount("maxUnavailable", default.max_unavailable),
        }
    }

    /// For how long its controller waits for progress in seconds (`progressDeadlineSeconds`, 600 by default).
    pub fn deadline(self) -> u32 {
        let seconds = self.0.pointer("/spec/progressDeadlineSeconds");
        seconds.and_then(whole).unwrap_or(600)
    }

    /// The same with so many replicas.
    #[must_use]
    pub fn scaled(self, replicas: u32) -> Manifest {
        self.0.with(Self::REPLICAS, json!(replicas))
    }

    /// One of the amounts of its rolling update, where the manifest says it.
    pub fn rolling(self, field: &str) -> Option<Result<Amount, BadAmount>> {
        self.0
            .pointer(&format!("/spec/strategy/rollingUpdate/{field}"))
            .map(Amount::read)
    }
}

/// A number of pods or seconds; none where it is no such number.
fn whole(value: &Value) -> Option<u32> {
    match value.as_u64().map(u32::try_from) {
        Some(Ok(number)) => Some(number),
        Some(Err(_)) | None => None,
    }
}

/// The Deployments of a bundle.
pub fn deployments(bundle: &Bundle) -> impl Iterator<Item = Deployment<'_>> {
    bundle
        .iter()
        .filter(|manifest| Deployment::is(manifest.object()))
        .map(Deployment::of)
}
