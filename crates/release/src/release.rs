//! A release: what runs, and what is wanted.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Bundle, Manifest, ObjectRef, Warning};
use cutover_traffic::{PodIndex, services_by_owner};
use cutover_workload::{Deployment, deployments, texts};
use serde_json::{Value, json};

use crate::alike::written_alike;
use crate::configuration::held;
use crate::ends::Ends;
use crate::history::without_history;
use crate::jobs::keep_jobs;
use crate::kinds;
use crate::live::{keep, live};
use crate::refusal::{Refusals, refuse};
use crate::refuse::refuse_release;
use crate::restart::restart_for_configuration;
use crate::secrets::sealed;

/// The pair of bundles `from` (what runs) and `to` (what is wanted), checked for what no strategy
/// can do.
#[derive(Clone, Debug, PartialEq)]
pub struct Release {
    from: Bundle,
    to: Bundle,
    warnings: Vec<Warning>,
    /// The Services before each Deployment, as it runs.
    services: BTreeMap<ObjectRef, Vec<ObjectRef>>,
    /// Whose pods each Service sends requests to, as they run.
    owners: BTreeMap<ObjectRef, Vec<ObjectRef>>,
    /// The Deployments whose number of pods others say, each with its autoscaler where it has one.
    live: BTreeMap<ObjectRef, Option<ObjectRef>>,
    /// The ConfigMaps and Secrets that change together with pods that read them.
    held: BTreeSet<ObjectRef>,
}

impl Release {
    /// A release from what runs to what is wanted.
    ///
    /// Objects that `to` lacks stay, with a warning, unless the ends are
    /// [pruned](Ends::pruned). Secrets are sealed: no value gets into a plan, and of data that is the
    /// same at both ends nothing at all. ReplicaSets that a Deployment of the input controls are its
    /// history, and left out with their pods. Where others say how many pods run, `replicas` stays
    /// as it is.
    ///
    /// # Errors
    ///
    /// What rule 10 of the planner refuses: immutable fields, Services that would match nothing,
    /// two workloads with one selector, … each with the object, the field and a hint.
    ///
    /// ```
    /// use cutover_release::{Ends, Release};
    ///
    /// let release = Release::new(Ends::default())?;
    /// assert!(release.changed().is_empty());
    /// # Ok::<(), cutover_release::Refusals>(())
    /// ```
    pub fn new(ends: Ends) -> Result<Self, Refusals> {
        let both = [ends.from(), ends.to()];
        let [from, mut to] = both.map(|end| without_history(end, both));
        let mut warnings = Vec::new();
        for manifest in from
            .iter()
            .filter(|manifest| !to.contains(manifest.object()))
            .cloned()
            .collect::<Vec<_>>()
        {
            let owned = is_owned(&manifest);
            if !ends.is_pruned() || owned || is_kept(manifest.object()) {
                warnings.extend((!owned).then(|| stays(manifest.object())));
                to.insert(manifest);
            }
        }
        let [from, mut to] = sealed([from, to], ends.sealer());
        written_alike(&from, &mut to);
        if ends.restarts_for_configuration() {
            restart_for_configuration(&from, &mut to)?;
        }
        warnings.extend(keep_jobs(&from, &mut to));
        let live = live(&from, &to);
        warnings.extend(keep(&live, &from, &mut to));
        let services = services_by_owner(&from);
        let mut owners: BTreeMap<ObjectRef, Vec<ObjectRef>> = BTreeMap::new();
        for (owner, service) in services
            .iter()
            .flat_map(|(owner, all)| all.iter().map(move |one| (owner, one)))
        {
            owners
                .entry(service.clone())
                .or_default()
                .push(owner.clone());
        }
        let mut release = Self {
            from,
            to,
            warnings,
            services,
            owners,
            live,
            held: BTreeSet::new(),
        };
        release.held = held(&release);
        refuse_release(&release)?;
        Ok(release)
    }

    /// What runs.
    pub fn from(&self) -> &Bundle {
        &self.from
    }

    /// What is wanted.
    pub fn to(&self) -> &Bundle {
        &self.to
    }

    /// What a reviewer should know about the release itself.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The Deployments that both ends have and that differ.
    pub fn changed(&self) -> Vec<ObjectRef> {
        let both = deployments(&self.from)
            .filter_map(|from| Some((from.manifest(), self.to.get(from.manifest().object())?)));
        both.filter(|(from, to)| from != to)
            .map(|(from, _)| from.object().clone())
            .collect()
    }

    /// The changed Deployments whose pods are replaced.
    pub fn turned(&self) -> BTreeSet<ObjectRef> {
        self.changed()
            .into_iter()
            .filter(|object| self.turns(object))
            .collect()
    }

    /// Whether a Deployment's pods are replaced by those of another template.
    pub fn turns(&self, deployment: &ObjectRef) -> bool {
        let [from, to] = [&self.from, &self.to].map(|end| {
            end.get(deployment)
                .and_then(|set| Deployment::of(set).template())
        });
        from != to
    }

    /// Whether a Deployment that has pods at both ends is rolled by its controller: its pods are
    /// replaced, or what was held back while it was paused rolls out.
    pub fn rolls(&self, deployment: &ObjectRef) -> bool {
        let ends = [&self.from, &self.to].map(|end| end.get(deployment).map(Deployment::of));
        let stands = |set: &Deployment<'_>| set.replicas() != Some(0);
        match ends {
            [Some(from), Some(to)] => to.rolls_after(from) && ends.iter().flatten().all(stands),
            _ => false,
        }
    }

