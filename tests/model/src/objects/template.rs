//! A pod template, read once where it is written and shared by all that is made from it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

/// Labels, or a selector.
pub(crate) type Labels = BTreeMap<String, String>;

/// A pod template as a Deployment states it.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    /// The template itself, without the label `pod-template-hash`.
    pub(crate) value: Value,
    /// Equal for equal templates.
    pub(crate) digest: u64,
    pub(crate) labels: Labels,
    pub(crate) annotations: Labels,
    pub(crate) spec: Arc<PodSpec>,
}

impl Template {
    pub(crate) fn of(value: &Value) -> Self {
        Self {
            digest: digest(&value.to_string()),
            labels: texts(&value["metadata"]["labels"]),
            annotations: texts(&value["metadata"]["annotations"]),
            spec: Arc::new(PodSpec::of(&value["spec"])),
            value: value.clone(),
        }
    }

    /// What Kubernetes appends to the names of ReplicaSets, and puts on their pods.
    pub(crate) fn hash(&self) -> String {
        safe(self.digest, 9)
    }
}

/// What a pod runs.
#[derive(Clone, Debug)]
pub(crate) struct PodSpec {
    pub(crate) value: Value,
    pub(crate) containers: Vec<Container>,
    pub(crate) grace_seconds: u32,
}

/// A container as far as a Service or a kubelet looks at it.
#[derive(Clone, Debug)]
pub(crate) struct Container {
    pub(crate) name: String,
    pub(crate) image: String,
    /// The name and the number of each; the name is empty where it has none.
    pub(crate) ports: Vec<(String, u32)>,
}

impl PodSpec {
    pub(crate) fn of(value: &Value) -> Self {
        let containers = items(&value["containers"]).map(Container::of).collect();
        let grace_seconds = number(&value["terminationGracePeriodSeconds"]).unwrap_or(30);
        Self {
            value: value.clone(),
            containers,
            grace_seconds,
        }
    }

    /// The same pod with one container more, as an injecting webhook makes it.
    pub(crate) fn with(&self, container: &Value) -> Self {
        let mut value = self.value.clone();
        if let Some(Value::Array(containers)) = value.get_mut("containers") {
            containers.push(container.clone());
        }
        Self::of(&value)
    }

    pub(crate) fn runs(&self, image: &str) -> bool {
        self.containers
            .iter()
            .any(|container| container.image.contains(image))
    }

    /// The number of a port of this name.
    pub(crate) fn port(&self, name: &str) -> Option<u32> {
        let mut ports = self
            .containers
            .iter()
            .flat_map(|container| &container.ports);
        ports
            .find(|(named, _)| named == name)
            .map(|(_, number)| *number)
    }
}

impl Container {
    fn of(value: &Value) -> Self {
        let port = |port: &Value| {
            (
                text(&port["name"]),
                number(&port["containerPort"]).unwrap_or(0),
            )
        };
        Self {
            name: text(&value["name"]),
            image: text(&value["image"]),
            ports: items(&value["ports"]).map(port).collect(),
        }
    }
}

/// Whether labels have all that a selector asks for.
pub(crate) fn selects(selector: &Labels, labels: &Labels) -> bool {
    selector
        .iter()
        .all(|(key, value)| labels.get(key) == Some(value))
}

/// A map of texts; what is none is left out.
pub(crate) fn texts(value: &Value) -> Labels {
    let members = value.as_object().into_iter().flatten();
    members
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect()
}

/// The items of a list; none of what is no list.
pub(crate) fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// A number of pods or seconds.
pub(crate) fn number(value: &Value) -> Option<u32> {
    let Ok(number) = u32::try_from(value.as_u64()?) else {
        return None;
    };
    Some(number)
}

/// A text, empty where there is none.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Letters and digits that spell no words, as Kubernetes picks them for names.
pub(crate) fn safe(mut number: u64, length: usize) -> String {
    const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let mut next = || {
        let letter = ALPHABET[usize::try_from(number % 27).unwrap_or(0)];
        number /= 27;
        char::from(letter)
    };
    (0..length).map(|_| next()).collect()
}

/// FNV-1a, 64 bits, of the text's bytes.
fn digest(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |digest, byte| {
        (digest ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
