//! A release of some workloads alone.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_traffic::{backends, services_by_owner};
use cutover_workload::{Autoscaler, Selector, texts};

use crate::select::{WorkloadName, select};
use crate::templates::{is_made, read_by, templates};
use crate::{Ends, Refusals};

impl Ends {
    /// The same release of these Deployments alone, of all where none is named: what belongs to other
    /// workloads stays as it runs, and new ones do not come.
    ///
    /// To a workload belong the objects that serve it and nobody else that is meant: its Services and
    /// routes, the configuration that its pods read, its autoscaler, its PodDisruptionBudget and
    /// NetworkPolicy. What it shares with a Deployment that is meant, and what belongs to nobody, goes
    /// with the release.
    ///
    /// # Errors
    ///
    /// A name that no Deployment has that runs, or that several have.
    ///
    /// ```
    /// # use cutover_manifest::Bundle;
    /// # use cutover_release::Ends;
    /// let named = |name: &str, version: &str| format!("---\nkind: Deployment\napiVersion: apps/v1\n\
    ///     metadata: {{name: {name}, labels: {{version: {version}}}}}\nspec: {{template: {{}}}}\n");
    /// let both = |version: &str| named("api", version) + &named("web", version);
    /// let ends = Ends::new(Bundle::from_yaml("old", both("a"))?, Bundle::from_yaml("new", both("b"))?);
    /// let only = ends.only(&["web".parse()?])?;
    /// let changed = only.to().iter().filter(|object| only.from().get(object.object()) != Some(object));
    /// assert_eq!(changed.count(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn only(self, workloads: &[WorkloadName]) -> Result<Self, Refusals> {
        if workloads.is_empty() {
            return Ok(self);
        }
        let meant: BTreeSet<ObjectRef> = select(self.from(), workloads)?.into_iter().collect();
        let owners = owners([self.from(), self.to()]);
        let mut to = self.to().clone();
        for (object, owners) in &owners {
            if owners.is_disjoint(&meant) {
                match self.from().get(object) {
                    Some(running) => to.insert(running.clone()),
                    None => to.remove(object),
                };
            }
        }
        Ok(self.wanting(to))
    }
}

/// The workloads that an object belongs to, in one of the bundles or in several; nothing of an object
/// that belongs to none.
type Owners = BTreeMap<ObjectRef, BTreeSet<ObjectRef>>;

fn owners(bundles: [&Bundle; 2]) -> Owners {
    let mut owners = Owners::new();
    for bundle in bundles {
        let workloads = workloads(bundle);
        for workload in &workloads {
            own(&mut owners, workload.object(), workload.object());
            for read in read_by(workload) {
                own(&mut owners, &read, workload.object());
            }
        }
        for (workload, services) in services_by_owner(bundle) {
            for service in services {
                own(&mut owners, &service, &workload);
            }
        }
        for manifest in bundle.iter() {
            for workload in counted_by(manifest, &workloads) {
                own(&mut owners, manifest.object(), workload);
            }
        }
    }
    with_routes(owners, bundles)
}

/// Whoever runs pods, but for what a controller made.
fn workloads(bundle: &Bundle) -> Vec<&Manifest> {
    let all = bundle.iter().filter(|manifest| !is_made(manifest));
    all.filter(|manifest| templates(manifest).next().is_some())
        .collect()
}

/// The workloads that an autoscaler scales, or whose pods an object counts by their labels.
fn counted_by<'a>(manifest: &Manifest, workloads: &[&'a Manifest]) -> Vec<&'a ObjectRef> {
    let object = manifest.object();
    let near = workloads
        .iter()
        .filter(|workload| workload.object().namespace == object.namespace);
    if let Some(scaler) = Autoscaler::of(manifest) {
        let scaled = near.filter(|workload| scaler.scales(workload.object()));
        return scaled.map(|workload| workload.object()).collect();
    }
    // One that cannot be read belongs to nobody, and is judged as part of the release.
    let Some(Ok(selector)) = Selector::of_counter(manifest) else {
        return Vec::new();
    };
    let counted = near.filter(|workload| {
        let mut labels = templates(workload).map(|pods| texts(pods.pointer("/metadata/labels")));
        labels.any(|labels| selector.matches(&labels))
    });
    counted.map(|workload| workload.object()).collect()
}

/// A route belongs to whom the Services belong that it names.
fn with_routes(mut owners: Owners, bundles: [&Bundle; 2]) -> Owners {
    let routes = bundles.into_iter().flat_map(Bundle::iter);
    for route in routes {
        for backend in backends(route) {
            let behind = owners.get(&backend.service).cloned().unwrap_or_default();
            for workload in &behind {
                own(&mut owners, route.object(), workload);
            }
        }
    }
    owners
}

fn own(owners: &mut Owners, object: &ObjectRef, workload: &ObjectRef) {
    let known = owners.entry(object.clone()).or_default();
    known.insert(workload.clone());
}

#[cfg(test)]
mod tests;
