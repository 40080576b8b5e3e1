//! What a canary is told.

use cutover_plan::{Analysis, Duration, Gate, Pause};
use cutover_release::OnAutoscaler;
use cutover_traffic::Percent;
use cutover_workload::{Allowance, Amount};
use serde::{Deserialize, Serialize};

use crate::route::Route;

/// A canary: weights, analyses and pauses, in order. Field names are Argo Rollouts'.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Canary {
    /// What happens, one after the other.
    pub steps: Vec<Step>,
    /// Pods above the wanted replicas (default: the Deployment's own).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_surge: Option<Amount>,
    /// Pods that may be missing (default: the Deployment's own).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_unavailable: Option<Amount>,
    /// How far, in percentage points, a share may lie from its weight (default: as far as it must).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<Percent>,
    /// What is done about autoscalers of the sets whose pods are counted (default: such a release is
    /// refused).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autoscaler: Option<OnAutoscaler>,
    /// The routes that split requests by weight (default: none, and a weight is a ratio of pods).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub route: Vec<Route>,
    /// By route: the fewest pods of the canary, whatever the weight (default: one).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_pods_per_replica_set: Option<u32>,
    /// By route, after a weight of 100: the weights by which requests come back to the old set once it
    /// has the new template, e.g. 50,100 (default: all at once).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub promotion_steps: Vec<Percent>,
    /// The Service before the old set, where a route names several of the workload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stable_service: Option<String>,
    /// The Service before the canary, where there is one (default: the plan makes one).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary_service: Option<String>,
    /// The controller that follows the routes, by the name that its GatewayClass says (default: by
    /// the Gateways and classes of the input).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway_controller: Option<String>,
    /// How long gateways need to follow a route (default: by their controller).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route_settle: Option<Duration>,
    /// How long the last request may take to what gets no more (default: 30s, or as long as the
    /// route lets one take).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drain: Option<Duration>,
}

impl Canary {
    /// A canary of these steps, within the Deployment's own budget.
    ///
    /// ```
    /// use cutover_canary::{Canary, Step};
    /// use cutover_traffic::Percent;
    /// use cutover_workload::Amount;
    ///
    /// let canary = Canary::new([Step::SetWeight(Percent::new(25)?), Step::person()])
    ///     .max_surge(Amount::Count(1));
    /// let file = r#"{"steps":[{"setWeight":25},{"pause":{}}],"maxSurge":1}"#;
    /// assert_eq!(canary, serde_json::from_str(file)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self {
            steps: steps.into_iter().collect(),
            ..Self::default()
        }
    }

    /// The same, with so many pods above the wanted replicas.
    #[must_use]
    pub fn max_surge(mut self, amount: Amount) -> Self {
        self.max_surge = Some(amount);
        self
    }

    /// The same, where so many pods may be missing.
    #[must_use]
    pub fn max_unavailable(mut self, amount: Amount) -> Self {
        self.max_unavailable = Some(amount);
        self
    }

    /// The same, refused where a share lies further from its weight, in percentage points.
    #[must_use]
    pub fn tolerance(mut self, points: Percent) -> Self {
        self.tolerance = Some(points);
        self
    }

    /// The same, where this is done about autoscalers.
    #[must_use]
    pub fn autoscaler(mut self, what: OnAutoscaler) -> Self {
        self.autoscaler = Some(what);
        self
    }

    /// The same, by a route.
    ///
    /// ```
    /// use cutover_canary::{Canary, Step};
    /// use cutover_traffic::Percent;
    ///
    /// let canary = Canary::new([Step::SetWeight(Percent::new(25)?)]).route("httproute/hello".parse()?);
    /// let file = r#"{"steps":[{"setWeight":25}],"route":[{"kind":"HTTPRoute","name":"hello"}]}"#;
    /// assert_eq!(canary, serde_json::from_str(file)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn route(mut self, route: Route) -> Self {
        self.route.push(route);
        self
    }

    /// The budget that it says.
    pub(crate) fn allowance(&self) -> Allowance {
        Allowance {
            max_surge: self.max_surge,
            max_unavailable: self.max_unavailable,
        }
    }
}

/// One thing that a canary does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub enum Step {
    /// Ask other systems: all of them must agree before the next step.
    Analysis(Vec<Analysis>),
    /// Wait for a length of time, or, without one, for a person.
    Pause {
        /// How long it pauses; until a person approves where it is absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duration: Option<Duration>,
    },
    /// Give the new version this share of the requests.
    SetWeight(Percent),
}

impl Step {
    /// Wait for a person.
    pub const fn person() -> Self {
        Self::Pause { duration: None }
    }

    /// The share that it gives to the new version; none where it only waits.
    pub(crate) fn weight(&self) -> Option<Percent> {
        match self {
            Self::SetWeight(weight) => Some(*weight),
            Self::Analysis(_) | Self::Pause { .. } => None,
        }
    }

    /// What it waits for.
    pub(crate) fn gates(&self) -> Vec<Gate> {
        match self {
            Self::SetWeight(_) => Vec::new(),
            Self::Pause { duration } => vec![Gate::Pause(Pause {
                duration: *duration,
            })],
            Self::Analysis(analyses) => analyses.iter().cloned().map(Gate::from).collect(),
        }
    }

    /// Wait for a length of time.
    pub const fn pause(duration: Duration) -> Self {
        Self::Pause {
            duration: Some(duration),
        }
    }
}
