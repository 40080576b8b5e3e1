//! When ConfigMaps and Secrets change beside the pods that read them.

use cutover_manifest::ObjectRef;
use cutover_plan::apply;

use super::*;

/// What a reading Deployment, a ConfigMap and a Secret are to become, and the steps to it.
fn check(from: &[Value], to: &[Value], steps: &[&str]) -> Plan {
    let plan = direct(&bundle(from), &bundle(to)).unwrap();
    assert_eq!(names(&plan), steps);
    plan
}

fn names(plan: &Plan) -> Vec<String> {
    let mut walk = plan.walk();
    let mut names = Vec::new();
    while let Some(step) = walk.advance().unwrap() {
        names.push(step_name(step, walk.before(), walk.state()));
    }
    names
}

/// The way back from a step, in words.
fn back(plan: &Plan, from: usize) -> Vec<String> {
    let mut walk = plan.walk();
    while walk.number() < from {
        walk.advance().unwrap();
    }
    let mut state = walk.state().clone();
    let mut names = Vec::new();
    for step in plan.way_back(from).unwrap() {
        let before = state.clone();
        apply(&mut state, step, from).unwrap();
        names.push(step_name(step, &before, &state));
    }
    names
}

fn reader(name: &'static str, tag: &'static str) -> Value {
    deployment(name, |value| {
        image(tag)(value);
        let from = json!([{"configMapRef": {"name": "settings"}}]);
        set("/spec/template/spec/containers/0/envFrom", from)(value);
    })
}

fn settings(label: &str, colour: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "settings", "labels": {"chart": label}}, "data": {"colour": colour}})
}

fn notes(plan: &Plan) -> Vec<&str> {
    let notes = plan.spec.notes.iter();
    notes.map(|note| note.message.as_str()).collect()
}

const ROLL: &str = "image of Deployment hello 1 → 2";
const UNROLL: &str = "image of Deployment hello 2 → 1";
const DATABASE: &str =
    "change spec.template.spec.containers[name=database].image of StatefulSet database";
const COLOUR: &str = "change data.colour of ConfigMap settings";

#[test]
fn it_changes_right_before_the_pods_that_read_it_and_goes_back_so() {
    let plan = check(
        &[reader("hello", "hello:1"), settings("1", "red")],
        &[reader("hello", "hello:2"), settings("1", "blue")],
        &[COLOUR, ROLL],
    );
    assert_eq!(back(&plan, 1), [COLOUR]);
    assert_eq!(back(&plan, 2), [COLOUR, UNROLL]);
}

/// A failure means that pods of a StatefulSet start with what is about to change, and keep it.
#[test]
fn it_changes_before_pods_of_other_kinds_that_read_it_too() {
    let database = |tag: &str| {
        let mut database = reader("database", "database:1");
        database["kind"] = "StatefulSet".into();
        database["spec"]["template"]["spec"]["containers"][0]["image"] = tag.into();
        database
    };
    let plan = check(
        &[
            reader("hello", "hello:1"),
            database("database:1"),
            settings("1", "red"),
        ],
        &[
            reader("hello", "hello:2"),
            database("database:2"),
            settings("1", "blue"),
        ],
        &[COLOUR, DATABASE, ROLL],
    );
    assert_eq!(back(&plan, 1), [COLOUR]);
}

#[test]
fn its_labels_are_no_configuration() {
    let plan = check(
        &[reader("hello", "hello:1"), settings("1", "red")],
        &[reader("hello", "hello:2"), settings("2", "red")],
        &["change metadata.labels.chart of ConfigMap settings", ROLL],
    );
    assert!(plan.spec.notes.is_empty());
}

/// The other is no part of the release, and is told; one without pods is not.
#[test]
fn pods_that_stay_are_told() {
    let empty = || {
        let mut empty = reader("idle", "hello:1");
        empty["spec"]["replicas"] = json!(0);
        empty
    };
    let plan = check(
        &[
            reader("hello", "hello:1"),
            reader("other", "hello:1"),
            empty(),
            settings("1", "red"),
        ],
        &[
            reader("hello", "hello:2"),
            reader("other", "hello:1"),
            empty(),
            settings("1", "blue"),
        ],
        &[COLOUR, ROLL],
    );
    assert_eq!(
        notes(&plan),
        [
            "its data changes, and the pods of Deployment other stay: they keep the old data until they are replaced"
        ]
    );
    check(
        &[reader("hello", "hello:1"), settings("1", "red")],
        &[reader("hello", "hello:1"), settings("1", "blue")],
        &[COLOUR],
    );
}

