//! Analyses: gates that ask another system than the cluster. Field names are Argo Rollouts'.

mod condition;
mod url;

use std::num::NonZeroU32;

use cutover_manifest::Manifest;
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::{Map, Value};

pub use self::condition::{BadCondition, Condition, Observed};
pub use self::url::{BadUrl, HttpUrl};
use crate::duration::Duration;

/// A question to another system, as a strategy has it; in a plan it is a [`Gate`](crate::Gate).
///
/// ```
/// use cutover_plan::{Analysis, Gate};
/// use serde_json::json;
///
/// let analysis: Analysis = serde_json::from_value(json!({"smoke": {"url": "http://hello-preview/healthz"}}))?;
/// assert_eq!(analysis.to_string(), "smoke http://hello-preview/healthz");
/// assert_eq!(analysis.limits().count, 1);
/// assert_eq!(Gate::from(analysis.clone()).analysis(), Some(analysis));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Analysis {
    /// Requests whose answers must have a status.
    Smoke(Smoke),
    /// A Prometheus query whose values must meet a condition.
    Metric(Metric),
    /// A Job that must complete.
    Job(Job),
    /// Somebody who may say no.
    Webhook(Webhook),
}

/// A GET whose answer must have a status. No answer in time is a failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Smoke {
    /// The URL that is asked.
    pub url: HttpUrl,
    /// The status that is wanted (default: any of 200 to 299).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// How long an answer may take.
    #[serde(
        default = "five_seconds",
        skip_serializing_if = "is_five_seconds",
        deserialize_with = "some_time"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "SomeTime"))]
    pub timeout: Duration,
    /// How long it is from one request to the next.
    #[serde(
        default = "ten_seconds",
        skip_serializing_if = "is_ten_seconds",
        deserialize_with = "some_time"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "SomeTime"))]
    pub interval: Duration,
    /// How many requests are made.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub count: NonZeroU32,
    /// How many of them may fail.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub failure_limit: u32,
}

/// A Prometheus query whose values must meet a condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Metric {
    /// What people call it, as `error-rate` (default: the query).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The server's address, without `/api/v1/query`.
    pub prometheus: HttpUrl,
    /// The query, in PromQL.
    pub query: String,
    /// When a measurement is good, as `result[0] >= 0.95`.
    pub success_condition: Condition,
    /// How long it is waited before the first measurement, for requests to be counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial_delay: Option<Duration>,
    /// How long it is from one measurement to the next.
    #[serde(
        default = "ten_seconds",
        skip_serializing_if = "is_ten_seconds",
        deserialize_with = "some_time"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "SomeTime"))]
    pub interval: Duration,
    /// How many measurements are made. Those that give no value are made again.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub count: NonZeroU32,
    /// How many of them may fail.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub failure_limit: u32,
    /// How many times, one after the other, there may be no value: no answer, an error, an empty
    /// result.
    #[serde(default = "four", skip_serializing_if = "is_four")]
    pub consecutive_error_limit: u32,
    /// How long an answer may take.
    #[serde(
        default = "thirty_seconds",
        skip_serializing_if = "is_thirty_seconds",
        deserialize_with = "some_time"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "SomeTime"))]
    pub timeout: Duration,
}

/// A Job that must complete; the run creates it under a name of its own, and deletes it when it is
/// over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Job {
    /// The Job; in the namespace of the plan's first workload where it names none.
    #[serde(deserialize_with = "job_manifest")]
    #[cfg_attr(feature = "schema", schemars(with = "Map<String, Value>"))]
    pub manifest: Manifest,
    /// How long it may take, its pod's start included.
    #[serde(
        default = "ten_minutes",
        skip_serializing_if = "is_ten_minutes",
        deserialize_with = "some_time"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "SomeTime"))]
    pub timeout: Duration,
}

/// Somebody who may say no: 200 to 299 lets the plan go on, 400 to 499 does not; anything else is
/// asked again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Webhook {
    /// Where the JSON is posted: `plan`, `step`, `phase`, and the fields of the body.
    pub url: HttpUrl,
    /// Fields that are posted beside them.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub body: Map<String, Value>,
    /// How long an answer may take.
    #[serde(
        default = "ten_seconds",
        skip_serializing_if = "is_ten_seconds",
        deserialize_with = "some_time"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "SomeTime"))]
    pub timeout: Duration,
    /// After how long it is asked again.
    #[serde(
        default = "ten_seconds",
        skip_serializing_if = "is_ten_seconds",
        deserialize_with = "some_time"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "SomeTime"))]
    pub interval: Duration,
    /// How many times, one after the other, there may be no answer that decides.
    #[serde(default = "four", skip_serializing_if = "is_four")]
    pub consecutive_error_limit: u32,
}

/// How often an analysis asks, and how much may go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Before the first measurement, in seconds.
    pub initial_delay: u32,
    /// From one measurement to the next, in seconds.
    pub interval: u32,
    /// Measurements, those without a value apart.
    pub count: u32,
    /// Measurements that may fail.
    pub failure_limit: u32,
    /// Measurements without a value, one after the other.
    pub consecutive_error_limit: u32,
}

