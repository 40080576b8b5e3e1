//! In which namespace an object is whose manifest names none.

use cutover_manifest::{Error, Manifest, ObjectRef, resource};

/// The namespace of objects whose manifests name none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DefaultNamespace<'a>(&'a str);

impl<'a> DefaultNamespace<'a> {
    pub(crate) fn new(namespace: &'a str) -> Self {
        Self(namespace)
    }

    /// The object with its namespace, where its kind has one.
    pub(crate) fn object(self, object: &ObjectRef) -> ObjectRef {
        let namespace = object.namespace.clone().or_else(|| self.of(object));
        ObjectRef {
            namespace,
            ..object.clone()
        }
    }

    /// The manifest with its namespace.
    ///
    /// # Errors
    ///
    /// A namespace that no API server takes.
    pub(crate) fn manifest(self, manifest: &Manifest) -> Result<Manifest, Error> {
        let object = manifest.object();
        match (&object.namespace, self.of(object)) {
            (None, Some(namespace)) => manifest.set("/metadata/namespace", namespace.into()),
            (None, None) | (Some(_), _) => Ok(manifest.clone()),
        }
    }

    fn of(self, object: &ObjectRef) -> Option<String> {
        let namespaced =
            resource(&object.api_version, &object.kind).is_none_or(|kind| kind.namespaced);
        namespaced.then(|| self.0.to_owned())
    }
}
