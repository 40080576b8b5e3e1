//! What a canary by route refuses.

use cutover_manifest::{ObjectRef, listing};
use cutover_plan::Duration;
use cutover_release::{Refusal, RefusalKind, Refusals, Release, refuse};
use cutover_traffic::{Percent, TooHeavy};

use crate::route::{Route, RuleName};

/// The pods have the label value that tells the canary apart.
pub const LABEL_TAKEN: RefusalKind = RefusalKind::new("labelTaken");
/// The input has no such route.
pub const NO_ROUTE: RefusalKind = RefusalKind::new("noRoute");
/// A Service of another namespace, and no grant that lets the route name it.
pub const OTHER_NAMESPACE: RefusalKind = RefusalKind::new("otherNamespace");
/// A policy holds for the stable Service, and would not for the canary's.
pub const POLICY: RefusalKind = RefusalKind::new("policy");
/// The release changes the route itself.
pub const ROUTE_CHANGES: RefusalKind = RefusalKind::new("routeChanges");
/// The shares do not fit into the route.
pub const ROUTE_IS_FULL: RefusalKind = RefusalKind::new("routeIsFull");
/// The route is of a kind, or leads to pods of a kind, that is not known how to shift.
pub const ROUTE_KIND: RefusalKind = RefusalKind::new("routeKind");
/// The release replaces the pods of more than one Deployment, or of none.
pub const ROUTE_OF_MANY: RefusalKind = RefusalKind::new("routeOfMany");
/// A rule that is not there, or that gives the workload nothing.
pub const ROUTE_RULE: RefusalKind = RefusalKind::new("routeRule");
/// Steps by which requests come back, where the old set has kept a share of them.
pub const PROMOTION: RefusalKind = RefusalKind::new("promotion");
/// The Service of a set is not there, is taken, or selects others.
pub const SERVICE: RefusalKind = RefusalKind::new("service");
/// Clients may stay with a version for as long as they like.
pub const SESSION: RefusalKind = RefusalKind::new("session");
/// Less time for the last request than the route allows it.
pub const SHORT_DRAIN: RefusalKind = RefusalKind::new("shortDrain");
/// The route names no Service of the workload.
pub const UNROUTED: RefusalKind = RefusalKind::new("unrouted");

pub(super) fn shared_promotion(last: Percent) -> Refusals {
    let reason = format!(
        "promotionSteps: the old set keeps a share at {last}, so that its requests do not come back by steps"
    );
    Refusal::new(PROMOTION, reason)
        .hint("let the last weight be 100, or leave them out")
        .into()
}

pub(super) fn no_route(release: &Release, route: &Route) -> Refusals {
    let service = cutover_traffic::services(release.from()).next();
    let service = service.map_or("SERVICE", |service| &service.object().name);
    let text = format!(
        "write one, as {{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {{name: {}}}, spec: {{parentRefs: [{{name: GATEWAY}}], rules: [{{backendRefs: [{{name: {service}, port: 80}}]}}]}}}}",
        route.name
    );
    Refusal::new(NO_ROUTE, format!("{route}: there is no such route"))
        .hint(text)
        .into()
}

pub(super) fn kind(route: &ObjectRef) -> Refusals {
    refuse(
        ROUTE_KIND,
        route,
        "/kind",
        "it is no route whose shares are known how to be shifted",
        "take an HTTPRoute of gateway.networking.k8s.io",
    )
}

pub(super) fn in_mesh(route: &ObjectRef) -> Refusals {
    refuse(
        ROUTE_KIND,
        route,
        "/spec/parentRefs",
        "its parent is a Service, so a mesh follows it, and clients outside of that do not",
        "take a route whose parent is a Gateway",
    )
}

pub(super) fn other_kind(route: &ObjectRef, service: &ObjectRef, owner: &ObjectRef) -> Refusals {
    let reason = format!("{service} leads to pods of {owner}, which stand as one set");
    let hint = "give the new version to a part of its pods by its own update strategy (partition)";
    refuse(ROUTE_KIND, route, "/spec/rules", reason, hint)
}

pub(super) fn changes(route: &ObjectRef) -> Refusals {
    refuse(
        ROUTE_CHANGES,
        route,
        "",
        "the release changes it, and the canary shifts requests by it",
        "change the route by a plan of its own",
    )
}

pub(super) fn endless(route: &ObjectRef, rule: usize) -> Refusals {
    refuse(
        SESSION,
        route,
        &format!("/spec/rules/{rule}/sessionPersistence"),
        "clients stay where their session began for as long as they like, whatever the weights say",
        "say absoluteTimeout, so that somebody knows when the last one has left",
    )
}

pub(super) fn short_drain(route: &ObjectRef, said: Duration, least: u32) -> Refusals {
    let least = Duration::of_seconds(least);
    let reason = format!("{said} are waited for the last request, which may take {least}");
    let hint = format!("say {least} at least");
    refuse(SHORT_DRAIN, route, "/spec/rules", reason, hint)
}

