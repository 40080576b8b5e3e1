//! Canary: a few pods of the new version beside the old ones, behind the same Services, then more.
//!
//! ```text
//!              hello (old)        hello-canary (new)     requests to the new version
//! start        ● ● ●                                       0 %
//! canary-25    ● ● ●              ○                       25 %   then wait for a person, or a time
//! canary-50    ● ●                ○ ○                     50 %   then wait
//! promote      ○ ○                ○                      100 %   the old set takes the new template
//! cleanup      ○ ○ ○                                     100 %   exactly what was wanted, nothing else is left
//! ```
//!
//! Without a route the weight is a ratio of replicas: kube-proxy picks a pod for each new
//! connection. The line that decides a canary's replica count is in [`split`]. With one
//! ([`Canary::route`]) the route splits requests between two Services, one before each set, and the
//! old set keeps its size.
//!
//! The plan's legs, budgets, patches and ways back are the planner's (`cutover-plan`); this crate
//! only says where to stand.
//!
//! ```
//! use cutover_canary::{Canary, Step};
//! use cutover_manifest::{Bundle, Manifest};
//! use cutover_plan::Duration;
//! use cutover_planner::{Options, plan};
//! use cutover_release::{Ends, Release};
//! use cutover_traffic::Percent;
//! use serde_json::json;
//!
//! let hello = |image: &str| Manifest::new(json!({
//!     "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello"},
//!     "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "hello"}}, "template": {
//!         "metadata": {"labels": {"app": "hello"}}, "spec": {"containers": [{"name": "hello", "image": image}]}}},
//! }));
//! let (from, to): (Bundle, Bundle) = ([hello("hello:1")?].into_iter().collect(), [hello("hello:2")?].into_iter().collect());
//! let release = Release::new(Ends::new(from, to.clone()))?;
//!
//! let ten_minutes = Duration::of_seconds(600);
//! let canary = Canary::new([Step::SetWeight(Percent::new(25)?), Step::pause(ten_minutes)]);
//! let plan = plan(&release, &canary, &Options::default())?;
//! assert_eq!(plan.spec.steps[0].phase.to_string(), "canary-25");
//! assert_eq!(plan.state(plan.len())?, to);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod by_route;
mod error;
mod route;
mod spec;
mod split;
mod steps;
mod waypoints;

pub use by_route::{
    LABEL_TAKEN, NO_ROUTE, OTHER_NAMESPACE, POLICY, PROMOTION, ROUTE_CHANGES, ROUTE_IS_FULL,
    ROUTE_KIND, ROUTE_OF_MANY, ROUTE_RULE, SERVICE, SESSION, SHORT_DRAIN, UNROUTED,
};
pub use error::{
    FALLING, INTOLERABLE, NO_PODS, NO_ROOM_FOR_TWO, NO_WEIGHT, UNKNOWN_SHARE, UNREACHED,
};
pub use route::{BadRoute, Route, RuleName};
pub use spec::{Canary, Step};
pub use split::{Counts, split};

#[cfg(test)]
mod tests;
