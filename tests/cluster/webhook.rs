//! An admission webhook of a test: an HTTPS server on 127.0.0.1 that ends with its test.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use base64::{Engine, engine::general_purpose::STANDARD};
use cutover::manifest::MergeKeys;
use cutover::patch::diff;
use serde_json::{Value, json};

use crate::greeter::Greeter;
use crate::server::{Asked, Connection, Server};
use crate::tls::{Tls, respond_and_close};

/// For how long it says nothing where it is slow: the API server waits for a second.
const SLOW: Duration = Duration::from_millis(1500);

/// A webhook for the Deployments of one namespace.
pub(crate) struct Webhook<'l> {
    greeter: &'l Greeter,
    server: Server,
    shared: Arc<Shared>,
}

struct Shared {
    /// What it makes of an object, or why it refuses it.
    admit: Box<dyn Fn(Value) -> Result<Value, String> + Send + Sync>,
    tls: Tls,
    calls: AtomicU32,
    /// How many calls come to nothing yet.
    slow: AtomicU32,
}

impl<'l> Webhook<'l> {
    /// A webhook that is asked from now on.
    pub(crate) fn start(
        greeter: &'l Greeter,
        admit: impl Fn(Value) -> Result<Value, String> + Send + Sync + 'static,
    ) -> Self {
        let shared = Arc::new(Shared {
            admit: Box::new(admit),
            tls: Tls::new(),
            calls: AtomicU32::new(0),
            slow: AtomicU32::new(0),
        });
        let admission = Arc::clone(&shared);
        let server = Server::start(move |stream| admission.answer(stream));
        let webhook = Self {
            greeter,
            server,
            shared,
        };
        greeter.create(&webhook.configuration(&webhook.shared.tls.certificate));
        webhook.await_calls();
        webhook
    }

    /// The next calls come to nothing.
    pub(crate) fn slow_down(&self, calls: u32) {
        self.shared.slow.store(calls, Ordering::SeqCst);
    }

    fn configuration(&self, certificate: &str) -> Value {
        json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration",
            "metadata": { "name": self.greeter.namespace },
            "webhooks": [{
                "name": format!("{}.cutover.dev", self.greeter.namespace),
                "clientConfig": {
                    "url": format!("https://{}/", self.server.address), "caBundle": STANDARD.encode(certificate),
                },
                "rules": [{
                    "apiGroups": ["apps"], "apiVersions": ["v1"], "resources": ["deployments"],
                    "operations": ["CREATE", "UPDATE"],
                }],
                "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": self.greeter.namespace }},
                "admissionReviewVersions": ["v1"], "sideEffects": "None", "failurePolicy": "Fail", "timeoutSeconds": 1,
            }],
        })
    }

    /// The API server reads configurations a moment later.
    fn await_calls(&self) {
        let start = Instant::now();
        while self.shared.calls.load(Ordering::SeqCst) == 0 {
            assert!(
                start.elapsed() < Duration::from_secs(20),
                "the webhook is not asked"
            );
            let _ = self.greeter.try_kubectl(&[
                "create",
                "deployment",
                "probe",
                "--image=probe",
                "--dry-run=server",
            ]);
            thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Webhook<'_> {
    fn drop(&mut self) {
        let _ = self.greeter.try_kubectl(&[
            "delete",
            "mutatingwebhookconfiguration",
            &self.greeter.namespace,
        ]);
    }
}

impl Shared {
    fn answer(&self, stream: Connection) -> io::Result<()> {
        let mut stream = self.tls.accept(stream)?;
        let mut review: Value = serde_json::from_slice(&Asked::read(&mut stream)?.body)?;
        self.calls.fetch_add(1, Ordering::SeqCst);
        let left = |calls: u32| calls.checked_sub(1);
        if self
            .slow
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, left)
            .is_ok()
        {
            thread::sleep(SLOW);
        }
        let request = review["request"].take();
        let answer = json!({
            "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": self.response(&request),
        });
        respond_and_close(&mut stream, 200, &answer.to_string())
    }

    fn response(&self, request: &Value) -> Value {
        match (self.admit)(request["object"].clone()) {
            Ok(object) => {
                let patch = json!(diff(&request["object"], &object, &MergeKeys)).to_string();
                let patch = STANDARD.encode(patch);
                json!({ "uid": request["uid"], "allowed": true, "patchType": "JSONPatch", "patch": patch })
            }
            Err(message) => {
                json!({ "uid": request["uid"], "allowed": false, "status": { "message": message } })
            }
        }
    }
}
