//! `cargo xtask cluster` on the command line.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Cluster, Kubectl, Name, Options, pods, say, up};
use crate::Result;

/// What to do with a cluster.
#[derive(Clone, Debug, Subcommand)]
pub enum Task {
    /// Bring it up, and print where its kubeconfig is.
    Up {
        /// Which cluster.
        #[command(flatten)]
        which: Which,
        /// One more argument for kube-apiserver, as
        /// `--api-server=--max-mutating-requests-inflight=1`.
        #[arg(long, value_name = "ARGUMENT", allow_hyphen_values = true)]
        api_server: Vec<String>,
        /// Real requests to Services and pods, in a network namespace: wants root, iproute2 and
        /// nftables.
        #[arg(long)]
        traffic: bool,
        /// Traefik before its Services: wants pip too.
        #[arg(long, requires = "traffic")]
        gateway: bool,
    },
    /// Take it down; nothing of it stays.
    Down(Which),
    /// Say what runs and where its files are.
    Status(Which),
    /// Answer requests for the pods of a cluster with traffic, which runs this itself.
    #[command(hide = true)]
    Answer {
        /// The cluster's kubectl.
        #[arg(long)]
        kubectl: PathBuf,
        /// Its kubeconfig.
        #[arg(long)]
        kubeconfig: PathBuf,
    },
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
        Task::Up {
            which,
            api_server,
            traffic,
            gateway,
        } => {
            let cluster = up(&Options {
                name: which.name,
                api_server,
                traffic,
                gateway,
            })?;
            Ok(format!("{}\n", cluster.kubeconfig().display()))
        }
        Task::Down(Which { name }) => {
            match Cluster::find(&name)? {
                Some(cluster) => cluster.down()?,
                None => say(&format!("no cluster {name} is there")),
            }
            Ok(String::new())
        }
        Task::Answer {
            kubectl,
            kubeconfig,
        } => pods::serve(&Kubectl::new(kubectl, kubeconfig, None)),
        Task::Status(Which { name }) => match Cluster::find(&name)? {
            Some(cluster) => cluster.status(),
            None => {
                Err(format!("no cluster {name} is there\nhint: `cargo xtask cluster up`").into())
            }
        },
    }
}
