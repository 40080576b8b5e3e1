//! Which pods are meant: Kubernetes' `LabelSelector`.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::Manifest;
use serde_json::Value;

use crate::texts::texts;

/// Labels that pods must have, and expressions that must hold for their labels.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use cutover_workload::Selector;
/// use serde_json::json;
///
/// let selector = Selector::read(&json!({
///     "matchLabels": {"app": "hello"},
///     "matchExpressions": [{"key": "track", "operator": "In", "values": ["stable"]}],
/// }))?;
/// let pods = |track: &str| BTreeMap::from([("app", "hello"), ("track", track)].map(|(k, v)| (k.into(), v.into())));
/// assert!(selector.matches(&pods("stable")));
/// assert!(!selector.matches(&pods("green")));
/// # Ok::<(), cutover_workload::BadSelector>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Selector {
    labels: BTreeMap<String, String>,
    expressions: BTreeSet<Expression>,
}

/// A selector has an expression that the API server does not take.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{pointer}: {reason}\nhint: {hint}")]
pub struct BadSelector {
    /// A JSON pointer into the selector.
    pub pointer: String,
    /// What is wrong there.
    pub reason: String,
    /// What to write instead, in one line.
    pub hint: &'static str,
}

/// One of a selector's `matchExpressions`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Expression {
    key: String,
    operator: Operator,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Operator {
    DoesNotExist,
    Exists,
    In(BTreeSet<String>),
    NotIn(BTreeSet<String>),
}

impl Selector {
    /// By which labels an object counts pods, whoever makes them: a NetworkPolicy or a
    /// PodDisruptionBudget. None for other kinds, and where it says none.
    ///
    /// # Errors
    ///
    /// As [`Selector::read`].
    pub fn of_counter(manifest: &Manifest) -> Option<Result<Self, BadSelector>> {
        let field = match manifest.object().kind.as_str() {
            "NetworkPolicy" => "/spec/podSelector",
            "PodDisruptionBudget" => "/spec/selector",
            _ => return None,
        };
        manifest.pointer(field).map(Self::read)
    }

    /// Reads the value of a manifest's field.
    ///
    /// # Errors
    ///
    /// An expression without a key, of an unknown operator, or with values where its operator takes
    /// none, or without where it needs some (`ValidateLabelSelectorRequirement` in
    /// `apimachinery/pkg/apis/meta/v1/validation`).
    pub fn read(value: &Value) -> Result<Self, BadSelector> {
        let expressions = value.get("matchExpressions").and_then(Value::as_array);
        let mut selector = Self {
            labels: texts(value.get("matchLabels")),
            expressions: BTreeSet::new(),
        };
        for (at, expression) in expressions.into_iter().flatten().enumerate() {
            let read = Expression::read(expression);
            selector
                .expressions
                .insert(read.map_err(|(field, reason)| BadSelector {
                    pointer: format!("/matchExpressions/{at}/{field}"),
                    reason,
                    hint: HINT,
                })?);
        }
        Ok(selector)
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.expressions.is_empty()
    }

    /// Whether pods with these labels are meant. An empty selector means all.
    pub fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        let hold = |expression: &Expression| expression.holds(labels.get(&expression.key));
        let mut equal = self.labels.iter();
        equal.all(|(key, value)| labels.get(key) == Some(value))
            && self.expressions.iter().all(hold)
    }

    /// Whether an expression looks at this label.
    pub fn expresses(&self, key: &str) -> bool {
        self.expressions
            .iter()
            .any(|expression| expression.key == key)
    }

    /// Whether the expressions hold for this value of a label, whatever the others are.
    pub fn admits(&self, key: &str, value: &str) -> bool {
        let value = value.to_owned();
        let mut about = self
            .expressions
            .iter()
            .filter(|expression| expression.key == key);
        about.all(|expression| expression.holds(Some(&value)))
    }
}

impl Expression {
    /// One expression; or the field that is wrong, and why.
    fn read(value: &Value) -> Result<Self, (&'static str, String)> {
        let text = |field: &str| value.get(field).and_then(Value::as_str).unwrap_or_default();
        let values: BTreeSet<String> = value
            .get("values")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|value| value.as_str().map(Into::into))
            .collect();
        let (key, operator) = (text("key"), text("operator"));
        if key.is_empty() {
            return Err(("key", "the expression names no label".into()));
        }
        let operator = match (operator, values.is_empty()) {
            ("DoesNotExist", true) => Operator::DoesNotExist,
            ("Exists", true) => Operator::Exists,
            ("In", false) => Operator::In(values),
            ("NotIn", false) => Operator::NotIn(values),
            ("DoesNotExist" | "Exists", false) => {
                return Err(("values", format!("`{operator}` takes no values")));
            }
            ("In" | "NotIn", true) => return Err(("values", format!("`{operator}` needs values"))),
            _ => return Err(("operator", format!("`{operator}` is not an operator"))),
        };
        Ok(Self {
            key: key.into(),
            operator,
        })
    }

    /// Whether it holds for a label's value; `None` where the label is absent.
    fn holds(&self, value: Option<&String>) -> bool {
        match &self.operator {
            Operator::DoesNotExist => value.is_none(),
            Operator::Exists => value.is_some(),
            Operator::In(values) => value.is_some_and(|value| values.contains(value)),
            Operator::NotIn(values) => value.is_none_or(|value| !values.contains(value)),
        }
    }
}

const HINT: &str = "write In or NotIn with values, Exists or DoesNotExist without";

#[cfg(test)]
mod tests;
