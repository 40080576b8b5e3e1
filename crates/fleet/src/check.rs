//! Whether a fleet plan keeps what it promises.

use std::collections::BTreeMap;
use std::ops::Deref;

use cutover_check::Checked;
use cutover_manifest::{Digest, PathSegment, is_invisible};
use cutover_plan::{Gate, Plan};

use crate::broken::Broken;
use crate::document::{FleetPlan, PlannedCluster, PlannedWave};
use crate::error::Error;
use crate::journal::Journal;
use crate::moments::{Moment, moments};
use crate::name::{Context, Name};
use crate::policy::Unreachable;
use crate::waves::{MOST_CLUSTERS, MOST_WAVES, twice};

/// A fleet plan whose promises, and those of each of its plans, were recounted and hold.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedFleet {
    fleet: FleetPlan<Checked>,
    moments: Vec<Moment>,
}

impl CheckedFleet {
    /// The worst moments: one a wave forward, then one a wave back.
    pub fn moments(&self) -> &[Moment] {
        &self.moments
    }

    /// The plan of a cluster.
    pub fn plan(&self, cluster: &PlannedCluster) -> Option<&Checked> {
        self.fleet.spec.plans.get(&cluster.plan)
    }
}

impl Deref for CheckedFleet {
    type Target = FleetPlan<Checked>;

    fn deref(&self) -> &FleetPlan<Checked> {
        &self.fleet
    }
}

/// Recounts what a fleet plan promises: its digest, each plan, that each cluster is in one wave and
/// has a plan that is there, that each plan is used, that the limits fit the waves, and its budget.
///
/// # Errors
///
/// All that does not hold. A document that is not whole, or larger than one may be, ends the recount
/// there; a plan that does not hold, or a cluster that has none, ends it before the budget.
pub fn check(fleet: FleetPlan) -> Result<CheckedFleet, Vec<Broken>> {
    whole(&fleet).map_err(|error| vec![error.into()])?;
    let mut broken = members(&fleet);
    broken.extend(
        fleet
            .spec
            .waves
            .iter()
            .flat_map(|wave| limits(wave, fleet.spec.unreachable)),
    );
    broken.extend(counted(&fleet));
    broken.extend(journal(&fleet));
    let fleet = plans(fleet).map_err(|plans| {
        broken.extend(plans);
        std::mem::take(&mut broken)
    })?;
    if !broken.is_empty() {
        return Err(broken);
    }
    let moments = moments(&fleet);
    broken.extend(moments.iter().flat_map(|moment| budget(&fleet, moment)));
    match broken.is_empty() {
        true => Ok(CheckedFleet { fleet, moments }),
        false => Err(broken),
    }
}

/// Whether the document is the one that its digest was made of, and no larger than one may be.
fn whole(fleet: &FleetPlan) -> Result<(), Error> {
    let spec = &fleet.spec;
    let clusters = fleet.clusters().count() + spec.unmatched.len();
    for (what, count, most) in [
        ("waves", spec.waves.len(), MOST_WAVES),
        ("clusters", clusters, MOST_CLUSTERS),
    ] {
        match count {
            0 => return Err(Error::None { what }),
            count if count > most => return Err(Error::TooMany { what, count, most }),
            _ => {}
        }
    }
    if let Err(reason) = PathSegment::name(&fleet.metadata.name) {
        return Err(Error::document(
            "fleet plan: metadata.name",
            reason.to_string(),
        ));
    }
    if fleet.made_digest()? != fleet.digest {
        return Err(Error::Edited);
    }
    Ok(())
}

