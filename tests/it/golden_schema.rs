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
fn plan_files_fit_their_schema() {
    check("docs/schema/plan.json", "plan.yaml");
}

#[test]
fn strategy_files_fit_their_schema() {
    check("docs/schema/strategy.json", "strategy.yaml");
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

fn check(schema: &str, name: &str) {
    let validator = jsonschema::validator_for(&json(schema)).unwrap();
    let mut fitting = 0;
    for path in cases()
        .iter()
        .map(|case| root().join(&case.directory).join(name))
        .filter(|path| path.exists())
    {
        for document in read(name, &fs::read(&path).unwrap()).unwrap().documents {
            let errors: Vec<String> = validator
                .iter_errors(&document.value)
                .map(|error| error.to_string())
                .collect();
            assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
            fitting += 1;
        }
    }
    assert!(fitting > 30, "only {fitting} files");
}

fn json(path: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(root().join(path)).unwrap()).unwrap()
}
