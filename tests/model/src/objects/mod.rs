//! What the cluster holds, as controllers see it, and how it is shown.

mod budget;
pub(crate) use budget::{Amount, Budget};

mod json;
pub(crate) use json::{labels, manifest, object};

mod template;
pub(crate) use template::{Labels, PodSpec, Template, items, number, safe, selects, text, texts};

mod header;
pub use header::Uid;
pub(crate) use header::{Header, second, stamp};

mod deployment;
pub(crate) use deployment::{Condition, Deployment, DeploymentSpec, DeploymentStatus, annotation};

mod replica_set;
pub(crate) use replica_set::{ReplicaSet, ReplicaSetStatus, Retry};

mod pod;
pub(crate) use pod::{Next, Phase, Pod};

mod service;
pub(crate) use service::{Service, Written};

mod slice;
pub(crate) use slice::{Endpoint, Slice, SlicePort};
