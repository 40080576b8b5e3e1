use std::collections::{BTreeMap, btree_map};
use std::sync::Arc;

use crate::{Manifest, ObjectRef};

/// An ordered set of manifests, keyed by identity: the whole desired state of an application at one
/// moment.
///
/// ```
/// use cutover_manifest::{Bundle, Manifest};
/// use serde_json::json;
///
/// let hello = Manifest::new(json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}})).unwrap();
/// let bundle: Bundle = [hello.clone()].into_iter().collect();
/// assert_eq!(bundle.get(hello.object()), Some(&hello));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bundle(BTreeMap<Arc<ObjectRef>, Manifest>);

impl Bundle {
    /// A bundle without objects.
    ///
    /// ```
    /// # use cutover_manifest::{Bundle, Manifest};
    /// # let json = serde_json::json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}});
    /// # let hello = Manifest::new(json).unwrap();
    /// assert!(Bundle::new().is_empty());
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// The manifest of an object.
    ///
    /// ```
    /// # use cutover_manifest::{Bundle, Manifest};
    /// # let json = serde_json::json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}});
    /// # let hello = Manifest::new(json).unwrap();
    /// # let bundle: Bundle = [hello.clone()].into_iter().collect();
    /// assert_eq!(bundle.get(hello.object()), Some(&hello));
    /// ```
    pub fn get(&self, object: &ObjectRef) -> Option<&Manifest> {
        self.0.get(object)
    }

    /// Whether it holds an object.
    ///
    /// ```
    /// # use cutover_manifest::{Bundle, Manifest};
    /// # let json = serde_json::json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}});
    /// # let hello = Manifest::new(json).unwrap();
    /// # let bundle: Bundle = [hello.clone()].into_iter().collect();
    /// assert!(bundle.contains(hello.object()));
    /// ```
    pub fn contains(&self, object: &ObjectRef) -> bool {
        self.0.contains_key(object)
    }

    /// Puts a manifest in, and returns the one that it replaces.
    ///
    /// ```
    /// # use cutover_manifest::{Bundle, Manifest};
    /// # let json = serde_json::json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}});
    /// # let hello = Manifest::new(json).unwrap();
    /// # let mut bundle: Bundle = [hello.clone()].into_iter().collect();
    /// let typed = hello.set("/spec/type", "NodePort".into()).unwrap();
    /// assert_eq!(bundle.insert(typed), Some(hello));
    /// ```
    pub fn insert(&mut self, manifest: Manifest) -> Option<Manifest> {
        self.0.insert(manifest.shared_object(), manifest)
    }

    /// Takes over from another bundle what is the same in both: it is kept once from then on, and
    /// known to be the same without a look at it.
    ///
    /// ```
    /// # use cutover_manifest::{Bundle, Manifest};
    /// # let json = serde_json::json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}});
    /// # let read = |json| Manifest::new(json).unwrap();
    /// let from: Bundle = [read(json.clone())].into_iter().collect();
    /// let mut to: Bundle = [read(json)].into_iter().collect();
    /// to.share(&from);
    /// assert_eq!(from, to);
    /// ```
    pub fn share(&mut self, other: &Self) {
        for (object, manifest) in &mut self.0 {
            if let Some(same) = other.get(object).filter(|one| *one == manifest) {
                *manifest = same.clone();
            }
        }
    }

    /// Takes an object out.
    ///
    /// ```
    /// # use cutover_manifest::{Bundle, Manifest};
    /// # let json = serde_json::json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}});
    /// # let hello = Manifest::new(json).unwrap();
    /// # let mut bundle: Bundle = [hello.clone()].into_iter().collect();
    /// assert_eq!(bundle.remove(hello.object()), Some(hello));
    /// ```
    pub fn remove(&mut self, object: &ObjectRef) -> Option<Manifest> {
        self.0.remove(object)
    }

    /// All manifests, in the order of their identities.
    ///
    /// ```
    /// # use cutover_manifest::{Bundle, Manifest};
    /// # let json = serde_json::json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}});
    /// # let hello = Manifest::new(json).unwrap();
    /// # let bundle: Bundle = [hello.clone()].into_iter().collect();
    /// assert!(bundle.iter().eq([&hello]));
    /// ```
    pub fn iter(&self) -> btree_map::Values<'_, Arc<ObjectRef>, Manifest> {
        self.0.values()
    }

    /// All identities, in order.
    ///
    /// ```
    /// # use cutover_manifest::{Bundle, Manifest};
    /// # let json = serde_json::json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}});
    /// # let hello = Manifest::new(json).unwrap();
    /// # let bundle: Bundle = [hello.clone()].into_iter().collect();
    /// assert!(bundle.objects().eq([hello.object()]));
    /// ```
    pub fn objects(&self) -> impl DoubleEndedIterator<Item = &ObjectRef> + Clone {
        self.0.keys().map(AsRef::as_ref)
    }

    /// The manifests of one kind, of whatever group, in order.
    ///
    /// ```
    /// # use cutover_manifest::{Bundle, Manifest};
    /// # let json = serde_json::json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}});
    /// # let hello = Manifest::new(json).unwrap();
    /// # let bundle: Bundle = [hello.clone()].into_iter().collect();
    /// assert_eq!(bundle.of_kind("Service").count(), 1);
    /// assert_eq!(bundle.of_kind("Deployment").count(), 0);
    /// ```
    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Manifest> {
        self.iter()
            .filter(move |manifest| manifest.object().kind == kind)
    }

    /// How many objects it holds.
    ///
    /// ```
    /// # use cutover_manifest::{Bundle, Manifest};
    /// # let json = serde_json::json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}});
    /// # let hello = Manifest::new(json).unwrap();
    /// # let bundle: Bundle = [hello.clone()].into_iter().collect();
    /// assert_eq!(bundle.len(), 1);
    /// ```
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it holds none.
    ///
    /// ```
    /// # use cutover_manifest::{Bundle, Manifest};
    /// # let json = serde_json::json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}});
    /// # let hello = Manifest::new(json).unwrap();
    /// # let bundle: Bundle = [hello.clone()].into_iter().collect();
    /// assert!(!bundle.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Extend<Manifest> for Bundle {
    fn extend<I: IntoIterator<Item = Manifest>>(&mut self, manifests: I) {
        self.0.extend(
            manifests
                .into_iter()
                .map(|manifest| (manifest.shared_object(), manifest)),
        );
    }
}

impl FromIterator<Manifest> for Bundle {
    fn from_iter<I: IntoIterator<Item = Manifest>>(manifests: I) -> Self {
        let mut bundle = Self::new();
        bundle.extend(manifests);
        bundle
    }
}

impl<'a> IntoIterator for &'a Bundle {
    type Item = &'a Manifest;
    type IntoIter = btree_map::Values<'a, Arc<ObjectRef>, Manifest>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Bundle {
    type Item = Manifest;
    type IntoIter = btree_map::IntoValues<Arc<ObjectRef>, Manifest>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_values()
    }
}
