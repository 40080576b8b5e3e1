//! What is a slot, and what is none.

use cutover_manifest::Manifest;
use cutover_plan::{Note, Plan};
use serde_json::{Value, json};

use super::{deployment, planned, released, service, shop};
use crate::BlueGreen;

/// The Deployments that a plan moves.
fn sets(plan: &Plan) -> Vec<&str> {
    let sets = plan
        .spec
        .workloads
        .iter()
        .flat_map(|workload| workload.objects());
    sets.map(|set| set.name.as_str()).collect()
}

fn note<'a>(plan: &'a Plan, name: &str) -> Option<&'a Note> {
    let about = |note: &&Note| {
        let object = note.object.as_ref();
        object.is_some_and(|object| object.name == name) && note.message.contains("slot beside")
    };
    plan.spec.notes.iter().find(about)
}

fn check_slots(active: (&str, Value), idle: (&str, Value), why: &str) {
    let [active, idle] = [active, idle].map(|(name, labels)| deployment(name, labels, "shop:1"));
    let plan = released(&active, &[&idle], &shop()).unwrap();
    let name = idle["metadata"]["name"].as_str().unwrap();
    assert_eq!(
        sets(&plan),
        [active["metadata"]["name"].as_str().unwrap(), name]
    );
    let note = note(&plan, name).unwrap();
    assert!(note.message.contains(why), "{}", note.message);
}

#[test]
fn slots_are_told_by_a_label_or_names_that_are_meant_for_it() {
    let label = "told by its label";
    let by = |key: &str, value: &str| json!({key: value});
    check_slots(
        ("a", by("track", "blue")),
        ("b", by("track", "green")),
        label,
    );
    check_slots(
        ("a", by("track", "green")),
        ("b", by("track", "stable")),
        label,
    );
    check_slots(
        ("a", by("slot", "stable")),
        ("b", by("slot", "green")),
        label,
    );
    check_slots(
        ("a", by("color", "green")),
        ("b", by("color", "blue")),
        label,
    );
    check_slots(
        ("a", by("cutover.dev/track", "blue")),
        ("b", by("cutover.dev/track", "green")),
        label,
    );
    let names = "told by its name, and picked by its label";
    check_slots(
        ("shop", by("version", "1")),
        ("shop-green", by("version", "2")),
        names,
    );
    check_slots(
        ("shop-green", by("set", "b")),
        ("shop-blue", by("set", "a")),
        names,
    );
}

/// Another application's pods would get the release, and then the requests.
fn check_stranger(key: &str, values: [&str; 2]) {
    let [one, other] =
        [0, 1].map(|at| deployment(["one", "other"][at], json!({key: values[at]}), "shop:1"));
    let plan = released(&one, &[&other], &shop()).unwrap();
    assert_eq!(sets(&plan), ["one", "one-green"], "{key}");
    assert!(
        !plan
            .spec
            .from
            .iter()
            .any(|manifest| manifest.object().name == "other"),
        "{key}"
    );
}

#[test]
fn another_installation_role_or_tenant_is_never_a_slot() {
    check_stranger("env", ["staging", "production"]);
    check_stranger("app.kubernetes.io/instance", ["one", "other"]);
    check_stranger("role", ["leader", "follower"]);
    check_stranger("role", ["web", "worker"]);
    check_stranger("tenant", ["blue", "green"]);
    check_stranger("customer", ["blue", "green"]);
    check_stranger("region", ["east", "west"]);
    check_stranger("version", ["1", "2"]);
    check_stranger("track", ["stable", "canary"]);
    check_stranger("slot", ["a", "b"]);
}

/// A chart that is installed twice, each time with all that belongs to it.
#[test]
fn of_two_installations_one_is_planned() {
    let install = |name: &str, image: &str| {
        let instance = json!({"app.kubernetes.io/instance": name});
        let set = deployment(&format!("{name}-shop"), instance, image);
        let service = service(&format!("{name}-shop"), &set);
        [set, service]
    };
    for (name, other) in [("north", "south"), ("south", "north"), ("north", "green")] {
        let from = [install(name, "shop:1"), install(other, "shop:1")].concat();
        let to = [install(name, "shop:2"), install(other, "shop:1")].concat();
        let plan = planned(&from, &to, &BlueGreen::new(format!("{name}-shop"))).unwrap();
        assert_eq!(
            sets(&plan),
            [format!("{name}-shop"), format!("{name}-shop-green")]
        );
        let touched = |manifest: &&Manifest| manifest.object().name.starts_with(other);
        assert_eq!(
            plan.spec
                .from
                .iter()
                .find(touched)
                .map(|manifest| manifest.object()),
            None
        );
    }
}

