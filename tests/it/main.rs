//! Tests of the whole.
mod applications;
mod architecture;
#[path = "../behind_a_route.rs"]
mod behind_a_route;
mod browser;
mod command;
mod command_bad_input;
mod command_online;
mod fleet;
mod forged;
mod golden;
mod golden_command;
mod golden_kubectl;
mod golden_kustomize;
mod golden_schema;
mod kustomize_images;
mod laws;
mod order;
mod pages;
mod support;
mod typed;
