//! Where objects have the template of their pods.

use cutover_manifest::Field;

use crate::deployment::Deployment;

/// Where an object that makes pods has their template: a Deployment, StatefulSet, DaemonSet,
/// ReplicaSet, Job or Rollout, and a CronJob.
pub const TEMPLATES: [Field; 2] = [
    Deployment::TEMPLATE,
    Field::new("/spec/jobTemplate/spec/template"),
];