    /// The Services that send requests to this Deployment's pods before the release.
    pub fn services_of(&self, deployment: &ObjectRef) -> Vec<&Manifest> {
        let services = self.services.get(deployment).into_iter().flatten();
        services
            .filter_map(|service| self.from.get(service))
            .collect()
    }

    /// Whether others say how many pods a Deployment has: an autoscaler of the input, or whoever
    /// scales what a manifest gives no number. Both ends have the same `replicas` then.
    pub fn is_live(&self, deployment: &ObjectRef) -> bool {
        self.live.contains_key(deployment)
    }

    /// The ConfigMaps and Secrets whose data changes together with pods that read it: they keep
    /// their data until right before the first of those pods are replaced.
    ///
    /// Where a Deployment that only the far end has reads it too, it changes before that comes.
    pub fn held_configuration(&self) -> &BTreeSet<ObjectRef> {
        &self.held
    }

    /// The autoscaler that says how many pods a Deployment has.
    pub fn autoscaler_of(&self, deployment: &ObjectRef) -> Option<&ObjectRef> {
        self.live.get(deployment)?.as_ref()
    }

    /// Whether pods of others, which the release does not replace, are behind a Service of a
    /// Deployment too.
    pub(crate) fn is_shared(&self, service: &ObjectRef, deployment: &ObjectRef) -> bool {
        let owners = self.owners.get(service).into_iter().flatten();
        let others = owners.filter(|owner| *owner != deployment && !self.turns(owner));
        let mut others = others.filter_map(|owner| self.from.get(owner));
        others.any(|other| !is_owned(other) && Deployment::of(other).replicas() != Some(0))
    }

    /// A Deployment as it runs, and as it is wanted.
    ///
    /// # Errors
    ///
    /// One that only one end has, or none.
    pub fn both_ends(&self, deployment: &ObjectRef) -> Result<(&Manifest, &Manifest), Refusals> {
        let missing = || {
            refuse(
                kinds::ONE_END,
                deployment,
                "",
                "is not on both ends of the release",
                "give manifests that have it",
            )
        };
        self.from
            .get(deployment)
            .zip(self.to.get(deployment))
            .ok_or_else(missing)
    }

    /// Where the plan stands while the workloads are on their way: Deployments as they run, with
    /// the configuration that [changes with their pods](Self::held_configuration), all other
    /// objects as they are wanted, nothing removed yet.
    ///
    /// A Service whose selector changes together with the labels of its pods selects by what both
    /// have in common meanwhile: widen, roll, narrow.
    ///
    /// # Errors
    ///
    /// Where the two selectors have nothing in common.
    pub fn transit(&self) -> Result<Bundle, Refusals> {
        let mut transit = self.from.clone();
        let pods = PodIndex::of(&self.from);
        let held = &self.held;
        for manifest in self.to.iter() {
            match self.from.get(manifest.object()) {
                Some(from) if Deployment::is(from.object()) || held.contains(from.object()) => {}
                Some(from) if from.object().kind == "Service" => {
                    drop(transit.insert(widened(from, manifest, &pods)?))
                }
                _ => drop(transit.insert(manifest.clone())),
            }
        }
        Ok(transit)
    }
}

/// A Service by what its selectors before and after have in common, where the pods that run are
/// lost otherwise.
fn widened(from: &Manifest, to: &Manifest, pods: &PodIndex<'_>) -> Result<Manifest, Refusals> {
    let (before, after) = (
        texts(from.pointer("/spec/selector")),
        texts(to.pointer("/spec/selector")),
    );
    let reached = |selector| {
        pods.selected(from.object().namespace.as_deref(), selector)
            .len()
    };
    if before == after || reached(&before) <= reached(&after) {
        return Ok(to.clone());
    }
    let common: BTreeMap<_, _> = before
        .into_iter()
        .filter(|(key, value)| after.get(key) == Some(value))
        .collect();
    if common.is_empty() {
        let hint = "change the selector in two releases, by way of a label that both versions have";
        return Err(refuse(
            kinds::SELECTOR,
            to.object(),
            "/spec/selector",
            "the selectors before and after have no label in common",
            hint,
        ));
    }
    Ok(to.set("/spec/selector", json!(common)))
}

fn is_kept(object: &ObjectRef) -> bool {
    matches!(
        object.kind.as_str(),
        "Namespace" | "CustomResourceDefinition" | "PersistentVolumeClaim"
    )
}

/// Whether a controller made it, which deletes it too.
fn is_owned(manifest: &Manifest) -> bool {
    manifest.pointer("/metadata/ownerReferences/0").is_some()
}

fn stays(object: &ObjectRef) -> Warning {
    Warning {
        object: Some(object.clone()),
        place: None,
        message: "is not in what is wanted, and stays".into(),
        hint: Some("prune it, or delete it by hand".into()),
    }
}

/// The value of a number of replicas, for whoever fills it in.
pub fn with_replicas(bundle: &Bundle, deployment: &ObjectRef, replicas: u32) -> Bundle {
    let mut bundle = bundle.clone();
    if let Some(set) = bundle
        .get(deployment)
        .map(|set| set.set("/spec/replicas", Value::from(replicas)))
    {
        bundle.insert(set);
    }
    bundle
}
