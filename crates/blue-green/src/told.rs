//! How two Deployments are known as the slots of one application.

use std::collections::BTreeMap;

use cutover_workload::Deployment;

use crate::selecting::missing;

/// What says that two Deployments are slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// A label that is meant for slots.
    Label,
    /// Their names: X and X-green, or X-blue and X-green.
    Names,
    /// Whoever asks for the plan.
    Spec,
}

impl Told {
    /// What says so of these two, where something does.
    pub(crate) fn of(
        selector: &BTreeMap<String, String>,
        active: Deployment<'_>,
        set: Deployment<'_>,
    ) -> Option<Self> {
        if let [key] = missing(selector, set).as_slice()
            && selector.len() > 1
            && is_for_slots(key)
            && are_colours(&active.labels(), &set.labels(), key)
        {
            return Some(Self::Label);
        }
        let names = [active, set].map(|slot| slot.manifest().object().name.as_str());
        are_names(names[0], names[1]).then_some(Self::Names)
    }

    /// How an idle slot is known, and by which label the Service picks it.
    pub(crate) fn why(self, label: &str) -> String {
        match self {
            Self::Label => format!("told by its label `{label}`"),
            Self::Names => format!("told by its name, and picked by its label `{label}`"),
            Self::Spec => format!("named in `slots`, and picked by its label `{label}`"),
        }
    }
}

/// Whether a label tells applications, or installations of one, apart.
pub(crate) fn tells_applications_apart(key: &str) -> bool {
    APPLICATIONS.contains(&name_of(key))
}

/// A name without the slot that it ends in.
pub(crate) fn application(name: &str) -> &str {
    let green = name.strip_suffix("-green");
    green.or_else(|| name.strip_suffix("-blue")).unwrap_or(name)
}

fn is_for_slots(key: &str) -> bool {
    SLOTS.contains(&name_of(key))
}

/// One is green, the other blue or stable.
fn are_colours(
    one: &BTreeMap<String, String>,
    other: &BTreeMap<String, String>,
    key: &str,
) -> bool {
    let values = [one, other].map(|labels| labels.get(key).map(String::as_str));
    matches!(
        values,
        [Some("green"), Some("blue" | "stable")] | [Some("blue" | "stable"), Some("green")]
    )
}

fn are_names(one: &str, other: &str) -> bool {
    let differ = one.ends_with("-green") != other.ends_with("-green");
    differ && application(one) == application(other)
}

/// A label's key without its prefix.
fn name_of(key: &str) -> &str {
    key.rsplit('/').next().unwrap_or(key)
}

const SLOTS: [&str; 4] = ["color", "colour", "slot", "track"];

const APPLICATIONS: [&str; 16] = [
    "app",
    "chart",
    "component",
    "env",
    "environment",
    "instance",
    "k8s-app",
    "name",
    "part-of",
    "region",
    "release",
    "role",
    "stage",
    "tenant",
    "tier",
    "zone",
];
