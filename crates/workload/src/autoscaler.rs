//! Who changes the number of a set's pods by itself.

use std::ops::RangeInclusive;

use cutover_manifest::{Field, Manifest, ObjectRef};
use serde_json::{Value, json};

/// Up and down, whether an autoscaler may choose another count at all (`HPAScalingRules` in
/// `staging/src/k8s.io/api/autoscaling/v2/types.go`).
const POLICIES: [Field; 2] = [
    Field::new("/spec/behavior/scaleUp/selectPolicy"),
    Field::new("/spec/behavior/scaleDown/selectPolicy"),
];
const DISABLED: &str = "Disabled";

const LEAST: Field = Field::new("/spec/minReplicas");
const MOST: Field = Field::new("/spec/maxReplicas");

/// Stops KEDA at the count that there is.
const PAUSED: Field = Field::new("/metadata/annotations/autoscaling.keda.sh~1paused");
/// Has KEDA write a count of its own, and then stops it.
const PAUSED_AT: &str = "/metadata/annotations/autoscaling.keda.sh~1paused-replicas";

/// A read-only view of an object that changes the number of a set's pods by itself: a
/// HorizontalPodAutoscaler, or KEDA's ScaledObject.
///
/// *Held*, it leaves the count alone: an HPA chooses no other, and one within its limits stays; KEDA
/// is paused, and its own HPA gone.
///
/// ```
/// use cutover_manifest::Manifest;
/// use cutover_workload::Autoscaler;
/// use serde_json::json;
///
/// let hello = Manifest::new(json!({
///     "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "hello"},
///     "spec": {
///         "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "hello"},
///         "minReplicas": 3, "maxReplicas": 10}}))?;
/// let held = Autoscaler::of(&hello).and_then(|own| own.held(12)).expect("it can be held");
/// let held = Autoscaler::of(&held).expect("it is still an autoscaler");
/// assert!(held.is_held() && held.admits(1) && held.admits(12) && !held.admits(13));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Autoscaler<'a> {
    manifest: &'a Manifest,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    HorizontalPodAutoscaler,
    ScaledObject,
}

impl<'a> Autoscaler<'a> {
    /// A view of this manifest; none where it scales nothing.
    pub fn of(manifest: &'a Manifest) -> Option<Self> {
        let kind = kind(manifest.object())?;
        Some(Self { manifest, kind })
    }

    /// Whether this is the reference of an autoscaler.
    pub fn is(object: &ObjectRef) -> bool {
        kind(object).is_some()
    }

    /// The manifest that it is a view of.
    pub fn manifest(self) -> &'a Manifest {
        self.manifest
    }

    /// The reference of the autoscaler itself, not of what it scales.
    pub fn object(self) -> &'a ObjectRef {
        self.manifest.object()
    }

    /// Whether it says how many pods a set has.
    pub fn scales(self, set: &ObjectRef) -> bool {
        let target = self.manifest.pointer("/spec/scaleTargetRef");
        let text = |field: &str| target?.get(field)?.as_str();
        let near = self.object().namespace == set.namespace;
        let named = text("name") == Some(&set.name);
        near && named && text("kind").is_none_or(|kind| kind == set.kind)
    }

    /// The name of the set that it scales, where it names one.
    pub fn target(self) -> Option<&'a str> {
        self.manifest.pointer("/spec/scaleTargetRef/name")?.as_str()
    }

    /// Whether KEDA made it for a ScaledObject, while whose pause it deletes it.
    pub fn is_made_by_keda(self) -> bool {
        self.keda().is_some()
    }

    /// Whether KEDA made it for this ScaledObject.
    pub fn is_made_for(self, object: &ObjectRef) -> bool {
        let near = self.object().namespace == object.namespace;
        near && kind(object) == Some(Kind::ScaledObject) && self.keda() == Some(&object.name)
    }

    /// Whether its controller says by a condition that it stands still; KEDA does.
    pub fn says_that_it_is_held(self) -> bool {
        self.kind == Kind::ScaledObject
    }

    /// Whether it leaves the number of pods alone.
    pub fn is_held(self) -> bool {
        match self.kind {
            Kind::HorizontalPodAutoscaler => POLICIES
                .iter()
                .all(|policy| self.text(policy.pointer()) == Some(DISABLED)),
            Kind::ScaledObject => {
                self.text(PAUSED.pointer()) == Some("true") && !self.writes_own_count()
            }
        }
    }

    /// Whether it can be held: an HPA of `autoscaling/v1` cannot, nor one that KEDA made, nor KEDA
    /// where it is to write a count of its own.
    pub fn can_be_held(self) -> bool {
        match self.kind {
            Kind::HorizontalPodAutoscaler => !self.is_first_version() && !self.is_made_by_keda(),
            Kind::ScaledObject => !self.writes_own_count(),
        }
    }

    /// Whether it is written in the version of the API that knows no `behavior`.
    pub fn is_first_version(self) -> bool {
        self.object().api_version == "autoscaling/v1"
    }

    /// The same, held, with limits that admit any count from one pod to `most`; none where it cannot
    /// be held.
    ///
    /// An HPA enforces its limits even where it chooses no count, and one of `minReplicas` zero asks
    /// for a feature of the cluster. At a count of zero it does nothing.
    pub fn held(self, most: u32) -> Option<Manifest> {
        if !self.can_be_held() {
            return None;
        }
        if self.kind == Kind::ScaledObject {
            return Some(self.manifest.with(PAUSED, json!("true")));
        }
        let mut held = self.manifest.clone();
        for policy in POLICIES {
            held = held.with(policy, json!(DISABLED));
        }
        if self.number(LEAST.pointer()).is_some_and(|least| least > 1) {
            held = held.with(LEAST, json!(1));
        }
        if self
            .number(MOST.pointer())
            .is_none_or(|own| own < most.into())
        {
            held = held.with(MOST, json!(most));
        }
        Some(held)
    }

    /// Whether it leaves a set of so many pods at that number while it is held.
    pub fn admits(self, count: u32) -> bool {
        let limits = self.limits();
        count == 0 || limits.is_none_or(|limits| limits.contains(&count.into()))
    }

    /// The fewest and the most pods that it gives its set, where it is an HPA (default: one at least).
    pub fn limits(self) -> Option<RangeInclusive<u64>> {
        match self.kind {
            Kind::HorizontalPodAutoscaler => {
                let least = self.number(LEAST.pointer()).unwrap_or(1);
                Some(least..=self.number(MOST.pointer()).unwrap_or(0))
            }
            Kind::ScaledObject => None,
        }
    }

    /// The most pods that it may ask for (a ScaledObject's default: 100).
    pub fn most(self) -> u64 {
        match self.kind {
            Kind::HorizontalPodAutoscaler => self.number(MOST.pointer()).unwrap_or(0),
            Kind::ScaledObject => self.number("/spec/maxReplicaCount").unwrap_or(100),
        }
    }

    /// The same without its limits, where it is a held HPA: what may have other values on a way
    /// back.
    #[must_use]
    pub fn without_limits(self) -> Manifest {
        match self.kind {
            Kind::HorizontalPodAutoscaler if self.is_held() => {
                self.manifest.without(LEAST).without(MOST)
            }
            Kind::HorizontalPodAutoscaler | Kind::ScaledObject => self.manifest.clone(),
        }
    }

    /// The name of the ScaledObject that owns it.
    fn keda(self) -> Option<&'a str> {
        let owners = self.manifest.pointer("/metadata/ownerReferences");
        let mut owners = owners.and_then(Value::as_array).into_iter().flatten();
        let keda = owners.find(|owner| owner["kind"] == "ScaledObject")?;
        keda["name"].as_str()
    }

    /// Whether KEDA is to write a count of its own while it is paused.
    fn writes_own_count(self) -> bool {
        self.manifest.pointer(PAUSED_AT).is_some()
    }

    fn text(self, pointer: &str) -> Option<&'a str> {
        self.manifest.pointer(pointer)?.as_str()
    }

    fn number(self, pointer: &str) -> Option<u64> {
        self.manifest.pointer(pointer)?.as_u64()
    }
}

