//! A cluster: whom to ask, and as whom.

use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::sync::Arc;

use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};
use kube::{Client, Config};
use secrecy::ExposeSecret;

use crate::error::Error;
use crate::resources::Resources;
use crate::told::address;

/// Which cluster is meant, as whom and where: what kubectl's flags of the same names say.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The file; none is what the variable `KUBECONFIG` names, else `~/.kube/config`, else the pod
    /// that this runs in.
    pub kubeconfig: Option<PathBuf>,
    /// The context of that file; none is its current one.
    pub context: Option<String>,
    /// The user of that file; none is the context's.
    pub user: Option<String>,
    /// The namespace of objects that name none; none is the context's.
    pub namespace: Option<String>,
}

impl Settings {
    /// The namespace that is meant, without a connection; where there is no context, it is
    /// `default`, as kubectl has it.
    ///
    /// # Errors
    ///
    /// A kubeconfig that cannot be read, or lacks what is asked of it.
    pub async fn resolve_namespace(&self) -> Result<String, Error> {
        if let Some(namespace) = &self.namespace {
            return Ok(namespace.clone());
        }
        match configuration(self).await {
            Ok(config) => Ok(config.default_namespace),
            Err(
                Error::Nowhere { .. } | Error::Kubeconfig(KubeconfigError::CurrentContextNotSet),
            ) => Ok("default".to_owned()),
            Err(error) => Err(error),
        }
    }
}

/// A connection to an API server. Copies share it.
#[derive(Clone)]
pub struct Cluster {
    pub(crate) client: Client,
    pub(crate) resources: Arc<Resources>,
    namespace: Arc<str>,
    server: Arc<str>,
}

impl Cluster {
    /// Prepares a connection; no request is made yet. It has to be called in a tokio runtime.
    ///
    /// # Errors
    ///
    /// A kubeconfig that cannot be read or used, and none at all outside of a pod.
    pub async fn connect(settings: &Settings) -> Result<Self, Error> {
        let mut config = configuration(settings).await?;
        if let Some(namespace) = &settings.namespace {
            config.default_namespace.clone_from(namespace);
        }
        Self::new(config)
    }

    /// A connection by a configuration of kube's own.
    ///
    /// # Errors
    ///
    /// [`Error::Client`] where certificates or proxies are of no use.
    pub fn new(config: Config) -> Result<Self, Error> {
        let (namespace, server) = (
            config.default_namespace.as_str().into(),
            format!(
                "{}{}",
                address(&config.cluster_url),
                config.cluster_url.path()
            ),
        );
        Ok(Self {
            client: once(config)?,
            resources: Arc::default(),
            namespace,
            server: server.into(),
        })
    }

    /// The namespace of objects that name none.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The API server's address.
    pub fn server(&self) -> &str {
        &self.server
    }
}

/// A client that sends each request once: trying again is the run's decision.
pub(crate) fn once(mut config: Config) -> Result<Client, Error> {
    config.default_retry = false;
    let token = config.auth_info.token.as_ref();
    if token.is_some_and(|token| !is_header(token.expose_secret())) {
        return Err(Error::Token);
    }
    // What builds the client asks a credential plugin, and panics where the token that it gives cannot
    // be sent.
    let client = panic::catch_unwind(AssertUnwindSafe(|| Client::try_from(config)));
    let client = client.map_err(|_| Error::Token)?;
    Ok(client?)
}

/// Whether a token can be sent.
fn is_header(token: &str) -> bool {
    token.bytes().all(|byte| (0x20..0x7f).contains(&byte))
}

async fn configuration(settings: &Settings) -> Result<Config, Error> {
    let (context, user) = (settings.context.clone(), settings.user.clone());
    let options = KubeConfigOptions {
        context,
        user,
        cluster: None,
    };
    if let Some(path) = &settings.kubeconfig {
        let kubeconfig = Kubeconfig::read_from(path)?;
        return Ok(Config::from_custom_kubeconfig(kubeconfig, &options).await?);
    }
    match Config::from_kubeconfig(&options).await {
        Err(kubeconfig) if settings.context.is_none() && is_absent(&kubeconfig) => {
            let nowhere = |in_cluster| Error::Nowhere {
                kubeconfig,
                in_cluster,
            };
            Config::incluster().map_err(nowhere)
        }
        config => Ok(config?),
    }
}

/// Whether there is no kubeconfig; one that is there and may not be read is another thing.
fn is_absent(error: &KubeconfigError) -> bool {
    match error {
        KubeconfigError::FindPath => true,
        KubeconfigError::ReadConfig(error, _) => error.kind() == io::ErrorKind::NotFound,
        _ => false,
    }
}