fn check_no_slot(other: &Value, more: &[&Value], spec: &BlueGreen, reason: &str) {
    let active = deployment("a", json!({"slot": "blue"}), "shop:1");
    let others = [&[other], more].concat();
    let plan = released(&active, &others, spec).unwrap();
    assert_eq!(sets(&plan), ["a", "a-green"]);
    let note = note(&plan, "b").unwrap();
    assert!(
        note.message.contains(reason) && note.hint.is_some(),
        "{}",
        note.message
    );
}

#[test]
fn what_looks_like_a_slot_and_is_none_is_named() {
    let other = deployment("b", json!({"slot": "green"}), "shop:1");
    let own = service("own", &other);
    check_no_slot(&other, &[&own], &shop(), "Service own sends it requests");
    let preview = BlueGreen {
        preview_service: Some("preview".into()),
        ..shop()
    };
    check_no_slot(&other, &[&own], &preview, "Service own sends it requests");
    let mut worker = other;
    worker["spec"]["template"]["spec"]["containers"][0]["name"] = json!("worker");
    check_no_slot(
        &worker,
        &[],
        &shop(),
        "its containers are not those of Deployment a",
    );
}

/// A new set would have the name of this one.
fn check_in_the_way(other: &Value, more: &[&Value], reason: &str) {
    let active = deployment("shop", json!({"set": "a"}), "shop:1");
    let others = [&[other], more].concat();
    let error = released(&active, &others, &shop()).unwrap_err();
    assert!(
        error.contains(reason) && error.contains("\nhint: "),
        "{error}"
    );
}

#[test]
fn a_name_that_is_taken_is_refused_with_the_reason() {
    let green = deployment("shop-green", json!({"set": "b"}), "shop:1");
    let own = service("own", &green);
    check_in_the_way(
        &green,
        &[&own],
        "it is no slot: Service own sends it requests",
    );
    let mut worker = green;
    worker["spec"]["template"]["spec"]["containers"][0]["name"] = json!("worker");
    check_in_the_way(
        &worker,
        &[],
        "it is no slot: its containers are not those of Deployment shop",
    );
    let lacking = deployment("shop-green", json!({"other": "b"}), "shop:1");
    check_in_the_way(
        &lacking,
        &[],
        "selects by `set`, which its pods do not have",
    );
}

/// The Service would pick it together with the new set.
#[test]
fn a_label_that_is_taken_is_refused_with_the_reason() {
    let active = deployment("a", json!({"track": "stable"}), "shop:1");
    let other = deployment("b", json!({"track": "green"}), "shop:1");
    let own = service("own", &other);
    let error = released(&active, &[&other, &own], &shop()).unwrap_err();
    let reason = "Deployment b: it is no slot: Service own sends it requests\nhint: ";
    assert!(error.contains(reason), "{error}");
}

/// Names are those of slots, and a label says that it is another application all the same.
#[test]
fn a_name_does_not_make_another_application_a_slot() {
    for key in [
        "app.kubernetes.io/instance",
        "release",
        "role",
        "example.com/tenant",
    ] {
        let [active, other] =
            ["shop", "shop-green"].map(|name| deployment(name, json!({key: name}), "shop:1"));
        let error = released(&active, &[&other], &shop()).unwrap_err();
        let reason = format!("`{key}` tells applications apart, not the slots of one\nhint: ");
        assert!(error.to_string().contains(&reason), "{error}");
    }
}

