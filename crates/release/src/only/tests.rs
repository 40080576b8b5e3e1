//! What a release of one workload changes, where everything is another.

use cutover_manifest::Bundle;

use crate::Ends;

/// Two Deployments with all that may belong to one, and what they share.
const RUNNING: &str = "---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: api}, spec: {selector: {}, template: {
  metadata: {labels: {app: api}}, spec: {containers: [{name: a, envFrom: [{configMapRef: {name: api}}, {configMapRef: {name: shared}}]}]}}}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {selector: {}, template: {
  metadata: {labels: {app: web}}, spec: {containers: [{name: a, envFrom: [{configMapRef: {name: web}}, {configMapRef: {name: shared}}]}]}}}}
---
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, spec: {selector: {}, template: {metadata: {labels: {app: db}}}}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: api}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: web}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: shared}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: nobodys}}
---
{apiVersion: v1, kind: Service, metadata: {name: api}, spec: {selector: {app: api}}}
---
{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}}}
---
{apiVersion: v1, kind: Service, metadata: {name: db}, spec: {selector: {app: db}}}
---
{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: api}, spec: {defaultBackend: {service: {name: api}}}}
---
{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: web}, spec: {defaultBackend: {service: {name: web}}}}
---
{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: api}, spec: {scaleTargetRef: {kind: Deployment, name: api}}}
---
{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: web}, spec: {scaleTargetRef: {kind: Deployment, name: web}}}
---
{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: api}, spec: {selector: {matchLabels: {app: api}}}}
---
{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: all}, spec: {selector: {matchExpressions: [{key: app, operator: Exists}]}}}
";

/// What changes of a release in which every object gets a label.
fn changed(only: &[&str], running: &str, wanted: &str) -> Vec<String> {
    let labelled = wanted.replace("metadata: {name:", "metadata: {labels: {new: yes}, name:");
    let from = Bundle::from_yaml("from.yaml", running).unwrap();
    let to = Bundle::from_yaml("to.yaml", &labelled).unwrap();
    let names: Vec<_> = only.iter().map(|name| name.parse().unwrap()).collect();
    let ends = Ends::new(from, to).only(&names).unwrap();
    let objects = ends.from().objects().chain(ends.to().objects());
    let changed = objects.filter(|object| ends.from().get(object) != ends.to().get(object));
    let mut changed: Vec<String> = changed.map(ToString::to_string).collect();
    changed.sort();
    changed.dedup();
    changed
}

#[test]
fn what_belongs_to_others_stays() {
    assert_eq!(
        changed(&["api"], RUNNING, RUNNING),
        [
            "ConfigMap api",
            "ConfigMap nobodys",
            "ConfigMap shared",
            "Deployment api",
            "HorizontalPodAutoscaler api",
            "Ingress api",
            "PodDisruptionBudget all",
            "PodDisruptionBudget api",
            "Service api",
        ]
    );
    assert_eq!(changed(&[], RUNNING, RUNNING).len(), 16);
}

/// A workload that is new does not come with what is its own, and one that is gone stays with it.
#[test]
fn nobody_comes_or_goes() {
    let without = |name: &str| -> String {
        let documents = RUNNING.split("---\n").skip(1);
        let others = documents.filter(|document| !document.contains(name));
        others.map(|document| format!("---\n{document}")).collect()
    };
    let meant = changed(&["api"], RUNNING, RUNNING);
    assert_eq!(changed(&["api"], &without("name: web"), RUNNING), meant);
    assert_eq!(changed(&["api"], RUNNING, &without("name: web")), meant);
}

/// A failure means that a release of one workload would take another's Service away from it.
#[test]
fn what_comes_to_belong_to_it_changes() {
    let wanted = RUNNING.replace(
        "name: web}, spec: {selector: {app: web}",
        "name: web}, spec: {selector: {app: api}",
    );
    assert!(changed(&["api"], RUNNING, &wanted).contains(&"Service web".to_owned()));
}
