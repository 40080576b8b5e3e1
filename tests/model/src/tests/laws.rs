//! Laws that hold whatever the seed chooses.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{deployment, image, service, standing};
use crate::{Fate, Jump, Scope, WatchEvent, Write};

/// Few by default, since they are slow without optimisation; `PROPTEST_CASES` asks for more.
fn config() -> ProptestConfig {
    let said = std::env::var_os("PROPTEST_CASES").is_some();
    let config = ProptestConfig::default();
    ProptestConfig {
        cases: if said { config.cases } else { 48 },
        failure_persistence: None,
        ..config
    }
}

/// Amounts as they may be written.
fn amounts() -> impl Strategy<Value = Value> {
    let percent = (0..=100_u32).prop_map(|percent| format!("{percent}%").into());
    prop_oneof![(0..4_u32).prop_map(Value::from), percent]
}

/// What amounts come to, of so many replicas.
fn resolved(replicas: u32, surge: &Value, unavailable: &Value) -> (u32, u32) {
    let of = |amount: &Value, round: u32| match amount.as_str() {
        Some(text) => (text.trim_end_matches('%').parse::<u32>().unwrap() * replicas + round) / 100,
        None => u32::try_from(amount.as_u64().unwrap()).unwrap(),
    };
    match (of(surge, 99), of(unavailable, 0)) {
        (0, 0) => (0, 1.min(replicas)),
        (surge, unavailable) => (surge, unavailable.min(replicas)),
    }
}

