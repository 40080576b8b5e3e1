//! What goes wrong, as a run hears of it.

use std::time::Duration;

use cutover_run::Fault;
use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderValue};
use serde_json::Value;

use crate::told;

/// No answer came in time.
pub(crate) fn late(limit: Duration) -> Fault {
    unanswered(format!("no answer came within {} seconds", limit.as_secs()))
}

/// No answer came, so a write may have happened.
pub(crate) fn unanswered(message: impl Into<String>) -> Fault {
    Fault {
        message: message.into(),
        ..Fault::default()
    }
}

/// What the client could not do. Where it could not say who we are, nothing was sent: that is as if
/// the server had refused.
pub(crate) fn unsent(error: &kube::Error) -> Fault {
    let message = told::client(error);
    match error {
        kube::Error::Auth(_) => Fault {
            code: 401,
            reason: "Unauthorized".into(),
            message,
            ..Fault::default()
        },
        _ => unanswered(message),
    }
}

/// A request that cannot be put into words: a name that no path can hold.
pub(crate) fn unsendable(message: impl ToString) -> Fault {
    Fault {
        code: 400,
        reason: "BadRequest".into(),
        message: message.to_string(),
        ..Fault::default()
    }
}

/// What the server refused: a Status, or whatever text it answered with.
pub(crate) fn refused(code: u16, headers: &HeaderMap, body: &[u8]) -> Fault {
    let header = headers.get(RETRY_AFTER).and_then(seconds);
    let fault = match serde_json::from_slice::<Value>(body) {
        Ok(status) if status.get("kind").is_some_and(|kind| kind == "Status") => of_status(&status),
        _ => Fault {
            message: plain(code, body),
            ..Fault::default()
        },
    };
    Fault {
        code,
        retry_after: header.or(fault.retry_after),
        ..fault
    }
}

/// What a Status says, with its own code.
pub(crate) fn of_status(status: &Value) -> Fault {
    let text = |value: &Value, key: &str| {
        value
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let causes = status
        .pointer("/details/causes")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    Fault {
        code: number(status, "/code").unwrap_or_default(),
        reason: text(status, "reason"),
        message: text(status, "message"),
        causes: causes
            .map(|cause| (text(cause, "field"), text(cause, "message")))
            .collect(),
        retry_after: number(status, "/details/retryAfterSeconds"),
    }
}

/// How long to wait, where the header says it in seconds; it may be a date, too.
fn seconds(header: &HeaderValue) -> Option<u32> {
    match header.to_str().map(|text| text.trim().parse()) {
        Ok(Ok(seconds)) => Some(seconds),
        _ => None,
    }
}

fn number<N: TryFrom<u64>>(status: &Value, pointer: &str) -> Option<N> {
    let number = status.pointer(pointer)?.as_u64()?;
    let Ok(number) = number.try_into() else {
        return None;
    };
    Some(number)
}

/// The first lines of a text that is no Status, as of a proxy.
fn plain(code: u16, body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let text: String = text.trim().chars().take(400).collect();
    if text.is_empty() {
        format!("the server answered {code} without a word")
    } else {
        text
    }
}
