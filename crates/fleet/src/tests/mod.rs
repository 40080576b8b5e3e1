//! Which clusters each wave gets, in which order, and what is refused: tables over fleet files.

use serde_json::{Value, json};

use crate::{Fleet, waves};

/// A fleet whose clusters have these labels, as `eu-1: ring=canary order=1`.
fn fleet(clusters: &[&str], waves: Value, more: Value) -> Value {
    let clusters = clusters.iter().map(|line| {
        let (name, labels) = line.split_once(':').unwrap_or((line, ""));
        let labels = labels
            .split_whitespace()
            .map(|label| label.split_once('=').unwrap());
        let labels: Value = labels
            .map(|(key, value)| (key.to_owned(), json!(value)))
            .collect();
        json!({"name": name, "labels": labels})
    });
    let mut spec = json!({"clusters": clusters.collect::<Vec<_>>(), "waves": waves});
    spec.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    json!({"apiVersion": "cutover.dev/v1alpha1", "kind": "Fleet", "metadata": {"name": "hello"}, "spec": spec})
}

/// The waves of a fleet as `canary: eu-1, eu-2; at once 1, may fail 0`, or its errors.
#[track_caller]
fn check(clusters: &[&str], waves_of: Value, more: Value, expect: &[&str]) {
    let fleet: Fleet = serde_json::from_value(fleet(clusters, waves_of, more)).unwrap();
    let told: Vec<String> = match waves(&fleet) {
        Ok(waves) => {
            let lines = waves.waves.iter().map(|wave| {
                let (once, fail) = (wave.max_concurrency, wave.max_failures);
                let clusters: Vec<&str> = wave.clusters.iter().map(|name| &**name).collect();
                format!(
                    "{}: {}; at once {once}, may fail {fail}",
                    wave.name,
                    clusters.join(" ")
                )
            });
            let left = waves.unmatched.iter().map(|name| format!("left: {name}"));
            lines.chain(left).collect()
        }
        Err(errors) => errors.iter().map(ToString::to_string).collect(),
    };
    assert_eq!(told, expect);
}

fn ring(name: &str) -> Value {
    json!({"name": name, "clusterSelector": {"matchLabels": {"ring": name}}})
}

/// A failure means that a cluster changes in another wave, or beside more others, than was said.
#[test]
fn waves_have_names_and_numbers() {
    let clusters = &[
        "us-2: ring=main",
        "eu-1: ring=canary",
        "eu-2: ring=main",
        "us-1: ring=main",
    ];
    let mut main = ring("main");
    check(
        clusters,
        json!([ring("canary"), main]),
        json!({}),
        &[
            "canary: eu-1; at once 1, may fail 0",
            "main: eu-2 us-1 us-2; at once 1, may fail 0",
        ],
    );
    main["maxConcurrency"] = json!("67%");
    main["maxFailures"] = json!("34%");
    check(
        clusters,
        json!([main, ring("canary")]),
        json!({}),
        &[
            "main: eu-2 us-1 us-2; at once 2, may fail 2",
            "canary: eu-1; at once 1, may fail 0",
        ],
    );
    main["maxConcurrency"] = json!(7);
    main["maxFailures"] = json!(3);
    check(
        clusters,
        json!([ring("canary"), main]),
        json!({}),
        &[
            "canary: eu-1; at once 1, may fail 0",
            "main: eu-2 us-1 us-2; at once 3, may fail 3",
        ],
    );
    let all = json!([{"name": "all", "clusterSelector": {}}]);
    check(
        &["b", "a"],
        all,
        json!({}),
        &["all: a b; at once 1, may fail 0"],
    );
}

/// A failure means that clusters start in another order than their labels say.
#[test]
fn clusters_are_ordered_by_a_label_then_by_name() {
    let all = json!([{"name": "all", "clusterSelector": {}, "sortingLabelKey": "order"}]);
    check(
        &["d: order=10", "c: order=2", "b: order=2", "a: order=last"],
        all.clone(),
        json!({}),
        &["all: b c d a; at once 1, may fail 0"],
    );
    check(
        &["b", "c: order=1", "a"],
        all,
        json!({}),
        &[
            "wave all: clusters a, b: they have no label `order`, by which they are to be ordered\n\
           hint: label them, or leave sortingLabelKey out",
        ],
    );
}

/// A failure means that a cluster is forgotten without a word, or taken along unasked.
#[test]
fn what_no_wave_selects_is_refused_last_or_left() {
    let clusters = &["z", "y", "x: ring=main"];
    let unmatched = |what: &str| json!({ "unmatched": what });
    let refused = "clusters y, z: they are in no wave\n\
                   hint: write a wave for them, or say `unmatched: last` or `unmatched: leave`";
    check(clusters, json!([ring("main")]), json!({}), &[refused]);
    check(
        clusters,
        json!([ring("main")]),
        unmatched("refuse"),
        &[refused],
    );
    let main = "main: x; at once 1, may fail 0";
    check(
        clusters,
        json!([ring("main")]),
        unmatched("leave"),
        &[main, "left: y", "left: z"],
    );
    let mut quick = ring("main");
    quick["maxConcurrency"] = json!("100%");
    check(
        clusters,
        json!([quick]),
        unmatched("last"),
        &[main, "unmatched: y z; at once 2, may fail 0"],
    );
    check(
        &["x: ring=main"],
        json!([ring("main")]),
        unmatched("last"),
        &[main],
    );
    check(
        &["x: ring=unmatched", "y"],
        json!([ring("unmatched")]),
        unmatched("last"),
        &["waves unmatched: they are there twice\nhint: a name stands for one of the waves"],
    );
}

/// A failure means that a fleet is planned that does not say what it means.
#[test]
fn what_does_not_fit_is_refused_level_by_level() {
    check(
        &[],
        json!([]),
        json!({}),
        &[
            "the fleet has no clusters\nhint: write them under spec.clusters",
            "the fleet has no waves\nhint: write them under spec.waves",
        ],
    );
    check(
        &["a", "b", "a", "b", "a"],
        json!([ring("one"), ring("two"), ring("one")]),
        json!({}),
        &[
            "clusters a, b: they are there twice\nhint: a name stands for one of the clusters",
            "waves one: they are there twice\nhint: a name stands for one of the waves",
        ],
    );
    check(
        &["a: ring=one", "b: ring=one", "c"],
        json!([ring("one"), {"name": "all", "clusterSelector": {}}, {"name": "none"}, ring("two")]),
        json!({}),
        &[
            "cluster a: it is in the waves one, all\n\
             hint: a cluster is in one wave: narrow the clusterSelector of the others",
            "cluster b: it is in the waves one, all\n\
             hint: a cluster is in one wave: narrow the clusterSelector of the others",
            "waves none, two: no cluster is in them\n\
             hint: check their clusterSelector (`{}` is all, none is none), or leave them out",
        ],
    );
    let mut one = ring("one");
    one["maxFailures"] = json!(3);
    let mut two = ring("two");
    two["maxFailures"] = json!("101%");
    check(
        &["a: ring=one", "b: ring=one", "c: ring=two"],
        json!([one, two]),
        json!({}),
        &[
            "wave one: maxFailures is 3, and it has 2 clusters\nhint: write 2 where all of them may fail",
            "wave two: maxFailures is 101%, and it has 1 cluster\nhint: write 1 where all of them may fail",
        ],
    );
}