proptest! {
    #![proptest_config(config())]

    /// A failure means that the model lets a rollout do what Kubernetes' own never does, or that
    /// some pods never come.
    #[test]
    fn a_rollout_keeps_floor_and_ceiling_and_ends(
        seed: u64,
        replicas in 1..8_u32,
        surge in amounts(),
        unavailable in amounts(),
        turn in 0..60_usize,
        overtaking: bool,
    ) {
        let zero = |amount: &Value| *amount == json!(0) || *amount == json!("0%");
        prop_assume!(!(zero(&surge) && zero(&unavailable)));
        let manifest = deployment(replicas, &surge, &unavailable);
        let hello = manifest.object().clone();
        let mut model = standing(seed, &manifest);
        model.overtaking = overtaking;
        let (most, fewest) = resolved(replicas, &surge, &unavailable);
        image(&mut model, &hello, "hello:2.0.0");
        let end = model.now + SignedDuration::from_hours(1);
        let mut steps = 0;
        while model.step(end).is_some() {
            steps += 1;
            if steps == turn {
                // A third template in the middle, or the first again.
                image(&mut model, &hello, if seed.is_multiple_of(2) { "hello:3.0.0" } else { "hello:1.0.0" });
            }
            // Overtaken ReplicaSets are what Kubernetes promises nothing about.
            prop_assert!(overtaking || model.alive(&hello) <= replicas + most);
            prop_assert!(overtaking && steps >= turn || model.available(&hello) >= replicas - fewest);
        }
        prop_assert_eq!((model.alive(&hello), model.available(&hello)), (replicas, replicas));
        let status = model.server.get(&hello).unwrap();
        prop_assert_eq!(status.pointer("/status/updatedReplicas"), Some(&json!(replicas)));
        prop_assert_eq!(status.pointer("/status/observedGeneration"), status.pointer("/metadata/generation"));
        let progressing = status.pointer("/status/conditions").unwrap().as_array().unwrap();
        prop_assert!(progressing.iter().any(|condition| condition["reason"] == "NewReplicaSetAvailable"));
        let endpoints = model.endpoints(service().object());
        prop_assert_eq!((endpoints.answering, endpoints.broken), (replicas, 0));
    }

    /// A failure means that a broken version takes capacity away, which `maxUnavailable` forbids.
    #[test]
    fn a_version_that_never_becomes_ready_stops_at_the_floor(
        seed: u64,
        replicas in 1..6_u32,
        fate in prop_oneof![
            Just(Fate::NeverReady), Just(Fate::Crash), Just(Fate::ImagePull), Just(Fate::Unschedulable)
        ],
    ) {
        let manifest = deployment(replicas, &json!(1), &json!(0));
        let hello = manifest.object().clone();
        let mut model = standing(seed, &manifest);
        model.nodes.fates.push(("hello:2".into(), fate));
        image(&mut model, &hello, "hello:2.0.0");
        let end = model.now + SignedDuration::from_mins(30);
        while model.step(end).is_some() {
            prop_assert_eq!(model.available(&hello), replicas);
        }
        prop_assert_eq!(model.alive(&hello), replicas + 1);
        let status = model.server.get(&hello).unwrap();
        let conditions = status.pointer("/status/conditions").unwrap().as_array().unwrap();
        prop_assert!(conditions.iter().any(|condition| condition["reason"] == "ProgressDeadlineExceeded"));

        image(&mut model, &hello, "hello:1.0.0");
        prop_assert!(model.drive_bounded(10_000));
        prop_assert_eq!((model.alive(&hello), model.available(&hello)), (replicas, replicas));
    }

    /// A failure means that a client which follows its watches comes to believe what is not so.
    #[test]
    fn a_watch_ends_at_what_is_there(seed: u64, expiries in 0..3_u32, evictions in 0..2_u32) {
        let manifest = deployment(3, &json!(1), &json!(0));
        let hello = manifest.object().clone();
        let mut model = standing(seed, &manifest);
        let kinds = [("apps/v1", "Deployment"), ("apps/v1", "ReplicaSet"), ("v1", "Pod"),
            ("discovery.k8s.io/v1", "EndpointSlice")];
        let scopes = kinds.map(|(version, kind)| Scope::new(version, kind, Some("default")));
        let watches = scopes.clone().map(|scope| model.watch(scope));
        model.faults.expiries = expiries;
        model.faults.evictions = evictions;
        model.faults.rate = 50;
        image(&mut model, &hello, "hello:2.0.0");
        prop_assert!(model.drive_bounded(10_000));
        for (scope, watch) in scopes.iter().zip(watches) {
            let mut seen = BTreeMap::new();
            while let Some(event) = model.poll_watch(watch) {
                match event {
                    WatchEvent::Listed(all) => {
                        seen = all.into_iter().map(|one| (one.object().clone(), one)).collect();
                    }
                    WatchEvent::Changed(one) => drop(seen.insert(one.object().clone(), one)),
                    WatchEvent::Gone(one) => drop(seen.remove(one.object())),
                }
            }
            let seen: Vec<_> = seen.into_values().collect();
            prop_assert_eq!(seen, model.server.list(scope).unwrap());
        }
    }

    /// A failure means that a controller forgets something, so that a test waits for what never
    /// comes.
    #[test]
    fn the_cluster_heals_whatever_goes_wrong(
        seed: u64,
        counts in (0..3_u32, 0..3_u32, 0..3_u32, 0..3_u32),
        seconds in -100..1000_i64,
        at in 0..50_u64,
        overtaking: bool,
    ) {
        let manifest = deployment(4, &json!("25%"), &json!("25%"));
        let hello = manifest.object().clone();
        let mut model = standing(seed, &manifest);
        model.overtaking = overtaking;
        let faults = &mut model.faults;
        (faults.crashes, faults.evictions, faults.deletions, faults.expiries) = counts;
        faults.rate = 50;
        faults.jumps.push(Jump { step: at, seconds });
        image(&mut model, &hello, "hello:2.0.0");
        let end = model.now + SignedDuration::from_hours(1);
        model.drive(end);
        prop_assert_eq!((model.alive(&hello), model.available(&hello)), (4, 4));
        let status = model.server.get(&hello).unwrap();
        for count in ["replicas", "updatedReplicas", "readyReplicas", "availableReplicas"] {
            prop_assert_eq!(&status.value()["status"][count], &json!(4));
        }
        prop_assert_eq!(&status.value()["status"]["terminatingReplicas"], &json!(0));
        let endpoints = model.endpoints(service().object());
        prop_assert_eq!((endpoints.answering, endpoints.broken), (4, 0));
    }

    /// A failure means that a failing run cannot be run again by its seed.
    #[test]
    fn the_same_seed_gives_the_same_run(seed: u64) {
        let run = || {
            let manifest = deployment(3, &json!(1), &json!(1));
            let mut model = standing(seed, &manifest);
            model.faults.crashes = 2;
            model.faults.rate = 20;
            image(&mut model, manifest.object(), "hello:2.0.0");
            let end = model.now + SignedDuration::from_mins(10);
            let events: Vec<_> = std::iter::from_fn(|| model.step(end)).collect();
            (events, model.server.get(manifest.object()).unwrap())
        };
        prop_assert_eq!(run(), run());
    }

    /// A failure means that what a deleted Deployment owned stays for ever.
    #[test]
    fn a_deleted_deployment_takes_all_with_it(seed: u64, steps in 0..40_usize) {
        let manifest = deployment(3, &json!(1), &json!(1));
        let hello = manifest.object().clone();
        let mut model = standing(seed, &manifest);
        image(&mut model, &hello, "hello:2.0.0");
        let end = model.now + SignedDuration::from_hours(1);
        for _ in 0..steps {
            model.step(end);
        }
        model.write(&Write::Delete { object: hello.clone(), uid: None, version: None }, "test", false).unwrap();
        model.write(&Write::Delete { object: service().object().clone(), uid: None, version: None }, "test", false).unwrap();
        prop_assert!(model.drive_bounded(10_000));
        for (version, kind) in [("apps/v1", "ReplicaSet"), ("v1", "Pod"), ("discovery.k8s.io/v1", "EndpointSlice")] {
            prop_assert_eq!(model.server.list(&Scope::new(version, kind, None)).unwrap(), vec![]);
        }
    }
}
