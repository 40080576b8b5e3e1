//! `cargo xtask cluster` on the command line.

use clap::{Args, Subcommand};

use super::{Cluster, Name, Options, say, up};
use crate::Result;

/// What to do with a cluster.
#[derive(Clone, Debug, Subcommand)]
pub enum Task {
    /// Bring it up, and print where its kubeconfig is.
    Up {
        /// Which cluster.
        #[command(flatten)]
        which: Which,
        /// One more argument for kube-apiserver, as `--api-server=--max-mutating-requests-inflight=1`.
        #[arg(long, value_name = "ARGUMENT", allow_hyphen_values = true)]
        api_server: Vec<String>,
    },
    /// Take it down; nothing of it stays.
    Down(Which),
    /// Say what runs and where its files are.
    Status(Which),
}

/// Which cluster.
#[derive(Args, Clone, Debug)]
pub struct Which {
    /// What it is called; clusters of different names stand side by side.
    #[arg(long, default_value_t)]
    name: Name,
}

/// Does it, and gives what to print.
///
/// # Errors
///
/// A cluster that does not come up or go down; [`up`] and [`Cluster::down`] say more.
pub fn run(task: Task) -> Result<String> {
    match task {
        Task::Up { which, api_server } => {
            let cluster = up(&Options { name: which.name, api_server })?;
            Ok(format!("{}\n", cluster.kubeconfig().display()))
        }
        Task::Down(Which { name }) => {
            match Cluster::find(&name)? {
                Some(cluster) => cluster.down()?,
                None => say(&format!("no cluster {name} is there")),
            }
            Ok(String::new())
        }
        Task::Status(Which { name }) => match Cluster::find(&name)? {
            Some(cluster) => cluster.status(),
            None => Err(format!("no cluster {name} is there\nhint: `cargo xtask cluster up`").into()),
        },
    }
}
