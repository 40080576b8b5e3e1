//! The questions of analyses as HTTP requests, and what their answers mean.

use cutover_plan::{Analysis, Duration, Metric, Smoke};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::check::Measured;
use super::prometheus::observed;
use crate::api::effect::HttpRequest;
use crate::api::event::{Answer, Reply};

/// What is asked; a Job asks nothing.
pub(crate) fn question(
    analysis: &Analysis,
    plan: &str,
    step: usize,
    phase: &str,
) -> Option<HttpRequest> {
    match analysis {
        Analysis::Smoke(smoke) => Some(get(smoke.url.to_string(), smoke.timeout)),
        Analysis::Metric(metric) => {
            let query = utf8_percent_encode(&metric.query, NON_ALPHANUMERIC).to_string();
            let url = metric.prometheus.join("/api/v1/query", "query", &query);
            Some(get(url, metric.timeout))
        }
        Analysis::Webhook(webhook) => {
            let mut body = webhook.body.clone();
            body.extend([
                ("plan".to_owned(), json!(plan)),
                ("step".to_owned(), json!(step)),
                ("phase".to_owned(), json!(phase)),
            ]);
            Some(HttpRequest {
                method: "POST".into(),
                body: Some(Value::Object(body).to_string()),
                ..get(webhook.url.to_string(), webhook.timeout)
            })
        }
        Analysis::Job(_) => None,
    }
}

fn get(url: String, timeout: Duration) -> HttpRequest {
    HttpRequest {
        method: "GET".into(),
        url,
        body: None,
        timeout_seconds: timeout.seconds(),
    }
}

/// What an answer means.
pub(crate) fn read(analysis: &Analysis, answer: &Answer) -> Measured {
    let (status, body) = match answer {
        Ok(Reply::Http { status, body }) => (*status, body.as_str()),
        Ok(other) => return unanswered(analysis, format!("answered by {other:?}")),
        Err(fault) => return unanswered(analysis, format!("no answer: {}", fault.message)),
    };
    match analysis {
        Analysis::Smoke(smoke) => read_smoke(smoke, status),
        Analysis::Metric(metric) => read_metric(metric, status, body),
        Analysis::Webhook(_) => read_webhook(status, body),
        Analysis::Job(_) => Measured::Nothing(answered(status, body)),
    }
}

/// Who does not answer a request fails its smoke test, and says nothing of anything else.
fn unanswered(analysis: &Analysis, reason: String) -> Measured {
    match analysis {
        Analysis::Smoke(_) => Measured::Bad(reason),
        Analysis::Job(_) | Analysis::Metric(_) | Analysis::Webhook(_) => Measured::Nothing(reason),
    }
}

fn read_smoke(smoke: &Smoke, status: u16) -> Measured {
    let is_wanted = match smoke.status {
        Some(wanted) => wanted == status,
        None => (200..300).contains(&status),
    };
    let answered = format!("answered {status}");
    match is_wanted {
        true => Measured::Good(answered),
        false => Measured::Bad(answered),
    }
}

fn read_metric(metric: &Metric, status: u16, body: &str) -> Measured {
    let holds = observed(status, body).and_then(|value| {
        let holds = metric.success_condition.holds(&value)?;
        Ok((holds, value.to_string()))
    });
    match holds {
        Ok((true, value)) => Measured::Good(value),
        Ok((false, value)) => Measured::Bad(value),
        Err(reason) => Measured::Nothing(reason),
    }
}

fn read_webhook(status: u16, body: &str) -> Measured {
    match status {
        200..=299 => Measured::Good(format!("answered {status}")),
        408 | 429 => Measured::Nothing(answered(status, body)),
        400..=499 => Measured::Bad(answered(status, body)),
        _ => Measured::Nothing(answered(status, body)),
    }
}

fn answered(status: u16, body: &str) -> String {
    format!("answered {status}{}", message(body))
}

