//! What is wanted where configuration is versioned.

use cutover_manifest::{SealKey, Sealer};
use serde_json::Value;

use super::*;
use crate::ends::Ends;
use crate::release::Release;

const RED: &str = "settings-3426fccdad99";
const BLUE: &str = "settings-f6b2072c5569";

fn settings(name: &str, colour: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"colour": colour}})
}

fn secret(name: &str, pin: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": {"pin": pin}})
}

fn pods(kind: &str, name: &str) -> Value {
    let (map, key) = name.split_once(' ').unwrap_or((name, "key"));
    json!({"spec": {
        "containers": [{"name": kind, "image": "app:1", "envFrom": [{"configMapRef": {"name": map}}]}],
        "volumes": [{"name": "key", "secret": {"secretName": key}}],
    }})
}

fn deployment(reads: &str) -> Value {
    let mut template = pods("web", reads);
    template["metadata"] = json!({"labels": {"app": "web"}});
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "web"}}, "template": template}})
}

fn bundle(values: &[Value]) -> Bundle {
    let manifests = values.iter().map(|value| Manifest::new(value.clone()));
    manifests.map(Result::unwrap).collect()
}

fn ends(from: &[Value], to: &[Value]) -> Ends {
    let key = SealKey::new(b"0123456789abcdef").unwrap();
    Ends::new(bundle(from), bundle(to))
        .sealed_by(Sealer::Keyed(key))
        .with_configuration(Configuration::Version)
}

/// What is wanted, an object a line with the data that it has or reads; or why nothing can be.
#[track_caller]
fn check(ends: Ends, expect: &[&str]) {
    let told = match Release::new(ends) {
        Ok(release) => release.to().iter().map(told).collect(),
        Err(refusals) => vec![refusals.to_string()],
    };
    assert_eq!(told, expect);
}

fn told(manifest: &Manifest) -> String {
    let colour = manifest.pointer("/data/colour").and_then(Value::as_str);
    let read: Vec<String> = read_by(manifest).map(|read| read.name).collect();
    let said = colour.map_or_else(|| read.join(" "), str::to_owned);
    format!("{} {said}", manifest.object())
        .trim_end()
        .to_owned()
}

/// A failure means that pods read data under a name that tells of other data, or that somebody's
/// object is overwritten.
#[test]
fn new_data_gets_a_name_of_its_own() {
    let web = || deployment("settings");
    let blue = format!("ConfigMap {BLUE} blue");
    check(
        ends(
            &[web(), settings("settings", "red")],
            &[web(), settings("settings", "blue")],
        ),
        &[
            &format!("Deployment web {BLUE} key"),
            "ConfigMap settings red",
            &blue,
        ],
    );
    // What nobody reads changes, and so does what has no other data.
    let mut labelled = settings("settings", "red");
    labelled["metadata"]["labels"] = json!({"team": "shop"});
    check(
        ends(
            &[
                web(),
                settings("settings", "red"),
                settings("unread", "red"),
            ],
            &[web(), labelled, settings("unread", "blue")],
        ),
        &[
            "Deployment web settings key",
            "ConfigMap settings red",
            "ConfigMap unread blue",
        ],
    );
    // It is there already, or it is another one of that name.
    check(
        ends(
            &[web(), settings("settings", "red"), settings(BLUE, "blue")],
            &[web(), settings("settings", "blue")],
        )
        .pruned(),
        &[
            &format!("Deployment web {BLUE} key"),
            "ConfigMap settings red",
            &blue,
        ],
    );
    check(
        ends(
            &[web(), settings("settings", "red"), settings(BLUE, "green")],
            &[web(), settings("settings", "blue")],
        ),
        &[&format!(
            "ConfigMap {BLUE}: the plan would make it of ConfigMap settings, and it is there with other data\n\
             hint: take it out of the input, or give it another name"
        )],
    );
}

#[test]
fn what_is_immutable_can_change_so() {
    let fixed = |colour: &str| {
        let mut settings = settings("settings", colour);
        settings["immutable"] = json!(true);
        settings
    };
    let web = || deployment("settings");
    check(
        ends(&[web(), fixed("red")], &[web(), fixed("blue")]),
        &[
            &format!("Deployment web {BLUE} key"),
            "ConfigMap settings red",
            &format!("ConfigMap {BLUE} blue"),
        ],
    );
}

