//! Which clusters a wave has: Kubernetes' `LabelSelector`, over the labels of clusters.

use std::collections::BTreeMap;

use cutover_workload::{BadSelector, Selector};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Labels that a cluster must have, and expressions that must hold for its labels. An empty one means
/// all clusters.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use cutover_fleet::ClusterSelector;
/// use serde_json::json;
///
/// let ring: ClusterSelector = serde_json::from_value(json!({"matchLabels": {"ring": "canary"}}))?;
/// assert!(ring.matches(&BTreeMap::from([("ring".to_owned(), "canary".to_owned())])));
/// assert!(!ring.matches(&BTreeMap::new()));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Fields")]
pub struct ClusterSelector(Selector);

impl ClusterSelector {
    /// Whether a cluster with these labels is meant.
    pub fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        self.0.matches(labels)
    }
}

/// A selector as a file has it: a field that is not known would select all clusters.
#[derive(Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "ClusterSelector")
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Fields {
    #[serde(default)]
    match_labels: BTreeMap<String, String>,
    #[serde(default)]
    match_expressions: Vec<Requirement>,
}

#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Requirement {
    key: String,
    operator: Operator,
    #[serde(default)]
    values: Vec<String>,
}

#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
enum Operator {
    DoesNotExist,
    Exists,
    In,
    NotIn,
}

impl TryFrom<Fields> for ClusterSelector {
    type Error = BadSelector;

    fn try_from(fields: Fields) -> Result<Self, BadSelector> {
        let (labels, expressions) = (fields.match_labels, fields.match_expressions);
        let selector = json!({ "matchLabels": labels, "matchExpressions": expressions });
        Selector::read(&selector).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// A failure means that a cluster gets into a wave that it is not meant to be in.
    #[test]
    fn labels_and_expressions_select() {
        let check = |selector: Value, labels: &[(&str, &str)], expect: bool| {
            let read: ClusterSelector = serde_json::from_value(selector.clone()).unwrap();
            let labels = labels
                .iter()
                .map(|(key, value)| (String::from(*key), String::from(*value)));
            assert_eq!(read.matches(&labels.collect()), expect, "{selector}");
        };
        let expression = |value: Value| json!({ "matchExpressions": [value] });
        check(json!({}), &[], true);
        check(json!({}), &[("ring", "canary")], true);
        check(
            json!({"matchLabels": {"ring": "canary"}}),
            &[("ring", "canary"), ("a", "b")],
            true,
        );
        check(
            json!({"matchLabels": {"ring": "canary"}}),
            &[("ring", "main")],
            false,
        );
        let europe = expression(json!({"key": "region", "operator": "In", "values": ["eu", "uk"]}));
        check(europe.clone(), &[("region", "uk")], true);
        check(europe.clone(), &[("region", "us")], false);
        check(europe, &[], false);
        let elsewhere = expression(json!({"key": "region", "operator": "NotIn", "values": ["eu"]}));
        check(elsewhere.clone(), &[("region", "us")], true);
        check(elsewhere.clone(), &[], true);
        check(elsewhere, &[("region", "eu")], false);
        check(
            expression(json!({"key": "edge", "operator": "Exists"})),
            &[("edge", "")],
            true,
        );
        check(
            expression(json!({"key": "edge", "operator": "Exists"})),
            &[],
            false,
        );
        check(
            expression(json!({"key": "edge", "operator": "DoesNotExist"})),
            &[],
            true,
        );
        check(
            expression(json!({"key": "edge", "operator": "DoesNotExist"})),
            &[("edge", "")],
            false,
        );
    }

    /// A failure means that a slip of the pen selects all clusters, or none.
    #[test]
    fn what_is_no_selector_is_refused() {
        let check = |selector: Value, expect: &str| {
            let read = serde_json::from_value::<ClusterSelector>(selector.clone());
            let error = read.unwrap_err().to_string();
            assert!(error.starts_with(expect), "{selector}: {error}");
        };
        check(json!({"matchLabel": {}}), "unknown field `matchLabel`");
        let expression = |value: Value| json!({ "matchExpressions": [value] });
        check(
            expression(json!({"key": "a", "operator": "In"})),
            "/matchExpressions/0/values: `In` needs values",
        );
        check(
            expression(json!({"key": "a", "operator": "Exists", "values": ["b"]})),
            "/matchExpressions/0/values: `Exists` takes no values",
        );
        check(
            expression(json!({"key": "", "operator": "Exists"})),
            "/matchExpressions/0/key:",
        );
        check(
            expression(json!({"key": "a", "operator": "Gt"})),
            "unknown variant `Gt`",
        );
    }
}
