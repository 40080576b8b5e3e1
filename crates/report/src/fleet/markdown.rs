//! A fleet plan as a reviewer reads it in a pull request.

use cutover_fleet::CheckedFleet;

use crate::error::Error;
use crate::fleet::facts::{gates, plan_title, sentences, title};
use crate::fleet::names::names;
use crate::fleet::show::WORST;
use crate::fleet::tables::{Plans, clusters, moments, waves};
use crate::markdown::markdown;
use crate::text::{escaped, html};

/// A fleet plan as Markdown: its waves with their limits, what is waited for before and after each,
/// its clusters, its worst moments and the digest that is approved; then each plan once, to open,
/// under the names of the clusters that have it.
///
/// # Errors
///
/// As [`markdown`](crate::markdown()), of any of its plans.
pub fn fleet_markdown(fleet: &CheckedFleet) -> Result<String, Error> {
    let plans = Plans::of(fleet);
    let mut parts = vec![
        format!("# {}\n", escaped(&title(fleet))),
        waves(fleet).markdown(),
    ];
    let mut gates_list = String::new();
    for gate in gates(fleet) {
        gates_list += &format!("- {}\n", escaped(&gate.title));
        gates_list.extend(
            gate.facts
                .iter()
                .map(|fact| format!("  - {}\n", escaped(fact))),
        );
    }
    if !gates_list.is_empty() {
        parts.push(gates_list);
    }
    let told: Vec<String> = sentences(fleet)
        .iter()
        .map(|text| format!("- {}\n", escaped(text)))
        .collect();
    parts.push(told.concat());
    parts.push("## Clusters\n".into());
    parts.push(clusters(fleet, &plans).markdown());
    parts.push("## Worst moments\n".into());
    parts.push(moments(fleet).markdown());
    parts.push(format!("{WORST}\n"));
    parts.push(format!("Digest:\n\n`{}`\n", fleet.digest));
    for (number, digest, owners) in plans.numbered() {
        if let Some(plan) = fleet.spec.plans.get(digest) {
            let head = plan_title(number, &names(owners));
            let page = markdown(plan)?;
            parts.push(format!(
                "<details><summary>{}</summary>\n\n{page}\n</details>\n",
                html(&head)
            ));
        }
    }
    Ok(parts.join("\n"))
}
