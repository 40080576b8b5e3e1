//! A fleet plan, of a fleet and the plans of its clusters.

use std::collections::BTreeMap;

use cutover_manifest::Digest;
use cutover_plan::{Duration, Plan};

use crate::document::{FleetPlan, FleetSpec, PlannedCluster, PlannedWave};
use crate::error::Error;
use crate::file::{Cluster, Fleet};
use crate::name::Name;
use crate::waves::{ResolvedWave, Waves};

/// The fleet plan of a fleet, its waves and the plan of each cluster that is in one of them; a plan
/// that several clusters have is in it once.
///
/// It promises what the fleet file asks for, whether it can be kept or not:
/// [`check`](crate::check) recounts it.
///
/// # Errors
///
/// [`Error::Planless`] for clusters without a plan, all at once.
pub fn assemble(
    fleet: &Fleet,
    waves: &Waves,
    plans: &BTreeMap<Name, Plan>,
) -> Result<FleetPlan, Error> {
    let clusters = waves.waves.iter().flat_map(|wave| &wave.clusters);
    let planless: Vec<Name> = clusters
        .filter(|name| !plans.contains_key(*name))
        .cloned()
        .collect();
    if !planless.is_empty() {
        return Err(Error::Planless { clusters: planless });
    }
    let clusters = fleet.spec.clusters.iter();
    let known: BTreeMap<&Name, &Cluster> =
        clusters.map(|cluster| (&cluster.name, cluster)).collect();
    let mut stored: BTreeMap<Digest, Plan> = BTreeMap::new();
    let mut planned = Vec::new();
    for wave in &waves.waves {
        let mut clusters = Vec::new();
        for name in &wave.clusters {
            if let (Some(cluster), Some(plan)) = (known.get(name), plans.get(name)) {
                clusters.push(planned_cluster(fleet, cluster, &plan.digest));
                let digest = plan.digest.clone();
                stored.entry(digest).or_insert_with(|| plan.clone());
            }
        }
        planned.push(planned_wave(fleet, wave, clusters));
    }
    let spec = FleetSpec {
        unreachable: fleet.spec.unreachable,
        on_failure: fleet.spec.on_failure,
        budget: fleet.spec.budget.clone(),
        journal: fleet.spec.journal.clone(),
        waves: planned,
        unmatched: waves.unmatched.clone(),
        plans: stored,
    };
    FleetPlan::new(&fleet.metadata.name, spec)
}

fn planned_wave(
    fleet: &Fleet,
    resolved: &ResolvedWave,
    clusters: Vec<PlannedCluster>,
) -> PlannedWave {
    let count = u32::try_from(clusters.len()).unwrap_or(u32::MAX);
    let back = fleet
        .spec
        .undo
        .max_concurrency
        .map(|amount| amount.of(count));
    let wave = fleet.spec.waves.get(resolved.like);
    PlannedWave {
        name: resolved.name.clone(),
        max_concurrency: resolved.max_concurrency,
        max_failures: resolved.max_failures,
        undo_max_concurrency: back.filter(|back| *back != resolved.max_concurrency),
        progress_deadline_seconds: wave.and_then(|wave| wave.progress_deadline_seconds),
        soak: wave
            .and_then(|wave| wave.soak)
            .filter(|soak| *soak != Duration::of_seconds(0)),
        gates: wave.map(|wave| wave.gates.clone()).unwrap_or_default(),
        clusters,
    }
}

fn planned_cluster(fleet: &Fleet, cluster: &Cluster, plan: &Digest) -> PlannedCluster {
    let label = fleet
        .spec
        .budget
        .as_ref()
        .and_then(|budget| budget.per_label.as_ref());
    PlannedCluster {
        name: cluster.name.clone(),
        context: cluster.context.clone(),
        weight: cluster.weight,
        counted_as: label.and_then(|label| cluster.labels.get(label)).cloned(),
        plan: plan.clone(),
    }
}
