//! All strategies under one name each.
#![cfg_attr(
    not(all(
        feature = "affinity",
        feature = "blue-green",
        feature = "canary",
        feature = "rollback",
        feature = "rolling",
        feature = "scale"
    )),
    allow(
        unreachable_code,
        unused_variables,
        reason = "with few strategies, or none, not all arguments are looked at"
    )
)]

use cutover_manifest::Bundle;
use cutover_plan::Plan;
use cutover_planner::{Options, Waypoints};
use cutover_release::Release;
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// How to get from what runs to what is wanted. In a file, one of these with its fields:
/// `canary: { steps: [{ setWeight: 25 }, { pause: {} }] }`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Strategy {
    /// Session affinity of a Service.
    #[cfg(feature = "affinity")]
    Affinity(cutover_affinity::Affinity),
    /// Blue/green by switching a Service.
    #[cfg(feature = "blue-green")]
    BlueGreen(cutover_blue_green::BlueGreen),
    /// Canary by replica ratio.
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

impl Strategy {
    /// The strategy's name, as a plan and a strategy file have it.
    pub fn name(&self) -> &'static str {
        match *self {
            #[cfg(feature = "affinity")]
            Self::Affinity(_) => "affinity",
            #[cfg(feature = "blue-green")]
            Self::BlueGreen(_) => "blueGreen",
            #[cfg(feature = "canary")]
            Self::Canary(_) => "canary",
            #[cfg(feature = "rolling")]
            Self::Pause(_) => "pause",
            #[cfg(feature = "rolling")]
            Self::Recreate(_) => "recreate",
            #[cfg(feature = "rolling")]
            Self::Restart(_) => "restart",
            #[cfg(feature = "rolling")]
            Self::Resume(_) => "resume",
            #[cfg(feature = "rollback")]
            Self::Rollback(_) => "rollback",
            #[cfg(feature = "rolling")]
            Self::Rolling(_) => "rolling",
            #[cfg(feature = "scale")]
            Self::Scale(_) => "scale",
        }
    }
}

/// What is wanted, for the strategies that say it themselves: scale, restart, rollback, pause,
/// resume and affinity. `None` for those that only say how to get there.
///
/// # Errors
///
/// What the strategy refuses.
pub fn wanted(strategy: &Strategy, from: &Bundle) -> Result<Option<Bundle>, Error> {
    Ok(match *strategy {
        #[cfg(feature = "affinity")]
        Strategy::Affinity(ref affinity) => Some(cutover_affinity::release(from, affinity)?),
        #[cfg(feature = "blue-green")]
        Strategy::BlueGreen(_) => None,
        #[cfg(feature = "canary")]
        Strategy::Canary(_) => None,
        #[cfg(feature = "rolling")]
        Strategy::Pause(ref pause) => Some(cutover_rolling::pause(from, pause)?),
        #[cfg(feature = "rolling")]
        Strategy::Recreate(_) => None,
        #[cfg(feature = "rolling")]
        Strategy::Restart(ref restart) => Some(cutover_rolling::restart(from, restart)?),
        #[cfg(feature = "rolling")]
        Strategy::Resume(ref resume) => Some(cutover_rolling::resume(from, resume)?),
        #[cfg(feature = "rollback")]
        Strategy::Rollback(ref rollback) => Some(cutover_rollback::release(from, rollback)?),
        #[cfg(feature = "rolling")]
        Strategy::Rolling(_) => None,
        #[cfg(feature = "scale")]
        Strategy::Scale(ref scale) => Some(cutover_scale::release(from, scale)?),
    })
}

/// Plans a release by a strategy. Where there is nothing to do the plan has no steps.
///
/// # Errors
///
/// What the strategy or the planner refuses, with the object, the field and a hint.
pub fn plan(release: &Release, strategy: &Strategy, options: &Options) -> Result<Plan, Error> {
    Ok(cutover_planner::plan(
        release,
        strategy.name(),
        waypoints(release, strategy)?,
        options,
    )?)
}

fn waypoints(release: &Release, strategy: &Strategy) -> Result<Waypoints, Error> {
    Ok(match *strategy {
        #[cfg(feature = "affinity")]
        Strategy::Affinity(_) => cutover_affinity::waypoints(release),
        #[cfg(feature = "blue-green")]
        Strategy::BlueGreen(ref blue_green) => cutover_blue_green::waypoints(release, blue_green)?,
        #[cfg(feature = "canary")]
        Strategy::Canary(ref canary) => cutover_canary::waypoints(release, canary)?,
        #[cfg(feature = "rolling")]
        Strategy::Pause(_) => straight(release, "pause")?,
        #[cfg(feature = "rolling")]
        Strategy::Recreate(_) => cutover_rolling::recreate_waypoints(release)?,
        #[cfg(feature = "rolling")]
        Strategy::Restart(_) => straight(release, "restart")?,
        #[cfg(feature = "rolling")]
        Strategy::Resume(_) => cutover_rolling::resume_waypoints(release)?,
        #[cfg(feature = "rollback")]
        Strategy::Rollback(ref rollback) => cutover_rollback::waypoints(release, rollback)?,
        #[cfg(feature = "rolling")]
        Strategy::Rolling(ref rolling) => cutover_rolling::waypoints(release, rolling)?,
        #[cfg(feature = "scale")]
        Strategy::Scale(ref scale) => cutover_scale::waypoints(release, scale)?,
    })
}

/// What is wanted, each Deployment by its own controller.
#[cfg(feature = "rolling")]
fn straight(release: &Release, phase: &str) -> Result<Waypoints, Error> {
    Ok(Waypoints::straight(release, phase, &Default::default())?)
}
