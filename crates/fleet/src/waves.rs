//! Which clusters change when: a fleet's waves, with names and numbers.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::error::Error;
use crate::file::{Cluster, Fleet, Wave};
use crate::name::Name;
use crate::order::sorting_value;
use crate::policy::Unmatched;

/// The waves of a fleet, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Waves {
    /// Those of the file, and last the one of unmatched clusters, with `unmatched: last`.
    pub waves: Vec<ResolvedWave>,
    /// The clusters that are in none of them and stay as they are, by name.
    pub unmatched: Vec<Name>,
}

/// A wave with its clusters, and its limits as numbers of clusters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ResolvedWave {
    /// What it is called.
    pub name: Name,
    /// Its clusters, in the order in which they start.
    pub clusters: Vec<Name>,
    /// How many of them change at once.
    pub max_concurrency: u32,
    /// How many of them may fail before it starts no more.
    pub max_failures: u32,
    /// The wave of the file whose strategy, limits and gates it has, by its place there.
    #[serde(skip)]
    pub like: usize,
}

/// The most clusters that a fleet may have.
pub const MOST_CLUSTERS: usize = 5_000;

/// The most waves that a fleet may have.
pub const MOST_WAVES: usize = 100;

/// The waves of a fleet, with the clusters of each in their order, and its limits in numbers.
///
/// The order of the clusters in the file does not matter.
///
/// # Errors
///
/// All of a level at once: first names that stand twice, then clusters in two waves or in none and
/// waves without clusters, then limits and labels.
///
/// ```
/// use cutover_fleet::waves;
/// use serde_json::json;
///
/// let fleet = serde_json::from_value(json!({
///     "apiVersion": "cutover.dev/v1alpha1", "kind": "Fleet", "metadata": {"name": "hello"},
///     "spec": {
///         "clusters": [{"name": "us-1"}, {"name": "eu-1", "labels": {"ring": "canary"}}],
///         "waves": [{"name": "canary", "clusterSelector": {"matchLabels": {"ring": "canary"}}}],
///         "unmatched": "leave",
///     },
/// }))?;
/// let waves = waves(&fleet).unwrap();
/// assert_eq!(
///     serde_json::to_string(&waves)?,
///     r#"{"waves":[{"name":"canary","clusters":["eu-1"],"maxConcurrency":1,"maxFailures":0}],"unmatched":["us-1"]}"#
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn waves(fleet: &Fleet) -> Result<Waves, Vec<Error>> {
    none(misnamed(fleet))?;
    let members = Members::of(fleet);
    none(members.misplaced(fleet))?;
    let mut waves = Vec::new();
    let mut errors = Vec::new();
    for group in members.groups(fleet) {
        match group.ordered() {
            Ok(clusters) => waves.push(group.resolved(clusters)),
            Err(error) => errors.push(error),
        }
        errors.extend(group.excessive());
    }
    none(errors)?;
    let unmatched = match fleet.spec.unmatched {
        Unmatched::Leave => members
            .unmatched
            .iter()
            .map(|cluster| &cluster.name)
            .collect(),
        Unmatched::Last | Unmatched::Refuse => BTreeSet::new(),
    };
    Ok(Waves {
        waves,
        unmatched: unmatched.into_iter().cloned().collect(),
    })
}

fn none(errors: Vec<Error>) -> Result<(), Vec<Error>> {
    match errors.is_empty() {
        true => Ok(()),
        false => Err(errors),
    }
}

/// Names that stand twice, and numbers of clusters and waves that are none or too many.
fn misnamed(fleet: &Fleet) -> Vec<Error> {
    let spec = &fleet.spec;
    let mut errors = Vec::new();
    for (what, count, most) in [
        ("clusters", spec.clusters.len(), MOST_CLUSTERS),
        ("waves", spec.waves.len(), MOST_WAVES),
    ] {
        match count {
            0 => errors.push(Error::None { what }),
            count if count > most => errors.push(Error::TooMany { what, count, most }),
            _ => {}
        }
    }
    let clusters = spec.clusters.iter().map(|cluster| &cluster.name);
    let waves = spec.waves.iter().map(|wave| &wave.name);
    for (what, names) in [("clusters", twice(clusters)), ("waves", twice(waves))] {
        if !names.is_empty() {
            errors.push(Error::Twice { what, names });
        }
    }
    errors
}

/// The names that stand more than once.
pub(crate) fn twice<'a>(names: impl Iterator<Item = &'a Name>) -> Vec<Name> {
    let mut seen = BTreeSet::new();
    let again: BTreeSet<&Name> = names.filter(|name| !seen.insert(*name)).collect();
    again.into_iter().cloned().collect()
}

/// Which clusters each wave selects.
struct Members<'a> {
    /// One for each wave.
    selected: Vec<Vec<&'a Cluster>>,
    unmatched: Vec<&'a Cluster>,
    /// Those that several waves select, with these waves.
    several: BTreeMap<&'a Name, Vec<&'a Name>>,
}

impl<'a> Members<'a> {
    fn of(fleet: &'a Fleet) -> Self {
        let mut members = Self {
            selected: vec![Vec::new(); fleet.spec.waves.len()],
            unmatched: Vec::new(),
            several: BTreeMap::new(),
        };
        for cluster in &fleet.spec.clusters {
            members.put(cluster, &fleet.spec.waves);
        }
        members
    }

