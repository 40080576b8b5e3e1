//! The plan: a document that stands alone.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Bundle, Digest, Manifest, ObjectRef, Part};
use cutover_workload::Workload;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Error;
use crate::step::{Note, Step};
use crate::version::{API_VERSION, KIND};
use crate::walk::{Walk, walk};

/// A plan: an ordered list of small patches, each with its exact inverse and the gates before the
/// next one.
///
/// It is a Kubernetes-style document, and holds nothing that can be derived from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Plan {
    /// The version of the format, `cutover.dev/v1alpha1`.
    pub api_version: String,
    /// The kind of the document, `Plan`.
    pub kind: String,
    /// What the plan is called.
    pub metadata: Metadata,
    /// What is done, to what, and what is promised.
    pub spec: Spec,
    /// The digest of all that is above: what a reviewer approves.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub digest: Digest,
}

/// What the plan is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// By which people speak of it.
    pub name: String,
}

/// What a plan says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Spec {
    /// The strategy's name, e.g. `canary`.
    pub strategy: String,
    /// What a run does where a gate does not hold in time.
    #[serde(default, skip_serializing_if = "OnFailure::is_stop")]
    pub on_failure: OnFailure,
    /// What shares a budget, and who serves it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workloads: Vec<Workload>,
    /// What only the maker of the plan could see.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// The objects that the plan starts from and touches, and those that its reading depends on. A
    /// seal stands for a Secret's values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Vec<serde_json::Map<String, Value>>")
    )]
    pub from: Vec<Manifest>,
    /// The way forward; numbered from 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// The ways back, one a step.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undo: Vec<Undo>,
}

/// What a run does where a gate does not hold in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum OnFailure {
    /// Stop and say why.
    #[default]
    Stop,
    /// Take the run back.
    Undo,
}

impl OnFailure {
    fn is_stop(&self) -> bool {
        *self == Self::Stop
    }
}

/// The way back from the state after a step, or from anywhere on the way to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Undo {
    /// The number of the step whose state it leads back from.
    pub from: usize,
    /// The state that this comes back to, whose own way back goes on from there; 0 is the start.
    pub to: usize,
    /// The steps back, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
}

impl Plan {
    /// A plan that says this, with its digest.
    ///
    /// # Errors
    ///
    /// A number past 64 bits: it has no digest.
    pub fn new(name: impl Into<String>, spec: Spec) -> Result<Self, Error> {
        let digest = Digest::of(&Value::Null)?;
        let mut plan = Self {
            api_version: API_VERSION.into(),
            kind: KIND.into(),
            metadata: Metadata { name: name.into() },
            spec,
            digest,
        };
        plan.digest = plan.made_digest()?;
        Ok(plan)
    }

    /// The plan as a document.
    ///
    /// # Errors
    ///
    /// None in practice: all that a plan is made of has text for keys.
    pub fn to_value(&self) -> Result<Value, Error> {
        Ok(serde_json::to_value(self)?)
    }

