//! What happens in the cluster, case by case.

use cutover_manifest::{Field, Manifest};
use cutover_patch::Patch;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{deployment, image, patch, service, standing};
use crate::{Edit, Endpoints, Event, Fate, Jump, Model, Scope, WatchEvent};

fn one() -> Manifest {
    deployment(3, &json!(1), &json!(0))
}

fn ops(ops: Value) -> Patch {
    serde_json::from_value(ops).unwrap()
}

fn all(model: &Model, api_version: &str, kind: &str) -> Vec<Manifest> {
    model
        .server
        .list(&Scope::new(api_version, kind, None))
        .unwrap()
}

fn reason(deployment: &Manifest, kind: &str) -> Value {
    let conditions = deployment
        .pointer("/status/conditions")
        .unwrap()
        .as_array()
        .unwrap();
    conditions
        .iter()
        .find(|condition| condition["type"] == kind)
        .map(|found| found["reason"].clone())
        .unwrap()
}

#[test]
fn pods_and_sets_are_shaped_as_real_ones() {
    let model = standing(3, &one());
    let [set] = &all(&model, "apps/v1", "ReplicaSet")[..] else {
        panic!("one set")
    };
    let check = |manifest: &Manifest, pointer: &str, expect: Value| {
        assert_eq!(
            manifest.pointer(pointer),
            Some(&expect),
            "{pointer} of {}",
            manifest.object()
        );
    };
    let hello = model.server.get(one().object()).unwrap();
    check(set, "/metadata/ownerReferences/0/kind", json!("Deployment"));
    check(set, "/metadata/ownerReferences/0/controller", json!(true));
    assert_eq!(
        set.pointer("/metadata/ownerReferences/0/uid"),
        hello.pointer("/metadata/uid")
    );
    check(set, "/status/observedGeneration", json!(1));
    check(set, "/status/availableReplicas", json!(3));
    check(
        &hello,
        "/metadata/annotations/deployment.kubernetes.io~1revision",
        json!("1"),
    );
    check(&hello, "/status/terminatingReplicas", json!(0));
    assert_eq!(reason(&hello, "Progressing"), "NewReplicaSetAvailable");
    let plain = set.without(Field::new(
        "/spec/template/metadata/labels/pod-template-hash",
    ));
    assert_eq!(
        plain.pointer("/spec/template"),
        hello.pointer("/spec/template")
    );

    let pods = all(&model, "v1", "Pod");
    assert_eq!(pods.len(), 3);
    for pod in &pods {
        assert_eq!(
            pod.pointer("/metadata/labels"),
            set.pointer("/spec/selector/matchLabels")
        );
        check(
            pod,
            "/metadata/ownerReferences/0/name",
            json!(set.object().name),
        );
        check(pod, "/status/phase", json!("Running"));
        check(pod, "/status/conditions/0/type", json!("Ready"));
        check(pod, "/status/conditions/0/status", json!("True"));
        check(pod, "/status/containerStatuses/0/ready", json!(true));
        check(pod, "/spec/containers/0/ports/0/name", json!("http"));
        assert!(pod.pointer("/status/podIP").is_some());
    }
    let [slice] = &all(&model, "discovery.k8s.io/v1", "EndpointSlice")[..] else {
        panic!("one slice")
    };
    check(
        slice,
        "/metadata/labels/kubernetes.io~1service-name",
        json!("hello"),
    );
    check(slice, "/endpoints/0/targetRef/kind", json!("Pod"));
    let first = pods
        .iter()
        .find(|pod| pod.pointer("/metadata/uid") == slice.pointer("/endpoints/0/targetRef/uid"));
    assert_eq!(
        slice.pointer("/endpoints/0/addresses/0"),
        first.unwrap().pointer("/status/podIP")
    );
}

#[test]
fn a_pod_that_does_not_come_up_says_why() {
    let check = |fate: Fate, phase: &str, pointer: &str, expect: &str| {
        let mut model = standing(5, &one());
        model.nodes.fates.push(("hello:2".into(), fate));
        image(&mut model, one().object(), "hello:2.0.0");
        model.drive(model.now + SignedDuration::from_mins(2));
        let pods = all(&model, "v1", "Pod");
        let unready = |pod: &&Manifest| pod.pointer(pointer) == Some(&json!(expect));
        let found: Vec<_> = pods.iter().filter(unready).collect();
        assert_eq!(found.len(), 1, "{fate:?}: {pods:#?}");
        assert_eq!(
            found[0].pointer("/status/phase"),
            Some(&json!(phase)),
            "{fate:?}"
        );
    };
    let waiting = "/status/containerStatuses/0/state/waiting/reason";
    check(Fate::Crash, "Running", waiting, "CrashLoopBackOff");
    check(Fate::ImagePull, "Pending", waiting, "ImagePullBackOff");
    check(
        Fate::NeverReady,
        "Running",
        "/status/conditions/0/reason",
        "ContainersNotReady",
    );
    check(
        Fate::Unschedulable,
        "Pending",
        "/status/conditions/0/reason",
        "Unschedulable",
    );
    check(
        Fate::Slow { seconds: 600 },
        "Running",
        "/status/conditions/0/reason",
        "ContainersNotReady",
    );
}

