//! What the Deployments of the input have made, and make anew by themselves: no part of a release.

use cutover_manifest::{Bundle, Manifest};

use cutover_workload::Deployment;

/// A bundle without history: its pods are those that the Deployments' templates make, and no
/// others.
///
/// A ReplicaSet that no Deployment of the input controls stays: its pods are others'.
pub(crate) fn without_history(bundle: &Bundle, input: [&Bundle; 2]) -> Bundle {
    bundle
        .iter()
        .filter(|manifest| !is_history(manifest, input))
        .cloned()
        .collect()
}

/// Whether an object is a ReplicaSet of a Deployment that is on either end, or a pod of such a one.
fn is_history(manifest: &Manifest, input: [&Bundle; 2]) -> bool {
    let Some(controller) = manifest.controller() else {
        return false;
    };
    let owners: Vec<&Manifest> = input
        .into_iter()
        .filter_map(|end| end.get(&controller))
        .collect();
    let controlled = !owners.is_empty() && owners.iter().all(|owner| owner.controls(manifest));
    match manifest.object().kind.as_str() {
        "ReplicaSet" => controlled && Deployment::is(&controller),
        "Pod" => controlled && owners.iter().any(|set| is_history(set, input)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use cutover_manifest::Field;
    use serde_json::{Value, json};

    use super::*;

    fn object(kind: &str, name: &str, uid: &str, owner: Value) -> Manifest {
        let version = if kind == "Pod" { "v1" } else { "apps/v1" };
        Manifest::new(json!({
            "apiVersion": version, "kind": kind,
            "metadata": {"name": name, "namespace": "prod", "uid": uid, "ownerReferences": [owner]},
        }))
        .unwrap()
    }

    fn owner(kind: &str, name: &str, uid: &str) -> Value {
        json!({"apiVersion": "apps/v1", "kind": kind, "name": name, "uid": uid, "controller": true})
    }

    /// What is left of these objects, beside the Deployment `hello` and its ReplicaSet `hello-1`.
    fn check(more: &[Manifest], expect: &[&str]) {
        let hello = object("Deployment", "hello", "1", Value::Null);
        let set = object(
            "ReplicaSet",
            "hello-1",
            "2",
            owner("Deployment", "hello", "1"),
        );
        let from: Bundle = [hello, set]
            .into_iter()
            .chain(more.iter().cloned())
            .collect();
        let left = without_history(&from, [&from, &Bundle::new()]);
        let names: Vec<String> = left.objects().map(ToString::to_string).collect();
        let all: Vec<&str> = ["Deployment prod/hello"]
            .iter()
            .chain(expect)
            .copied()
            .collect();
        assert_eq!(names, all);
    }

    #[test]
    fn what_deployments_of_the_input_have_made_is_left_out() {
        check(&[], &[]);
        check(
            &[object(
                "Pod",
                "hello-1-a",
                "3",
                owner("ReplicaSet", "hello-1", "2"),
            )],
            &[],
        );
        // Another Deployment of the name; one that is not in the input, or in another namespace.
        check(
            &[object(
                "ReplicaSet",
                "old",
                "3",
                owner("Deployment", "hello", "0"),
            )],
            &["ReplicaSet prod/old"],
        );
        check(
            &[object(
                "ReplicaSet",
                "other-1",
                "3",
                owner("Deployment", "other", "4"),
            )],
            &["ReplicaSet prod/other-1"],
        );
        let elsewhere = object(
            "ReplicaSet",
            "hello-1",
            "3",
            owner("Deployment", "hello", "1"),
        );
        check(
            &[elsewhere.set("/metadata/namespace", json!("test")).unwrap()],
            &["ReplicaSet test/hello-1"],
        );
        // Pods of other sets, and of nobody's.
        check(
            &[object(
                "Pod",
                "hello-2-a",
                "3",
                owner("ReplicaSet", "hello-2", "4"),
            )],
            &["Pod prod/hello-2-a"],
        );
        check(
            &[object(
                "Pod",
                "hello-1-a",
                "3",
                owner("ReplicaSet", "hello-1", "0"),
            )],
            &["Pod prod/hello-1-a"],
        );
        check(
            &[object("Pod", "debug", "3", Value::Null)],
            &["Pod prod/debug"],
        );
        // Whatever else a Deployment owns is somebody's wish.
        check(
            &[object(
                "StatefulSet",
                "db",
                "3",
                owner("Deployment", "hello", "1"),
            )],
            &["StatefulSet prod/db"],
        );
    }

    /// A Deployment that only one end has is in the input, and one that a file names without its
    /// uid is the one that runs.
    #[test]
    fn either_end_may_have_the_deployment() {
        let set = || {
            object(
                "ReplicaSet",
                "hello-1",
                "2",
                owner("Deployment", "hello", "1"),
            )
        };
        let check = |from: &[Manifest], to: &[Manifest], expect: usize| {
            let [from, to] = [from, to].map(|end| end.iter().cloned().collect::<Bundle>());
            let left = without_history(&[set()].into_iter().collect(), [&from, &to]);
            assert_eq!(left.iter().count(), expect);
        };
        let live = |uid| object("Deployment", "hello", uid, Value::Null);
        let file = live("1").without(Field::new("/metadata/uid"));
        check(&[], &[], 1);
        check(&[live("1")], &[], 0);
        check(&[], std::slice::from_ref(&file), 0);
        check(&[live("1")], std::slice::from_ref(&file), 0);
        check(&[live("0")], &[file], 1);
    }
}
