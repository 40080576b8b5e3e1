//! Counts that an autoscaler may have chosen anew, since nothing holds it.

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_workload::{Autoscaler, Deployment};

/// The autoscaler that may choose how many pods a set has in a state; none where it is held.
pub(crate) fn chooser<'a>(set: &ObjectRef, state: &'a Bundle) -> Option<Autoscaler<'a>> {
    let mut scalers = state.iter().filter_map(Autoscaler::of);
    scalers.find(|scaler| !scaler.is_held() && scaler.scales(set))
}

/// A live object as a state counts its pods, where an autoscaler may have chosen another number; any
/// other as it is.
pub(crate) fn as_counted(live: &Manifest, here: &Manifest, state: &Bundle) -> Manifest {
    let said = here.pointer(Deployment::REPLICAS.pointer());
    match said.filter(|_| chooser(here.object(), state).is_some()) {
        Some(said) => live.with(Deployment::REPLICAS, said.clone()),
        None => live.clone(),
    }
}