#[test]
fn pods_are_restarted_for_it_where_that_is_asked_for() {
    let ends = [
        bundle(&[reader("hello", "hello:1"), settings("1", "red")]),
        bundle(&[reader("hello", "hello:1"), settings("1", "blue")]),
    ];
    let [from, to] = ends;
    let ends = Ends::new(from, to).restarted_for_configuration();
    let release = Release::new(ends).unwrap();
    assert!(release.replaces_pods(&ObjectRef::new("apps/v1", "Deployment", None, "hello")));
    let rolling = from_fn("rolling", |release| {
        Waypoints::direct(release, "update", &Default::default())
    });
    let plan = plan(&release, &rolling, &Options::default()).unwrap();
    assert_eq!(
        names(&plan),
        [COLOUR, "restart Deployment hello for its configuration"]
    );
    assert!(plan.spec.notes.is_empty());
}

/// Each goes when the first pods that read it are next.
#[test]
fn workloads_one_after_the_other() {
    let other = |tag: &'static str| {
        let text = reader("other", tag).to_string().replace("settings", "more");
        serde_json::from_str(&text).unwrap()
    };
    let more = |colour: &str| {
        let text = settings("1", colour)
            .to_string()
            .replace("settings", "more");
        serde_json::from_str(&text).unwrap()
    };
    let [from, to] = [("hello:1", "red"), ("hello:2", "blue")].map(|(tag, colour)| {
        bundle(&[
            reader("hello", tag),
            settings("1", colour),
            other(tag),
            more(colour),
        ])
    });
    let release = Release::new(Ends::new(from, to)).unwrap();
    let rolling = from_fn("rolling", |release| {
        Waypoints::direct(release, "update", &Default::default())
    });
    let one = Options {
        max_concurrent: Some(1),
        ..Options::default()
    };
    let plan = plan(&release, &rolling, &one).unwrap();
    assert_eq!(
        names(&plan),
        [
            COLOUR,
            ROLL,
            "change data.colour of ConfigMap more",
            "image of Deployment other 1 → 2"
        ]
    );
}

#[test]
fn what_the_api_server_never_lets_change_is_refused() {
    let fixed = |colour: &str| {
        let mut fixed = settings("1", colour);
        fixed["immutable"] = json!(true);
        fixed
    };
    check_refused(
        &[reader("hello", "hello:1"), fixed("red")],
        &[reader("hello", "hello:2"), fixed("blue")],
        "/immutable",
        "it is immutable, and its data changes",
    );
    let secret = |kind: &str| {
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key"}, "type": kind,
            "data": {"a": "aGk="}})
    };
    check_refused(
        &[secret("Opaque")],
        &[secret("example/key")],
        "/type",
        "the field is immutable",
    );
    let mut plain = secret("Opaque");
    plain.as_object_mut().unwrap().remove("type");
    check(
        &[secret("Opaque")],
        &[plain],
        &["change type of Secret key"],
    );
}

#[test]
fn what_pods_still_read_is_not_taken_away() {
    let released = |optional: bool| {
        let reader = |tag| {
            let mut reader = reader("hello", tag);
            let source = "/spec/template/spec/containers/0/envFrom/0/configMapRef/optional";
            set(source, json!(optional))(&mut reader);
            reader
        };
        let from = bundle(&[reader("hello:1"), settings("1", "red")]);
        let to = bundle(&[reader("hello:2")]);
        Release::new(Ends::new(from, to).pruned())
    };
    let text = released(false).unwrap_err().to_string();
    assert!(
        text.contains("it is taken away, and pods of Deployment hello read it"),
        "{text}"
    );
    // Its pods start without what is optional.
    released(true).unwrap();
}