/// Whether each cluster is in one wave, each wave has some, and each is a cluster of its own.
fn members(fleet: &FleetPlan) -> Vec<Broken> {
    let mut broken = Vec::new();
    let clusters = fleet.clusters().map(|cluster| &cluster.name);
    let waves = fleet.spec.waves.iter().map(|wave| &wave.name);
    let clusters = twice(clusters.chain(&fleet.spec.unmatched));
    for (what, names) in [("clusters", clusters), ("waves", twice(waves))] {
        if !names.is_empty() {
            broken.push(Error::Twice { what, names }.into());
        }
    }
    let empty = fleet
        .spec
        .waves
        .iter()
        .filter(|wave| wave.clusters.is_empty());
    let empty: Vec<Name> = empty.map(|wave| wave.name.clone()).collect();
    if !empty.is_empty() {
        broken.push(Error::Empty { waves: empty }.into());
    }
    let mut contexts: BTreeMap<&Context, Vec<Name>> = BTreeMap::new();
    for cluster in fleet.clusters() {
        if let Some(context) = &cluster.context {
            contexts
                .entry(context)
                .or_default()
                .push(cluster.name.clone());
        }
    }
    for (context, clusters) in contexts
        .into_iter()
        .filter(|(_, clusters)| clusters.len() > 1)
    {
        let context = context.to_string();
        broken.push(Broken::Context { context, clusters });
    }
    broken
}

/// Whether a wave's limits are numbers of its clusters, and its gates can be waited for.
fn limits(wave: &PlannedWave, unreachable: Unreachable) -> Vec<Broken> {
    let mut reasons = Vec::new();
    let count = wave.clusters.len();
    let is_number = |number: u32, least: u32| {
        number >= least && usize::try_from(number).is_ok_and(|number| number <= count)
    };
    for (what, number) in [
        ("maxConcurrency", wave.max_concurrency),
        ("undoMaxConcurrency", wave.undo_concurrency()),
    ] {
        if !is_number(number, 1) {
            reasons.push(format!(
                "{what} is {number}, and it has 1 to {count} clusters to change at once"
            ));
        }
    }
    if !is_number(wave.max_failures, 0) {
        let number = wave.max_failures;
        reasons.push(format!(
            "maxFailures is {number}, and it has {count} clusters"
        ));
    }
    if unreachable == Unreachable::Wait && wave.progress_deadline_seconds.is_none() {
        reasons.push(
            "a cluster that cannot be reached is waited for within the deadline, and it has none\n\
             hint: say progressDeadlineSeconds"
                .to_owned(),
        );
    }
    reasons.extend(gates(wave));
    let broken = reasons.into_iter().map(|reason| Broken::Wave {
        wave: wave.name.clone(),
        reason,
    });
    broken.collect()
}

/// What of a wave's gates nobody can wait for.
fn gates(wave: &PlannedWave) -> Vec<String> {
    let mut reasons = Vec::new();
    for (when, gates) in [("before", &wave.gates.before), ("after", &wave.gates.after)] {
        let unfit = gates.iter().filter_map(unfit);
        reasons.extend(unfit.map(|reason| format!("gates.{when}: {reason}")));
    }
    reasons
}

/// Why a gate cannot be one of a wave, where it cannot.
fn unfit(gate: &Gate) -> Option<&'static str> {
    match gate {
        Gate::Available(_)
        | Gate::Drained(_)
        | Gate::Endpoints(_)
        | Gate::Held(_)
        | Gate::Routed(_)
        | Gate::Settled(_) => Some(
            "it looks at an object, and a wave has several clusters\n\
             hint: the steps of each plan wait for their objects; a wave waits for pause, window, metric, smoke or webhook",
        ),
        Gate::Job(_) => Some(
            "a Job runs in one cluster, and a wave has several\n\
             hint: let a strategy's analysis run it in each cluster, or ask a webhook",
        ),
        Gate::Metric(_) | Gate::Pause(_) | Gate::Smoke(_) | Gate::Webhook(_) | Gate::Window(_) => {
            None
        }
    }
}

/// Whether each cluster has a value of the budget's label, and none where nobody asks for it.
fn counted(fleet: &FleetPlan) -> Vec<Broken> {
    let budget = fleet.spec.budget.as_ref();
    let label = budget.and_then(|budget| budget.per_label.as_ref());
    let wrong = fleet
        .clusters()
        .filter(|cluster| match (&cluster.counted_as, label) {
            (Some(value), Some(_)) => value.is_empty() || value.chars().any(is_invisible),
            (value, label) => value.is_some() != label.is_some(),
        });
    let clusters: Vec<Name> = wrong.map(|cluster| cluster.name.clone()).collect();
    if clusters.is_empty() {
        return Vec::new();
    }
    let reason = match label {
        Some(label) => {
            format!("they have no label `{label}`, by which the budget counts\nhint: label them")
        }
        None => "they are counted apart, and no budget asks for it".to_owned(),
    };
    vec![Broken::Uncounted { clusters, reason }]
}

