//! How repositories for Argo CD and Flux are laid out, and what is written where.

use super::shop;
use crate::golden_kubectl::{is_skipped, kubectl};
use crate::support::Folder;

/// Argo CD's ApplicationSet by directories, and Flux's Kustomization a cluster: a folder a cluster,
/// which is applied as it is. What is written is what runs next.
#[test]
fn a_folder_a_cluster_is_edited_in_place() {
    let folder = shop();
    folder.done("cutover fleet plan fleet.yaml -o fleet-plan.yaml");
    let write = "cutover fleet write fleet-plan.yaml fleet.yaml --wave";
    folder.done(&format!("{write} back-end --step 1"));
    for step in 1..=6 {
        folder.done(&format!("{write} canary --step {step}"));
    }
    folder.done(&format!("{write} main --step 1"));
    for (name, text) in folder.files() {
        if let Some(rest) = name.strip_prefix("wanted/") {
            assert_eq!(folder.text(&format!("clusters/{rest}")), text, "{name}");
        }
    }
    for (wave, step) in [("main", 0), ("canary", 0), ("back-end", 0)] {
        folder.done(&format!("{write} {wave} --step {step}"));
    }
    assert_eq!(
        folder.text("clusters/eu-1/web.yaml"),
        shop().text("clusters/eu-1/web.yaml")
    );
}

const FLEET: &str = "
apiVersion: cutover.dev/v1alpha1
kind: Fleet
metadata: { name: hello }
spec:
  clusters:
  - { name: eu-1, from: rendered/eu-1, to: wanted/eu-1.yaml }
  - { name: us-1, from: rendered/us-1, to: wanted/us-1.yaml }
  waves: [{ name: all, clusterSelector: {}, maxConcurrency: 2 }]
  strategy: { rolling: {} }
";

const BASE: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: registry.example/web }] }
";

/// A base with an overlay a cluster: the overlays are kustomize's work, and its output is what is
/// planned and written: a branch or a folder of rendered manifests, which is applied.
#[test]
fn a_base_and_overlays_are_rendered_first() {
    if is_skipped() {
        return;
    }
    let folder = Folder::empty();
    folder.put("fleet.yaml", FLEET);
    folder.put("base/web.yaml", BASE);
    folder.put("base/kustomization.yaml", "resources: [web.yaml]\n");
    for (cluster, replicas) in [("eu-1", 3), ("us-1", 5)] {
        for (tag, rendered) in [
            ("1.0.0", format!("rendered/{cluster}/all.yaml")),
            ("2.0.0", format!("wanted/{cluster}.yaml")),
        ] {
            let overlay = format!(
                "resources: [../../base]\nimages: [{{ name: registry.example/web, newTag: {tag} }}]\nreplicas: [{{ name: web, count: {replicas} }}]\n"
            );
            folder.put(&format!("overlays/{cluster}/kustomization.yaml"), &overlay);
            let path = folder.path(&format!("overlays/{cluster}"));
            let output = kubectl().arg("kustomize").arg(path).output().unwrap();
            folder.put(&rendered, &String::from_utf8(output.stdout).unwrap());
        }
    }
    folder.done("cutover fleet plan fleet.yaml -o fleet-plan.yaml");
    let overlays = folder.files();
    folder.done("cutover fleet write fleet-plan.yaml fleet.yaml --wave all --step 1");
    for cluster in ["eu-1", "us-1"] {
        let wanted = folder.text(&format!("wanted/{cluster}.yaml"));
        assert_eq!(folder.text(&format!("rendered/{cluster}/all.yaml")), wanted);
        let source = format!("overlays/{cluster}/kustomization.yaml");
        assert_eq!(folder.text(&source), overlays[&source]);
    }
}
