//! The loop around a fleet's run: one run a cluster, side by side in one process.
//!
//! ```text
//!  fleet::Run ─▶ Effect ─┬─▶ start, stop, undo ─▶ drive, one a cluster ─┐
//!   ▲                    ├─▶ look, watch ─▶ the cluster                 │
//!   │                    ├─▶ ask ─▶ a gate                              │
//!   │                    └─▶ write ─▶ Store, under a Lease              │
//!   └──────────────────────────── Event ◀──────────────────────────────┘
//! ```

mod availability;
mod carried_out;
mod configmap;
mod connection;
mod driver;
mod effects;
mod gates;
mod keeping;
mod look;
mod store;
mod tenure;

pub use configmap::ConfigMapStore;
pub use driver::{FleetProgress, Fleets, drive_fleet};
pub use store::{Store, Stored};
pub use tenure::Held;
