//! The plan: a document that stands alone, and what can be asked of it.

use std::collections::BTreeSet;

use cutover_manifest::{Bundle, Manifest, ObjectRef, Warning};
use cutover_workload::Workload;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::digest::Digest;
use crate::error::Error;
use crate::step::{Change, Step};

/// The `apiVersion` of plan files.
pub const API_VERSION: &str = "cutover.dev/v1alpha1";

/// A plan: an ordered list of small patches, each with its exact inverse and the gates before the
/// next one.
///
/// It is a Kubernetes-style document. Reading one with [`Plan::parse`] checks that it is the plan
/// that was made: a plan that was edited by hand is refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Plan {
    /// `cutover.dev/v1alpha1`.
    pub api_version: String,
    /// `Plan`.
    pub kind: String,
    /// The plan's name.
    pub metadata: Metadata,
    /// The plan itself.
    pub spec: Spec,
    /// The certificate, once proved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Value>,
    /// The digest of `spec` in canonical JSON (RFC 8785): what a reviewer approves.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub digest: Digest,
}

/// The plan's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// That of the first workload, unless said otherwise.
    pub name: String,
    /// Of a plan that is bound to the objects of a cluster: the digest of the plan that was
    /// approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub approved: Option<Digest>,
}

/// What a plan says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Spec {
    /// The strategy's name, as `canary`.
    pub strategy: String,
    /// What a run does where a gate does not hold in time.
    pub on_failure: OnFailure,
    /// The objects that the plan starts from and touches, and those that its reading depends on.
    pub from: Vec<Entry>,
    /// What shares a budget.
    pub workloads: Vec<Workload>,
    /// What a reviewer should know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<crate::schema::Warning>"))]
    pub warnings: Vec<Warning>,
    /// The way forward; numbered from 1.
    pub steps: Vec<Step>,
    /// The ways back, one a step.
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

/// An object as the plan starts from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Which object.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Object"))]
    pub object: ObjectRef,
    /// The object; a Secret's values are one short digest here.
    #[cfg_attr(feature = "schema", schemars(with = "serde_json::Map<String, Value>"))]
    pub manifest: Manifest,
}

/// The way back from the state after a step, or from anywhere on the way to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Undo {
    /// The step.
    pub from: usize,
    /// What is done.
    pub steps: Vec<Step>,
    /// The state that this comes back to, whose own way back goes on from there; 0 is the start.
    pub then: usize,
}

impl Plan {
    /// A plan that says this, with its digest.
    pub fn new(name: impl Into<String>, spec: Spec) -> Self {
        let digest = Digest::of(&spec);
        Self {
            api_version: API_VERSION.into(),
            kind: "Plan".into(),
            metadata: Metadata {
                name: name.into(),
                approved: None,
            },
            spec,
            proof: None,
            digest,
        }
    }

    /// Reads a plan, and checks that it is whole: its digest, that each patch fits the state before
    /// it and its inverse takes it back, that each state has the digest that the step names, and
    /// that every way back ends where it says.
    ///
    /// # Errors
    ///
    /// [`Error::Plan`] with the place: not a plan, a field that is not known, a plan edited by
    /// hand.
    pub fn parse(value: &Value) -> Result<Self, Error> {
        let plan: Self = serde_path_to_error::deserialize(value).map_err(|error| Error::Plan {
            place: format!("plan: {}", error.path()),
            reason: error.inner().to_string(),
            hint: "make the plan with `cutover plan`".into(),
        })?;
        if plan.api_version != API_VERSION || plan.kind != "Plan" {
            return Err(Error::Plan {
                place: "plan: apiVersion".into(),
                reason: format!(
                    "`{} {}` is not `{API_VERSION} Plan`",
                    plan.api_version, plan.kind
                ),
                hint: "make the plan with `cutover plan`".into(),
            });
        }
        if Digest::of(&plan.spec) != plan.digest {
            return Err(edited(
                "plan: digest",
                "the plan is not the one that this digest was made of",
            ));
        }
        plan.check()?;
        Ok(plan)
    }

    /// The plan as a document.
    pub fn to_value(&self) -> Value {
        // A plan is maps with text for keys, lists and scalars: there is nothing that JSON cannot
        // write.
        serde_json::to_value(self).unwrap_or_default()
    }

