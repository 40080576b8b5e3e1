//! A plan for people.

mod error;
mod style;

pub use error::Error;
pub use style::Style;

use cutover_plan::Plan;

/// The table.
///
/// # Errors
///
/// A plan that does not fit itself.
pub fn show(plan: &Plan, style: Style) -> Result<String, Error> {
    Ok(style.paint(style::Tone::Title, &plan.metadata.name))
}

/// Markdown.
///
/// # Errors
///
/// A plan that does not fit itself.
pub fn markdown(plan: &Plan) -> Result<String, Error> {
    show(plan, Style::Plain)
}

/// The diff of one step or all.
///
/// # Errors
///
/// No such step.
pub fn diff(plan: &Plan, step: Option<usize>, style: Style) -> Result<String, Error> {
    step.map_or(Ok(()), |step| plan.state(step).map(drop))?;
    show(plan, style)
}

/// The bounds.
///
/// # Errors
///
/// A plan that does not fit itself.
pub fn bounds(plan: &Plan) -> Result<String, Error> {
    show(plan, Style::Plain)
}
