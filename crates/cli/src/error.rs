//! Why the command ends without having done what it was asked for.

use std::io;

use cutover::manifest::Errors;

/// What ends the command. A text has its hint after a newline.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum Error {
    /// The arguments: wrong use, or a call for help.
    #[error(transparent)]
    Arguments(#[from] clap::Error),
    /// Arguments that clap cannot judge.
    #[error("{0}")]
    Usage(String),
    /// What was asked for cannot be done, for one or several reasons.
    #[error("{}", .0.join("\n"))]
    Failed(Vec<String>),
    /// There is no way to a cluster.
    #[error(transparent)]
    Unreachable(#[from] cutover_kube::Error),
    /// A plan does not keep the bounds that were asked for.
    #[error("{}", .0.join("\n"))]
    Broken(Vec<String>),
    /// There is a difference that was asked about: the reasons, or none where the output says it.
    #[error("{}", .0.join("\n"))]
    Different(Vec<String>),
    /// The standard output or error cannot be written to.
    #[error("standard output: {0}")]
    Output(#[from] io::Error),
}

impl Error {
    /// A failure with a single reason, which may end with a line `hint: …`.
    pub(crate) fn failed(reason: impl ToString) -> Self {
        Self::Failed(vec![reason.to_string()])
    }

    /// All that keeps manifests from being used.
    pub(crate) fn from_input(errors: Errors) -> Self {
        Self::Failed(errors.iter().map(ToString::to_string).collect())
    }

    /// `Ok` where there is no reason.
    pub(crate) fn unless_empty(reasons: Vec<String>) -> Result<(), Self> {
        if reasons.is_empty() {
            Ok(())
        } else {
            Err(Self::Failed(reasons))
        }
    }
}
