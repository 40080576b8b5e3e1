//! What is asked of a plan beside its strategy.

use cutover_plan::{OnFailure, Window};
use cutover_release::After;

/// What holds for a plan whatever its strategy.
///
/// ```
/// use cutover_plan::OnFailure;
/// use cutover_planner::Options;
///
/// let options = Options::default()
///     .name("shop")
///     .on_failure(OnFailure::Undo)
///     .window("Mon-Fri 09:00-16:00 Europe/Berlin".parse()?);
/// assert_eq!(options.name.as_deref(), Some("shop"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// The plan's name (default: the application's, as its labels say it, else that of the only
    /// workload, else the strategy's).
    pub name: Option<String>,
    /// What a run does where a gate does not hold in time.
    pub on_failure: OnFailure,
    /// How many workloads move in one step at most (default: all that nothing ties together).
    pub max_concurrent: Option<usize>,
    /// Which workloads come after which (default: all move side by side).
    pub after: After,
    /// When the plan may begin, and when it may give the new version more requests (default: at any
    /// time). It waits for the window in a first step without changes, and after each step whose next
    /// one gives the new version more requests. Ways back do not wait.
    pub window: Option<Window>,
}

impl Options {
    /// The same, for a plan of this name.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The same, where a run does this about a gate that does not hold in time.
    #[must_use]
    pub fn on_failure(mut self, then: OnFailure) -> Self {
        self.on_failure = then;
        self
    }

    /// The same, with so many workloads in one step at most.
    #[must_use]
    pub fn max_concurrent(mut self, workloads: usize) -> Self {
        self.max_concurrent = Some(workloads);
        self
    }

    /// The same, where these workloads come after those.
    #[must_use]
    pub fn after(mut self, after: After) -> Self {
        self.after = after;
        self
    }

    /// The same, for a plan that goes on in this window.
    #[must_use]
    pub fn window(mut self, window: Window) -> Self {
        self.window = Some(window);
        self
    }
}
