use serde_json::Value;

use crate::{Manifest, ObjectRef};

impl Manifest {
    /// The object that controls this one, as its `ownerReferences` say: of all owners the one with
    /// `controller: true`.
    ///
    /// ```
    /// use cutover_manifest::Manifest;
    /// use serde_json::json;
    ///
    /// let set = Manifest::new(json!({
    ///     "apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "hello-1", "ownerReferences": [
    ///         {"apiVersion": "apps/v1", "kind": "Deployment", "name": "hello", "uid": "1", "controller": true}]},
    /// }))?;
    /// assert_eq!(set.controller().unwrap().to_string(), "Deployment hello");
    /// # Ok::<(), cutover_manifest::Error>(())
    /// ```
    pub fn controller(&self) -> Option<ObjectRef> {
        let owner = controller_reference(self)?;
        let text = |field: &str| owner.get(field)?.as_str();
        let namespace = self.object().namespace.as_deref();
        Some(ObjectRef::new(
            text("apiVersion")?,
            text("kind")?,
            namespace,
            text("name")?,
        ))
    }

    /// Whether this object is the [controller](Self::controller) of another.
    ///
    /// One of the same name that was deleted and made anew is not: where this object has a uid, as
    /// live objects do, the reference must have the same. Objects from files go by their name.
    ///
    /// ```
    /// # use cutover_manifest::Manifest;
    /// # use serde_json::json;
    /// # let set = Manifest::new(json!({
    /// #     "apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "hello-1", "ownerReferences": [
    /// #         {"apiVersion": "apps/v1", "kind": "Deployment", "name": "hello", "uid": "1", "controller": true}]},
    /// # }))?;
    /// let hello = Manifest::new(json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello"}}))?;
    /// assert!(hello.controls(&set));
    /// assert!(!hello.set("/metadata/uid", "2".into()).unwrap().controls(&set));
    /// # Ok::<(), cutover_manifest::Error>(())
    /// ```
    pub fn controls(&self, other: &Self) -> bool {
        let uid = self.pointer("/metadata/uid");
        let known = controller_reference(other).and_then(|owner| owner.get("uid"));
        other.controller().as_ref() == Some(self.object()) && (uid.is_none() || uid == known)
    }
}

fn controller_reference(manifest: &Manifest) -> Option<&Value> {
    let mut owners = manifest
        .pointer("/metadata/ownerReferences")?
        .as_array()?
        .iter();
    owners.find(|owner| owner.get("controller") == Some(&Value::Bool(true)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn owner(kind: &str, name: &str, uid: &str, controller: Option<bool>) -> Value {
        json!({"apiVersion": "apps/v1", "kind": kind, "name": name, "uid": uid, "controller": controller})
    }

    /// Whether the Deployment `hello`, with this uid, controls a set with these owners.
    fn check(uid: Value, namespace: Value, owners: &[Value], expect: bool) {
        let hello =
            json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello"}});
        let hello = Manifest::new(hello).unwrap();
        let hello = if uid.is_null() {
            hello
        } else {
            hello.set("/metadata/uid", uid).unwrap()
        };
        let set = json!({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "hello-1", "namespace": namespace, "ownerReferences": owners}});
        let set = Manifest::new(set).unwrap();
        assert_eq!(hello.controls(&set), expect, "{hello:?} {set:?}");
    }

    #[test]
    fn a_controller_goes_by_reference_uid_and_flag() {
        let own = || owner("Deployment", "hello", "1", Some(true));
        check(json!("1"), json!(null), &[own()], true);
        check(json!(null), json!(null), &[own()], true);
        check(json!("2"), json!(null), &[own()], false);
        check(json!("1"), json!("prod"), &[own()], false);
        check(json!("1"), json!(null), &[], false);
        check(
            json!("1"),
            json!(null),
            &[owner("Deployment", "other", "1", Some(true))],
            false,
        );
        check(
            json!("1"),
            json!(null),
            &[owner("StatefulSet", "hello", "1", Some(true))],
            false,
        );
        check(
            json!("1"),
            json!(null),
            &[owner("Deployment", "hello", "1", Some(false))],
            false,
        );
        check(
            json!("1"),
            json!(null),
            &[owner("Deployment", "hello", "1", None)],
            false,
        );
        // Of several owners one controls.
        let other = owner("Deployment", "other", "2", Some(true));
        check(
            json!("1"),
            json!(null),
            &[owner("Deployment", "hello", "1", None), other],
            false,
        );
        check(
            json!("1"),
            json!(null),
            &[owner("Deployment", "other", "2", None), own()],
            true,
        );
    }
}
