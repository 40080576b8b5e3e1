//! Why there is no way to a cluster.

use kube::config::{InClusterError, KubeconfigError};

use crate::told;

/// Why there is no way to a cluster. Each says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The kubeconfig cannot be read, or lacks what is asked of it.
    #[error("kubeconfig: {}\nhint: {}", told::kubeconfig(.0), hint(.0))]
    Kubeconfig(#[from] KubeconfigError),
    /// There is no kubeconfig, and the program does not run in a pod.
    #[error(
        "no cluster is named: {}, and the program does not run in a pod ({in_cluster})\nhint: name a kubeconfig, or set the variable KUBECONFIG",
        told::absent(.kubeconfig)
    )]
    Nowhere {
        /// Why there is no kubeconfig; the file that was looked for is in it.
        kubeconfig: KubeconfigError,
        /// Why it is no pod.
        in_cluster: InClusterError,
    },
    /// The user's token has signs that no request can carry.
    #[error(
        "kubeconfig: the user's token is not on one line of plain signs\nhint: write it without line breaks"
    )]
    Token,
    /// The connection cannot be set up as the kubeconfig says: certificates, proxies, plugins.
    #[error("kubeconfig: {}\nhint: `kubectl version` with the same context shows whether it works elsewhere", told::client(.0))]
    Client(#[from] kube::Error),
}

fn hint(error: &KubeconfigError) -> &'static str {
    match error {
        KubeconfigError::CurrentContextNotSet | KubeconfigError::LoadContext(_) => {
            "`kubectl config get-contexts` lists the contexts"
        }
        KubeconfigError::ReadConfig(..) | KubeconfigError::FindPath => {
            "name a file that can be read, or set the variable KUBECONFIG"
        }
        _ => "`kubectl config view` shows what it says",
    }
}
