//! Workloads that name the wrong sets, or none.

use cutover::planning::{Asked, Change, Outdated, Replace, Role, Routed, Set, Spec};
use cutover::traffic::Percent;
use serde_json::json;

use super::{
    back_by_inverses, between, deployment, manifest, of, refused, service, state, step, stranger,
};

#[test]
fn no_sets() {
    let none = |spec: &mut Spec| spec.workloads[0].sets.clear();
    refused(
        "canary/hello",
        none,
        &["plan: workload hello: it has no set"],
    );
    // Nobody promises anything.
    let no_workloads = |spec: &mut Spec| spec.workloads.clear();
    let words = "step 1: Deployment hello-canary: it is a set of no workload";
    refused("canary/hello", no_workloads, &[words]);
    let words = "step 1: Deployment hello: it is a set of no workload";
    refused("rolling/widen-roll-narrow", no_workloads, &[words]);
}

#[test]
fn a_set_left_out() {
    let check = |case: &str, name: &'static str, words: &str| {
        let forge = move |spec: &mut Spec| {
            let workload = &mut spec.workloads[0];
            workload.sets.retain(|set| set.object.name != name);
        };
        refused(case, forge, &[words]);
    };
    let words = "step 1: Deployment hello-canary: it is a set of no workload";
    check("canary/hello", "hello-canary", words);
    let words = "step 2: Deployment hello: it is a set of no workload";
    check("canary/hello", "hello", words);
    let words = "step 1: Deployment hello-green: it is a set of no workload";
    check("blue-green/hello", "hello-green", words);
    let words = "Deployment hello: it is a set of no workload";
    check("blue-green/two-slots", "hello", words);
}

/// They answer for the workload by a router of their own, and its own is called a preview.
#[test]
fn strangers_with_a_router_of_theirs() {
    let join = |spec: &mut Spec| {
        let front = json!({
            "apiVersion": "v1", "kind": "Service", "metadata": {"name": "stranger"},
            "spec": {"selector": {"app": "stranger"}, "ports": [{"port": 80}]},
        });
        spec.from.extend([stranger(9), manifest(front)]);
        let workload = &mut spec.workloads[0];
        workload.sets.push(Set {
            role: Role::Green,
            object: deployment("stranger"),
        });
        workload.routers.push(Routed::new(service("stranger")));
    };
    let words = "plan: Deployment stranger: it is a set of workload hello, and neither changes nor serves it";
    refused("canary/hello", join, &[words]);
    let hidden = |spec: &mut Spec| {
        join(spec);
        spec.workloads[0].routers[0].preview = true;
    };
    let preview = "plan: Service hello: it is called a preview, and no other router ever leads to what it shows";
    refused("canary/hello", hidden, &[words, preview]);
}

/// Their pods would answer for those that are taken away.
#[test]
fn sets_of_strangers() {
    let add = |name: &'static str, role: Role| {
        move |spec: &mut Spec| {
            spec.from.push(stranger(9));
            let object = deployment(name);
            spec.workloads[0].sets.push(Set { role, object });
        }
    };
    let words = "plan: Deployment stranger: it is a set of workload hello, and neither changes nor serves it";
    refused("canary/hello", add("stranger", Role::Baseline), &[words]);
    refused(
        "rolling/widen-roll-narrow",
        add("stranger", Role::Canary),
        &[words],
    );
    let alone = |spec: &mut Spec| {
        spec.workloads[0].routers.clear();
        spec.from
            .retain(|manifest| manifest.object().kind != "Service");
        spec.from.push(stranger(9));
        let object = deployment("stranger");
        let role = Role::Baseline;
        spec.workloads[0].sets.push(Set { role, object });
    };
    refused("recreate/one-writer", alone, &[words]);
    let words = "plan: Deployment nobody: it is in no state of the plan";
    refused("canary/hello", add("nobody", Role::Baseline), &[words]);
    let no_set = |spec: &mut Spec| {
        let (role, object) = (Role::Baseline, service("hello"));
        spec.workloads[0].sets.push(Set { role, object });
    };
    let words = "plan: Service hello: it runs no pods that are counted";
    refused("canary/hello", no_set, &[words]);
}

