//! A fleet plan as a page of its own.

use cutover_fleet::CheckedFleet;

use crate::error::Error;
use crate::fleet::facts::{gates, plan_title, sentences, title};
use crate::fleet::names::names;
use crate::fleet::show::WORST;
use crate::fleet::tables::{Plans, clusters, moments, waves};
use crate::html::Html;
use crate::page::{body, document, head, list, section};

/// A fleet plan as one HTML page that needs nothing else: its waves with their limits, what is waited
/// for before and after each, its clusters, its worst moments and the digest that is approved; then
/// each plan once, as [`page`](crate::page()) has it, under the names of the clusters that have it.
///
/// # Errors
///
/// As [`page`](crate::page()), of any of its plans.
pub fn fleet_page(fleet: &CheckedFleet) -> Result<String, Error> {
    let title = title(fleet);
    let plans = Plans::of(fleet);
    let mut parts = vec![
        head(&title, &fleet.digest.to_string()),
        waves(fleet).html(),
        asked(fleet),
        list(sentences(fleet).iter()),
        section("Clusters", vec![clusters(fleet, &plans).html()]),
    ];
    let worst = vec![moments(fleet).html(), Html::of("p", WORST).line()];
    parts.push(section("Worst moments", worst));
    for (number, digest, owners) in plans.numbered() {
        let Some(plan) = fleet.spec.plans.get(digest) else {
            continue;
        };
        let owners = names(owners);
        let mut inside = vec![
            Html::of("h2", plan_title(number, &owners)).line(),
            Html::classed("code", "digest", plan.digest.to_string()).line(),
        ];
        inside.extend(body(plan, &format!("plan-{number}-"))?);
        parts.push(Html::tag("article", &[], inside).line());
    }
    Ok(document(&title, parts))
}

/// What is waited for before and after each wave, whole.
fn asked(fleet: &CheckedFleet) -> Html {
    let mut items = Vec::new();
    for gate in gates(fleet) {
        let mut item = vec![Html::text(gate.title)];
        if !gate.facts.is_empty() {
            item.push(list(gate.facts.iter()));
        }
        items.push(Html::tag("li", &[], item).line());
    }
    Html::tag("ul", &[], items).line()
}
