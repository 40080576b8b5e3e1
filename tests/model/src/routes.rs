//! What a gateway makes of a route, read from the object as the server keeps it.

use std::collections::BTreeMap;

use serde_json::Value;

/// How a rule's requests are split between the Services that it names: each with its weight, and
/// the sum of all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The weights, by the Service's name.
    pub weights: BTreeMap<String, u64>,
    /// Their sum: with none of them a gateway answers with an error.
    pub sum: u64,
}

/// The rules of an HTTPRoute. A backend without a weight has 1; one with 0 gets nothing.
///
/// ```
/// use serde_json::json;
///
/// let route = json!({"spec": {"rules": [{"backendRefs": [{"name": "a", "weight": 3}, {"name": "b"}]}]}});
/// let rules = cutover_model::rules(&route);
/// assert_eq!((rules[0].weights["a"], rules[0].weights["b"], rules[0].sum), (3, 1, 4));
/// ```
pub fn rules(route: &Value) -> Vec<Rule> {
    let mut rules = Vec::new();
    for rule in route["spec"]["rules"].as_array().into_iter().flatten() {
        let mut weights = BTreeMap::new();
        for backend in rule["backendRefs"].as_array().into_iter().flatten() {
            let weight = match &backend["weight"] {
                Value::Null => 1,
                weight => weight.as_u64().unwrap_or(0),
            };
            let name = backend["name"].as_str().unwrap_or_default();
            *weights.entry(name.to_owned()).or_default() += weight;
        }
        let sum = weights.values().sum();
        rules.push(Rule { weights, sum });
    }
    rules
}