    fn put(&mut self, cluster: &'a Cluster, waves: &'a [Wave]) {
        let mut selecting = Vec::new();
        for (wave, selected) in waves.iter().zip(&mut self.selected) {
            let selector = wave.cluster_selector.as_ref();
            if selector.is_some_and(|selector| selector.matches(&cluster.labels)) {
                selected.push(cluster);
                selecting.push(&wave.name);
            }
        }
        match selecting.len() {
            0 => self.unmatched.push(cluster),
            1 => {}
            _ => drop(self.several.insert(&cluster.name, selecting)),
        }
    }

    /// Clusters in several waves or in none, and waves without clusters.
    fn misplaced(&self, fleet: &Fleet) -> Vec<Error> {
        let mut errors = Vec::new();
        for (cluster, waves) in &self.several {
            errors.push(Error::Several {
                cluster: (*cluster).clone(),
                waves: waves.iter().copied().cloned().collect(),
            });
        }
        errors.extend(self.left_over(fleet));
        let waves = fleet.spec.waves.iter().zip(&self.selected);
        let empty = waves.filter(|(_, selected)| selected.is_empty());
        let empty: Vec<Name> = empty.map(|(wave, _)| wave.name.clone()).collect();
        if !empty.is_empty() {
            errors.push(Error::Empty { waves: empty });
        }
        errors
    }

    /// What is wrong with clusters that no wave selects.
    fn left_over(&self, fleet: &Fleet) -> Option<Error> {
        let unmatched = self.unmatched.iter();
        let unmatched: BTreeSet<Name> = unmatched.map(|cluster| cluster.name.clone()).collect();
        let mut waves = fleet.spec.waves.iter();
        let is_taken = waves.any(|wave| wave.name == Name::unmatched());
        match fleet.spec.unmatched {
            _ if unmatched.is_empty() => None,
            Unmatched::Last if is_taken => Some(Error::Twice {
                what: "waves",
                names: vec![Name::unmatched()],
            }),
            Unmatched::Last | Unmatched::Leave => None,
            Unmatched::Refuse => Some(Error::Unmatched {
                clusters: unmatched.into_iter().collect(),
            }),
        }
    }

    /// The waves with their clusters; after them the one of those that no wave selects.
    fn groups(&self, fleet: &'a Fleet) -> Vec<Group<'a>> {
        let waves = fleet.spec.waves.iter().enumerate().zip(&self.selected);
        let mut groups: Vec<Group<'_>> = waves
            .map(|((like, wave), clusters)| Group {
                name: wave.name.clone(),
                like,
                wave,
                clusters: clusters.clone(),
            })
            .collect();
        let last = groups.last().map(|group| (group.like, group.wave));
        if let (Unmatched::Last, false, Some((like, wave))) =
            (fleet.spec.unmatched, self.unmatched.is_empty(), last)
        {
            groups.push(Group {
                name: Name::unmatched(),
                like,
                wave,
                clusters: self.unmatched.clone(),
            });
        }
        groups
    }
}

/// A wave's clusters, in the order of the file.
struct Group<'a> {
    name: Name,
    like: usize,
    wave: &'a Wave,
    clusters: Vec<&'a Cluster>,
}

impl Group<'_> {
    /// Its clusters by the sorting label, then by name.
    ///
    /// # Errors
    ///
    /// Clusters without the label.
    fn ordered(&self) -> Result<Vec<Name>, Error> {
        let mut ordered = self.clusters.clone();
        let Some(key) = &self.wave.sorting_label_key else {
            ordered.sort_by_key(|cluster| &cluster.name);
            return Ok(ordered.iter().map(|cluster| cluster.name.clone()).collect());
        };
        let unlabelled = ordered
            .iter()
            .filter(|cluster| !cluster.labels.contains_key(key));
        let unlabelled: BTreeSet<Name> = unlabelled.map(|cluster| cluster.name.clone()).collect();
        if !unlabelled.is_empty() {
            return Err(Error::Unsorted {
                wave: self.name.clone(),
                key: key.clone(),
                clusters: unlabelled.into_iter().collect(),
            });
        }
        ordered.sort_by_key(|cluster| (sorting_value(&cluster.labels[key]), &cluster.name));
        Ok(ordered.iter().map(|cluster| cluster.name.clone()).collect())
    }

    fn resolved(&self, clusters: Vec<Name>) -> ResolvedWave {
        let count = self.count();
        ResolvedWave {
            name: self.name.clone(),
            clusters,
            max_concurrency: self.wave.max_concurrency.of(count),
            max_failures: self.wave.max_failures.of(count),
            like: self.like,
        }
    }

    /// Whether more of them may fail than there are.
    fn excessive(&self) -> Option<Error> {
        let allowed = self.wave.max_failures.of(self.count());
        (allowed > self.count()).then(|| Error::Failures {
            wave: self.name.clone(),
            written: self.wave.max_failures,
            clusters: self.count(),
        })
    }

    fn count(&self) -> u32 {
        u32::try_from(self.clusters.len()).unwrap_or(u32::MAX)
    }
}