pub(super) fn rule(route: &ObjectRef, name: &RuleName, stable: &ObjectRef) -> Refusals {
    let reason = format!("it has no rule `{name}` that gives {stable} a share");
    let hint = "name a rule by its name, or by its number from 0";
    refuse(ROUTE_RULE, route, "/spec/rules", reason, hint)
}

pub(super) fn unrouted(route: &ObjectRef, stable: &ObjectRef) -> Refusals {
    let reason = format!("none of its rules gives {stable} a share");
    let hint = "give it a weight above zero first";
    refuse(UNROUTED, route, "/spec/rules", reason, hint)
}

pub(super) fn names_none(route: &ObjectRef, deployment: &ObjectRef) -> Refusals {
    let reason = format!("it names no Service of {deployment}");
    let hint = "name the route that leads to it, or give the Service that stands between";
    refuse(UNROUTED, route, "/spec/rules", reason, hint)
}

pub(super) fn two_services(route: &ObjectRef, services: [&ObjectRef; 2]) -> Refusals {
    let reason = format!(
        "more than one Service of the workload is meant: {}",
        listing(services.map(ToString::to_string))
    );
    let hint = "say which one is the stable one";
    refuse(SERVICE, route, "/spec/rules", reason, hint)
}

pub(super) fn no_service(deployment: &ObjectRef) -> Refusals {
    let reason = "no route is named that leads to it";
    refuse(UNROUTED, deployment, "", reason, "name one")
}

pub(super) fn no_canary_service(service: &ObjectRef) -> Refusals {
    refuse(
        SERVICE,
        service,
        "",
        "it is not there, or is the stable one, and is said to be the canary's",
        "name another, or none: the plan makes one then",
    )
}

pub(super) fn picks_others(service: &ObjectRef, label: &str) -> Refusals {
    let reason = format!("it is said to be the canary's, and does not select by `{label}`");
    let hint = format!("let it select as the stable one does, and by `{label}`");
    refuse(SERVICE, service, "/spec/selector", reason, hint)
}

pub(super) fn service_taken(service: &ObjectRef) -> Refusals {
    refuse(
        SERVICE,
        service,
        "",
        "the plan would make it, and it is there already",
        "say that it is the canary's, or finish or undo the plan that made it",
    )
}

pub(super) fn service_goes(service: &ObjectRef) -> Refusals {
    refuse(
        SERVICE,
        service,
        "",
        "the release takes it away, and the route leads to it",
        "take it away by a plan of its own",
    )
}

pub(super) fn has_share(route: &ObjectRef, rule: usize, service: &ObjectRef) -> Refusals {
    let reason = format!("{service} has a share already: is a canary under way?");
    let hint = "give it a weight of 0 first";
    let pointer = format!("/spec/rules/{rule}/backendRefs");
    refuse(SERVICE, route, &pointer, reason, hint)
}

pub(super) fn mirrors(route: &ObjectRef, rule: usize, service: &ObjectRef) -> Refusals {
    let reason =
        format!("a filter sends copies of requests to {service}, whatever the weights say");
    let hint = "take the filter away first, or name another rule";
    refuse(
        ROUTE_RULE,
        route,
        &format!("/spec/rules/{rule}"),
        reason,
        hint,
    )
}

pub(super) fn no_grant(route: &ObjectRef, service: &ObjectRef) -> Refusals {
    let reason = format!("no ReferenceGrant lets it name {service}, of another namespace");
    let hint =
        "grant it all Services of that namespace, or name a canary's Service that is granted";
    refuse(OTHER_NAMESPACE, route, "/spec/rules", reason, hint)
}

pub(super) fn policy(policy: &ObjectRef, stable: &ObjectRef, canary: &ObjectRef) -> Refusals {
    let reason = format!("it holds for {stable}, and would not for {canary}");
    let hint = "let it hold for both, and name the canary's Service, which must be there then";
    refuse(POLICY, policy, "/spec", reason, hint)
}

pub(super) fn full(route: &ObjectRef, heavy: &TooHeavy) -> Refusals {
    let hint = "take rounder weights, or fewer backends in the rule";
    refuse(
        ROUTE_IS_FULL,
        route,
        &heavy.pointer(),
        heavy.to_string(),
        hint,
    )
}

pub(super) fn label_taken(deployment: &ObjectRef, key: &str) -> Refusals {
    let reason = format!("its pods have `{key}: canary`, which tells the new set apart");
    let hint = "let its pods have another value, as `stable`";
    let pointer = "/spec/template/metadata/labels";
    refuse(LABEL_TAKEN, deployment, pointer, reason, hint)
}

pub(super) fn not_one(deployments: impl Iterator<Item = ObjectRef>) -> Refusals {
    let names = listing(deployments.map(|object| object.to_string()));
    let reason = match names.is_empty() {
        true => "a canary by route replaces the pods of one Deployment, and the release of none"
            .to_owned(),
        false => format!(
            "a canary by route replaces the pods of one Deployment, and the release of several: {names}"
        ),
    };
    Refusal::new(ROUTE_OF_MANY, reason)
        .hint("narrow the release to one workload")
        .into()
}
