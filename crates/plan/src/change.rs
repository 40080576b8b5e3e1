//! Changes: what a step does to one object.

use cutover_manifest::{Manifest, MergeKeys, ObjectRef};
use cutover_patch::{Patch, diff};
use serde::{Deserialize, Serialize};

use crate::operations;

/// One change of one object.
///
/// It is exhaustive on purpose: a new change is a new version of the format.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Change {
    /// Create the object as it stands here.
    Create(
        #[cfg_attr(
            feature = "schema",
            schemars(with = "serde_json::Map<String, serde_json::Value>")
        )]
        Manifest,
    ),
    /// Delete the object; the state before holds it.
    Delete(
        #[cfg_attr(
            feature = "schema",
            schemars(with = "cutover_workload::schema::Object")
        )]
        ObjectRef,
    ),
    /// Patch the object (RFC 6902).
    Patch(PatchChange),
    /// Delete pods of a set, so that its controller makes new ones. It changes no object of the
    /// plan.
    Replace(Replace),
}

/// A patch of one object, and the patch that takes it back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PatchChange {
    /// The object that is deleted or patched.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "cutover_workload::schema::Object")
    )]
    pub object: ObjectRef,
    /// The operations, guards first.
    #[serde(deserialize_with = "operations::read")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Vec<serde_json::Map<String, serde_json::Value>>")
    )]
    pub ops: Patch,
    /// The operations that take it back.
    #[serde(deserialize_with = "operations::read")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Vec<serde_json::Map<String, serde_json::Value>>")
    )]
    pub inverse: Patch,
}

/// Pods of a set that are deleted one after the other, highest ordinal first, until there is none
/// left of those that are meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Replace {
    /// The set whose pods are deleted.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "cutover_workload::schema::Object")
    )]
    pub object: ObjectRef,
    /// Which pods; never one of the present template.
    pub pods: Outdated,
    /// How many pods of the set may be missing through it at a time.
    pub at_most: std::num::NonZeroU32,
}

/// Which of the pods that are not of the present template are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Outdated {
    /// Every pod of an earlier template, ready or not.
    Outdated,
    /// Those that are not ready.
    Stuck,
}

impl Change {
    /// The change from one state of an object to another; none where they are the same.
    ///
    /// ```
    /// use cutover_manifest::Manifest;
    /// use cutover_plan::Change;
    /// use serde_json::json;
    ///
    /// let map = Manifest::new(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}))?;
    /// assert_eq!(Change::between(None, Some(&map)), Some(Change::Create(map.clone())));
    /// assert_eq!(Change::between(Some(&map), Some(&map)), None);
    /// # Ok::<(), cutover_manifest::Error>(())
    /// ```
    pub fn between(before: Option<&Manifest>, after: Option<&Manifest>) -> Option<Self> {
        match (before, after) {
            (None, None) => None,
            (None, Some(after)) => Some(Self::Create(after.clone())),
            (Some(before), None) => Some(Self::Delete(before.object().clone())),
            (Some(before), Some(after)) => (before != after).then(|| {
                Self::Patch(PatchChange {
                    object: before.object().clone(),
                    ops: diff(before.value(), after.value(), &MergeKeys),
                    inverse: diff(after.value(), before.value(), &MergeKeys),
                })
            }),
        }
    }

    /// The object that is changed, or whose pods are.
    ///
    /// ```
    /// use cutover_manifest::{Manifest, ObjectRef};
    /// use cutover_plan::Change;
    /// use serde_json::json;
    ///
    /// let manifest = Manifest::new(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}))?;
    /// let object = manifest.object().clone();
    /// assert_eq!(Change::Create(manifest).object(), &object);
    /// assert_eq!(Change::Delete(object.clone()).object(), &object);
    /// # Ok::<(), cutover_manifest::Error>(())
    /// ```
    pub fn object(&self) -> &ObjectRef {
        match self {
            Self::Create(manifest) => manifest.object(),
            Self::Delete(object) => object,
            Self::Patch(patch) => &patch.object,
            Self::Replace(replace) => &replace.object,
        }
    }
}
