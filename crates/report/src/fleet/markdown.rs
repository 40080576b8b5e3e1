//! A fleet plan as a reviewer reads it in a pull request.

use cutover_fleet::CheckedFleet;

use crate::error::Error;
use crate::fleet::facts::{gates, plan_title, sentences, title};
use crate::fleet::names::names;
use crate::fleet::show::WORST;
use crate::fleet::tables::{Plans, clusters, moments, waves};
use crate::markdown::markdown;
use crate::text::{escaped, html};
use crate::within::{Part, within};

/// A fleet plan as Markdown: its waves with their limits, what is waited for before and after each,
/// its clusters, its worst moments and the digest that is approved; then each plan once, to open,
/// under the names of the clusters that have it.
///
/// # Errors
///
/// As [`markdown`](crate::markdown()), of any of its plans.
pub fn fleet_markdown(fleet: &CheckedFleet) -> Result<String, Error> {
    fleet_markdown_within(fleet, usize::MAX)
}

/// The same in no more than so many characters: the longest parts are left out first, and it is told
/// which they are. Title and digest stay, however short it is to be.
///
/// # Errors
///
/// As [`fleet_markdown`], and [`Error::TooShort`] where these do not fit.
pub fn fleet_markdown_within(fleet: &CheckedFleet, most: usize) -> Result<String, Error> {
    within(&parts(fleet)?, most)
}

/// The page in parts.
fn parts(fleet: &CheckedFleet) -> Result<Vec<Part>, Error> {
    let plans = Plans::of(fleet);
    let mut parts = vec![
        Part::always(format!("# {}\n", escaped(&title(fleet)))),
        Part::longer("the waves", waves(fleet).markdown()),
    ];
    let gates = gates_list(fleet);
    if !gates.is_empty() {
        parts.push(Part::longer("the gates of the waves", gates));
    }
    let told: Vec<String> = sentences(fleet)
        .iter()
        .map(|text| format!("- {}\n", escaped(text)))
        .collect();
    parts.push(Part::always(told.concat()));
    let table = clusters(fleet, &plans).markdown();
    parts.push(Part::longer(
        "the clusters",
        format!("## Clusters\n\n{table}"),
    ));
    let table = moments(fleet).markdown();
    let worst = format!("## Worst moments\n\n{table}\n{WORST}\n");
    parts.push(Part::longer("the worst moments", worst));
    parts.push(Part::always(format!("Digest:\n\n`{}`\n", fleet.digest)));
    for (number, digest, owners) in plans.numbered() {
        if let Some(plan) = fleet.spec.plans.get(digest) {
            let head = plan_title(number, &names(owners));
            let page = markdown(plan)?;
            let text = format!(
                "<details><summary>{}</summary>\n\n{page}\n</details>\n",
                html(&head)
            );
            parts.push(Part::longer(format!("plan {number}"), text));
        }
    }
    Ok(parts)
}

/// What is waited for before and after each wave.
fn gates_list(fleet: &CheckedFleet) -> String {
    let mut list = String::new();
    for gate in gates(fleet) {
        list += &format!("- {}\n", escaped(&gate.title));
        for fact in &gate.facts {
            list += &format!("  - {}\n", escaped(fact));
        }
    }
    list
}
