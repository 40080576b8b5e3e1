//! What identifies an object, in whichever version of its API it is written.

use cutover_manifest::ObjectRef;

/// Group, kind, namespace and name.
pub(crate) type Identity<'a> = (&'a str, &'a str, Option<&'a str>, &'a str);

pub(crate) fn identity(object: &ObjectRef) -> Identity<'_> {
    let namespace = object.namespace.as_deref();
    (object.group(), &object.kind, namespace, &object.name)
}
