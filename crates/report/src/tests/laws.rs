//! What holds for any plan that can be made.

use cutover::Checked;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::example::{bundle, deployment, service, try_plan, with};
use crate::{Screen, Style, bounds, diff, exposure, markdown, page, picture, show, tightest};

/// The text without ANSI colours.
pub(crate) fn without_colour(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| {
        out + part.split_once('m').map_or("", |(_, rest)| rest)
    })
}

fn strategy() -> impl Strategy<Value = Value> {
    let weights = proptest::collection::vec(1..=100u32, 1..4).prop_map(|mut weights| {
        weights.sort_unstable();
        let steps: Vec<Value> = weights
            .iter()
            .flat_map(|at| [json!({"setWeight": at}), json!({"pause": {}})])
            .collect();
        json!({"canary": {"steps": steps}})
    });
    prop_oneof![
        weights,
        Just(json!({"rolling": {}})),
        Just(json!({"recreate": {}})),
        (1..5u32).prop_map(
            |count| json!({"blueGreen": {"activeService": "app0", "previewReplicaCount": count}})
        ),
        (0..9u32).prop_map(|count| json!({"scale": {"replicas": count}})),
    ]
}

/// Up to five Deployments with a budget each, some behind Services, some with a new image.
fn made() -> impl Strategy<Value = Result<Checked, String>> {
    let tier = (0..8u32, 0..4u32, 0..3u32, any::<bool>(), any::<bool>());
    (strategy(), proptest::collection::vec(tier, 1..6)).prop_map(|(strategy, tiers)| {
        let end = |new: bool| -> Vec<Value> {
            let objects = tiers.iter().enumerate().flat_map(
                |(at, (replicas, surge, unavailable, served, changes))| {
                    let name = format!("app{at}");
                    let set = deployment(
                        &name,
                        *replicas,
                        if new && *changes { "2|\u{1b}[31m" } else { "1" },
                    );
                    let budget = json!({"maxSurge": surge, "maxUnavailable": unavailable});
                    let set = with(set, "/spec/strategy/rollingUpdate", budget);
                    std::iter::once(set).chain(served.then(|| service(&name)))
                },
            );
            objects.collect()
        };
        try_plan(strategy, &bundle(&end(false)), &bundle(&end(true)))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// A failure means that a reviewer sees an error, a colour in a file, or nothing at all.
    #[test]
    fn any_plan_can_be_shown(plan in made()) {
        let Ok(plan) = plan else { return Ok(()) };
        let table = show(&plan, Style::Plain).unwrap();
        let changes = diff(&plan, None, Style::Plain).unwrap();
        for text in [&table, &changes, &markdown(&plan).unwrap(), &bounds(&plan).unwrap()] {
            prop_assert!(!text.contains('\u{1b}'), "{}", text);
            prop_assert!(text.lines().all(|line| !line.ends_with(' ')), "{}", text);
        }
        prop_assert_eq!(without_colour(&show(&plan, Style::Colour).unwrap()), table);
        for columns in [60, 80, 120, 200] {
            let table = show(&plan, Screen::default().columns(columns)).unwrap();
            // A digest is copied, and stays whole.
            let mut lines = table.lines().filter(|line| !line.starts_with("sha256:"));
            prop_assert!(lines.all(|line| crate::wrap::width(line) <= columns), "{}", table);
        }
        for text in [page(&plan).unwrap(), picture(&plan).unwrap()] {
            prop_assert!(!text.contains('\u{1b}'), "{}", text);
        }
        prop_assert_eq!(without_colour(&diff(&plan, None, Style::Colour).unwrap()), changes);
        prop_assert_eq!(exposure(&plan).unwrap().len(), plan.len() + 1);
    }

    /// A failure means that the counts taken from the states say otherwise than the planner: one of
    /// both is wrong.
    #[test]
    fn the_counts_keep_what_the_plan_promises(plan in made()) {
        let Ok(plan) = plan else { return Ok(()) };
        let text = bounds(&plan).unwrap();
        prop_assert!(!text.contains("BROKEN"), "{}\n{}", show(&plan, Style::Plain).unwrap(), text);
        for (workload, tightest) in plan.spec.workloads.iter().zip(tightest(&plan).unwrap()) {
            prop_assert!(tightest.fewest.pods >= workload.floor().into(), "{:?}", tightest);
            prop_assert!(tightest.most.pods <= workload.ceiling().into(), "{:?}", tightest);
        }
    }
}
