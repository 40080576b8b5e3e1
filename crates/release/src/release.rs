//! A release: what runs, and what is wanted.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Bundle, Manifest, ObjectRef, Warning};
use cutover_workload::{Deployment, deployments};

use crate::kinds;
use crate::live::Owner;
use crate::on_autoscaler::OnAutoscaler;
use crate::refusal::{Refusals, refuse};

/// The pair of bundles `from` (what runs) and `to` (what is wanted), checked for what no strategy
/// can do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Release {
    pub(crate) from: Bundle,
    pub(crate) to: Bundle,
    pub(crate) warnings: Vec<Warning>,
    /// The Services before each Deployment, as it runs.
    pub(crate) services: BTreeMap<ObjectRef, Vec<ObjectRef>>,
    /// Whose pods each Service sends requests to, as they run.
    pub(crate) owners: BTreeMap<ObjectRef, Vec<ObjectRef>>,
    /// The Services that send requests to pods of what comes and is no Deployment.
    pub(crate) joined: BTreeSet<ObjectRef>,
    /// Who says how many pods a Deployment has, where its manifest alone does not.
    pub(crate) counts: BTreeMap<ObjectRef, Owner>,
    /// The Deployments whose number of pods was given, and is not the manifests'.
    pub(crate) given: BTreeSet<ObjectRef>,
    pub(crate) on_autoscaler: Option<OnAutoscaler>,
    /// The ConfigMaps and Secrets that change together with pods that read them.
    pub(crate) held: BTreeSet<ObjectRef>,
    /// The names that several Deployments have.
    pub(crate) shared_names: BTreeSet<String>,
    /// Whether it is a part of a release.
    pub(crate) stage: bool,
}

impl Release {
    /// The bundle of what runs.
    pub fn from(&self) -> &Bundle {
        &self.from
    }

    /// The bundle of what is wanted.
    pub fn to(&self) -> &Bundle {
        &self.to
    }

    /// What a reviewer should know about the release itself.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Whether it is a [stage](Self::stage) of a release: what is refused of a Deployment alone may
    /// go among others.
    pub fn is_stage(&self) -> bool {
        self.stage
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
    pub fn replaced(&self) -> BTreeSet<ObjectRef> {
        self.changed()
            .into_iter()
            .filter(|object| self.replaces_pods(object))
            .collect()
    }

    /// Whether a Deployment's pods are replaced by those of another template.
    pub fn replaces_pods(&self, deployment: &ObjectRef) -> bool {
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
        match self.counts.get(deployment) {
            Some(Owner::Autoscaler(_) | Owner::Unknown) => true,
            Some(Owner::Leaving(_) | Owner::Plan(_)) | None => false,
        }
    }

    /// Whether the number of a Deployment's pods was [given](crate::Ends::given), and is not the
    /// manifests' to say.
    pub fn is_given(&self, deployment: &ObjectRef) -> bool {
        self.given.contains(deployment)
    }

    /// What is done about autoscalers of sets whose pods are counted.
    pub fn on_autoscaler(&self) -> Option<OnAutoscaler> {
        self.on_autoscaler
    }

    /// The ConfigMaps and Secrets whose data changes together with pods that read it: they keep
    /// their data until right before the first of those pods are replaced.
    ///
    /// Where a Deployment that only the far end has reads it too, it changes before that comes.
    pub fn held_configuration(&self) -> &BTreeSet<ObjectRef> {
        &self.held
    }

    /// The autoscaler that says how many pods a Deployment has; none where it is held, or goes.
    pub fn autoscaler_of(&self, deployment: &ObjectRef) -> Option<&ObjectRef> {
        match self.counts.get(deployment)? {
            Owner::Autoscaler(scaler) => Some(scaler),
            Owner::Leaving(_) | Owner::Plan(_) | Owner::Unknown => None,
        }
    }

    /// Whether another Deployment of the release has this one's name, in another namespace.
    pub(crate) fn shares_name(&self, deployment: &ObjectRef) -> bool {
        self.shared_names.contains(&deployment.name)
    }

    /// Whether pods of others, which no plan of the release replaces, are behind a Service of a
    /// Deployment too, or come to be.
    pub(crate) fn is_shared(&self, service: &ObjectRef, deployment: &ObjectRef) -> bool {
        let is_planned = |owner: &ObjectRef| Deployment::is(owner) && self.replaces_pods(owner);
        let owners = self.owners.get(service).into_iter().flatten();
        let others = owners.filter(|owner| *owner != deployment && !is_planned(owner));
        let mut others = others.filter_map(|owner| self.from.get(owner));
        self.joined.contains(service)
            || others.any(|other| !is_owned(other) && Deployment::of(other).replicas() != Some(0))
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
}

/// Whether a controller made it, which deletes it too.
pub(crate) fn is_owned(manifest: &Manifest) -> bool {
    manifest.pointer("/metadata/ownerReferences/0").is_some()
}
