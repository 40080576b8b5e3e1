//! What a strategy is.

use cutover_release::{Ends, Refusals, Release};

use crate::waypoint::Waypoints;

/// How to get from what runs to what is wanted: where to stand on the way.
///
/// A strategy never writes a patch and never thinks about order: [`plan`](crate::plan) makes the
/// legs between its waypoints safe, forward and back.
///
/// ```
/// use cutover_planner::{Strategy, Waypoints};
/// use cutover_release::{Refusals, Release};
/// use cutover_workload::Allowance;
///
/// struct Straight;
///
/// impl Strategy for Straight {
///     fn name(&self) -> &str {
///         "straight"
///     }
///
///     fn waypoints(&self, release: &Release) -> Result<Waypoints, Refusals> {
///         Waypoints::direct(release, "update", &Allowance::default())
///     }
/// }
/// ```
pub trait Strategy {
    /// Its name, as a plan has it: lower camel case.
    fn name(&self) -> &str;

    /// What is wanted, for a strategy that says it itself, as scaling does; what was given for all
    /// others.
    ///
    /// # Errors
    ///
    /// What it refuses to want.
    fn wanted(&self, ends: Ends) -> Result<Ends, Refusals> {
        Ok(ends)
    }

    /// Where to stand, one after the other. The last is what is wanted.
    ///
    /// # Errors
    ///
    /// What it cannot do with this release.
    fn waypoints(&self, release: &Release) -> Result<Waypoints, Refusals>;
}

/// A strategy of a name and a function, where a type of its own would say no more.
///
/// ```
/// use cutover_planner::{Waypoints, from_fn};
/// use cutover_release::Release;
/// use cutover_workload::Allowance;
///
/// let straight = from_fn("straight", |release: &Release| {
///     Waypoints::direct(release, "update", &Allowance::default())
/// });
/// ```
pub fn from_fn<F>(name: &str, waypoints: F) -> impl Strategy + use<'_, F>
where
    F: Fn(&Release) -> Result<Waypoints, Refusals>,
{
    FromFn { name, waypoints }
}

struct FromFn<'a, F> {
    name: &'a str,
    waypoints: F,
}

impl<F> Strategy for FromFn<'_, F>
where
    F: Fn(&Release) -> Result<Waypoints, Refusals>,
{
    fn name(&self) -> &str {
        self.name
    }

    fn waypoints(&self, release: &Release) -> Result<Waypoints, Refusals> {
        (self.waypoints)(release)
    }
}