#[test]
fn recreating_never_has_old_and_new_pods_together() {
    let recreate = one()
        .set("/spec/strategy", json!({"type": "Recreate"}))
        .unwrap();
    for seed in 0..50 {
        let mut model = standing(seed, &recreate);
        image(&mut model, one().object(), "hello:2.0.0");
        let end = model.now + SignedDuration::from_mins(5);
        while model.step(end).is_some() {
            let pods = all(&model, "v1", "Pod");
            let is_new = |pod: &&Manifest| {
                pod.pointer("/spec/containers/0/image") == Some(&json!("hello:2.0.0"))
            };
            let new = pods.iter().filter(is_new).count();
            assert!(
                new == 0 || new == pods.len(),
                "seed {seed}: {new} of {}",
                pods.len()
            );
        }
        assert_eq!(model.available(one().object()), 3);
    }
}

#[test]
fn a_paused_deployment_scales_and_does_not_roll() {
    let mut model = standing(9, &one());
    let hello = one().object().clone();
    let paused = json!([
        {"op": "add", "path": "/spec/paused", "value": true},
        {"op": "replace", "path": "/spec/replicas", "value": 4},
        {"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "hello:2.0.0"},
    ]);
    patch(&mut model, &hello, paused).unwrap();
    assert!(model.drive_bounded(1000));
    assert_eq!(all(&model, "apps/v1", "ReplicaSet").len(), 1);
    assert_eq!(model.available(&hello), 4);
    assert_eq!(
        reason(&model.server.get(&hello).unwrap(), "Progressing"),
        "DeploymentPaused"
    );

    patch(
        &mut model,
        &hello,
        json!([{"op": "remove", "path": "/spec/paused"}]),
    )
    .unwrap();
    assert!(model.drive_bounded(1000));
    assert_eq!(all(&model, "apps/v1", "ReplicaSet").len(), 2);
    assert_eq!(model.available(&hello), 4);
    assert_eq!(
        reason(&model.server.get(&hello).unwrap(), "Progressing"),
        "NewReplicaSetAvailable"
    );
}

#[test]
fn the_way_back_takes_the_old_set_with_a_new_revision() {
    let mut model = standing(11, &one());
    let hello = one().object().clone();
    for version in ["hello:2.0.0", "hello:1.0.0"] {
        image(&mut model, &hello, version);
        assert!(model.drive_bounded(1000));
    }
    let sets = all(&model, "apps/v1", "ReplicaSet");
    let revision = "/metadata/annotations/deployment.kubernetes.io~1revision";
    let mut revisions: Vec<_> = sets
        .iter()
        .map(|set| set.pointer(revision).unwrap().as_str().unwrap())
        .collect();
    revisions.sort_unstable();
    assert_eq!(revisions, ["2", "3"]);
    assert_eq!(
        model.server.get(&hello).unwrap().pointer(revision),
        Some(&json!("3"))
    );
    let history = "/metadata/annotations/deployment.kubernetes.io~1revision-history";
    assert!(
        sets.iter()
            .any(|set| set.pointer(history) == Some(&json!("1")))
    );
}

#[test]
fn min_ready_seconds_are_waited_for() {
    let mut model = standing(13, &one().set("/spec/minReadySeconds", json!(60)).unwrap());
    let hello = one().object().clone();
    image(&mut model, &hello, "hello:2.0.0");
    let end = model.now + SignedDuration::from_mins(30);
    let start = model.now;
    while model.step(end).is_some() {
        assert!(model.available(&hello) >= 3);
        let now = model.server.get(&hello).unwrap();
        let observed = now.pointer("/status/observedGeneration") == Some(&json!(2));
        if observed && reason(&now, "Progressing") == "NewReplicaSetAvailable" {
            break;
        }
    }
    assert!(
        model.now.duration_since(start) > SignedDuration::from_mins(3),
        "one pod after the other, a minute each"
    );
}

#[test]
fn webhooks_change_what_is_stored_and_what_runs() {
    let mut model = Model::new(15, jiff::Timestamp::UNIX_EPOCH);
    model.server.policy.image_digests = true;
    model.server.policy.pod_sidecar = Some(json!({"name": "proxy", "image": "proxy:1"}));
    model
        .write(&crate::Write::Create(one()), "test", false)
        .unwrap();
    assert!(model.drive_bounded(1000));
    let stored = model.server.get(one().object()).unwrap();
    let image = stored
        .pointer("/spec/template/spec/containers/0/image")
        .unwrap()
        .as_str()
        .unwrap();
    assert!(image.starts_with("hello:1.0.0@sha256:"), "{image}");
    assert_eq!(stored.pointer("/spec/template/spec/containers/1"), None);
    for pod in all(&model, "v1", "Pod") {
        assert_eq!(
            pod.pointer("/spec/containers/1/name"),
            Some(&json!("proxy"))
        );
        assert_eq!(
            pod.pointer("/status/containerStatuses/1/name"),
            Some(&json!("proxy"))
        );
    }
}

#[test]
fn what_is_counted_happens_as_often() {
    let mut model = standing(17, &one());
    let watch = model.watch(Scope::new("v1", "Pod", None));
    assert!(model.drive_bounded(10));
    assert!(matches!(
        model.poll_watch(watch),
        Some(WatchEvent::Listed(_))
    ));
    model.faults.crashes = 2;
    model.faults.evictions = 1;
    model.faults.deletions = 1;
    model.faults.expiries = 1;
    model.faults.rate = 500;
    let end = model.now + SignedDuration::from_mins(5);
    patch(
        &mut model,
        one().object(),
        json!([{"op": "replace", "path": "/spec/replicas", "value": 4}]),
    )
    .unwrap();
    let events: Vec<Event> = std::iter::from_fn(|| model.step(end)).collect();
    let count = |wanted: fn(&Event) -> bool| events.iter().filter(|event| wanted(event)).count();
    assert_eq!(count(|event| matches!(event, Event::Crashed(_))), 2);
    assert_eq!(count(|event| matches!(event, Event::Evicted(_))), 1);
    assert_eq!(count(|event| matches!(event, Event::Deleted(_))), 1);
    assert_eq!(count(|event| matches!(event, Event::Expired(_))), 1);
    assert_eq!(
        (model.alive(one().object()), model.available(one().object())),
        (4, 4)
    );
    let failed = |pod: &&Manifest| pod.pointer("/status/reason") == Some(&json!("Evicted"));
    assert_eq!(
        all(&model, "v1", "Pod").iter().filter(failed).count(),
        1,
        "an evicted pod stays"
    );
    let seen: Vec<_> = std::iter::from_fn(|| model.poll_watch(watch)).collect();
    assert_eq!(
        seen.iter()
            .filter(|event| matches!(event, WatchEvent::Listed(_)))
            .count(),
        1
    );
}

#[test]
fn others_write_and_the_clock_jumps_where_it_is_put_down() {
    let mut model = standing(19, &one());
    let step = model.steps();
    let hello = one().object().clone();
    let edit = ops(json!([{"op": "replace", "path": "/spec/replicas", "value": 2}]));
    model.faults.edits.push(Edit {
        step,
        object: hello.clone(),
        manager: "kubectl-scale".into(),
        ops: edit,
    });
    model.faults.jumps.push(Jump {
        step: step + 1,
        seconds: 3600,
    });
    let start = model.now;
    assert_eq!(model.step(start), Some(Event::Edited));
    assert_eq!(
        model.server.get(&hello).unwrap().pointer("/spec/replicas"),
        Some(&json!(2))
    );
    assert_eq!(model.step(start), Some(Event::Jumped));
    assert_eq!(
        model.now.duration_since(start),
        SignedDuration::from_hours(1)
    );
    assert!(model.drive_bounded(1000));
    assert_eq!(model.alive(&hello), 2);
}

/// Programs that end as soon as they are told to lose what is sent until slices and kube-proxy
/// follow.
#[test]
fn connections_are_lost_where_programs_end_at_once() {
    let lost = |drain: (u64, u64), seed: u64| {
        let mut model = standing(seed, &one());
        model.nodes.drain = drain;
        image(&mut model, one().object(), "hello:2.0.0");
        let end = model.now + SignedDuration::from_mins(5);
        let (mut slices, mut connections) = (false, false);
        while model.step(end).is_some() {
            slices |= model.endpoints(service().object()).broken > 0;
            connections |= model.backends(service().object()).broken > 0;
        }
        let all = Endpoints {
            answering: 3,
            broken: 0,
        };
        assert_eq!(
            [
                model.endpoints(service().object()),
                model.backends(service().object())
            ],
            [all; 2]
        );
        (slices, connections)
    };
    let at_once: Vec<_> = (0..20).map(|seed| lost((0, 0), seed)).collect();
    assert!(
        at_once.iter().any(|(slices, _)| *slices),
        "no slice was ever behind its pods"
    );
    assert!(
        at_once.iter().all(|(_, connections)| *connections),
        "kube-proxy was never behind"
    );
    assert!(
        (0..20).all(|seed| lost((20_000, 30_000), seed) == (false, false)),
        "a drain did not help"
    );
}

/// The race that gates look at pods for: the status says 3 available while one of the three is
/// going.
#[test]
fn a_status_may_be_older_than_the_pods() {
    let told = (0..200).any(|seed| {
        let mut model = standing(seed, &one());
        model.overtaking = true;
        let hello = one().object().clone();
        for replicas in [2, 3] {
            let scale = json!([{"op": "replace", "path": "/spec/replicas", "value": replicas}]);
            patch(&mut model, &hello, scale).unwrap();
            model.step(model.now);
            model.step(model.now);
        }
        let end = model.now + SignedDuration::from_mins(1);
        let mut told = false;
        while model.step(end).is_some() {
            let status = model.server.get(&hello).unwrap();
            let observed = status.pointer("/status/observedGeneration")
                == status.pointer("/metadata/generation");
            let says = status.pointer("/status/availableReplicas") == Some(&json!(3));
            told |= observed && says && model.available(&hello) < 3;
        }
        told
    });
    assert!(told, "no seed shows it");
}
