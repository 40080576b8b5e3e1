//! The published schemas are those of the types, and every golden plan and strategy file fits them.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::fs;

use cutover::StrategyFile;
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

/// An editor that knows the schema says what the command will say.
#[test]
fn a_schema_takes_what_is_read_and_nothing_else() {
    let schema = jsonschema::validator_for(&json("docs/schema/strategy.json")).unwrap();
    let check = |text: &str, expect: bool| {
        let documents = read("strategy.yaml", text.as_bytes()).unwrap().documents;
        let fits = documents.iter().all(|file| schema.is_valid(&file.value));
        let reads = StrategyFile::from_yaml("strategy.yaml", text).is_ok();
        assert_eq!([fits, reads], [expect; 2], "[fits, reads] {text}");
    };
    let pause = |duration: &str, expect| {
        let text = format!("canary: {{ steps: [{{ pause: {{ duration: {duration} }} }}] }}");
        check(&text, expect);
    };
    for duration in ["600", "0", "'600'", "10m", "90s", "1h30m", "1h0m5s"] {
        pause(duration, true);
    }
    for duration in [
        "tomorrow", "-5", "1.5", "10 m", "m", "1s1m", "2 days", "''", "5000ms", "[]",
    ] {
        pause(duration, false);
    }
    let weight = |weight: &str, expect| {
        check(
            &format!("canary: {{ steps: [{{ setWeight: {weight} }}] }}"),
            expect,
        );
    };
    for number in ["0", "5", "100"] {
        weight(number, true);
    }
    for number in ["101", "250", "-1", "5%", "'5'", "5.5", "null"] {
        weight(number, false);
    }
    let surge = |amount: &str, expect| check(&format!("rolling: {{ maxSurge: {amount} }}"), expect);
    for amount in ["0", "3", "25%", "150%", "null"] {
        surge(amount, true);
    }
    for amount in ["lots", "-1", "'3'", "2.5", "'%'", "'+5%'", "[1]", "{}"] {
        surge(amount, false);
    }
    let name = |name: &str, expect| check(&format!("pause: {{ workloads: [{name}] }}"), expect);
    for named in [
        "hello",
        "deployment/hello",
        "Deploy/hello",
        "prod/deployments.apps/hello",
    ] {
        name(named, true);
    }
    for named in ["service/hello", "a/b/c/d", "deployment/", "[]"] {
        name(named, false);
    }
    let smoke = |fields: &str, expect| {
        let analysis = format!(
            "blueGreen: {{ activeService: hello, prePromotionAnalysis: [{{ smoke: {{ {fields} }} }}] }}"
        );
        check(&analysis, expect);
    };
    smoke(
        "url: 'http://hello/healthz?deep=1', timeout: 5s, status: 204",
        true,
    );
    smoke("url: 'http://[::1]:9090'", true);
    for fields in [
        "url: hello:80",
        "url: 'ftp://hello'",
        "url: 'http://me:word@hello'",
        "url: 'http://hello/#top'",
        "url: 'http://hello', timeout: 0",
        "url: 'http://hello', timeout: 0m0s",
        "url: 'http://hello', count: 0",
        "url: 'http://hello', status: 70000",
        "url: 'http://hello', failureLimit: 5000000000",
    ] {
        smoke(fields, false);
    }
    let metric = |condition: &str, expect| {
        let fields = format!("prometheus: 'http://p', query: up, successCondition: '{condition}'");
        check(
            &format!("canary: {{ steps: [{{ analysis: [{{ metric: {{ {fields} }} }}] }}] }}"),
            expect,
        );
    };
    for condition in ["result[0] >= 0.95", "result<1 && result > 0 || result == 5"] {
        metric(condition, true);
    }
    for condition in ["good", "result[0]", "result >= ", "result[x] > 1", ""] {
        metric(condition, false);
    }
    let window = |hours: &str, expect| {
        check(
            &format!("rolling: {{}}\nwindow: {{ {hours}, timezone: Europe/Berlin }}"),
            expect,
        );
    };
    window("from: '09:00', to: '16:30'", true);
    window("from: '09:00', to: '24:00'", false);
    window("from: '9:00', to: '16:00'", false);
    check(
        "rolling: {}\nwindow: { from: '09:00', to: '16:00', timezone: 'Europe Berlin' }",
        false,
    );
    check("restart: { at: '2026-11-24T10:00:00Z' }", true);
    check("restart: { at: yesterday }", false);
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
