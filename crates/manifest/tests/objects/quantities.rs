//! kubectl decodes quantities with the API server's own code, and prints them in the server's form.

use cutover_manifest::MergeKeys;
use cutover_patch::Schema;
use serde_json::{Value, json};

use crate::kubectl::kubectl;

const NUMBERS: [&str; 14] = [
    "0", "1", "9", "10", "100", "999", "1000", "1023", "1024", "1500", "1000000", "1048576", "0.5",
    "1.5",
];
const SUFFIXES: [&str; 13] = [
    "", "m", "k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti", "e3", "e4", "e6",
];

#[test]
fn a_quantity_is_tested_where_kubectl_leaves_it_as_it_is() {
    let texts: Vec<String> = NUMBERS
        .iter()
        .flat_map(|number| {
            SUFFIXES
                .iter()
                .map(move |suffix| format!("{number}{suffix}"))
        })
        .collect();
    let set = ["set", "image", "--local", "-f", "-", "c0=y", "-o", "json"];
    let Some(printed) = kubectl(&set, pod(&texts).to_string().as_bytes()) else {
        return;
    };
    for (index, text) in texts.iter().enumerate() {
        let printed = &printed["spec"]["containers"][index]["resources"]["limits"]["memory"];
        let tested = MergeKeys.testable("/spec/containers/-/resources/limits/memory", &json!(text));
        // A few fractions with exponents (`1.5e4`) kubectl leaves alone and the server does not:
        // those go untested.
        assert!(
            tested == (printed == text) || !tested && text.contains(".5e"),
            "{text} is {printed} to kubectl"
        );
    }
}

/// A pod with a container for each text.
fn pod(texts: &[String]) -> Value {
    let container = |(index, text): (usize, &String)| json!({"name": format!("c{index}"), "image": "x", "resources": {"limits": {"memory": text}}});
    let containers: Vec<_> = texts.iter().enumerate().map(container).collect();
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": containers}})
}
