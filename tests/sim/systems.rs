//! The other systems that a plan's analyses ask.

use cutover::Checked;
use cutover::manifest::Manifest;
use cutover_model::Random;
use cutover_run::{Answer, Fault, HttpRequest, Reply};
use serde_json::json;

/// What other systems say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opinion {
    /// All answer that all is well.
    Agree,
    /// None answers that all is well.
    Refuse,
    /// Now and then there is no answer, or a bad one.
    Waver,
}

impl Opinion {
    pub(crate) fn of(random: &mut Random) -> Self {
        match random.below(4) {
            0 => Self::Refuse,
            1 => Self::Waver,
            _ => Self::Agree,
        }
    }

    /// The answer to a request: what Prometheus would say serves everybody.
    pub(crate) fn answer(self, request: &HttpRequest, random: &mut Random) -> Answer {
        let agrees = match self {
            Self::Agree => true,
            Self::Refuse => false,
            Self::Waver => random.below(20) > 0,
        };
        if self == Self::Waver && random.below(10) == 0 {
            return Err(Fault {
                message: "connection refused".into(),
                ..Fault::default()
            });
        }
        let is_rate_of_errors = request.url.contains("5%2E%2E") && !request.url.contains("%21%7E");
        let value = if agrees == is_rate_of_errors {
            "0.01"
        } else {
            "0.99"
        };
        let result = json!([{ "metric": {}, "value": [1_764_064_800, value] }]);
        let body =
            json!({ "status": "success", "data": { "resultType": "vector", "result": result } });
        let is_query = request.url.contains("/api/v1/query");
        Ok(Reply::Http {
            status: if agrees || is_query { 200 } else { 403 },
            body: body.to_string(),
        })
    }

    /// An object as a watch shows it: a Job is over as soon as it is seen.
    pub(crate) fn shown(self, manifest: Manifest) -> Manifest {
        if manifest.object().kind != "Job" {
            return manifest;
        }
        let kind = if self == Self::Refuse {
            "Failed"
        } else {
            "Complete"
        };
        manifest
            .set(
                "/status",
                json!({ "conditions": [{ "type": kind, "status": "True", "reason": "Over" }] }),
            )
            .unwrap()
    }
}

/// Whether a plan asks anybody.
pub(crate) fn asks(plan: &Checked) -> bool {
    plan.spec
        .steps
        .iter()
        .flat_map(|step| &step.gates)
        .any(|gate| gate.analysis().is_some())
}
