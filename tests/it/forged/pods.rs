//! Counts that are not what they seem.

use cutover::planning::{
    Available, Bounds, Budget, Change, Fixed, Gate, Live, Outdated, Replace, Settled, Spec,
    Workload,
};
use serde_json::{Value, from_value, json};

use super::{
    back_by_inverses, believed, between, deployment, golden, of, refused, state, step, stranger,
};

/// After so many steps a Deployment is otherwise for a while.
fn between_steps(
    steps: usize,
    name: &'static str,
    pointer: &'static str,
    value: Value,
) -> impl FnOnce(&mut Spec) {
    move |spec: &mut Spec| {
        let before = of(&state(spec, steps), "Deployment", name);
        let after = before.set(pointer, value).unwrap();
        let there = step(vec![between(&before, &after)]);
        let back = step(vec![between(&after, &before)]);
        spec.steps.splice(steps..steps, [there, back]);
        back_by_inverses(spec);
    }
}

#[test]
fn sets_at_zero_under_a_floor() {
    let zero = |from, name| between_steps(from, name, "/spec/replicas", json!(0));
    let words = "step 3: hello: 1 pods may answer, and 3 are promised";
    refused("canary/hello", zero(2, "hello"), &[words]);
    let words = "step 1: hello: 0 pods may answer, and 3 are promised";
    refused("blue-green/hello", zero(0, "hello"), &[words]);
    refused(
        "rolling/widen-roll-narrow",
        zero(0, "hello"),
        &["step 1: hello: 0 pods may answer"],
    );
    let absent = |spec: &mut Spec| {
        let hello = spec
            .from
            .iter_mut()
            .find(|set| set.object() == &deployment("hello"));
        let hello = hello.unwrap();
        *hello = hello.set("/spec/replicas", json!(0)).unwrap();
    };
    // Its count never changes.
    let words = "plan: hello: 0 pods may answer, and 3 are promised";
    refused("rolling/widen-roll-narrow", absent, &[words]);
}

/// Percentages are taken of the number.
#[test]
fn other_replicas_than_run() {
    let say = |replicas| {
        move |spec: &mut Spec| {
            let Bounds::Fixed(fixed) = &mut spec.workloads[0].bounds else {
                panic!("its bounds are live")
            };
            fixed.replicas = replicas;
        }
    };
    let fewer = "plan: workload hello: it says fewer replicas than one of its sets runs with when the plan begins";
    let more =
        "plan: workload hello: it says more replicas than its sets run with when the plan begins";
    for case in ["canary/hello", "blue-green/hello"] {
        refused(case, say(2), &[fewer]);
        refused(case, say(4), &[more]);
        refused(case, say(4000), &[more]);
    }
}

/// Nobody recounts all ways in which pods may stand that no gate has counted.
#[test]
fn ways_back_that_count_nobody() {
    let words = "it begins with pods in more ways than anybody recounts";
    refused(
        "canary/hello",
        |spec| grow_and_shrink(spec, 1, 120),
        &[words],
    );
}

/// A failure means that an honest plan is refused for the number of its workloads.
#[test]
fn what_is_open_in_one_workload_is_no_other_way_of_another() {
    let plan = golden("canary/hello");
    assert!(believed(&plan, |spec| grow_and_shrink(spec, 120, 1)));
}

/// So many sets one after the other get a pod, so many times, and give it back uncounted.
fn grow_and_shrink(spec: &mut Spec, sets: u32, times: u32) {
    spec.workloads.clear();
    spec.steps.clear();
    spec.from.clear();
    for number in 0..sets {
        let name = json!(format!("set-{number}"));
        let mut set = stranger(10).set("/metadata/name", name).unwrap();
        let object = set.object().clone();
        let bounds = json!({"replicas": 10, "floor": 1, "ceiling": 200});
        spec.workloads.push(Workload {
            bounds: from_value(bounds).unwrap(),
            ..Workload::new(object.clone(), Budget::default(), 10, 10)
        });
        spec.from.push(set.clone());
        for count in 11..11 + times {
            let more = set.set("/spec/replicas", json!(count)).unwrap();
            let mut step = step(vec![between(&set, &more)]);
            let counted = Available::all(object.clone(), count);
            step.gates.push(Gate::Available(counted));
            spec.steps.push(step);
            set = more;
        }
    }
    back_by_inverses(spec);
}

