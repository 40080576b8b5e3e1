//! Asking: one request, one answer.

use std::time::Duration;

use cutover_manifest::{Manifest, ObjectRef};
use cutover_run::{Answer, Fault, Reply, Request, Right, Scope, Steady, Write};
use http::Response;
use kube::client::Body;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::answer::{Answered, list};
use crate::call::{Call, Collection};
use crate::clock::steady;
use crate::cluster::Cluster;
use crate::fault::{late, unsendable, unsent};
use crate::gate;

/// How long an answer may take. The server ends writes after 34 seconds by itself.
pub(crate) const LIMIT: Duration = Duration::from_secs(40);

impl Cluster {
    /// Sends a request, once, and tells what came of it.
    ///
    /// # Errors
    ///
    /// The server's refusal as it is; code 0 where no answer came within 40 seconds, so that a
    /// write may have happened.
    pub async fn ask(&self, request: Request) -> Answer {
        self.ask_before(request, None).await
    }

    /// The same, where a write is sent before its deadline or not at all.
    pub(crate) async fn ask_before(&self, request: Request, deadline: Option<Steady>) -> Answer {
        match request {
            Request::Get(object) => self.get(&object).await,
            Request::List(scope) => self
                .list(&scope)
                .await
                .map(|(objects, _)| Reply::Objects(objects)),
            Request::Write { write, dry_run } => self.write(&write, dry_run, deadline).await,
            Request::Review(right) => self.review(&right).await,
            Request::Http(request) => gate::ask(&request).await,
            _ => Err(unsendable("this request is not known here")),
        }
    }

    /// Who the API server takes this user for.
    ///
    /// # Errors
    ///
    /// As [`Cluster::ask`].
    pub async fn user(&self) -> Result<String, Fault> {
        let review = self.send(Call::who()).await?.json()?;
        let name = review
            .pointer("/status/userInfo/username")
            .and_then(Value::as_str);
        Ok(name.unwrap_or("somebody").to_owned())
    }

    /// The objects of a scope that have labels, by a selector as `app=hello,track!=stable`.
    ///
    /// # Errors
    ///
    /// As [`Cluster::ask`].
    pub async fn list_labelled(&self, scope: &Scope, labels: &str) -> Result<Vec<Manifest>, Fault> {
        let call = Call::list(&self.collection(scope).await?, scope).labelled(labels);
        let (objects, _) = list(self.send(call).await?.json()?, scope)?;
        Ok(objects)
    }

    async fn get(&self, object: &ObjectRef) -> Answer {
        let call = Call::get(&self.collection_of(object).await?, &object.name);
        Ok(Reply::Object(self.send(call).await?.object_if_found()?))
    }

    /// The objects, and the resourceVersion that they are of.
    pub(crate) async fn list(&self, scope: &Scope) -> Result<(Vec<Manifest>, String), Fault> {
        let call = Call::list(&self.collection(scope).await?, scope);
        list(self.send(call).await?.json()?, scope)
    }

    async fn write(&self, write: &Write, dry_run: bool, deadline: Option<Steady>) -> Answer {
        let call = match write {
            Write::Create(manifest) => Call::create(
                &self.collection_of(manifest.object()).await?,
                manifest,
                dry_run,
            ),
            Write::Patch { object, ops } => Call::patch(
                &self.collection_of(object).await?,
                &object.name,
                ops,
                dry_run,
            ),
            Write::Delete {
                object,
                uid,
                version,
            } => {
                let preconditions = json!({ "uid": uid, "resourceVersion": version });
                Call::delete(
                    &self.collection_of(object).await?,
                    &object.name,
                    &preconditions,
                    dry_run,
                )
            }
        };
        let found = self.send(call.before(deadline)).await?.object()?;
        // What is deleted at once is answered with what it was.
        let is_there = |found: &Manifest| {
            !matches!(write, Write::Delete { .. })
                || found.pointer("/metadata/deletionTimestamp").is_some()
        };
        Ok(Reply::Object(found.filter(is_there)))
    }

    async fn review(&self, right: &Right) -> Answer {
        let review = self.send(Call::review(right)).await?.json()?;
        Ok(Reply::Allowed(
            review
                .pointer("/status/allowed")
                .and_then(Value::as_bool)
                .unwrap_or(false),
        ))
    }

    /// The objects that one is among: those of its namespace, or of ours where it names none.
    async fn collection_of(&self, object: &ObjectRef) -> Result<Collection, Fault> {
        let resource = self.resource(&object.api_version, &object.kind).await?;
        let namespace = object
            .namespace
            .clone()
            .unwrap_or_else(|| self.namespace().to_owned());
        Ok(Collection {
            api_version: object.api_version.clone(),
            namespace: resource.namespaced.then_some(namespace),
            plural: resource.plural,
        })
    }

    /// The objects of a scope; without a namespace it is all namespaces.
    pub(crate) async fn collection(&self, scope: &Scope) -> Result<Collection, Fault> {
        let resource = self.resource(&scope.api_version, &scope.kind).await?;
        Ok(Collection {
            api_version: scope.api_version.clone(),
            namespace: scope.namespace.clone().filter(|_| resource.namespaced),
            plural: resource.plural,
        })
    }

    /// Sends one request and reads its answer to the end.
    pub(crate) async fn send(&self, call: Call) -> Result<Answered, Fault> {
        let answer = async { Answered::whole(self.open(call).await?).await };
        timeout(LIMIT, answer)
            .await
            .unwrap_or_else(|_| Err(late(LIMIT)))
    }

    /// Sends one request, unless it is late; its answer's body is yet to come.
    pub(crate) async fn open(&self, call: Call) -> Result<Response<Body>, Fault> {
        if call.deadline().is_some_and(|deadline| deadline <= steady()) {
            return Err(Fault::late());
        }
        let request = call.into_request().map_err(unsendable)?;
        self.client
            .send(request)
            .await
            .map_err(|error| unsent(&error))
    }
}

#[cfg(test)]
mod tests;
