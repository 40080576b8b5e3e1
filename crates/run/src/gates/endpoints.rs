//! A Service's EndpointSlices, for each port by pod.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Manifest, ObjectRef};
use serde_json::Value;

use super::Verdict;
use super::pods::selected;
use crate::observed::Observed;
use crate::observed::pods::{Pod, Slice};

/// The Service's EndpointSlices list just the ready pods that it selects, for each port and each
/// kind of address.
pub(super) fn endpoints(observed: &Observed, object: &ObjectRef) -> Verdict {
    let Some(service) = observed.live(object) else {
        return Verdict::Waits("it is not there".into());
    };
    let slices: Vec<&Slice> = observed
        .slices
        .iter()
        .filter(|(name, slice)| {
            name.namespace == object.namespace && slice.service.as_ref() == Some(&object.name)
        })
        .map(|(_, slice)| slice)
        .collect();
    let pods: Vec<&Pod> = selected(observed, service)
        .filter(|pod| answers(service, pod))
        .collect();
    let wrong = ports(service)
        .into_iter()
        .find_map(|port| port.differs(&pods, &slices));
    wrong.map_or(Verdict::Holds, |wrong| Verdict::Waits(wrong.into()))
}

fn answers(service: &Manifest, pod: &Pod) -> bool {
    let unready = service.pointer("/spec/publishNotReadyAddresses") == Some(&Value::Bool(true));
    pod.active && pod.has_address && (unready || pod.ready)
}

/// A port of a Service; a headless one may have none, and all its pods are behind that.
struct Port {
    name: String,
    /// The name of the containers' port that it leads to, where it goes by name.
    target: Option<String>,
}

fn ports(service: &Manifest) -> Vec<Port> {
    let list = service
        .pointer("/spec/ports")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
    let port = |port: &Value| Port {
        name: text(&port["name"]).unwrap_or_default(),
        target: text(&port["targetPort"]),
    };
    list.map(port).collect()
}

impl Port {
    /// How the slices differ from the pods that the port should lead to; none where they do not.
    fn differs(&self, pods: &[&Pod], slices: &[&Slice]) -> Option<String> {
        let has = |pod: &&&Pod| {
            self.target
                .as_ref()
                .is_none_or(|target| pod.ports.contains(target))
        };
        let wanted: BTreeSet<&String> = pods.iter().filter(has).map(|pod| &pod.uid).collect();
        let mut found: BTreeMap<&str, BTreeSet<&String>> = BTreeMap::new();
        for slice in slices {
            let listed = found.entry(&slice.address_type).or_default();
            if slice.ports.contains(&self.name) {
                listed.extend(&slice.ready);
            }
        }
        if found.is_empty() && !wanted.is_empty() {
            return Some(format!("0 of {} ready pods are endpoints", wanted.len()));
        }
        found
            .values()
            .find(|listed| **listed != wanted)
            .map(|listed| {
                let right = listed.intersection(&wanted).count();
                let more = match listed.len() - right {
                    0 => String::new(),
                    more => format!(", and {more} that should not be"),
                };
                format!("{right} of {} ready pods are endpoints{more}", wanted.len())
            })
    }
}
