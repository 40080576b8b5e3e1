//! A release from both ends: what every strategy relies on is so.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Bundle, ObjectRef, Warning};
use cutover_traffic::{Owned, PodIndex, makes_lasting_pods, services, services_by_owner};
use cutover_workload::{Deployment, deployments};

use crate::alike::written_alike;
use crate::api_versions::at_wanted_versions;
use crate::claims::keep_claims;
use crate::configuration::held;
use crate::ends::Ends;
use crate::history::without_history;
use crate::jobs::keep_jobs;
use crate::live::{keep, owners};
use crate::namespaces::in_one_namespace;
use crate::refusal::Refusals;
use crate::refuse::refuse_release;
use crate::release::{Release, is_owned};
use crate::restart::restart_for_configuration;
use crate::secrets::sealed;
use crate::services::without_pods;
use crate::versions::{Configuration, version_configuration};

impl Release {
    /// A release from what runs to what is wanted.
    ///
    /// Objects that `to` lacks stay, with a warning, unless the ends are
    /// [pruned](Ends::pruned). One that names its namespace at one end alone is where it is
    /// [said](Ends::in_namespace) to be. One that makes no pods is read at the version of its API at which it is
    /// wanted. Secrets are sealed: no value gets into a plan, and of data that is the
    /// same at both ends nothing at all. ReplicaSets that a Deployment of the input controls are its
    /// history, and left out with their pods. Where others say how many pods run, `replicas` stays
    /// as it is, or is the number that was [given](Ends::given).
    ///
    /// # Errors
    ///
    /// A Secret whose data differs, where this is built without the feature `seal`
    /// ([`kinds::SEAL`](crate::kinds::SEAL)); else what rule 10 of the planner refuses: immutable fields, Services that would match nothing,
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
        let both = both.map(|end| without_history(end, both));
        let [from, mut to] = in_one_namespace(both, ends.namespace())?;
        let (from, read) = at_wanted_versions(&from, &to);
        let mut warnings = ends.warnings().to_vec();
        warnings.extend(read);
        for manifest in from
            .iter()
            .filter(|manifest| !to.contains(manifest.object()))
            .cloned()
            .collect::<Vec<_>>()
        {
            let owned = is_owned(&manifest);
            let is_kept = is_kept(manifest.object());
            if !ends.is_pruned() || owned || is_kept {
                warnings.extend((!owned).then(|| stays(manifest.object(), is_kept)));
                to.insert(manifest);
            }
        }
        to.share(&from);
        let [mut from, mut to] = sealed([from, to], ends.sealing())?;
        if ends.configuration() == Configuration::Version {
            warnings.extend(version_configuration(&from, &mut to)?);
        }
        let given = ends.fill([&mut from, &mut to]);
        let counts = owners(&from, &to, ends.on_autoscaler());
        warnings.extend(keep(&counts, &given, ends.is_scaled(), &from, &mut to));
        written_alike(&from, &mut to);
        if ends.restarts_for_configuration() {
            restart_for_configuration(&from, &mut to)?;
        }
        warnings.extend(keep_jobs(&from, &mut to));
        warnings.extend(keep_claims(&from, &mut to));
        warnings.extend(without_pods(&from, &to)?);
        let release = Self {
            from,
            to,
            warnings,
            counts,
            given,
            on_autoscaler: ends.on_autoscaler(),
            ..Self::default()
        };
        release.judged()
    }

    /// A part of the release, from one bundle to another, by the same rules. It has nothing to tell
    /// that the whole has not told.
    pub(crate) fn between(&self, from: Bundle, to: Bundle) -> Result<Self, Refusals> {
        let part = Self {
            from,
            to,
            counts: self.counts.clone(),
            given: self.given.clone(),
            on_autoscaler: self.on_autoscaler,
            stage: true,
            ..Self::default()
        };
        part.judged()
    }

    /// The same with what is derived from both ends, where rule 10 refuses nothing.
    fn judged(mut self) -> Result<Self, Refusals> {
        self.services = services_by_owner(&self.from);
        for (owner, services) in &self.services {
            for service in services {
                let owners = self.owners.entry(service.clone()).or_default();
                owners.push(owner.clone());
            }
        }
        self.joined = joined(&self);
        self.held = held(&self);
        self.shared_names = shared_names([&self.from, &self.to]);
        refuse_release(&self)?;
        Ok(self)
    }
}

/// The Services that lead, as they are at either end, to pods of what comes and is no Deployment.
fn joined(release: &Release) -> BTreeSet<ObjectRef> {
    let coming = PodIndex::of(release.to());
    let comes = |pods: &&Owned<'_>| {
        let stranger = release.to().get(pods.owner);
        let comes = !Deployment::is(pods.owner) && !release.from().contains(pods.owner);
        comes && stranger.is_some_and(makes_lasting_pods)
    };
    let mut joined = BTreeSet::new();
    for service in services(release.from()) {
        let object = service.object();
        let mut ends = [Some(service), release.to().get(object)]
            .into_iter()
            .flatten();
        if ends.any(|end| coming.behind(end).iter().any(comes)) {
            joined.insert(object.clone());
        }
    }
    joined
}

/// The names that several Deployments have, of both ends together.
fn shared_names(ends: [&Bundle; 2]) -> BTreeSet<String> {
    let mut known: BTreeMap<&str, &ObjectRef> = BTreeMap::new();
    let mut shared = BTreeSet::new();
    for set in ends.into_iter().flat_map(deployments) {
        let object = set.manifest().object();
        if *known.entry(&object.name).or_insert(object) != object {
            shared.insert(object.name.clone());
        }
    }
    shared
}

fn is_kept(object: &ObjectRef) -> bool {
    matches!(
        object.kind.as_str(),
        "Namespace" | "CustomResourceDefinition" | "PersistentVolumeClaim"
    )
}

fn stays(object: &ObjectRef, is_kept: bool) -> Warning {
    let hint = match is_kept {
        true => "delete it by hand: what is in it goes with it, and no plan brings that back",
        false => "prune it, or delete it by hand",
    };
    Warning::about(object, "is not in what is wanted, and stays", hint)
}