    /// The plan as a document in parts: the objects that it starts from, by far most of it, stay where
    /// they are.
    ///
    /// ```
    /// # use cutover_plan::{Plan, Spec};
    /// use cutover_manifest::{emit, emit_part};
    ///
    /// # let spec: Spec = serde_json::from_value(serde_json::json!({"strategy": "rolling"}))?;
    /// let plan = Plan::new("hello", spec)?;
    /// assert_eq!(emit_part(&plan.document()?), emit(&plan.to_value()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Plan::to_value`].
    pub fn document(&self) -> Result<Part<'_>, Error> {
        let mut fields = self.undigested()?;
        fields.insert("digest", Part::Value(serde_json::to_value(&self.digest)?));
        Ok(Part::Fields(fields))
    }

    /// All but the digest.
    fn undigested(&self) -> Result<BTreeMap<&'static str, Part<'_>>, Error> {
        Ok(BTreeMap::from([
            ("apiVersion", Part::Value(self.api_version.as_str().into())),
            ("kind", Part::Value(self.kind.as_str().into())),
            (
                "metadata",
                Part::Value(serde_json::to_value(&self.metadata)?),
            ),
            ("spec", Part::Fields(self.spec.fields()?)),
        ]))
    }

    /// How many steps there are.
    pub fn len(&self) -> usize {
        self.spec.steps.len()
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.spec.steps.is_empty()
    }

    /// The plan's objects before the first step.
    pub fn start(&self) -> Bundle {
        self.spec.from.iter().cloned().collect()
    }

    /// All objects that the plan has in any of its states.
    pub fn objects(&self) -> BTreeSet<ObjectRef> {
        let mut objects: BTreeSet<ObjectRef> = BTreeSet::new();
        objects.extend(
            self.spec
                .from
                .iter()
                .map(|manifest| manifest.object().clone()),
        );
        for step in &self.spec.steps {
            objects.extend(step.changes.iter().map(|change| change.object().clone()));
        }
        objects
    }

    /// The objects that a step changes; the others stay as they are.
    pub fn changed(&self) -> BTreeSet<&ObjectRef> {
        let changes = self.spec.steps.iter().flat_map(|step| &step.changes);
        changes.map(|change| change.object()).collect()
    }

    /// The steps of the way forward, then those of each way back.
    pub fn every_step(&self) -> impl Iterator<Item = &Step> {
        let back = self.spec.undo.iter().flat_map(|undo| &undo.steps);
        self.spec.steps.iter().chain(back)
    }

    /// The states of the plan one after the other, from the start.
    pub fn walk(&self) -> Walk<'_> {
        walk(self.start(), &self.spec.steps)
    }

    /// The plan's objects as they stand after a step; 0 is before the first.
    ///
    /// # Errors
    ///
    /// [`Error::NoStep`] past the last step.
    pub fn state(&self, step: usize) -> Result<Bundle, Error> {
        let steps = self.spec.steps.get(..step).ok_or(Error::NoStep {
            step,
            steps: self.len(),
        })?;
        walk(self.start(), steps).end()
    }

    /// The way back that starts after a step; none for the start itself.
    pub fn undo(&self, step: usize) -> Option<&Undo> {
        self.spec.undo.get(step.checked_sub(1)?)
    }

    /// The whole way back from the state after a step, step by step to the start.
    ///
    /// # Errors
    ///
    /// [`Error::NoStep`] past the last step.
    pub fn way_back(&self, step: usize) -> Result<Vec<&Step>, Error> {
        let mut way = Vec::new();
        let mut at = step;
        while at > 0 {
            let undo = self.undo(at).ok_or(Error::NoStep {
                step,
                steps: self.len(),
            })?;
            way.extend(&undo.steps);
            // A plan whose entries do not lead down is refused when it is read.
            at = undo.to.min(at - 1);
        }
        Ok(way)
    }

    /// The digest of the whole document but for `digest` itself.
    pub(crate) fn made_digest(&self) -> Result<Digest, Error> {
        Ok(Digest::of_part(&Part::Fields(self.undigested()?))?)
    }
}

impl Spec {
    /// What it is serialized to, field by field.
    fn fields(&self) -> Result<BTreeMap<&'static str, Part<'_>>, Error> {
        let Self {
            strategy,
            on_failure,
            workloads,
            notes,
            from,
            steps,
            undo,
        } = self;
        let mut fields = BTreeMap::from([("strategy", Part::Value(strategy.as_str().into()))]);
        if !on_failure.is_stop() {
            fields.insert("onFailure", Part::Value(serde_json::to_value(on_failure)?));
        }
        if !from.is_empty() {
            fields.insert("from", Part::Manifests(from));
        }
        let lists = [
            ("notes", serde_json::to_value(notes)?),
            ("steps", serde_json::to_value(steps)?),
            ("undo", serde_json::to_value(undo)?),
            ("workloads", serde_json::to_value(workloads)?),
        ];
        for (name, list) in lists {
            if list.as_array().is_some_and(|list| !list.is_empty()) {
                fields.insert(name, Part::Value(list));
            }
        }
        Ok(fields)
    }
}
