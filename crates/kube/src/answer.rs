//! Answers of the API server, read.

use cutover_manifest::Manifest;
use cutover_run::{Fault, Scope};
use http::response::Parts;
use http::{HeaderMap, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use kube::client::Body;
use serde_json::{Value, json};

use crate::fault::{refused, unanswered, unsendable, unsent};

/// What came back: the whole of it.
#[derive(Clone, Debug)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answered {
    /// The answer, once all of it has come.
    pub(crate) async fn whole(response: Response<Body>) -> Result<Self, Fault> {
        let (parts, body) = response.into_parts();
        let body = body.collect().await.map_err(|error| unsent(&error))?;
        Ok(Self::of(parts, body.to_bytes().to_vec()))
    }

    /// The answer of another system, unless it is longer than so many bytes.
    pub(crate) async fn at_most(limit: usize, response: Response<Body>) -> Result<Self, Fault> {
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, limit).collect().await;
        let body = body.map_err(|error| match error.downcast_ref() {
            Some(error) => unsent(error),
            None => unsendable(format!("the answer is longer than {limit} bytes")),
        })?;
        Ok(Self::of(parts, body.to_bytes().to_vec()))
    }

    fn of(parts: Parts, body: Vec<u8>) -> Self {
        Self {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    /// The JSON of a success.
    pub(crate) fn json(&self) -> Result<Value, Fault> {
        if !self.status.is_success() {
            return Err(self.fault());
        }
        serde_json::from_slice(&self.body)
            .map_err(|error| unanswered(format!("the server's answer is no JSON: {error}")))
    }

    /// The object, or none where the server tells instead that it is gone.
    pub(crate) fn object(&self) -> Result<Option<Manifest>, Fault> {
        let value = self.json()?;
        if value.get("kind").is_some_and(|kind| kind == "Status") {
            Ok(None)
        } else {
            manifest(value).map(Some)
        }
    }

    /// The object, or none where there is none of that name.
    pub(crate) fn object_if_found(&self) -> Result<Option<Manifest>, Fault> {
        match self.object() {
            Err(fault) if fault.code == 404 && fault.reason == "NotFound" => Ok(None),
            object => object,
        }
    }

    pub(crate) fn fault(&self) -> Fault {
        refused(self.status.as_u16(), &self.headers, &self.body)
    }
}

/// The objects of a list, and its resourceVersion, from which a watch goes on.
pub(crate) fn list(mut value: Value, scope: &Scope) -> Result<(Vec<Manifest>, String), Fault> {
    let version = value
        .pointer("/metadata/resourceVersion")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let version = version.to_owned();
    let items = match value.get_mut("items").map(Value::take) {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    };
    let objects = items
        .into_iter()
        .map(|item| item_of(item, scope))
        .collect::<Result<_, _>>()?;
    Ok((objects, version))
}

/// An object of a list or a watch. Items of lists do not say their kind themselves.
///
/// Pods come without `managedFields`: nobody asks who wrote them, and there may be thousands.
pub(crate) fn item_of(mut item: Value, scope: &Scope) -> Result<Manifest, Fault> {
    if let Some(item) = item.as_object_mut() {
        item.entry("apiVersion")
            .or_insert_with(|| json!(scope.api_version));
        item.entry("kind").or_insert_with(|| json!(scope.kind));
    }
    if scope.kind == "Pod"
        && let Some(metadata) = item.get_mut("metadata").and_then(Value::as_object_mut)
    {
        metadata.remove("managedFields");
    }
    manifest(item)
}

fn manifest(value: Value) -> Result<Manifest, Fault> {
    Manifest::new(value)
        .map_err(|error| unanswered(format!("the server's answer is no object: {error}")))
}