/// Whether the journal is in a cluster of the fleet that can be reached.
fn journal(fleet: &FleetPlan) -> Option<Broken> {
    let Some(Journal::Cluster { cluster, .. }) = &fleet.spec.journal else {
        return None;
    };
    let known = fleet.clusters().find(|known| known.name == *cluster);
    let reason = match known {
        Some(known) if known.context.is_some() => return None,
        Some(_) => {
            "it has no context by which it is reached\nhint: give it one, or keep the journal in a file"
        }
        None => {
            "it is in no wave of the fleet\nhint: name a cluster of a wave, or keep the journal in a file"
        }
    };
    Some(Broken::Journal {
        cluster: cluster.clone(),
        reason,
    })
}

/// The same fleet plan with plans whose promises were recounted.
fn plans(fleet: FleetPlan) -> Result<FleetPlan<Checked>, Vec<Broken>> {
    let mut owners: BTreeMap<Digest, Vec<Name>> = BTreeMap::new();
    for cluster in fleet.clusters() {
        let clusters = owners.entry(cluster.plan.clone()).or_default();
        clusters.push(cluster.name.clone());
    }
    let mut broken = lost(&fleet, &owners);
    fleet.try_with_plans(|plans| {
        let mut checked = BTreeMap::new();
        for (digest, plan) in plans {
            match recounted(&digest, plan) {
                Ok(plan) => drop(checked.insert(digest, plan)),
                Err(all) => {
                    let clusters = owners.remove(&digest).unwrap_or_default();
                    broken.extend(all.into_iter().map(|broken| Broken::Plan {
                        clusters: clusters.clone(),
                        broken: Box::new(broken),
                    }));
                }
            }
        }
        match broken.is_empty() {
            true => Ok(checked),
            false => Err(broken),
        }
    })
}

/// Clusters whose plan is not there, and plans that no cluster has.
fn lost(fleet: &FleetPlan, owners: &BTreeMap<Digest, Vec<Name>>) -> Vec<Broken> {
    let stored = &fleet.spec.plans;
    let mut broken = Vec::new();
    let unknown = fleet
        .clusters()
        .filter(|cluster| !stored.contains_key(&cluster.plan));
    let clusters: Vec<Name> = unknown.map(|cluster| cluster.name.clone()).collect();
    if !clusters.is_empty() {
        broken.push(Broken::Unknown { clusters });
    }
    let unused = stored.keys().filter(|digest| !owners.contains_key(*digest));
    let plans: Vec<Digest> = unused.cloned().collect();
    if !plans.is_empty() {
        broken.push(Broken::Unused { plans });
    }
    broken
}

/// A plan that is the one of this digest and keeps what it promises.
fn recounted(digest: &Digest, plan: Plan) -> Result<Checked, Vec<cutover_check::Broken>> {
    if plan.digest != *digest {
        let reason = "it is not the plan that it stands for";
        return Err(vec![cutover_check::Broken::Says {
            place: cutover_check::Place::Plan,
            reason,
        }]);
    }
    cutover_check::check(plan)
}

/// Whether enough of the fleet is left at a moment.
fn budget(fleet: &FleetPlan<Checked>, moment: &Moment) -> Vec<Broken> {
    let (Some(budget), Some(wave)) = (&fleet.spec.budget, fleet.spec.waves.get(moment.wave)) else {
        return Vec::new();
    };
    let least = budget.min_available;
    let short = moment
        .left
        .iter()
        .filter(|(_, part)| !part.keeps(least.percent()));
    let broken = short.map(|(value, part)| Broken::Budget {
        wave: wave.name.clone(),
        back: moment.back,
        value: value.clone(),
        left: format!("{part} ({})", part.percent()),
        asked: least.to_string(),
    });
    broken.collect()
}
