//! The thin adapter: what a run wants done, as requests to an API server. It decides nothing.
//!
//! ```text
//!  Run ─▶ Effect ─┬─▶ ask ─▶ call ─▶ one HTTP request ─▶ answer ─┐
//!   ▲             ├─▶ watch ─▶ a list, then every change ────────┤
//!   │             └─▶ tell                                       │
//!   └──────────────────────── Event ◀────────────────────────────┘
//! ```
//!
//! - [`Cluster`] sends each request once: nothing is tried again here, and the answer, or what kept
//!   it away, goes back as it came.
//! - Objects are raw JSON both ways, so no field is lost because a type is older than the cluster.
//! - [`drive`] is the loop around a run. It needs no thread of its own: a process carries a
//!   thousand.
//!
//! # Example
//!
//! ```no_run
//! use cutover_kube::{Cluster, Settings};
//! use cutover_manifest::ObjectRef;
//! use cutover_run::{Reply, Request};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let cluster = Cluster::connect(&Settings::default()).await?;
//! let hello = ObjectRef::new("apps/v1", "Deployment", Some(cluster.namespace()), "hello");
//! match cluster.ask(Request::Get(hello)).await {
//!     Ok(Reply::Object(Some(live))) => println!("{}", live.object()),
//!     Ok(_) => println!("there is none"),
//!     Err(fault) => println!("{}", fault.message),
//! }
//! # Ok(())
//! # }
//! ```

mod answer;
mod ask;
mod call;
mod clock;
mod cluster;
mod discovery;
mod drive;
mod error;
mod fault;
#[cfg(feature = "fleet")]
mod fleet;
mod gate;
mod resources;
mod watch;

pub use clock::now;
pub use cluster::{Cluster, Settings};
pub use drive::{Machine, drive};
pub use error::Error;
#[cfg(feature = "fleet")]
pub use fleet::{ConfigMapStore, FleetProgress, Fleets, Held, Store, Stored, drive_fleet};

#[cfg(test)]
mod server;
mod told;
