//! Tests on a real control plane. They take a minute and want Go, so they are no part of the everyday tests:
//! `cargo test --package cutover-tests --features cluster --test cluster`.

mod admission;
mod command;
mod comparison;
mod drift;
mod failures;
mod faults;
mod greeter;
mod lifecycle;
mod pods;
mod requests;
mod roles;
mod runner;
mod support;
mod traffic;
mod webhook;
