//! All strategies under one name each.

use cutover_planner::{Strategy, Waypoints};
use cutover_release::{Ends, Refusals, Release};
use serde::{Deserialize, Serialize};

/// How to get from what runs to what is wanted. In a file, one of these with its fields:
/// `canary: { steps: [{ setWeight: 25 }, { pause: {} }] }`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(title = "Strategy")
)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum AnyStrategy {
    /// A label on the live pods, by which Services pick.
    #[cfg(feature = "adopt")]
    Adopt(cutover_adopt::Adopt),
    /// Session affinity of a Service.
    #[cfg(feature = "affinity")]
    Affinity(cutover_affinity::Affinity),
    /// Blue/green by switching a Service.
    #[cfg(feature = "blue-green")]
    BlueGreen(cutover_blue_green::BlueGreen),
    /// Canary, by a ratio of pods behind Services or by a route.
    #[cfg(feature = "canary")]
    Canary(cutover_canary::Canary),
    /// Stop rolling out.
    #[cfg(feature = "rolling")]
    Pause(cutover_rolling::Pause),
    /// All pods at once.
    #[cfg(feature = "rolling")]
    Recreate(cutover_rolling::Recreate),
    /// The same version in new pods.
    #[cfg(feature = "rolling")]
    Restart(cutover_rolling::Restart),
    /// Roll out what was held back.
    #[cfg(feature = "rolling")]
    Resume(cutover_rolling::Resume),
    /// Back to an earlier revision.
    #[cfg(feature = "rollback")]
    Rollback(cutover_rollback::Rollback),
    /// A rolling update.
    #[cfg(feature = "rolling")]
    Rolling(cutover_rolling::Rolling),
    /// More pods or fewer.
    #[cfg(feature = "scale")]
    Scale(cutover_scale::Scale),
}

impl AnyStrategy {
    /// The strategy as the planner takes it, whichever it is.
    pub fn get(&self) -> &dyn Strategy {
        match *self {
            #[cfg(feature = "adopt")]
            Self::Adopt(ref strategy) => strategy,
            #[cfg(feature = "affinity")]
            Self::Affinity(ref strategy) => strategy,
            #[cfg(feature = "blue-green")]
            Self::BlueGreen(ref strategy) => strategy,
            #[cfg(feature = "canary")]
            Self::Canary(ref strategy) => strategy,
            #[cfg(feature = "rolling")]
            Self::Pause(ref strategy) => strategy,
            #[cfg(feature = "rolling")]
            Self::Recreate(ref strategy) => strategy,
            #[cfg(feature = "rolling")]
            Self::Restart(ref strategy) => strategy,
            #[cfg(feature = "rolling")]
            Self::Resume(ref strategy) => strategy,
            #[cfg(feature = "rollback")]
            Self::Rollback(ref strategy) => strategy,
            #[cfg(feature = "rolling")]
            Self::Rolling(ref strategy) => strategy,
            #[cfg(feature = "scale")]
            Self::Scale(ref strategy) => strategy,
        }
    }
}

impl Strategy for AnyStrategy {
    fn name(&self) -> &str {
        self.get().name()
    }

    fn wanted(&self, ends: Ends) -> Result<Ends, Refusals> {
        self.get().wanted(ends)
    }

    fn waypoints(&self, release: &Release) -> Result<Waypoints, Refusals> {
        self.get().waypoints(release)
    }
}
