//! Objects of which one end names the namespace, and the other none.

use std::collections::BTreeMap;

use cutover_manifest::{Bundle, ObjectRef};

use crate::identity::{Identity, identity};
use crate::kinds;
use crate::refusal::{Refusals, refuse};

/// Both ends, where an object that names no namespace is the one of the same name that the other end
/// has in `namespace`, if that is said.
///
/// # Errors
///
/// Objects that may be one and may be two: nobody has said where a manifest belongs that names no
/// namespace.
pub(crate) fn in_one_namespace(
    [mut from, mut to]: [Bundle; 2],
    namespace: Option<&str>,
) -> Result<[Bundle; 2], Refusals> {
    let twins = [twins(&from, &to), twins(&to, &from)];
    let Some(namespace) = namespace else {
        twins.iter().try_for_each(|twins| refuse_unplaced(twins))?;
        return Ok([from, to]);
    };
    let [in_from, in_to] = twins.map(|twins| there(twins, namespace));
    place(&mut from, in_from, namespace)?;
    place(&mut to, in_to, namespace)?;
    Ok([from, to])
}

/// An object without a namespace, and those of the other end that it may be.
type Twins<'a> = (&'a ObjectRef, Vec<&'a ObjectRef>);

/// What an end has without a namespace, with the objects of the other one in some namespace that it
/// may be: neither of them is at both ends.
fn twins<'a>(end: &'a Bundle, other: &'a Bundle) -> Vec<Twins<'a>> {
    let is_alone = |object: &&ObjectRef| object.namespace.is_none() && !other.contains(object);
    let alone: Vec<&ObjectRef> = end.objects().filter(is_alone).collect();
    if alone.is_empty() {
        return Vec::new();
    }
    let mut placed: BTreeMap<Identity<'_>, Vec<&ObjectRef>> = BTreeMap::new();
    for object in other.objects() {
        if object.namespace.is_some() && !end.contains(object) {
            placed.entry(nowhere(object)).or_default().push(object);
        }
    }
    let twins = alone
        .into_iter()
        .filter_map(|object| Some((object, placed.get(&nowhere(object))?.clone())));
    twins.collect()
}

/// What identifies an object in whichever namespace.
fn nowhere(object: &ObjectRef) -> Identity<'_> {
    let (group, kind, _, name) = identity(object);
    (group, kind, None, name)
}

/// Refuses what an end has without a namespace, and the other one in some.
fn refuse_unplaced(twins: &[Twins<'_>]) -> Result<(), Refusals> {
    let Some((object, others)) = twins.first() else {
        return Ok(());
    };
    let more = match twins.len() - 1 {
        0 => String::new(),
        more => format!(" (and so of {more} more)"),
    };
    let namespace = others.first().and_then(|twin| twin.namespace.as_deref());
    let namespace = namespace.unwrap_or_default();
    let reason = format!("one end names the namespace {namespace}, and the other names none{more}");
    let hint = "say in which namespace a manifest is that names none, or write it into both ends";
    let pointer = "/metadata/namespace";
    Err(refuse(kinds::NAMESPACE, object, pointer, reason, hint))
}

/// The objects that the other end has in this namespace.
fn there(twins: Vec<Twins<'_>>, namespace: &str) -> Vec<ObjectRef> {
    let is_there = |twin: &&ObjectRef| twin.namespace.as_deref() == Some(namespace);
    let there = twins
        .into_iter()
        .filter(|(_, others)| others.iter().any(is_there));
    there.map(|(object, _)| object.clone()).collect()
}

/// Puts objects that name no namespace into this one.
fn place(end: &mut Bundle, objects: Vec<ObjectRef>, namespace: &str) -> Result<(), Refusals> {
    for object in objects {
        if let Some(manifest) = end.remove(&object) {
            end.insert(manifest.set("/metadata/namespace", namespace.into())?);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use cutover_manifest::Manifest;
    use serde_json::{Value, json};

    use super::*;
    use crate::ends::Ends;
    use crate::release::Release;

    fn end(image: &str, namespace: Value) -> Bundle {
        let set = Manifest::new(json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "hello", "namespace": namespace},
            "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "hello"}}, "template": {
                "metadata": {"labels": {"app": "hello"}},
                "spec": {"containers": [{"name": "hello", "image": image}]}}},
        }));
        Bundle::from_iter([set.unwrap()])
    }

    /// A failure means that an application is made once more beside itself, or that two
    /// applications are taken for one.
    #[test]
    fn an_object_without_a_namespace_is_where_somebody_says() {
        let check = |from: Value, to: Value, said: Option<&str>, expect: Result<&str, &str>| {
            let ends = Ends::new(end("hello:1", from.clone()), end("hello:2", to.clone()));
            let ends = match said {
                Some(namespace) => ends.in_namespace(namespace),
                None => ends,
            };
            let found = Release::new(ends).map(|release| {
                let changed = release.changed();
                changed
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(", ")
            });
            let found = found.map_err(|refusals| refusals.first().reason().to_owned());
            let expect = expect.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(found, expect, "{from} {to} {said:?}");
        };
        let (prod, none) = (|| json!("prod"), || Value::Null);
        let unsaid = "one end names the namespace prod, and the other names none";
        check(none(), none(), None, Ok("Deployment hello"));
        check(prod(), prod(), None, Ok("Deployment prod/hello"));
        check(none(), prod(), None, Err(unsaid));
        check(prod(), none(), None, Err(unsaid));
        check(none(), prod(), Some("prod"), Ok("Deployment prod/hello"));
        check(prod(), none(), Some("prod"), Ok("Deployment prod/hello"));
        // These are two.
        check(none(), prod(), Some("test"), Ok(""));
        check(prod(), json!("test"), None, Ok(""));
    }
}
