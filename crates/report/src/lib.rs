//! Plans for people: as a table on a terminal, as Markdown for a pull request, as a page, as a diff,
//! as bounds.
//!
//! ```text
//!            ┌─▶ show       where the plan stands after each step, and what it waits for
//!            ├─▶ markdown   the same for a pull request, with each step's changes and the ways back
//!  Plan ─────┼─▶ page       the same as one HTML file, with plots of pods and shares
//!            ├─▶ picture    a column a state: pods, shares, where undo leads
//!            ├─▶ diff       each step's changes, field by field
//!            ├─▶ bounds     pods alive and available, computed anew from the states
//!            ├─▶ exposure   the share of requests that may reach the new version, as numbers
//!            ├─▶ step_name  what a step does, in words
//!            ├─▶ mismatches where it differs from another plan
//!            ├─▶ gate_name  what a gate waits for, in words
//!            └─▶ warnings   what may hurt, found anew in the plan's own objects
//! ```
//!
//! All of it is computed from the plan alone, and the same plan gives the same text. Whatever
//! stands in a manifest, no control character reaches the text, and no value of a Secret does.
//!
//! # What it does not do
//!
//! It prints nothing and knows no terminal: the caller says whether there is colour, and colour
//! only repeats what words and signs say. It proves nothing either: what it promises is the
//! planner's word, and [`bounds()`] counts it again.
//!
//! # Example
//!
//! ```
//! use cutover::{AnyStrategy, Ends, Options, Release, manifest};
//! use cutover_report::{Style, show};
//!
//! let yaml = br#"
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: { name: hello }
//! spec:
//!   replicas: 3
//!   selector: { matchLabels: { app: hello } }
//!   template:
//!     metadata: { labels: { app: hello } }
//!     spec: { containers: [{ name: hello, image: "hello:1.0.0" }] }
//! "#;
//! let from = manifest::bundle(vec![manifest::read("hello.yaml", yaml)?])?.bundle;
//! let ends = Ends::unchanged(from).image(&"hello=hello:2.0.0".parse()?, &[])?;
//! let strategy: AnyStrategy = serde_json::from_str(r#"{"canary": {"steps": [{"setWeight": 25}, {"pause": {}}]}}"#)?;
//! let plan = cutover::plan(&Release::new(ends)?, &strategy, &Options::default())?;
//!
//! let table = show(&plan, Style::Plain)?;
//! assert!(table.starts_with("Plan hello: canary, 6 steps\nsha256:"));
//! assert!(table.contains(" canary-25\n   1  create Deployment hello-canary"));
//! assert!(table.contains("then hello-canary 1 available · a person"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod style;
pub use style::Style;

mod page;
pub use self::page::page;

mod picture;
pub use self::picture::picture;

mod screen;
pub use screen::Screen;

mod table;
pub use table::show;

mod markdown;
pub use self::markdown::{markdown, markdown_within};

mod diff;
pub use self::diff::{diff, diff_document};

mod bounds;
pub use self::bounds::bounds;

mod exposure;
pub use self::exposure::{Exposure, exposure};

mod error;
pub use error::Error;

mod step_name;
pub use self::step_name::step_name;

mod wait;
pub use self::wait::gate_name;

mod warnings;
pub use self::warnings::warnings;

mod worst;
pub use worst::{Tightest, Worst, tightest};

mod requests;
pub use requests::Peak;

mod mismatches;
pub use self::mismatches::mismatches;

mod mismatch;
pub use mismatch::{Mismatch, Subject};

#[cfg(feature = "fleet")]
mod fleet;
#[cfg(feature = "fleet")]
pub use self::fleet::{
    fleet_markdown, fleet_markdown_within, fleet_mismatches, fleet_page, show_fleet, show_moments,
    show_waves,
};

mod asked;
mod autoscalers;
mod back;
mod change_name;
mod changes;
mod configuration;
mod containers;
mod counts;
mod course;
mod grid;
mod html;
mod images;
mod plot;
mod promise;
mod ramp;
mod routers;
mod rows;
mod sets;
mod shares;
mod summary;
mod text;
mod untouched;
mod within;
mod wrap;

#[cfg(test)]
mod tests;
