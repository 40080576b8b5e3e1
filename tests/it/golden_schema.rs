//! The published schemas are those of the types, and every golden plan and strategy file fits them.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::fs;

use cutover::manifest::read;
use serde_json::Value;
use xtask::{root, schema};

use crate::golden::cases;

#[test]
fn the_schemas_are_as_they_would_be_written() {
    let diff = schema::outputs().diff(&root()).unwrap();
    assert!(
        diff.is_empty(),
        "{diff}\nhint: cargo xtask schema, then review what changed"
    );
}

#[test]
fn plans_fit_their_schema() {
    let schema = json("docs/schema/plan.json");
    let validator = jsonschema::validator_for(&schema).unwrap();
    for case in cases() {
        let Ok(plan) = case.plan() else { continue };
        fits(&validator, &plan.to_value().unwrap(), &case.name());
    }
}

#[test]
fn strategy_files_fit_their_schema() {
    let schema = json("docs/schema/strategy.json");
    let validator = jsonschema::validator_for(&schema).unwrap();
    for case in cases() {
        let text = fs::read(root().join(&case.directory).join("strategy.yaml")).unwrap();
        for document in read("strategy.yaml", &text).unwrap().documents {
            fits(&validator, &document.value, &case.name());
        }
    }
}

/// A schema that fits everything would be none.
#[test]
fn a_field_that_is_not_known_does_not_fit() {
    let check = |schema: &str, document: &str| {
        let document: Value = serde_json::from_str(document).unwrap();
        assert!(
            !jsonschema::is_valid(&json(schema), &document),
            "{document}"
        );
    };
    check(
        "docs/schema/plan.json",
        r#"{"apiVersion": "cutover.dev/v1alpha1", "kind": "Plan"}"#,
    );
    check(
        "docs/schema/strategy.json",
        r#"{"canary": {"steps": [{"setWeigth": 25}]}}"#,
    );
    check(
        "docs/schema/strategy.json",
        r#"{"rolling": {"maxSurge": 1, "surge": 1}}"#,
    );
    check("docs/schema/strategy.json", r#"{"restart": {}}"#);
}

fn fits(validator: &jsonschema::Validator, document: &Value, name: &str) {
    let errors = validator
        .iter_errors(document)
        .map(|error| error.to_string());
    let errors: Vec<String> = errors.collect();
    assert!(errors.is_empty(), "{name}: {errors:#?}");
}

fn json(path: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(root().join(path)).unwrap()).unwrap()
}