fn kind(object: &ObjectRef) -> Option<Kind> {
    // The kind first: most objects are none, and their groups need not be cut out.
    match object.kind.as_str() {
        "HorizontalPodAutoscaler" if object.group() == "autoscaling" => {
            Some(Kind::HorizontalPodAutoscaler)
        }
        "ScaledObject" if object.group() == "keda.sh" => Some(Kind::ScaledObject),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn autoscaler(spec: Value) -> Manifest {
        Manifest::new(json!({
            "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": "hello"}, "spec": spec,
        }))
        .unwrap()
    }

    fn scaled_object(annotations: Value) -> Manifest {
        Manifest::new(json!({
            "apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject",
            "metadata": {"name": "hello", "annotations": annotations},
            "spec": {"scaleTargetRef": {"name": "hello"}},
        }))
        .unwrap()
    }

    /// A failure means that holding changes more of an autoscaler than must be, or leaves it free to
    /// write a count.
    #[test]
    fn what_is_put_in_holds_it_and_nothing_else_changes() {
        let check = |spec: Value, expect: Value| {
            let own = autoscaler(spec);
            let held = Autoscaler::of(&own).unwrap().held(6).unwrap();
            assert_eq!(held.pointer("/spec"), Some(&expect));
            assert!(Autoscaler::of(&held).unwrap().is_held());
        };
        let disabled = json!({"selectPolicy": "Disabled"});
        check(
            json!({"minReplicas": 3, "maxReplicas": 5}),
            json!({"minReplicas": 1, "maxReplicas": 6,
                "behavior": {"scaleUp": disabled, "scaleDown": disabled}}),
        );
        check(
            json!({"maxReplicas": 10, "behavior": {"scaleDown": {"selectPolicy": "Min", "policies": []}}}),
            json!({"maxReplicas": 10, "behavior": {
                "scaleUp": disabled, "scaleDown": {"selectPolicy": "Disabled", "policies": []}}}),
        );
        check(
            json!({"minReplicas": 0, "maxReplicas": 10}),
            json!({"minReplicas": 0, "maxReplicas": 10,
                "behavior": {"scaleUp": disabled, "scaleDown": disabled}}),
        );
    }

    /// A failure means that an autoscaler which still writes counts is taken to stand still.
    #[test]
    fn one_direction_alone_holds_nothing() {
        let half = autoscaler(
            json!({"maxReplicas": 5, "behavior": {"scaleDown": {"selectPolicy": "Disabled"}}}),
        );
        assert!(!Autoscaler::of(&half).unwrap().is_held());
        let own_count = scaled_object(
            json!({"autoscaling.keda.sh/paused": "true", "autoscaling.keda.sh/paused-replicas": "7"}),
        );
        let own_count = Autoscaler::of(&own_count).unwrap();
        assert!(!own_count.is_held() && own_count.held(5).is_none());
    }

    /// A failure means that KEDA is not paused by the annotation that it knows.
    #[test]
    fn keda_is_paused_by_an_annotation() {
        let free = scaled_object(json!({"team": "shop"}));
        let held = Autoscaler::of(&free).unwrap().held(5).unwrap();
        let expect = json!({"team": "shop", "autoscaling.keda.sh/paused": "true"});
        assert_eq!(held.pointer("/metadata/annotations"), Some(&expect));
        assert!(Autoscaler::of(&held).unwrap().is_held());
    }
}
