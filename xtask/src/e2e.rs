//! `cargo xtask e2e`: the golden plans on any other cluster, each in namespaces of its own.

use std::env;
use std::path::{PathBuf, absolute};

use clap::Args;
use serde::{Deserialize, Serialize};

use crate::{Result, cargo};

/// The variable that hands the options to the tests, as JSON.
const VARIABLE: &str = "CUTOVER_E2E";

/// On which cluster, and what of it.
#[derive(Args, Clone, Debug, Serialize, Deserialize)]
pub struct Options {
    /// The context of the kubeconfig. There is no default: nobody is to test where they happen to
    /// be.
    #[arg(long)]
    pub context: String,
    /// The kubeconfig; else the one that kubectl would read.
    #[arg(long)]
    pub kubeconfig: Option<PathBuf>,
    /// What all containers run: an image that takes any arguments and does not end.
    #[arg(long, default_value = "registry.k8s.io/pause:3.10")]
    pub image: String,
    /// How many cases run at once.
    #[arg(long, default_value_t = 4)]
    pub abreast: usize,
    /// Only the cases whose folder has this in its name, as `canary` or `canary/hello`.
    #[arg(value_name = "CASE")]
    pub cases: Vec<String>,
}

impl Options {
    /// What `cargo xtask e2e` was told, in the tests that it runs.
    ///
    /// # Errors
    ///
    /// Tests that somebody else runs.
    pub fn from_environment() -> Result<Self> {
        let options =
            env::var(VARIABLE).map_err(|_| "it is run by `cargo xtask e2e --context CONTEXT`")?;
        Ok(serde_json::from_str(&options)?)
    }
}

/// Runs the tests, which say how far they are.
///
/// # Errors
///
/// Tests that fail; they have said why.
pub fn run(mut options: Options) -> Result<String> {
    options.kubeconfig = options.kubeconfig.map(absolute).transpose()?;
    let status = cargo()
        .args([
            "test",
            "--locked",
            "--package",
            "cutover-tests",
            "--features",
            "cluster",
            "--test",
            "cluster",
        ])
        .args([
            "--",
            "--exact",
            "--ignored",
            "--nocapture",
            "e2e::golden_plans_on_another_cluster",
        ])
        .env(VARIABLE, serde_json::to_string(&options)?)
        .status()?;
    if status.success() {
        Ok(String::new())
    } else {
        Err("the tests failed".into())
    }
}
