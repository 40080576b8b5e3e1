//! Tests of the whole.
mod command;
mod command_bad_input;
mod support;