/// What only one version has is no other application.
#[test]
fn containers_may_bear_the_slot_and_may_come_with_the_version() {
    let mut active = deployment("shop", json!({"slot": "blue"}), "shop:1");
    let mut idle = deployment("shop-green", json!({"slot": "green"}), "shop:1");
    idle["spec"]["template"]["spec"]["containers"][0]["name"] = json!("shop-green");
    let plan = released(&active, &[&idle], &shop()).unwrap();
    assert_eq!(sets(&plan), ["shop", "shop-green"]);

    let proxy = json!({"name": "proxy", "image": "proxy:1"});
    let containers = |set: &mut Value| {
        let list = &mut set["spec"]["template"]["spec"]["containers"];
        list.as_array_mut().unwrap().push(proxy.clone());
    };
    containers(&mut active);
    let from = [active.clone(), service("shop", &active), idle.clone()];
    containers(&mut idle);
    let to = [active.clone(), service("shop", &active), idle];
    let plan = planned(&from, &to, &shop()).unwrap();
    assert_eq!(sets(&plan), ["shop", "shop-green"]);
}

fn named(names: &str) -> BlueGreen {
    BlueGreen {
        slots: Some(names.parse().unwrap()),
        ..shop()
    }
}

#[test]
fn named_slots_may_differ_by_any_label() {
    for (key, values) in [
        ("env", ["staging", "production"]),
        ("version", ["1", "2"]),
        ("app.kubernetes.io/instance", ["one", "other"]),
        ("track", ["a", "b"]),
    ] {
        let [one, other] =
            [0, 1].map(|at| deployment(["one", "other"][at], json!({key: values[at]}), "shop:1"));
        for names in ["one,other", "other,one"] {
            let plan = released(&one, &[&other], &named(names)).unwrap();
            assert_eq!(sets(&plan), ["one", "other"], "{key}");
            let note = note(&plan, "other").unwrap();
            assert!(
                note.message.contains("named in `slots`"),
                "{}",
                note.message
            );
        }
    }
}

fn check_not_named(names: &str, others: &[&Value], reason: &str) {
    let active = deployment("one", json!({"env": "a"}), "shop:1");
    let error = released(&active, others, &named(names)).unwrap_err();
    assert!(
        error.contains(reason) && error.contains("\nhint: "),
        "{error}"
    );
}

#[test]
fn named_slots_that_cannot_be_slots_are_refused() {
    let other = deployment("other", json!({"env": "b"}), "shop:1");
    check_not_named(
        "other,third",
        &[&other],
        "sends requests to Deployment one, which is none of the slots other,third",
    );
    check_not_named(
        "one,othr",
        &[&other],
        "Deployment othr: it is named as a slot, and is not in the input",
    );
    let own = service("own", &other);
    check_not_named(
        "one,other",
        &[&other, &own],
        "it is no slot: Service own sends it requests",
    );
    let mut worker = other;
    worker["spec"]["template"]["spec"]["containers"][0]["name"] = json!("worker");
    check_not_named(
        "one,other",
        &[&worker],
        "its containers are not those of Deployment one",
    );
    let lacking = deployment("other", json!({"role": "b"}), "shop:1");
    check_not_named(
        "one,other",
        &[&lacking],
        "selects by `env`, which its pods do not have",
    );
    let mut far = deployment("other", json!({"env": "b"}), "shop:1");
    far["spec"]["selector"]["matchLabels"]["app"] = json!("mail");
    far["spec"]["template"]["metadata"]["labels"]["app"] = json!("mail");
    check_not_named(
        "one,other",
        &[&far],
        "it differs from Deployment one by 2 labels",
    );
}

#[test]
fn several_idle_slots_are_refused_until_two_are_named() {
    let [a, b, c] = [("a", "blue"), ("b", "green"), ("c", "green")].map(|(name, colour)| {
        let mut set = deployment(name, json!({"slot": colour}), "shop:1");
        set["spec"]["selector"]["matchLabels"]["name"] = json!(name);
        set["spec"]["template"]["metadata"]["labels"]["name"] = json!(name);
        set
    });
    let mut front = service("shop", &a);
    front["spec"]["selector"]
        .as_object_mut()
        .unwrap()
        .remove("name");
    let from = [a, front, b, c];
    let mut to = from.clone();
    to[0]["spec"]["template"]["spec"]["containers"][0]["image"] = json!("shop:2");
    let error = planned(&from, &to, &shop()).unwrap_err();
    assert!(
        error.contains("Deployment b, Deployment c look like the idle slot"),
        "{error}"
    );
    let spec = BlueGreen {
        slots: Some("a,b".parse().unwrap()),
        ..shop()
    };
    assert!(planned(&from, &to, &spec).is_err_and(|error| !error.contains("look like")));
}
