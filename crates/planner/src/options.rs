//! What is asked of a plan beside its strategy.

use cutover_plan::{OnFailure, Window};
use cutover_release::After;

/// What holds for a plan whatever its strategy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The plan's name. Where nothing is said it is the application's, as its labels say it, or else
    /// that of the only workload, or of the strategy.
    pub name: Option<String>,
    /// What a run does where a gate does not hold in time.
    pub on_failure: OnFailure,
    /// How many workloads move in one step at most.
    pub max_concurrent: Option<usize>,
    /// Which workloads come after which; all move side by side where nothing is said.
    pub after: After,
    /// When the plan may begin, and when it may give the new version more requests; at any time
    /// where nothing is said. It waits for the window in a first step without changes, and after
    /// each step whose next one gives the new version more requests. Ways back do not wait.
    pub window: Option<Window>,
}
