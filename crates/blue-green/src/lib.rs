//! Blue/green: the new version stands beside the old one at full size, and a Service switches to it
//! in one patch.
//!
//! Where the input has one Deployment:
//!
//! ```text
//!            hello (blue)   hello-green   Service hello   preview Service
//! adopt      ● ● ●                        ─▶ blue                          the Service picks by a label of its pods
//! preview    ● ● ●          ○             ─▶ blue         ─▶ green         then wait for a person, or a time
//! switch     ● ● ●          ○ ○ ○         ─▶ green        ─▶ green         for scaleDownDelaySeconds the way back is one patch
//! return     ○ ○ ○          ○ ○ ○         ─▶ blue         ─▶ green         blue takes the new template unseen
//! cleanup    ○ ○ ○                        ─▶ blue                          exactly what was wanted: files stay true
//! ```
//!
//! Where it has both slots (`hello` and `hello-green`, told apart by one label that the Service
//! picks by): which one serves is read from the Service, the idle one takes the release, and the
//! next release goes the other way. What makes a Deployment a slot is told in the module `slots`:
//! another installation, role or tenant is none.
//!
//! ```text
//!            hello (blue)   hello-green   Service hello
//! preview    ● ● ●          ○ ○ ○         ─▶ blue
//! switch     ● ● ●          ○ ○ ○         ─▶ green
//! cleanup                   ○ ○ ○         ─▶ green                         as many pods as the idle slot had
//! ```
//!
//! ```
//! use cutover_blue_green::BlueGreen;
//! use cutover_manifest::{Bundle, Manifest};
//! use cutover_planner::{Options, plan};
//! use cutover_release::{Ends, Release};
//! use serde_json::json;
//!
//! let hello = |image: &str| Manifest::new(json!({
//!     "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello"},
//!     "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "hello"}}, "template": {
//!         "metadata": {"labels": {"app": "hello", "track": "stable"}}, "spec": {"containers": [{"name": "hello", "image": image}]}}},
//! }));
//! let service = Manifest::new(json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"},
//!     "spec": {"selector": {"app": "hello"}, "ports": [{"port": 80}]}}))?;
//! let from: Bundle = [hello("hello:1")?, service.clone()].into_iter().collect();
//! let to: Bundle = [hello("hello:2")?, service].into_iter().collect();
//! let release = Release::new(Ends::new(from, to))?;
//! let plan = plan(&release, &BlueGreen::new("hello"), &Options::default())?;
//! assert_eq!(plan.spec.steps[0].changes[0].object().to_string(), "Service hello");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod layout;
mod one;
mod selecting;
mod slots;
mod spec;
mod told;
mod two;
mod waypoints;

pub use error::{
    LABEL_TAKEN, MANY_SLOTS, NO_PODS, NO_PREVIEW, NO_SLOT, NOT_ONE_BEHIND, NOT_ONE_SERVICE,
    OTHERS_BEHIND, SAME_SERVICE, SIZE_CHANGES,
};
pub use spec::{BadSlots, BlueGreen, Slots};

#[cfg(test)]
mod tests;