impl Analysis {
    /// How often it asks, and how much may go wrong.
    pub fn limits(&self) -> Limits {
        let once = Limits {
            initial_delay: 0,
            interval: 0,
            count: 1,
            failure_limit: 0,
            consecutive_error_limit: 0,
        };
        match self {
            Self::Smoke(Smoke {
                interval,
                count,
                failure_limit,
                ..
            }) => Limits {
                interval: interval.seconds(),
                count: count.get(),
                failure_limit: *failure_limit,
                ..once
            },
            Self::Metric(metric) => Limits {
                initial_delay: metric.initial_delay.map_or(0, Duration::seconds),
                interval: metric.interval.seconds(),
                count: metric.count.get(),
                failure_limit: metric.failure_limit,
                consecutive_error_limit: metric.consecutive_error_limit,
            },
            Self::Job(_) => once,
            Self::Webhook(Webhook {
                interval,
                consecutive_error_limit,
                ..
            }) => Limits {
                interval: interval.seconds(),
                consecutive_error_limit: *consecutive_error_limit,
                ..once
            },
        }
    }
}

impl std::fmt::Display for Analysis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Smoke(smoke) => write!(f, "smoke {}", smoke.url),
            Self::Metric(metric) => write!(
                f,
                "metric {}",
                metric.name.as_ref().unwrap_or(&metric.query)
            ),
            Self::Job(job) => write!(f, "job {}", job.manifest.object().name),
            Self::Webhook(webhook) => write!(f, "webhook {}", webhook.url),
        }
    }
}

fn once() -> NonZeroU32 {
    NonZeroU32::MIN
}

/// As in Argo Rollouts.
fn four() -> u32 {
    4
}

fn five_seconds() -> Duration {
    Duration::of_seconds(5)
}

/// As Argo Rollouts asks again after an error.
fn ten_seconds() -> Duration {
    Duration::of_seconds(10)
}

fn thirty_seconds() -> Duration {
    Duration::of_seconds(30)
}

fn ten_minutes() -> Duration {
    Duration::of_seconds(600)
}

fn is_once(count: &NonZeroU32) -> bool {
    *count == once()
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

fn is_four(count: &u32) -> bool {
    *count == four()
}

fn is_five_seconds(duration: &Duration) -> bool {
    *duration == five_seconds()
}

fn is_ten_seconds(duration: &Duration) -> bool {
    *duration == ten_seconds()
}

fn is_thirty_seconds(duration: &Duration) -> bool {
    *duration == thirty_seconds()
}

fn is_ten_minutes(duration: &Duration) -> bool {
    *duration == ten_minutes()
}

/// A length of time that is more than none.
#[cfg(feature = "schema")]
struct SomeTime;

#[cfg(feature = "schema")]
cutover_workload::shape!(SomeTime, {
    "type": ["string", "integer"],
    "minimum": 1,
    "maximum": u32::MAX,
    "pattern": "^(?=.*[1-9])([0-9]{1,9}|([0-9]{1,5}h)?([0-9]{1,7}m)?([0-9]{1,9}s)?)$",
});

fn some_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let duration = Duration::deserialize(deserializer)?;
    if duration.seconds() == 0 {
        return Err(de::Error::custom(
            "`0s` is no length of time here\nhint: write 10s or 1m",
        ));
    }
    Ok(duration)
}

fn job_manifest<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Manifest, D::Error> {
    let manifest = Manifest::deserialize(deserializer)?;
    let object = manifest.object();
    if object.api_version != "batch/v1" || object.kind != "Job" {
        let reason = format!("{object} is no Job\nhint: write apiVersion: batch/v1 and kind: Job");
        return Err(de::Error::custom(reason));
    }
    Ok(manifest)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_left_out_has_a_default() {
        let read = |value: Value| serde_json::from_value::<Analysis>(value).unwrap();
        let limits = |interval, count, failure_limit, consecutive_error_limit| Limits {
            initial_delay: 0,
            interval,
            count,
            failure_limit,
            consecutive_error_limit,
        };
        let smoke = read(json!({"smoke": {"url": "http://a"}}));
        assert_eq!(smoke.limits(), limits(10, 1, 0, 0));
        let metric = json!({"prometheus": "http://p:9090", "query": "up", "successCondition": "result[0] > 0"});
        assert_eq!(
            read(json!({"metric": metric})).limits(),
            limits(10, 1, 0, 4)
        );
        assert_eq!(read(json!({"metric": metric})).to_string(), "metric up");
        assert_eq!(
            read(json!({"webhook": {"url": "http://a"}})).limits(),
            limits(10, 1, 0, 4)
        );
    }

    #[test]
    fn nonsense_is_refused() {
        let check = |value: Value, expect: &str| {
            let error = serde_json::from_value::<Analysis>(value)
                .unwrap_err()
                .to_string();
            assert!(error.contains(expect), "{error}");
        };
        check(json!({"smoke": {"url": "hello"}}), "`hello` is no http");
        check(json!({"smoke": {"url": "http://a", "count": 0}}), "nonzero");
        check(
            json!({"smoke": {"url": "http://a", "interval": "0s"}}),
            "no length of time",
        );
        check(
            json!({"smoke": {"url": "http://a", "retries": 3}}),
            "unknown field `retries`",
        );
        check(
            json!({"metric": {"prometheus": "http://p", "query": "up"}}),
            "missing field `successCondition`",
        );
        let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}});
        check(json!({"job": {"manifest": pod}}), "Pod a is no Job");
    }
}
