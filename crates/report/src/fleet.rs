//! Fleets as text, Markdown and HTML, and where two fleet plans differ.

mod facts;
mod markdown;
mod mismatches;
mod names;
mod page;
mod show;
mod tables;
mod waves;

pub use markdown::{fleet_markdown, fleet_markdown_within};
pub use mismatches::fleet_mismatches;
pub use page::fleet_page;
pub use show::{show_fleet, show_moments};
pub use waves::show_waves;