#[test]
fn more_than_are_allowed() {
    let many = |name| between_steps(1, name, "/spec/replicas", json!(9));
    refused(
        "canary/hello",
        many("hello-canary"),
        &["step 2: hello: 12 pods may be alive, and 4 are allowed"],
    );
    refused(
        "canary/hello",
        many("hello"),
        &["step 2: hello: 10 pods may be alive, and 4 are allowed"],
    );
    refused(
        "blue-green/hello",
        many("hello-green"),
        &["step 2: hello: 12 pods may be alive, and 7 are allowed"],
    );
}

#[test]
fn promises_that_are_not_kept() {
    let bounds = |floor: u32, ceiling: u32| {
        move |spec: &mut Spec| {
            let replicas = 3;
            let given = false;
            spec.workloads[0].bounds = Bounds::Fixed(Fixed {
                replicas,
                floor,
                ceiling,
                given,
            });
        }
    };
    refused(
        "canary/hello",
        bounds(4, 5),
        &["step 2: hello: 3 pods may answer, and 4 are promised"],
    );
    refused(
        "canary/hello",
        bounds(3, 3),
        &["step 1: hello: 4 pods may be alive, and 3 are allowed"],
    );
    refused(
        "blue-green/hello",
        bounds(3, 5),
        &["pods may be alive, and 5 are allowed"],
    );
}

/// What is promised against as many as run is no promise to who counts.
#[test]
fn live_bounds() {
    let live = |missing: &'static str| {
        move |spec: &mut Spec| {
            spec.workloads[0].bounds = Bounds::Live(Live {
                autoscaler: None,
                missing: from_value(json!(missing)).unwrap(),
                extra: from_value(json!("100%")).unwrap(),
            });
        }
    };
    let two = "plan: workload hello: its bounds are live, and nobody knows how its pods are split";
    refused("canary/hello", live("100%"), &[two]);
    refused("canary/hello", live("0%"), &[two]);
    refused("blue-green/hello", live("50%"), &[two]);
    let counted = "its gate waits for a number of pods, and others say how many there are";
    refused("rolling/widen-roll-narrow", live("100%"), &[counted]);
    refused("recreate/one-writer", live("100%"), &[counted]);
}

/// A number that others own is neither written nor waited for, and the pods are replaced as slowly
/// as is promised, however many there are.
#[test]
fn pods_that_others_count() {
    let chart = "rolling/chart-with-an-autoscaler";
    let promise = |missing: &'static str, extra: &'static str| {
        move |spec: &mut Spec| {
            let Bounds::Live(live) = &mut spec.workloads[0].bounds else {
                panic!("its count is known")
            };
            live.missing = from_value(json!(missing)).unwrap();
            live.extra = from_value(json!(extra)).unwrap();
        }
    };
    let paced = "step 4: Deployment shop: /spec/strategy: its pods are replaced by more or fewer";
    refused(chart, promise("24%", "25%"), &[paced]);
    refused(chart, promise("25%", "24%"), &[paced]);
    refused(chart, promise("0%", "100%"), &[paced]);
    let plan = golden(chart);
    assert!(believed(&plan, promise("26%", "30%")));
    let ungated = |spec: &mut Spec| spec.steps[3].gates.clear();
    refused(
        chart,
        ungated,
        &["how many pods Deployment shop has is not known"],
    );
    let counted = |spec: &mut Spec| {
        if let Gate::Available(gate) = &mut spec.steps[3].gates[0] {
            gate.replicas = Some(100);
        }
    };
    refused(chart, counted, &["its gate waits for a number of pods"]);
    let written = between_steps(3, "shop", "/spec/replicas", json!(9));
    refused(
        chart,
        written,
        &["/spec/replicas: others say how many pods it has"],
    );
}

