//! Tests on a real control plane. They take a minute and want Go, so they are no part of the everyday tests:
//! `cargo test --package cutover-tests --features cluster --test cluster`.

mod audit;
mod budget;
mod goldens;
mod history;
mod kills;
mod lab;
mod lifecycle;
mod player;
mod pods;
mod processes;
mod rollback;
mod support;
mod traffic;
mod turns;
