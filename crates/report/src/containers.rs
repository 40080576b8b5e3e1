//! What changes of a Deployment's containers, told by their names.

use cutover_manifest::{Manifest, containers};
use cutover_patch::{Difference, Segment};
use serde_json::Value;

use crate::images::{versions, whole};
use crate::text::listed;

/// How a container differs between two pod templates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ContainerChange<'a> {
    /// It gets another image.
    Image {
        name: &'a str,
        before: &'a str,
        after: &'a str,
    },
    /// It is on one side only.
    Presence {
        verb: Verb,
        container: Container<'a>,
    },
}

/// What happens to a container that is on one side only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Add,
    Remove,
}

/// A container as a step's name tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Container<'a> {
    is_init: bool,
    name: &'a str,
    image: Option<&'a str>,
}

impl<'a> ContainerChange<'a> {
    /// What a difference between two Deployments says of containers; nothing where it is one of
    /// another field.
    pub(crate) fn of(difference: &'a Difference) -> Vec<Self> {
        let [
            Segment::Field(spec),
            Segment::Field(template),
            Segment::Field(pod),
            Segment::Field(list),
            rest @ ..,
        ] = &difference.path[..]
        else {
            return Vec::new();
        };
        let is_init = match [spec, template, pod, list].map(String::as_str) {
            ["spec", "template", "spec", "containers"] => false,
            ["spec", "template", "spec", "initContainers"] => true,
            _ => return Vec::new(),
        };
        match rest {
            [] => Self::of_list(difference, is_init),
            [Segment::Item(_)] => Self::of_items(
                difference.before.as_slice(),
                difference.after.as_slice(),
                is_init,
            ),
            [Segment::Item(key), Segment::Field(field)] if field == "image" => {
                Self::of_image(difference, key).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    /// A whole list is one difference where it is on one side only; on both it is a new order.
    fn of_list(difference: &'a Difference, is_init: bool) -> Vec<Self> {
        let items = |side: &'a Option<Value>| match side {
            Some(Value::Array(items)) => &items[..],
            _ => &[],
        };
        let (before, after) = (items(&difference.before), items(&difference.after));
        if !before.is_empty() && !after.is_empty() {
            return Vec::new();
        }
        Self::of_items(before, after, is_init)
    }

    /// Nothing where one of them has no name, as no API server takes it.
    fn of_items(before: &'a [Value], after: &'a [Value], is_init: bool) -> Vec<Self> {
        let mut changes = Vec::new();
        for (verb, items) in [(Verb::Remove, before), (Verb::Add, after)] {
            for item in items {
                let Some(container) = Container::of(item, is_init) else {
                    return Vec::new();
                };
                changes.push(Self::Presence { verb, container });
            }
        }
        changes
    }

    fn of_image(difference: &'a Difference, key: &'a [(String, String)]) -> Option<Self> {
        let [(field, name)] = key else { return None };
        if field != "name" {
            return None;
        }
        Some(Self::Image {
            name,
            before: difference.before.as_ref()?.as_str()?,
            after: difference.after.as_ref()?.as_str()?,
        })
    }
}

impl Verb {
    /// The verb and its preposition.
    fn in_words(self) -> (&'static str, &'static str) {
        match self {
            Self::Add => ("add", "to"),
            Self::Remove => ("remove", "from"),
        }
    }
}

impl<'a> Container<'a> {
    fn of(value: &'a Value, is_init: bool) -> Option<Self> {
        Some(Self {
            is_init,
            name: value.get("name")?.as_str()?,
            image: value.get("image").and_then(Value::as_str),
        })
    }

    /// Its name and image, as `proxy (envoy:9)`; the name alone where it has no image.
    fn in_words(&self) -> String {
        match self.image {
            Some(image) => format!("{} ({})", self.name, whole(image)),
            None => self.name.to_owned(),
        }
    }
}

/// Whether a Deployment has one container, so that its name need not be told.
pub(crate) fn is_alone(set: &Manifest) -> bool {
    set.pointer("/spec/template")
        .is_some_and(|template| containers(template).count() == 1)
}

/// The changes in words: new images first, then what is added, then what is removed.
///
/// As `images of Deployment web: app 1 → 2, logs 3 → 4, add container proxy (envoy:9)`.
pub(crate) fn in_words(subject: &str, changes: &[ContainerChange<'_>], is_alone: bool) -> String {
    let mut phrases: Vec<String> = images(subject, changes, is_alone).into_iter().collect();
    for verb in [Verb::Add, Verb::Remove] {
        for is_init in [false, true] {
            let texts = with_presence(changes, verb, is_init);
            if texts.is_empty() {
                continue;
            }
            let (verb, preposition) = verb.in_words();
            let what = noun(is_init, texts.len());
            let mut phrase = format!("{verb} {what} {}", listed(&texts));
            if phrases.is_empty() {
                phrase += &format!(" {preposition} {subject}");
            }
            phrases.push(phrase);
        }
    }
    phrases.join(", ")
}

/// The containers of one list to which the same happens.
fn with_presence(changes: &[ContainerChange<'_>], verb: Verb, is_init: bool) -> Vec<String> {
    let mut texts = Vec::new();
    for change in changes {
        match change {
            ContainerChange::Presence {
                verb: its,
                container,
            } if *its == verb && container.is_init == is_init => texts.push(container.in_words()),
            ContainerChange::Presence { .. } | ContainerChange::Image { .. } => {}
        }
    }
    texts
}

fn images(subject: &str, changes: &[ContainerChange<'_>], is_alone: bool) -> Option<String> {
    let mut texts = Vec::new();
    for change in changes {
        if let ContainerChange::Image {
            name,
            before,
            after,
        } = change
        {
            let versions = versions(before, after);
            texts.push(match is_alone {
                true => versions,
                false => format!("{name} {versions}"),
            });
        }
    }
    match (texts.as_slice(), is_alone) {
        ([], _) => None,
        ([only], true) => Some(format!("image of {subject} {only}")),
        ([only], false) => Some(format!("image of {subject}: {only}")),
        (several, _) => Some(format!("images of {subject}: {}", listed(several))),
    }
}

fn noun(is_init: bool, count: usize) -> &'static str {
    match (is_init, count) {
        (false, 1) => "container",
        (false, _) => "containers",
        (true, 1) => "init container",
        (true, _) => "init containers",
    }
}

#[cfg(test)]
mod tests;
