//! Another image wherever one of a name runs, as kustomize's `images` has it.

use std::collections::BTreeSet;
use std::str::FromStr;

use cutover_manifest::{Bundle, ImageReference, Manifest, listing};
use cutover_workload::TEMPLATES;
use serde_json::{Value, json};

use crate::hint::Hint;
use crate::kinds;
use crate::refusal::{Refusal, Refusals};
use crate::select::{WorkloadName, select};
use crate::templates::{is_made, pod_containers};

/// `NAME[=NEW][:TAG][@DIGEST]`: another name, tag or digest for every image of a name, as
/// `kustomize edit set image` takes it.
///
/// A tag takes the digest of before away and a digest the tag; what is not said stays. Only a whole
/// name matches, a registry with its port included.
///
/// ```
/// use cutover_release::ImageOverride;
///
/// let change: ImageOverride = "app=registry.example:5000/app:2.0.0".parse()?;
/// assert_eq!(change.of("app:1.0.0"), Some("registry.example:5000/app:2.0.0".to_owned()));
/// assert_eq!(change.of("team/app:1.0.0"), None);
/// # Ok::<(), cutover_release::BadImageOverride>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageOverride {
    name: String,
    new_name: Option<String>,
    tag: Option<String>,
    digest: Option<String>,
}

/// A text that says no other image.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` does not say which image gets which name, tag or digest\nhint: write NAME[=NEW][:TAG][@DIGEST], e.g. app:2.0.0 or app=registry.example/app:2.0.0"
)]
pub struct BadImageOverride(String);

impl ImageOverride {
    /// What becomes of an image; nothing where it has another name.
    ///
    /// ```
    /// let change: cutover_release::ImageOverride = "app@sha256:0a".parse()?;
    /// assert_eq!(change.of("app:1.0.0"), Some("app@sha256:0a".to_owned()));
    /// # Ok::<(), cutover_release::BadImageOverride>(())
    /// ```
    pub fn of(&self, image: &str) -> Option<String> {
        let (tag, digest) = version_of(image, &self.name)?;
        let (tag, digest) = match (&self.tag, &self.digest) {
            (None, None) => (tag, digest),
            (tag, digest) => (tag.as_deref(), digest.as_deref()),
        };
        let mut new = self.new_name.as_ref().unwrap_or(&self.name).clone();
        for (sign, part) in [(':', tag), ('@', digest)] {
            if let Some(part) = part {
                new.push(sign);
                new += part;
            }
        }
        Some(new)
    }
}

impl FromStr for ImageOverride {
    type Err = BadImageOverride;

    fn from_str(text: &str) -> Result<Self, BadImageOverride> {
        let bad = || BadImageOverride(text.to_owned());
        let (name, new) = match text.split_once('=') {
            Some((name, new)) => (Some(name), new),
            None => (None, text),
        };
        let new = ImageReference::parse(new).map_err(|_| bad())?;
        let owned = |part: Option<&str>| part.map(str::to_owned);
        let (tag, digest) = (owned(new.tag()), owned(new.digest()));
        let (name, new_name) = match name {
            Some(name) => (name, Some(new.repository().to_owned())),
            None if tag.is_some() || digest.is_some() => (new.repository(), None),
            None => return Err(bad()),
        };
        let parsed = ImageReference::parse(name).map_err(|_| bad())?;
        if parsed.repository() != name {
            return Err(bad());
        }
        Ok(Self {
            name: name.to_owned(),
            new_name,
            tag,
            digest,
        })
    }
}

/// The bundle with another image wherever one of the name runs: in the Deployments that are named,
/// or in whatever has a template of pods that nobody made.
pub(crate) fn override_image(
    bundle: &Bundle,
    change: &ImageOverride,
    workloads: &[WorkloadName],
) -> Result<Bundle, Refusals> {
    let meant: Vec<&Manifest> = match workloads {
        [] => bundle
            .iter()
            .filter(|manifest| !is_made(manifest))
            .collect(),
        named => {
            let named = select(bundle, named)?;
            named
                .iter()
                .filter_map(|object| bundle.get(object))
                .collect()
        }
    };
    let mut changed = bundle.clone();
    let mut matches = false;
    for manifest in &meant {
        if images(manifest).any(|image| change.of(image).is_some()) {
            matches = true;
            changed.insert(overridden(manifest, change));
        }
    }
    if matches {
        return Ok(changed);
    }
    Err(no_image(change, &meant))
}

fn images(manifest: &Manifest) -> impl Iterator<Item = &str> {
    pod_containers(manifest).filter_map(|container| container.get("image")?.as_str())
}

fn overridden(manifest: &Manifest, change: &ImageOverride) -> Manifest {
    let mut overridden = manifest.value().clone();
    let templates = TEMPLATES.iter();
    let lists = templates.flat_map(|template| {
        ["initContainers", "containers"].map(|list| format!("{template}/spec/{list}"))
    });
    for list in lists {
        let containers = overridden.pointer_mut(&list).and_then(Value::as_array_mut);
        for container in containers.into_iter().flatten() {
            let image = container.get("image").and_then(Value::as_str);
            if let Some(new) = image.and_then(|image| change.of(image)) {
                container["image"] = json!(new);
            }
        }
    }
    manifest.with_content(overridden)
}

fn no_image(change: &ImageOverride, meant: &[&Manifest]) -> Refusals {
    let there: BTreeSet<&str> = meant.iter().flat_map(|manifest| images(manifest)).collect();
    let reason = format!("image {}: no container has it", change.name);
    let hint = format!("there are {}", listing(there));
    Refusal::new(kinds::NO_IMAGE, reason)
        .hint(Hint::from(hint))
        .into()
}

/// Tag and digest of an image that has this name (`IsImageMatched` in kustomize's `api/image`, but
/// that a point of the name is a point).
fn version_of<'i>(image: &'i str, name: &str) -> Option<(Option<&'i str>, Option<&'i str>)> {
    let rest = image.strip_prefix(name)?;
    let (tag, digest) = match rest.split_once('@') {
        Some((tag, digest)) => (tag, Some(digest)),
        None => (rest, None),
    };
    let is_part = |text: &str| {
        let may_have = |byte: u8| byte.is_ascii_alphanumeric() || b"_.{}-".contains(&byte);
        text.bytes().all(may_have)
    };
    let tag = match tag.strip_prefix(':') {
        None if tag.is_empty() => None,
        None => return None,
        Some(tag) => Some(tag),
    };
    let is_digest = |digest: &str| digest.strip_prefix("sha256:").is_some_and(is_part);
    (tag.is_none_or(is_part) && digest.is_none_or(is_digest)).then_some((tag, digest))
}

#[cfg(test)]
mod tests;