/// What a body says: its `message`, or, where it is no JSON, its text.
fn message(body: &str) -> String {
    let text = match serde_json::from_str::<Value>(body) {
        Ok(json) => json["message"].as_str().unwrap_or_default().to_owned(),
        Err(_) => body.trim().to_owned(),
    };
    if text.is_empty() {
        text
    } else {
        format!(": {text}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::event::Fault;

    fn analysis(value: Value) -> Analysis {
        serde_json::from_value(value).unwrap()
    }

    fn metric() -> Analysis {
        analysis(json!({"metric": {
            "prometheus": "http://p:9090/", "query": "rate(a{b=\"c\"}[1m]) + 1", "successCondition": "result[0] < 5",
        }}))
    }

    #[test]
    fn what_is_asked() {
        let check = |analysis: Analysis, expect: (&str, &str, Option<&str>, u32)| {
            let request = question(&analysis, "hello", 2, "canary-25").unwrap();
            let HttpRequest {
                method,
                url,
                body,
                timeout_seconds,
            } = &request;
            assert_eq!(
                (
                    method.as_str(),
                    url.as_str(),
                    body.as_deref(),
                    *timeout_seconds
                ),
                expect
            );
        };
        check(
            analysis(json!({"smoke": {"url": "http://a/b"}})),
            ("GET", "http://a/b", None, 5),
        );
        let query =
            "http://p:9090/api/v1/query?query=rate%28a%7Bb%3D%22c%22%7D%5B1m%5D%29%20%2B%201";
        check(metric(), ("GET", query, None, 30));
        check(
            analysis(
                json!({"webhook": {"url": "http://a", "timeout": "3s", "body": {"team": "web", "step": 9}}}),
            ),
            (
                "POST",
                "http://a",
                Some(r#"{"phase":"canary-25","plan":"hello","step":2,"team":"web"}"#),
                3,
            ),
        );
    }

    #[test]
    fn what_an_answer_means() {
        let http = |status: u16, body: &str| {
            Ok(Reply::Http {
                status,
                body: body.into(),
            })
        };
        let refused = || {
            Err(Fault {
                message: "connection refused".into(),
                ..Fault::default()
            })
        };
        let check = |analysis: &Analysis, answer: Answer, expect: Measured| {
            assert_eq!(read(analysis, &answer), expect);
        };
        let (good, bad) = (
            |text: &str| Measured::Good(text.into()),
            |text: &str| Measured::Bad(text.into()),
        );
        let nothing = |text: &str| Measured::Nothing(text.into());

        let smoke = analysis(json!({"smoke": {"url": "http://a"}}));
        check(&smoke, http(204, ""), good("answered 204"));
        check(&smoke, http(301, ""), bad("answered 301"));
        check(&smoke, refused(), bad("no answer: connection refused"));
        let teapot = analysis(json!({"smoke": {"url": "http://a", "status": 418}}));
        check(&teapot, http(418, ""), good("answered 418"));
        check(&teapot, http(200, ""), bad("answered 200"));

        let answer = |value: &str| {
            let result = format!(r#"[{{"metric":{{}},"value":[1,"{value}"]}}]"#);
            http(
                200,
                &format!(
                    r#"{{"status":"success","data":{{"resultType":"vector","result":{result}}}}}"#
                ),
            )
        };
        check(&metric(), answer("4.5"), good("4.5"));
        check(&metric(), answer("5"), bad("5"));
        check(&metric(), answer("NaN"), bad("NaN"));
        let empty = r#"{"status":"success","data":{"resultType":"vector","result":[]}}"#;
        check(&metric(), http(200, empty), nothing("the result is empty"));
        check(
            &metric(),
            refused(),
            nothing("no answer: connection refused"),
        );

        let webhook = analysis(json!({"webhook": {"url": "http://a"}}));
        check(&webhook, http(200, "fine"), good("answered 200"));
        check(
            &webhook,
            http(403, r#"{"message":"a freeze"}"#),
            bad("answered 403: a freeze"),
        );
        check(
            &webhook,
            http(404, "no such team"),
            bad("answered 404: no such team"),
        );
        check(&webhook, http(429, ""), nothing("answered 429"));
        check(
            &webhook,
            http(502, "bad gateway"),
            nothing("answered 502: bad gateway"),
        );
        check(
            &webhook,
            refused(),
            nothing("no answer: connection refused"),
        );
    }
}
