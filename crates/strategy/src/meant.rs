//! What a strategy is about, where it does not say so itself.

use cutover_release::WorkloadName;

use crate::strategy::AnyStrategy;

impl AnyStrategy {
    /// Fills in the workloads and the namespace that are meant, where the strategy has a place for
    /// them and says nothing.
    ///
    /// ```
    /// # #[cfg(feature = "rolling")] {
    /// use cutover_strategy::AnyStrategy;
    ///
    /// let hello = "deployment/hello".parse()?;
    /// let mut pause = AnyStrategy::Pause(cutover_rolling::Pause::default());
    /// pause.narrow(&[hello], None);
    /// let AnyStrategy::Pause(pause) = pause else { unreachable!() };
    /// assert_eq!(pause.workloads.len(), 1);
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[allow(
        unused_variables,
        reason = "with some features alone no strategy has a place for them"
    )]
    pub fn narrow(&mut self, workloads: &[WorkloadName], namespace: Option<&str>) {
        match *self {
            #[cfg(feature = "adopt")]
            Self::Adopt(ref mut adopt) => name(&mut adopt.workloads, workloads),
            #[cfg(feature = "affinity")]
            Self::Affinity(ref mut affinity) => place(&mut affinity.namespace, namespace),
            #[cfg(feature = "blue-green")]
            Self::BlueGreen(ref mut blue_green) => place(&mut blue_green.namespace, namespace),
            #[cfg(feature = "canary")]
            Self::Canary(_) => {}
            #[cfg(feature = "rolling")]
            Self::Pause(ref mut pause) => name(&mut pause.workloads, workloads),
            #[cfg(feature = "rolling")]
            Self::Recreate(_) | Self::Rolling(_) => {}
            #[cfg(feature = "rolling")]
            Self::Restart(ref mut restart) => name(&mut restart.workloads, workloads),
            #[cfg(feature = "rolling")]
            Self::Resume(ref mut resume) => name(&mut resume.workloads, workloads),
            #[cfg(feature = "rollback")]
            Self::Rollback(ref mut rollback) => name(&mut rollback.workloads, workloads),
            #[cfg(feature = "scale")]
            Self::Scale(ref mut scale) => name(&mut scale.workloads, workloads),
        }
    }

    /// Whether it says itself what is wanted, so that nobody else does.
    pub fn says_what_is_wanted(&self) -> bool {
        match *self {
            #[cfg(feature = "adopt")]
            Self::Adopt(_) => true,
            #[cfg(feature = "affinity")]
            Self::Affinity(_) => true,
            #[cfg(feature = "blue-green")]
            Self::BlueGreen(_) => false,
            #[cfg(feature = "canary")]
            Self::Canary(_) => false,
            #[cfg(feature = "rolling")]
            Self::Recreate(_) | Self::Rolling(_) => false,
            #[cfg(feature = "rolling")]
            Self::Pause(_) | Self::Restart(_) | Self::Resume(_) => true,
            #[cfg(feature = "rollback")]
            Self::Rollback(_) => true,
            #[cfg(feature = "scale")]
            Self::Scale(_) => true,
        }
    }
}

#[cfg(any(
    feature = "adopt",
    feature = "rolling",
    feature = "rollback",
    feature = "scale"
))]
fn name(own: &mut Vec<WorkloadName>, meant: &[WorkloadName]) {
    if own.is_empty() {
        own.extend_from_slice(meant);
    }
}

#[cfg(any(feature = "affinity", feature = "blue-green"))]
fn place(own: &mut Option<String>, meant: Option<&str>) {
    if own.is_none() {
        *own = meant.map(str::to_owned);
    }
}
