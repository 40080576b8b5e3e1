//! Maps of texts, as labels are.

use std::collections::BTreeMap;

use serde_json::Value;

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
