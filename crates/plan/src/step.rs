//! Steps: changes, and the gates that must hold before the next one.

use cutover_manifest::{Bundle, Digest, ObjectRef, Warning};
use cutover_traffic::Percent;
use cutover_workload::Deployment;
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::duration::Duration;
use crate::gate::Gate;
use crate::phase::Phase;

/// One ordered group of changes, followed by its gates. Without changes, only its gates are waited
/// for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Step {
    /// The waypoint that it leads to, e.g. `canary-25`.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub phase: Phase,
    /// The changes, in the order in which they are made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// The shares that were asked for here; what is achieved is counted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<Asked>,
    /// The time limit of the gates that look at objects: pauses, windows and analyses have their
    /// own, or none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Duration>,
    /// What must hold, all together, before the next step.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<Gate>,
    /// The digest of the state after this step.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub state: Digest,
}

impl Step {
    /// How long gates are waited for where neither the step nor a Deployment says it: as long as a
    /// Deployment gives itself where it says nothing (`progressDeadlineSeconds`).
    pub const DEFAULT_LIMIT: Duration = Duration::of_seconds(600);

    /// For how long the gates that look at objects are waited for, where this stands after the
    /// step; none where it has none of these.
    ///
    /// Where the step does not say: as long as the Deployment that takes longest of those that are
    /// waited for gives itself to progress, and ten minutes where there is none.
    ///
    /// ```
    /// use cutover_manifest::{Bundle, ObjectRef};
    /// use cutover_plan::{Endpoints, Gate, Pause, Phase, Step, state_digest};
    ///
    /// let nothing = Bundle::default();
    /// let step = |gate| Step {
    ///     phase: Phase::new("update").unwrap(),
    ///     changes: vec![],
    ///     shares: vec![],
    ///     within: None,
    ///     gates: vec![gate],
    ///     state: state_digest(&nothing).unwrap(),
    /// };
    /// let object = ObjectRef::new("v1", "Service", None, "hello");
    /// let endpoints = step(Gate::Endpoints(Endpoints { object }));
    /// assert_eq!(endpoints.limit(&nothing).map(|limit| limit.seconds()), Some(600));
    /// assert_eq!(step(Gate::Pause(Pause::person())).limit(&nothing), None);
    /// ```
    pub fn limit(&self, after: &Bundle) -> Option<Duration> {
        self.within
            .or_else(|| Self::least_limit(&self.gates, after))
    }

    /// For how long gates are waited for at least, where nobody says it: a set of this state that they
    /// wait for must not be given up before its own controller does.
    pub fn least_limit(gates: &[Gate], after: &Bundle) -> Option<Duration> {
        let waited_for = gates.iter().filter_map(|gate| after.get(gate.object()?));
        let sets = waited_for.filter(|object| Deployment::is(object.object()));
        let longest = sets.map(|set| Deployment::of(set).deadline()).max();
        let is_observed = gates.iter().any(Gate::is_observed);
        let longest = longest.map(Duration::of_seconds);
        longest.or_else(|| is_observed.then_some(Self::DEFAULT_LIMIT))
    }

    /// The same, and as long as gateways are waited for in any case, with a minute more: their status
    /// may come late.
    pub fn full_limit(gates: &[Gate], after: &Bundle) -> Option<Duration> {
        let lasts = gates.iter().map(|gate| gate.lasts().seconds());
        let lasts = match lasts.fold(0, u32::saturating_add) {
            0 => 0,
            seconds => seconds.saturating_add(60),
        };
        let least = Self::least_limit(gates, after);
        least.map(|least| least.max(Duration::of_seconds(lasts)))
    }
}

/// A share of requests that was asked for a workload's new version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Asked {
    /// The name of the workload that the share is of.
    pub workload: String,
    /// The weight that the strategy asked for (`setWeight`), in percent.
    pub asked: Percent,
    /// Whether a set may get more requests than its pods are meant for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overload: bool,
}

/// What only the maker of a plan could see, said when it was made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Note {
    /// The object that it is about, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Option<cutover_workload::schema::Object>")
    )]
    pub object: Option<ObjectRef>,
    /// The JSON pointer of the field that it is about; empty for the whole object.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub pointer: String,
    /// What may go wrong.
    pub message: String,
    /// What a person may do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl From<Warning> for Note {
    fn from(warning: Warning) -> Self {
        Self {
            object: warning.object,
            pointer: String::new(),
            message: warning.message,
            hint: warning.hint,
        }
    }
}