    /// The digest that was approved: of the plan that this one was bound from, or its own.
    pub fn approved(&self) -> &Digest {
        self.metadata.approved.as_ref().unwrap_or(&self.digest)
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
        self.spec
            .from
            .iter()
            .map(|entry| entry.manifest.clone())
            .collect()
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
        let mut state = self.start();
        for (number, step) in steps.iter().enumerate() {
            apply(&mut state, step, number + 1)?;
        }
        Ok(state)
    }

    /// All states, from the start to the end: one more than there are steps.
    ///
    /// # Errors
    ///
    /// [`Error::Patch`] where the plan does not fit itself; a plan that was read or made does.
    pub fn states(&self) -> Result<Vec<Bundle>, Error> {
        let mut states = vec![self.start()];
        for (number, step) in self.spec.steps.iter().enumerate() {
            let mut state = states[number].clone();
            apply(&mut state, step, number + 1)?;
            states.push(state);
        }
        Ok(states)
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
            let undo = self.spec.undo.get(at - 1).ok_or(Error::NoStep {
                step,
                steps: self.len(),
            })?;
            way.extend(&undo.steps);
            // A plan whose entries do not lead down is refused when it is read.
            at = undo.then.min(at - 1);
        }
        Ok(way)
    }

    fn check(&self) -> Result<(), Error> {
        let states = self.states()?;
        for (number, step) in self.spec.steps.iter().enumerate() {
            let digest = crate::digest::StateDigest::default().update(&states[number + 1]);
            if digest != step.after {
                return Err(edited(
                    &format!("step {}", number + 1),
                    "the state after it is not the one that it names",
                ));
            }
            check_inverses(step, &states[number], &states[number + 1], number + 1)?;
        }
        let numbers: BTreeSet<usize> = self.spec.undo.iter().map(|undo| undo.from).collect();
        if numbers != (1..=self.len()).collect() || self.spec.undo.len() != self.len() {
            return Err(edited("plan: undo", "there is not one way back a step"));
        }
        self.spec
            .undo
            .iter()
            .enumerate()
            .try_for_each(|(at, undo)| self.check_undo(undo, at + 1, &states))
    }

    fn check_undo(&self, undo: &Undo, number: usize, states: &[Bundle]) -> Result<(), Error> {
        let place = format!("undo from step {number}");
        if undo.from != number || undo.then >= undo.from {
            return Err(edited(&place, "it does not lead back"));
        }
        let mut state = states[number].clone();
        for step in &undo.steps {
            apply(&mut state, step, number)?;
        }
        if state == states[undo.then] {
            Ok(())
        } else {
            Err(edited(&place, "it does not end where it says"))
        }
    }
}

/// Makes a step's changes to a state.
///
/// # Errors
///
/// [`Error::Patch`] where a patch does not fit.
pub fn apply(state: &mut Bundle, step: &Step, number: usize) -> Result<(), Error> {
    step.changes
        .iter()
        .try_for_each(|change| apply_change(state, change, number))
}

fn apply_change(state: &mut Bundle, change: &Change, step: usize) -> Result<(), Error> {
    match change {
        Change::Create { manifest, .. } => drop(state.insert(manifest.clone())),
        Change::Delete { object, .. } => drop(state.remove(object)),
        Change::Patch { object, ops, .. } => {
            let missing = || {
                edited(
                    &format!("step {step}"),
                    &format!("there is no {object} to patch"),
                )
            };
            let mut value = state.get(object).ok_or_else(missing)?.value().clone();
            cutover_patch::apply(&mut value, ops).map_err(|source| Error::Patch {
                step,
                object: Box::new(object.clone()),
                source: Box::new(source),
            })?;
            state.insert(Manifest::new(value)?);
        }
    }
    Ok(())
}

fn check_inverses(
    step: &Step,
    before: &Bundle,
    after: &Bundle,
    number: usize,
) -> Result<(), Error> {
    let mut state = after.clone();
    for change in step.changes.iter().rev() {
        apply_change(&mut state, &change.inverse(), number)?;
    }
    if state == *before {
        Ok(())
    } else {
        Err(edited(
            &format!("step {number}"),
            "its inverse does not take it back",
        ))
    }
}

fn edited(place: &str, reason: &str) -> Error {
    Error::Plan {
        place: place.into(),
        reason: reason.into(),
        hint:
            "a plan is not edited by hand: change the manifests or the strategy, and make it anew"
                .into(),
    }
}
