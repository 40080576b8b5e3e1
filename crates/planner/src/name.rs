//! What a plan is called where nobody says it.

use cutover_manifest::{Manifest, ObjectRef};
use cutover_workload::Workload;

use crate::waypoint::Waypoint;

/// The labels that say which application an object belongs to, the nearest first.
const APPLICATION: [&str; 2] = [
    "/metadata/labels/app.kubernetes.io~1instance",
    "/metadata/labels/app.kubernetes.io~1part-of",
];

/// The name of the application, where all workloads belong to one; or else of the only workload, or,
/// without any, of the only object; or else of the strategy.
///
/// It is one that objects can have too: the journal of a run is named after it.
pub(crate) fn name(workloads: &[Workload], points: &[Waypoint], strategy: &str) -> String {
    let find = |object: &ObjectRef| points.iter().find_map(|point| point.bundle.get(object));
    // What a strategy makes beside it does not say whose it is.
    let sets = workloads.iter().filter_map(|one| one.objects().next());
    let sets: Vec<&Manifest> = sets.filter_map(find).collect();
    let shared = APPLICATION.iter().find_map(|label| shared(&sets, label));
    match shared.or_else(|| only(workloads, points)) {
        Some(name) => name.to_owned(),
        None => in_lower_case(strategy),
    }
}

/// The value of a label that all have alike.
fn shared<'m>(sets: &[&'m Manifest], label: &str) -> Option<&'m str> {
    let mut values = sets.iter().map(|set| set.pointer(label)?.as_str());
    let first = values.next()??;
    (is_name(first) && values.all(|value| value == Some(first))).then_some(first)
}

/// Whether an object can have it (a subdomain, RFC 1123).
fn is_name(text: &str) -> bool {
    let may_have =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
    !text.is_empty() && text.bytes().all(may_have)
}

/// The name of what there is one of, without what tells workloads of one name apart.
fn only<'w>(workloads: &'w [Workload], points: &'w [Waypoint]) -> Option<&'w str> {
    match workloads {
        [only] => only.name.rsplit('/').next(),
        [] => {
            let mut objects = points.first()?.bundle.objects();
            let first = objects.next()?;
            objects.next().is_none().then_some(first.name.as_str())
        }
        _ => None,
    }
}

/// `blueGreen` as `blue-green`, and of `example.com/shift` the last part.
fn in_lower_case(strategy: &str) -> String {
    let mut name = String::new();
    for character in strategy.rsplit('/').next().unwrap_or_default().chars() {
        if character.is_ascii_uppercase() {
            name.push('-');
        }
        name.push(character.to_ascii_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use cutover_workload::{Budget, Role};
    use serde_json::{Value, json};

    use super::*;

    /// The name of a plan over Deployments with these labels.
    fn check(sets: &[(&str, Value)], expect: &str) {
        let manifest = |(name, labels): &(&str, Value)| {
            let metadata = json!({"name": name, "labels": labels});
            let set = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata});
            Manifest::new(set).unwrap()
        };
        let manifests: Vec<Manifest> = sets.iter().map(manifest).collect();
        let workload =
            |set: &Manifest| Workload::new(set.object().clone(), Budget::default(), 1, 1);
        let workloads: Vec<Workload> = manifests.iter().map(workload).collect();
        let start = Waypoint::new("start", manifests.into_iter().collect());
        assert_eq!(name(&workloads, &[start], "blueGreen"), expect, "{sets:?}");
    }

    #[test]
    fn a_plan_is_called_after_the_application() {
        let instance = |name: &str| json!({"app.kubernetes.io/instance": name});
        let part_of = |name: &str| json!({"app.kubernetes.io/part-of": name});
        let both =
            json!({"app.kubernetes.io/instance": "shop", "app.kubernetes.io/part-of": "mall"});
        let none = json!({});
        check(&[("web", none.clone())], "web");
        check(&[("web", both.clone())], "shop");
        check(&[("web", part_of("mall"))], "mall");
        check(
            &[("web", instance("shop")), ("api", instance("shop"))],
            "shop",
        );
        check(&[("web", both), ("api", part_of("mall"))], "mall");
        check(
            &[("web", instance("shop")), ("api", instance("north"))],
            "blue-green",
        );
        check(&[("web", instance("shop")), ("api", none)], "blue-green");
        check(&[], "blue-green");
        // No object can have it.
        check(&[("web", instance("My.Shop"))], "web");
        check(&[("web", instance("my_shop"))], "web");
        check(&[("web", json!({"app.kubernetes.io/instance": 1}))], "web");
    }

    /// A failure means that the same release is called otherwise by canary than by rolling.
    #[test]
    fn a_copy_does_not_say_whose_it_is() {
        let set = |name: &str, labels: Value| {
            let metadata = json!({"name": name, "labels": labels});
            let set = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata});
            Manifest::new(set).unwrap()
        };
        let base = set("web", json!({"app.kubernetes.io/instance": "shop"}));
        let copy = set("web-canary", json!({}));
        let mut workload = Workload::new(base.object().clone(), Budget::default(), 1, 1);
        workload.add(Role::Canary, copy.object().clone());
        let beside = Waypoint::new("beside", [base, copy].into_iter().collect());
        assert_eq!(name(&[workload], &[beside], "canary"), "shop");
    }
}
