//! A fleet plan for a terminal.

use cutover_fleet::CheckedFleet;

use crate::error::Error;
use crate::fleet::facts::{gates, plan_title, sentences, title};
use crate::fleet::names::names;
use crate::fleet::tables::{Plans, clusters, moments, waves};
use crate::screen::Screen;
use crate::style::Tone;
use crate::table::show;
use crate::wrap::sentence;

/// A fleet plan as tables for a terminal: its digest, its waves with their limits, what is waited for
/// before and after each, its clusters, its worst moments; then each plan once, under the names of
/// the clusters that have it.
///
/// # Errors
///
/// As [`show`](crate::show), of any of its plans.
pub fn show_fleet(fleet: &CheckedFleet, screen: impl Into<Screen>) -> Result<String, Error> {
    let screen = screen.into();
    let style = screen.style;
    let head = style.paint(Tone::Title, &title(fleet));
    // Whole and alone on its line: that is what a reviewer approves, and copies.
    let digest = style.paint(Tone::Faint, &fleet.digest.to_string());
    let plans = Plans::of(fleet);
    let mut out = format!("{head}\n{digest}\n\n{}", waves(fleet).text(screen));
    for gate in gates(fleet) {
        out += &format!("\n{}\n", style.paint(Tone::Place, &gate.title));
        for fact in &gate.facts {
            out += &sentence(&format!("  {fact}"), screen);
        }
    }
    out.push('\n');
    for text in sentences(fleet) {
        out += &sentence(&text, screen);
    }
    out += &format!("\n{}", clusters(fleet, &plans).text(screen));
    out += &format!("\n{}", show_moments(fleet, screen));
    for (number, digest, owners) in plans.numbered() {
        let Some(plan) = fleet.spec.plans.get(digest) else {
            continue;
        };
        let head = plan_title(number, &names(owners));
        out += &format!(
            "\n{}\n{}",
            style.paint(Tone::Title, &head),
            show(plan, screen)?
        );
    }
    Ok(out)
}

/// The worst moments of a fleet: how many clusters and pods are in change or have failed at once, and
/// what is left, wave by wave, forward and back.
pub fn show_moments(fleet: &CheckedFleet, screen: impl Into<Screen>) -> String {
    let screen = screen.into();
    moments(fleet).text(screen) + &sentence(WORST, screen)
}

/// What the table of worst moments counts.
pub(crate) const WORST: &str = "One cluster more than may has failed then, as many others change as may, and each wave \
     before has lost as many as it may. One in change counts what its plan keeps.";
