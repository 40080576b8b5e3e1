//! Selectors that do not match the pods of their Deployment.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::deployment;
use crate::{Model, Write};

fn check(key: &str, operator: &str, values: Value, expect: bool) {
    let expression = json!({"key": key, "operator": operator, "values": values});
    let expressions = json!([expression]);
    let set = deployment(3, &json!(1), &json!(0));
    let set = set
        .set("/spec/selector/matchExpressions", expressions)
        .unwrap();
    let mut model = Model::new(1, Timestamp::UNIX_EPOCH);
    let answer = model.write(&Write::Create(set), "test", false);
    assert_eq!(answer.is_ok(), expect, "{expression}");
    if let Err(refused) = answer {
        let fields: Vec<&str> = refused.causes.iter().map(|(field, _)| &**field).collect();
        assert_eq!(fields, ["spec.template.metadata.labels"], "{expression}");
    }
}

#[test]
fn a_selector_has_to_match_with_its_expressions_too() {
    check("app", "In", json!(["hello", "hallo"]), true);
    check("app", "In", json!(["hallo"]), false);
    check("app", "NotIn", json!(["hallo"]), true);
    check("app", "NotIn", json!(["hello"]), false);
    check("app", "Exists", json!([]), true);
    check("track", "Exists", json!([]), false);
    check("track", "DoesNotExist", json!([]), true);
    check("app", "DoesNotExist", json!([]), false);
}