/// Numbers that the server reads otherwise than who counts.
#[test]
fn counts_that_are_none() {
    let check = |value: Value| {
        let forge = between_steps(2, "hello", "/spec/replicas", value);
        let words = "step 3: Deployment hello: /spec/replicas: it is no count of pods";
        refused("canary/hello", forge, &[words]);
    };
    check(json!(0.0));
    check(json!(-1));
    check(json!("0"));
    check(json!(true));
    check(json!(4_294_967_296_u64));
}

/// An object that comes and goes within one step is in no state.
#[test]
fn twice_in_one_step() {
    let twice = |pointer: &'static str, value: Value| {
        move |spec: &mut Spec| {
            let before = of(&state(spec, 2), "Deployment", "hello");
            let after = before.set(pointer, value).unwrap();
            let changes = [between(&before, &after), between(&after, &before)];
            spec.steps[2].changes.splice(0..0, changes);
        }
    };
    let words = "step 3: Deployment hello is changed twice";
    refused("canary/hello", twice("/spec/replicas", json!(0)), &[words]);
    let image = "/spec/template/spec/containers/0/image";
    refused(
        "canary/hello",
        twice(image, json!("evil.example/miner:1")),
        &[words],
    );
    refused("canary/hello", twice("/spec/paused", json!(true)), &[words]);
}

#[test]
fn pods_that_are_deleted() {
    let replaced = |pods: Outdated, at_most: u32| {
        move |spec: &mut Spec| {
            spec.steps[1].changes.push(Change::Replace(Replace {
                object: deployment("hello-canary"),
                pods,
                at_most: at_most.try_into().unwrap(),
            }));
        }
    };
    let words = "step 2: hello: 2 pods may answer, and 3 are promised";
    refused("canary/hello", replaced(Outdated::Outdated, 1), &[words]);
    refused("canary/hello", replaced(Outdated::Outdated, 3), &[words]);
    let words = "step 2: Deployment hello-canary: its controller replaces its pods by itself";
    refused("canary/hello", replaced(Outdated::Outdated, 1), &[words]);
    refused("canary/hello", replaced(Outdated::Stuck, 1), &[words]);
}

/// A Service goes over to a label that no gate has seen on pods which are still replaced.
#[test]
fn labels_that_pods_do_not_have_yet() {
    let unseen = |spec: &mut Spec| {
        let gates = &mut spec.steps[1].gates;
        gates.retain(|gate| !matches!(gate, Gate::Available(_)));
    };
    let words = "0 pods may answer behind Service";
    refused("blue-green/chart-with-an-autoscaler", unseen, &[words]);
}

/// As many pods as before are there all the time while they are replaced one by one.
#[test]
fn a_roll_whose_pods_are_only_counted() {
    let counted = |spec: &mut Spec| {
        for gate in &mut spec.steps[4].gates {
            let Gate::Available(available) = gate else {
                continue;
            };
            *gate = Gate::Settled(Settled {
                object: available.object.clone(),
                replicas: available.replicas.unwrap(),
            });
        }
    };
    let words = "step 6: Deployment hello: it is changed while its pods are replaced, and no gate has seen that end";
    refused("canary/hello", counted, &[words]);
}

/// A canary shows what is wanted, and nothing else.
#[test]
fn a_canary_of_another_program() {
    let other = |pointer: &'static str, value: Value| {
        move |spec: &mut Spec| {
            let Change::Create(canary) = &mut spec.steps[0].changes[0] else {
                panic!("it makes the canary")
            };
            *canary = canary.set(pointer, value).unwrap();
            back_by_inverses(spec);
        }
    };
    let words = "step 1: Deployment hello-canary: /spec/template/spec: its pods run what no set runs at either end of the plan";
    let image = "/spec/template/spec/containers/0/image";
    refused("canary/hello", other(image, json!("evil/evil:1")), &[words]);
    let privileges = "/spec/template/spec/hostPID";
    refused("canary/hello", other(privileges, json!(true)), &[words]);
}
