//! Texts that no image can be pulled by.

use cutover_manifest::{ImageReference, Manifest};
use cutover_workload::Deployment;
use serde_json::Value;

use crate::kinds;
use crate::refusal::{Gathered, Refusals, refuse};

/// Refuses each image that a release brings and that is none: with a blank, another character that
/// an image cannot have, an empty part. The API server stores it, and no pod of it ever starts.
pub(crate) fn image_texts(from: Option<&Manifest>, to: &Manifest) -> Result<(), Refusals> {
    let known: Vec<&str> = from
        .into_iter()
        .flat_map(images)
        .map(|(_, image)| image)
        .collect();
    let mut refused = Gathered::default();
    for (pointer, image) in images(to) {
        if ImageReference::parse(image).is_err() && !known.contains(&image) {
            let reason = format!("{image:?} is not an image");
            let hint = "write REPOSITORY:TAG, e.g. registry.example/web:1.0.0";
            refused.note(Err(refuse(
                kinds::IMAGE,
                to.object(),
                &pointer,
                reason,
                hint,
            )));
        }
    }
    refused.judge()
}

/// The images of a Deployment's containers, each with its JSON pointer.
fn images(set: &Manifest) -> Vec<(String, &str)> {
    let template = Deployment::of(set).template().unwrap_or(&Value::Null);
    let mut images = Vec::new();
    for list in ["initContainers", "containers"] {
        let containers = template.pointer(&format!("/spec/{list}"));
        let containers = containers.and_then(Value::as_array).into_iter().flatten();
        for (at, container) in containers.enumerate() {
            if let Some(image) = container["image"].as_str() {
                images.push((format!("/spec/template/spec/{list}/{at}/image"), image));
            }
        }
    }
    images
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_image_that_a_release_brings_is_one() {
        let set = |image: &str| {
            let containers =
                json!([{"name": "log", "image": "log:1"}, {"name": "web", "image": image}]);
            let template = json!({"spec": {"containers": containers}});
            Manifest::new(json!({
                "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"template": template},
            }))
            .unwrap()
        };
        let check = |from: &str, to: &str, expect: Option<&str>| {
            let refused = image_texts(Some(&set(from)), &set(to)).err();
            let refused = refused.map(|refused| refused.first().message());
            let at = "Deployment web: /spec/template/spec/containers/1/image: ";
            assert_eq!(
                refused,
                expect.map(|expect| format!("{at}{expect}")),
                "{to}"
            );
        };
        check("web:1", "web:2", None);
        check("web:1", "web 2", Some("\"web 2\" is not an image"));
        check("web:1", "web:2 ", Some("\"web:2 \" is not an image"));
        check("web:1", "web:2\n", Some("\"web:2\\n\" is not an image"));
        check("web:1", "web:", Some("\"web:\" is not an image"));
        check("web:1", "${IMAGE}", Some("\"${IMAGE}\" is not an image"));
        // It was so, and stays so.
        check("${IMAGE}", "${IMAGE}", None);
        check("${IMAGE}", "${OTHER}", Some("\"${OTHER}\" is not an image"));
    }
}
