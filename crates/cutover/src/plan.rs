//! From a release and a strategy to a plan whose promises were recounted.

use cutover_check::{Broken, Checked, check};
use cutover_planner::{Options, Strategy};
use cutover_release::{Refusal, Refusals, Release};

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The plan does not keep what it promises: a fault of the planner's, to be reported.
    #[error("the plan does not keep what it promises: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Broken(Vec<Broken>),
    /// The strategy or the planner.
    #[error(transparent)]
    Planner(#[from] cutover_planner::Error),
}

impl Error {
    /// What is refused, each with its place; nothing where the error is of another kind.
    pub fn refusals(&self) -> impl Iterator<Item = &Refusal> {
        let planner = match self {
            Self::Planner(error) => Some(error),
            Self::Broken(_) => None,
        };
        planner
            .into_iter()
            .flat_map(cutover_planner::Error::refusals)
    }
}

impl From<Refusals> for Error {
    fn from(refusals: Refusals) -> Self {
        Self::Planner(refusals.into())
    }
}

/// Plans a release by a strategy, one of ours or your own, and recounts what the plan promises.
/// Where there is nothing to do the plan has no steps.
///
/// # Errors
///
/// What the strategy or the planner refuses, with the object, the field and a hint.
pub fn plan(
    release: &Release,
    strategy: &dyn Strategy,
    options: &Options,
) -> Result<Checked, Error> {
    let plan = cutover_planner::plan(release, strategy, options)?;
    check(plan).map_err(Error::Broken)
}
