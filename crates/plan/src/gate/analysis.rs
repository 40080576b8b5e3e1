//! Gates that ask another system than the cluster.

use super::Gate;
use crate::analysis::Analysis;

impl From<Analysis> for Gate {
    fn from(analysis: Analysis) -> Self {
        match analysis {
            Analysis::Smoke(smoke) => Self::Smoke(smoke),
            Analysis::Metric(metric) => Self::Metric(metric),
            Analysis::Job(job) => Self::Job(job),
            Analysis::Webhook(webhook) => Self::Webhook(webhook),
        }
    }
}

impl Gate {
    /// The question to another system that it is.
    pub fn analysis(&self) -> Option<Analysis> {
        match self.clone() {
            Self::Smoke(smoke) => Some(Analysis::Smoke(smoke)),
            Self::Metric(metric) => Some(Analysis::Metric(metric)),
            Self::Job(job) => Some(Analysis::Job(job)),
            Self::Webhook(webhook) => Some(Analysis::Webhook(webhook)),
            Self::Available(_)
            | Self::Drained(_)
            | Self::Endpoints(_)
            | Self::Held(_)
            | Self::Pause(_)
            | Self::Routed(_)
            | Self::Settled(_)
            | Self::Window(_) => None,
        }
    }
}
