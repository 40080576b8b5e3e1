//! The flags of a session affinity.

use clap::{Args, ValueEnum};
use cutover::{AnyStrategy, affinity};

use crate::args::{Named, Request, Running, Wanted};

/// `cutover plan affinity`.
#[derive(Debug, Args)]
pub(crate) struct AffinityArgs {
    /// The Service.
    #[arg(long, value_name = "NAME")]
    service: String,
    /// Whether clients stay with a pod.
    #[arg(long, value_name = "AFFINITY", ignore_case = true)]
    session_affinity: SessionAffinity,
    /// For how many seconds after its last connection a client stays, 1 to 86400 (default:
    /// 10800).
    #[arg(long, value_name = "SECONDS")]
    timeout_seconds: Option<u32>,
    #[command(flatten)]
    common: Named,
}

/// A Service's `sessionAffinity`.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum SessionAffinity {
    /// By the client's address.
    #[value(name = "ClientIP")]
    ClientIp,
    /// Each connection goes to any pod.
    #[value(name = "None")]
    None,
}

impl AffinityArgs {
    /// The plan that is asked for.
    pub(crate) fn into_request(self) -> Request {
        Request::new(
            self.strategy(),
            self.common,
            Wanted::default(),
            Running::default(),
        )
    }

    fn strategy(&self) -> AnyStrategy {
        let session_affinity = match self.session_affinity {
            SessionAffinity::ClientIp => affinity::SessionAffinity::ClientIp,
            SessionAffinity::None => affinity::SessionAffinity::None,
        };
        let mut affinity = affinity::Affinity::new(&self.service, session_affinity);
        affinity.timeout_seconds = self.timeout_seconds;
        AnyStrategy::Affinity(affinity)
    }
}
