//! Plans made through the facade, as people see them.

mod bounds;
mod diff;
mod example;
mod exposure;
mod laws;
mod markdown;
mod mismatches;
mod page;
mod requests;
mod show;
mod warnings;
mod whole;
