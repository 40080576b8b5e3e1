//! What holds for every fleet.

use std::collections::BTreeSet;

use cutover::fleet::{Fleet, Name, waves};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{document, recounted, shop};

/// A ring and a place in it, for each cluster.
fn clusters() -> impl Strategy<Value = Vec<(u8, u8)>> {
    proptest::collection::vec((0..4_u8, 0..9_u8), 1..12)
}

fn fleet(clusters: &[(usize, (u8, u8))], concurrency: u32) -> Value {
    let clusters = clusters.iter().map(|(number, (ring, order))| {
        let labels = json!({"ring": format!("ring-{ring}"), "order": order.to_string()});
        json!({"name": format!("cluster-{number}"), "labels": labels})
    });
    let clusters: Vec<Value> = clusters.collect();
    let rings: BTreeSet<String> = clusters
        .iter()
        .map(|cluster| cluster["labels"]["ring"].as_str().unwrap().to_owned())
        .collect();
    let waves = rings.iter().filter(|ring| *ring != "ring-3").map(|ring| {
        json!({
            "name": ring,
            "clusterSelector": {"matchExpressions": [{"key": "ring", "operator": "In", "values": [ring]}]},
            "sortingLabelKey": "order",
            "maxConcurrency": format!("{concurrency}%"),
        })
    });
    let mut waves: Vec<Value> = waves.collect();
    if waves.is_empty() {
        waves.push(json!({"name": "all", "clusterSelector": {}}));
    }
    json!({
        "apiVersion": "cutover.dev/v1alpha1", "kind": "Fleet", "metadata": {"name": "hello"},
        "spec": {"clusters": clusters, "waves": waves, "unmatched": "last"},
    })
}

proptest! {
    /// A failure means that a cluster is forgotten, changes twice, or at another time than in another
    /// order of the same file.
    #[test]
    fn waves_have_each_cluster_once_whatever_the_order(clusters in clusters(), turn in 0..12_usize, concurrency in 0..120_u32) {
        let mut given: Vec<(usize, (u8, u8))> = clusters.into_iter().enumerate().collect();
        let read = |given: &[(usize, (u8, u8))]| -> Fleet { serde_json::from_value(fleet(given, concurrency)).unwrap() };
        let one = waves(&read(&given)).unwrap();
        let count = given.len();
        given.rotate_left(turn % count);
        given.reverse();
        let other = waves(&read(&given)).unwrap();
        prop_assert_eq!(serde_json::to_string(&one).unwrap(), serde_json::to_string(&other).unwrap());
        let named: Vec<&Name> = one.waves.iter().flat_map(|wave| &wave.clusters).collect();
        let once: BTreeSet<&Name> = named.iter().copied().collect();
        prop_assert_eq!((named.len(), once.len()), (count, count));
        prop_assert!(one.unmatched.is_empty());
        for wave in &one.waves {
            let size = u32::try_from(wave.clusters.len()).unwrap();
            prop_assert!((1..=size).contains(&wave.max_concurrency));
            prop_assert!(wave.max_failures <= size);
        }
    }
}

/// A failure means that the same fleet in another order of clusters and keys is another one to those
/// who approve digests, or that a fleet plan is another one after it was written and read.
#[test]
fn the_same_fleet_gives_the_same_bytes() {
    let folder = shop();
    let planned = folder.done("cutover fleet plan fleet.yaml -o yaml");
    let text = folder.text("fleet.yaml");
    let mut fleet = document(&text);
    fleet["spec"]["clusters"].as_array_mut().unwrap().reverse();
    // As JSON, whose keys are in the order of their names.
    folder.put("fleet.yaml", &fleet.to_string());
    assert_eq!(
        folder.done("cutover fleet plan fleet.yaml -o yaml"),
        planned
    );
    let read = recounted(&document(&planned)).unwrap();
    let json = read.to_value().unwrap();
    assert_eq!(recounted(&json).unwrap(), read);
    folder.put("fleet-plan.yaml", &planned);
    assert_eq!(
        folder.done("cutover fleet show fleet-plan.yaml -o yaml"),
        planned
    );
}

/// A failure means that a fleet plan can be damaged without its digest, or a check, saying so.
#[test]
fn whatever_is_changed_in_a_fleet_plan_is_noticed() {
    let planned = super::planned();
    let before = recounted(&planned).unwrap();
    let mut places = Vec::new();
    leaves(&planned, String::new(), &mut places);
    places.retain(|place| !place.starts_with("/spec/plans/") && place != "/digest");
    assert!(places.len() > 40, "{places:?}");
    for place in places {
        let mut value = planned.clone();
        let leaf = value.pointer_mut(&place).unwrap();
        *leaf = match leaf {
            Value::Number(number) => (number.as_u64().unwrap() + 1).into(),
            Value::String(text) => format!("{text}0").into(),
            other => panic!("{place}: {other}"),
        };
        assert!(
            recounted(&value).is_err(),
            "{place}: it is believed under the old digest"
        );
        if let Ok(after) = recounted(&super::digested(value)) {
            assert_ne!(after.digest, before.digest, "{place}");
        }
    }
}

/// The pointers of all texts and numbers.
fn leaves(value: &Value, place: String, places: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                leaves(item, format!("{place}/{at}"), places);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                leaves(field, format!("{place}/{name}"), places);
            }
        }
        Value::Number(_) | Value::String(_) => places.push(place),
        Value::Bool(_) | Value::Null => {}
    }
}
