use serde_json::json;

use super::*;

const CONTROLLER: &str = "traefik.io/gateway-controller";

/// A route of the namespace `prod` at its third generation.
fn route(parents: Value, entries: Value) -> Manifest {
    Manifest::new(json!({
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
        "metadata": {"name": "hello", "namespace": "prod", "generation": 3},
        "spec": {"parentRefs": parents}, "status": {"parents": entries},
    }))
    .unwrap()
}

/// What a controller says of a parent: `Accepted` and `ResolvedRefs`, each with the generation that
/// it speaks of.
fn entry(parent: Value, controller: &str, conditions: [(&str, u64); 2]) -> Value {
    let kinds = ["Accepted", "ResolvedRefs"].into_iter().zip(conditions);
    let conditions: Vec<Value> = kinds
        .map(|(kind, (status, generation))| {
            json!({"type": kind, "status": status, "observedGeneration": generation,
                "reason": format!("{kind}Is{status}"), "message": "so it is"})
        })
        .collect();
    json!({"parentRef": parent, "controllerName": controller, "conditions": conditions})
}

fn check(parents: Value, entries: Value, expect: &[&str]) {
    let found = untaken(&route(parents.clone(), entries.clone()));
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found, expect, "{parents} {entries}");
}

/// A failure means that requests are counted where a gateway has not yet sent them, or that a run
/// waits for ever.
#[test]
fn a_parent_answers_for_this_generation() {
    let public = json!({"name": "public"});
    let said = |conditions| json!([entry(public.clone(), CONTROLLER, conditions)]);
    let silent = "no controller of Gateway prod/public has taken its present form";
    let parents = || json!([public.clone()]);
    check(parents(), said([("True", 3), ("True", 3)]), &[]);
    check(parents(), said([("True", 4), ("True", 4)]), &[]);
    check(parents(), json!([]), &[silent]);
    check(parents(), said([("True", 2), ("True", 2)]), &[silent]);
    check(parents(), said([("True", 3), ("True", 2)]), &[silent]);
    check(parents(), said([("False", 2), ("True", 2)]), &[silent]);
    check(
        parents(),
        said([("False", 3), ("True", 3)]),
        &[
            "it is not accepted for Gateway prod/public: traefik.io/gateway-controller: AcceptedIsFalse: so it is",
        ],
    );
    check(
        parents(),
        said([("True", 3), ("False", 3)]),
        &[
            "not all that it names is found for Gateway prod/public: traefik.io/gateway-controller: ResolvedRefsIsFalse: so it is",
        ],
    );
    check(json!([]), json!([]), &["it names no Gateway"]);
}

/// A failure means that the word of another parent, or of a stranger, is taken for the one that
/// matters.
#[test]
fn each_parent_is_asked_for_itself() {
    let good = [("True", 3), ("True", 3)];
    let whole = |name: &str| json!({"group": "gateway.networking.k8s.io", "kind": "Gateway", "namespace": "prod", "name": name});
    let silent = |parent: &str| format!("no controller of {parent} has taken its present form");
    // The server writes defaults, and a controller copies what it reads.
    let short = json!([{"name": "public"}]);
    check(
        short.clone(),
        json!([entry(whole("public"), CONTROLLER, good)]),
        &[],
    );
    check(
        short.clone(),
        json!([entry(whole("other"), CONTROLLER, good)]),
        &[&silent("Gateway prod/public")],
    );
    let elsewhere = json!({"namespace": "infra", "name": "public"});
    check(
        json!([elsewhere, {"name": "public"}]),
        json!([entry(elsewhere, CONTROLLER, good)]),
        &[&silent("Gateway prod/public")],
    );
    let listener = json!({"name": "public", "sectionName": "https"});
    check(
        json!([listener]),
        json!([entry(json!({"name": "public"}), CONTROLLER, good)]),
        &[&silent("Gateway prod/public (https)")],
    );
    // Who was of an earlier class has left its word, and a stranger says no.
    let stranger = "example.com/gateway";
    let left = entry(whole("public"), stranger, [("True", 1), ("False", 1)]);
    let no = entry(whole("public"), stranger, [("False", 3), ("False", 3)]);
    for other in [left, no] {
        check(
            short.clone(),
            json!([other, entry(whole("public"), CONTROLLER, good)]),
            &[],
        );
    }
}

/// A failure means that a status which no controller would write counts for a good one.
#[test]
fn what_cannot_be_read_is_not_taken() {
    let silent = "no controller of Gateway prod/public has taken its present form";
    for entries in [
        json!("yes"),
        json!([1]),
        json!([{"parentRef": {"name": "public"}}]),
        json!([{"parentRef": {"name": "public"}, "conditions": [{"type": "Accepted", "status": "True"}]}]),
        json!([{"parentRef": {"name": "public"}, "conditions": [
            {"type": "Accepted", "status": "True", "observedGeneration": "3"}]}]),
    ] {
        check(json!([{"name": "public"}]), entries, &[silent]);
    }
    let unborn = route(json!([{"name": "public"}]), json!([]))
        .without(cutover_manifest::Field::new("/metadata/generation"));
    assert_eq!(untaken(&unborn)[0].to_string(), silent);
}
