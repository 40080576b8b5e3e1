//! Tests on a real control plane. They take minutes and want Go, so they are no part of the
//! everyday tests: `cargo test --workspace --features cutover-tests/cluster --test cluster`.

#![expect(
    clippy::let_underscore_must_use,
    reason = "what tidies up behind a test, or only keeps a server busy, may fail"
)]

mod absence;
mod admission;
mod analysis;
mod audit;
mod autoscalers;
mod budget;
mod by_route;
mod charts;
mod command;
mod comparison;
mod drift;
mod e2e;
mod edges;
mod embedded;
mod failures;
mod faults;
mod fleet;
mod forgery;
mod goldens;
mod greeter;
mod hands;
mod hanging;
mod history;
mod kills;
mod lab;
mod lifecycle;
mod metrics;
mod operator;
mod owners;
#[path = "../packed.rs"]
mod packed;
mod player;
mod pods;
mod processes;
mod requests;
mod roles;
mod rollback;
mod runner;
mod server;
mod support;
mod tls;
mod traffic;
mod turns;
mod webhook;
mod wire;
