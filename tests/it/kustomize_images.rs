//! `--images` changes an image as kustomize's `images` does.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use cutover::ImageOverride;
use cutover::manifest::{emit, read};
use serde_json::{Value, json};

use crate::golden_kubectl::{is_skipped, kubectl};
use crate::support::Folder;

const DIGEST: &str = "sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3";

/// A failure means that a release with `--images` is not what kustomize would make of it.
#[test]
fn kustomize_makes_the_same_of_every_image() {
    if is_skipped() {
        return;
    }
    let pinned = format!("@{DIGEST}");
    let names = [
        "app",
        "team/app",
        "r.example/app",
        "r.example:5000/app",
        "localhost",
        "app/web",
    ];
    let versions = [
        "",
        ":1",
        ":v1.2-rc_3",
        ":{STABLE}",
        &pinned,
        &format!(":1{pinned}"),
        ":1 ",
        "-server:1",
    ];
    let product = names
        .iter()
        .flat_map(|name| versions.map(|version| format!("{name}{version}")));
    let images: Vec<String> = product.collect();
    let check = |name: &str, text: &str, said: Value| {
        let change: ImageOverride = text.parse().unwrap();
        let ours = images
            .iter()
            .map(|image| change.of(image).unwrap_or_else(|| image.clone()));
        let mut entry = said;
        entry["name"] = json!(name);
        let theirs = kustomized(&images, &entry);
        assert_eq!(ours.collect::<Vec<_>>(), theirs, "{text}");
    };
    check("app", "app:2.0", json!({"newTag": "2.0"}));
    check("app", &format!("app{pinned}"), json!({"digest": DIGEST}));
    check(
        "app",
        &format!("app:2{pinned}"),
        json!({"newTag": "2", "digest": DIGEST}),
    );
    check("app", "app=web", json!({"newName": "web"}));
    check(
        "app",
        "app=r.example:5000/web:2",
        json!({"newName": "r.example:5000/web", "newTag": "2"}),
    );
    check("team/app", "team/app:2", json!({"newTag": "2"}));
    check(
        "r.example:5000/app",
        "r.example:5000/app:2",
        json!({"newTag": "2"}),
    );
    check(
        "localhost",
        "localhost=r.example/web",
        json!({"newName": "r.example/web"}),
    );
}

/// What kustomize makes of containers with these images.
fn kustomized(images: &[String], entry: &Value) -> Vec<String> {
    let container =
        |(at, image): (usize, &String)| json!({"name": format!("c{at}"), "image": image});
    let containers: Vec<Value> = images.iter().enumerate().map(container).collect();
    let set = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello"},
        "spec": {"template": {"spec": {"containers": containers}}},
    });
    let folder = Folder::empty();
    folder.put("hello.yaml", &emit(&set));
    folder.put(
        "kustomization.yaml",
        &emit(&json!({"resources": ["hello.yaml"], "images": [entry]})),
    );
    let output = kubectl()
        .arg("kustomize")
        .arg(folder.path(""))
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{entry}: {told}");
    let built = read("built", &output.stdout).unwrap();
    let containers = built.documents[0]
        .value
        .pointer("/spec/template/spec/containers");
    let containers = containers.and_then(Value::as_array).unwrap();
    let image = |container: &Value| container["image"].as_str().unwrap().to_owned();
    containers.iter().map(image).collect()
}
