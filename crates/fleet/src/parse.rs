//! A fleet plan from a document that nobody has looked at.

use cutover_manifest::Digest;
use cutover_plan::{API_VERSION, Plan, one_line, refuse_excessive};
use serde_json::{Map, Value};

use crate::document::{FleetPlan, KIND};
use crate::error::Error;

impl FleetPlan {
    /// Reads a fleet plan, and checks that each of its plans is whole.
    ///
    /// What it promises is not recounted here: whoever acts on one takes it through
    /// [`check`](crate::check).
    ///
    /// # Errors
    ///
    /// [`Error::Document`] with the place: not a fleet plan, a field that is not known;
    /// [`Error::Plan`] for a plan in it that is none, or was edited by hand.
    pub fn parse(value: &Value) -> Result<Self, Error> {
        version(value)?;
        let (rest, plans) = apart(value);
        refuse_excessive(&rest).map_err(|error| Error::Excessive(Box::new(error)))?;
        let mut fleet: Self = serde_path_to_error::deserialize(&rest).map_err(|error| {
            let place = match error.path().to_string().as_str() {
                "." => "fleet plan".to_owned(),
                path => format!("fleet plan: {path}"),
            };
            Error::document(one_line(&place), one_line(&error.inner().to_string()))
        })?;
        for (digest, plan) in plans.into_iter().flatten() {
            let place = format!("fleet plan: spec.plans.{digest}");
            let known = Digest::try_from(digest.clone());
            let digest = known.map_err(|error| Error::document(place, error.to_string()))?;
            let plan = Plan::parse(plan).map_err(|error| Error::Plan {
                digest: digest.clone(),
                error: Box::new(error),
            })?;
            fleet.spec.plans.insert(digest, plan);
        }
        Ok(fleet)
    }
}

/// Refuses a document of another kind, or of a version that this program does not know.
fn version(value: &Value) -> Result<(), Error> {
    let text = |field: &str| value.get(field).and_then(Value::as_str).unwrap_or_default();
    let (version, kind) = (text("apiVersion"), text("kind"));
    if kind != KIND {
        let reason = format!("`{kind}` is not `{KIND}`");
        return Err(Error::document("fleet plan: kind", reason));
    }
    if version != API_VERSION {
        return Err(Error::Version {
            version: version.into(),
        });
    }
    Ok(())
}

/// The document without its plans, and these: they are read by themselves, each within the limits of
/// a plan.
fn apart(value: &Value) -> (Value, Option<&Map<String, Value>>) {
    let plans = value.pointer("/spec/plans").and_then(Value::as_object);
    let mut rest = Map::new();
    for (name, field) in value.as_object().into_iter().flatten() {
        let field = match field.as_object() {
            Some(spec) if name == "spec" => without_plans(spec),
            _ => field.clone(),
        };
        rest.insert(name.clone(), field);
    }
    (rest.into(), plans)
}

fn without_plans(spec: &Map<String, Value>) -> Value {
    let mut rest = Map::new();
    for (name, field) in spec {
        let field = match (name.as_str(), field) {
            ("plans", Value::Object(_)) => Value::Object(Map::new()),
            _ => field.clone(),
        };
        rest.insert(name.clone(), field);
    }
    rest.into()
}