/// A failure means that names grow with each release.
#[test]
fn a_version_gives_its_place_to_the_next() {
    check(
        ends(
            &[deployment(RED), settings(RED, "red")],
            &[deployment(RED), settings(RED, "blue")],
        ),
        &[
            &format!("Deployment web {BLUE} key"),
            &format!("ConfigMap {RED} red"),
            &format!("ConfigMap {BLUE} blue"),
        ],
    );
    // Of a Secret the name tells a seal, which is another one under each name.
    let mut name = "key".to_owned();
    let mut names = BTreeSet::new();
    for pin in ["1", "2", "3"] {
        let end = |pin: &str| [deployment(&format!("settings {name}")), secret(&name, pin)];
        let release = Release::new(ends(&end("0"), &end(pin))).unwrap();
        let web = release.to().iter().next().unwrap();
        let read = read_by(web).find(|read| read.kind == "Secret").unwrap();
        assert!(release.to().contains(&read));
        name = read.name;
        assert_eq!(base_name(&name), "key");
        names.insert(name.clone());
    }
    assert_eq!(names.len(), 3);
}

#[test]
fn a_name_that_tells_its_content_is_known_by_its_form() {
    for (name, base) in [
        ("key", "key"),
        ("key-3426fccdad99", "key"),
        ("key-2-3426fccdad99", "key-2"),
        ("key-3426fccdad9", "key-3426fccdad9"),
        ("key-3426fccdad9g", "key-3426fccdad9g"),
        ("key-3426FCCDAD99", "key-3426FCCDAD99"),
        ("3426fccdad99", "3426fccdad99"),
        ("-3426fccdad99", "-3426fccdad99"),
    ] {
        assert_eq!(base_name(name), base, "{name}");
    }
}

/// A failure means that pods of a kind go on with the old data, or that a Job which has run is asked
/// to be another one.
#[test]
fn every_template_reads_the_new_data() {
    let other = |version: &str, kind: &str, namespace: &str| {
        json!({"apiVersion": version, "kind": kind, "metadata": {"name": "batch", "namespace": namespace},
            "spec": {"template": pods("batch", "settings")}})
    };
    let cron = json!({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "batch"},
        "spec": {"jobTemplate": {"spec": {"template": pods("batch", "settings")}}}});
    let end = |colour: &str| {
        let others = [
            other("apps/v1", "StatefulSet", ""),
            other("batch/v1", "Job", ""),
            other("apps/v1", "DaemonSet", "elsewhere"),
        ];
        let mut end = vec![cron.clone(), settings("settings", colour)];
        end.extend(others);
        end
    };
    check(
        ends(&end("red"), &end("blue")),
        &[
            "DaemonSet elsewhere/batch settings key",
            &format!("StatefulSet batch {BLUE} key"),
            &format!("CronJob batch {BLUE} key"),
            "Job batch settings key",
            "ConfigMap settings red",
            &format!("ConfigMap {BLUE} blue"),
        ],
    );
}

/// Files that are as they were lead to the same names again, and to nothing to do.
#[test]
fn the_same_files_want_what_runs() {
    let check = |prune: bool, map: &str, key: &str| {
        let files = [
            deployment(&format!("{map} {key}")),
            settings(map, "blue"),
            secret(key, "2"),
        ];
        let before = [
            deployment(&format!("{map} {key}")),
            settings(map, "red"),
            secret(key, "1"),
        ];
        let first = Release::new(ends(&before, &files)).unwrap();
        // As a cluster has them: with the data that the seal stands for.
        let opened = first
            .to()
            .iter()
            .map(|manifest| match manifest.object().kind.as_str() {
                "Secret" if manifest.object().name == key => secret(key, "1"),
                "Secret" => secret(&manifest.object().name, "2"),
                _ => manifest.value().clone(),
            });
        let running: Vec<Value> = opened.collect();
        assert_eq!(running.len(), 5);
        let again = ends(&running, &files);
        let again = Release::new(if prune { again.pruned() } else { again }).unwrap();
        assert_eq!(again.to(), again.from(), "{prune} {map} {key}");
    };
    for prune in [false, true] {
        check(prune, "settings", "key");
        // They are versions already.
        check(prune, RED, "key-0123456789ab");
    }
}

#[test]
fn the_lines_that_files_should_get_are_told() {
    let web = || deployment("settings");
    let made = ends(
        &[web(), settings("settings", "red")],
        &[web(), settings("settings", "blue")],
    );
    let release = Release::new(made).unwrap();
    let told: Vec<String> = release.warnings().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [format!(
            "ConfigMap settings: it stays as it is: its new data is in ConfigMap {BLUE}, which the pods of Deployment web read from \
             now on; what else reads it goes on with the old data\n\
             hint: let the files say so, or the next apply of them takes it back: `name: {BLUE}`, where it is defined and where the \
             pods of Deployment web refer to it"
        )]
    );
}