#[test]
fn sets_that_count_twice() {
    let again = |spec: &mut Spec| {
        let set = spec.workloads[0].sets[0].clone();
        spec.workloads[0].sets.push(set);
    };
    let words = "plan: Deployment hello: it is a set twice";
    refused("canary/hello", again, &[words]);
    let elsewhere = |spec: &mut Spec| {
        let set = spec.workloads[0].sets[0].clone();
        spec.workloads[1].sets.push(set);
    };
    let words = "plan: Deployment frontend: it is a set twice";
    refused("canary/two-workloads-three-services", elsewhere, &[words]);
    let pooled = |spec: &mut Spec| {
        let other = spec.workloads.remove(1);
        spec.workloads[0].sets.extend(other.sets);
        spec.workloads[0].routers.extend(other.routers);
    };
    let words = "plan: workload frontend: two of its sets have one role";
    refused("canary/two-workloads-three-services", pooled, &[words]);
    let named = |spec: &mut Spec| spec.workloads[1].name = spec.workloads[0].name.clone();
    let words = "plan: workload frontend: another one has its name";
    refused("canary/two-workloads-three-services", named, &[words]);
}

/// What no workload counts is left alone.
#[test]
fn strangers_that_are_changed() {
    let words = "step 1: Deployment stranger: it is a set of no workload";
    let forge = |change: Change| {
        move |spec: &mut Spec| {
            spec.from.push(stranger(3));
            spec.steps[0].changes.push(change);
            back_by_inverses(spec);
        }
    };
    let zero = stranger(0);
    let shrunk = between(&stranger(3), &zero);
    refused("canary/hello", forge(shrunk), &[words]);
    let gone = Change::Delete(zero.object().clone());
    refused("canary/hello", forge(gone), &[words]);
    let replaced = Change::Replace(Replace {
        object: zero.object().clone(),
        pods: Outdated::Outdated,
        at_most: 3.try_into().unwrap(),
    });
    refused("canary/hello", forge(replaced), &[words]);
}

/// The API server takes no other selector, and pods that do not match it belong to nobody.
#[test]
fn selectors() {
    let roll = |pointer: &'static str| {
        move |spec: &mut Spec| {
            let before = of(&state(spec, 0), "Deployment", "hello");
            let after = before.set(pointer, json!("other")).unwrap();
            spec.steps = vec![step(vec![between(&before, &after)])];
            spec.undo.truncate(1);
            spec.undo[0].steps = vec![step(vec![between(&after, &before)])];
        }
    };
    let words = "step 1: Deployment hello: /spec/selector: it never changes";
    refused(
        "recreate/one-writer",
        roll("/spec/selector/matchLabels/app"),
        &[words],
    );
    refused(
        "recreate/one-writer",
        roll("/spec/selector/matchLabels/more"),
        &[words],
    );
    let words = "step 1: Deployment hello: /spec/template/metadata/labels: its selector does not match its pods";
    refused(
        "recreate/one-writer",
        roll("/spec/template/metadata/labels/app"),
        &[words],
    );
}

/// A reader would take them for a promise.
#[test]
fn shares_of_nobody() {
    let share = |workload: &str| Asked {
        workload: workload.to_owned(),
        asked: Percent::new(25).unwrap(),
        overload: false,
    };
    let asked = |shares: Vec<Asked>| move |spec: &mut Spec| spec.steps[0].shares = shares;
    let words = "step 1: a share is asked for of a workload that the plan does not have";
    refused("canary/hello", asked(vec![share("other")]), &[words]);
    let words = "step 1: the share of a workload is asked for twice";
    let twice = vec![share("hello"), share("hello")];
    refused("canary/hello", asked(twice), &[words]);
}
