//! What becomes of the Service, and what is refused.

use cutover_manifest::{Bundle, Manifest};
use cutover_planner::Strategy;
use cutover_release::{Ends, Refusals};
use serde_json::{Value, json};

use crate::SessionAffinity::{self, ClientIp};
use crate::{Affinity, NOT_ONE_SERVICE, TIMEOUT};

fn service(namespace: &str, spec: Value) -> Manifest {
    Manifest::new(json!({
        "apiVersion": "v1", "kind": "Service",
        "metadata": {"name": "hello", "namespace": namespace}, "spec": spec,
    }))
    .unwrap()
}

fn affinity(session_affinity: SessionAffinity, timeout_seconds: Option<u32>) -> Affinity {
    Affinity {
        service: "hello".into(),
        namespace: Some("shop".into()),
        session_affinity,
        timeout_seconds,
    }
}

/// What is wanted of the Service that is meant, where another namespace has one too.
fn wanted(spec: Value, affinity: &Affinity) -> Result<Value, Refusals> {
    let other = service("other", json!({"sessionAffinity": "None"}));
    let from = Bundle::from_iter([service("shop", spec), other.clone()]);
    let ends = affinity.wanted(Ends::unchanged(from))?;
    assert_eq!(ends.to().get(other.object()), Some(&other));
    let meant = service("shop", json!({}));
    let found = ends.to().get(meant.object()).unwrap();
    Ok(found.pointer("/spec").unwrap().clone())
}

#[test]
fn the_service_keeps_clients_or_lets_them_go() {
    let check = |spec: Value, affinity: Affinity, expect: Value| {
        assert_eq!(wanted(spec, &affinity).unwrap(), expect);
    };
    let sticky = || json!({"sessionAffinity": "ClientIP", "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 600}}});
    check(json!({}), affinity(ClientIp, Some(600)), sticky());
    check(
        sticky(),
        affinity(ClientIp, None),
        json!({"sessionAffinity": "ClientIP"}),
    );
    check(
        sticky(),
        affinity(SessionAffinity::None, None),
        json!({"sessionAffinity": "None"}),
    );
}

#[test]
fn what_no_service_can_do_is_refused() {
    let check = |affinity: Affinity, kind| {
        let refused = wanted(json!({}), &affinity).unwrap_err();
        assert_eq!(refused.first().kind(), kind, "{refused}");
    };
    check(affinity(ClientIp, Some(0)), TIMEOUT);
    check(affinity(ClientIp, Some(86_401)), TIMEOUT);
    check(affinity(SessionAffinity::None, Some(600)), TIMEOUT);
    let any = Affinity {
        namespace: None,
        ..affinity(ClientIp, None)
    };
    check(any, NOT_ONE_SERVICE);
    let missing = Affinity {
        service: "other".into(),
        ..affinity(ClientIp, None)
    };
    check(missing, NOT_ONE_SERVICE);
}
