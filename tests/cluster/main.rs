//! Tests on a real control plane. They take minutes and want Go, so they are no part of the
//! everyday tests: `cargo test --package cutover-tests --features cluster --test cluster`.

mod absence;
mod admission;
mod analysis;
mod audit;
mod budget;
mod command;
mod comparison;
mod drift;
mod e2e;
mod edges;
mod failures;
mod faults;
mod forgery;
mod goldens;
mod greeter;
mod hands;
mod hanging;
mod history;
mod kills;
mod lab;
mod lifecycle;
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
mod traffic;
mod turns;
mod webhook;
mod wire;
