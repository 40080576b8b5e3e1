//! An admission webhook of a test: an HTTPS server on 127.0.0.1 that ends with its test.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use base64::{Engine, engine::general_purpose::STANDARD};
use cutover::manifest::MergeKeys;
use cutover::patch::diff;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};

use crate::greeter::Greeter;

/// For how long it says nothing where it is slow: the API server waits for a second.
const SLOW: Duration = Duration::from_millis(1500);

/// How often it looks whether somebody asks, and whether it is over.
const LOOKS: Duration = Duration::from_millis(5);

/// A webhook for the Deployments of one namespace.
pub(crate) struct Webhook<'l> {
    greeter: &'l Greeter,
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    /// What it makes of an object, or why it refuses it.
    admit: Box<dyn Fn(Value) -> Result<Value, String> + Send + Sync>,
    tls: Arc<ServerConfig>,
    calls: AtomicU32,
    /// How many calls come to nothing yet.
    slow: AtomicU32,
    ends: AtomicBool,
}

impl<'l> Webhook<'l> {
    /// A webhook that is asked from now on.
    pub(crate) fn start(
        greeter: &'l Greeter,
        admit: impl Fn(Value) -> Result<Value, String> + Send + Sync + 'static,
    ) -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
        let tls = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        listener.set_nonblocking(true).unwrap();
        let shared = Arc::new(Shared {
            admit: Box::new(admit),
            tls: Arc::new(tls),
            calls: AtomicU32::new(0),
            slow: AtomicU32::new(0),
            ends: AtomicBool::new(false),
        });
        let server = Arc::clone(&shared);
        thread::spawn(move || server.serve(&listener));
        let webhook = Self { greeter, address, shared };
        greeter.create(&webhook.configuration(&cert.pem()));
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
                    "url": format!("https://{}/", self.address), "caBundle": STANDARD.encode(certificate),
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
            assert!(start.elapsed() < Duration::from_secs(20), "the webhook is not asked");
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
        let _ =
            self.greeter.try_kubectl(&["delete", "mutatingwebhookconfiguration", &self.greeter.namespace]);
        self.shared.ends.store(true, Ordering::SeqCst);
    }
}

impl Shared {
    fn serve(self: Arc<Self>, listener: &TcpListener) {
        while !self.ends.load(Ordering::SeqCst) {
            match listener.accept() {
                Ok((stream, _)) => {
                    let shared = Arc::clone(&self);
                    // Whoever breaks off has no answer.
                    thread::spawn(move || shared.answer(stream));
                }
                Err(_) => thread::sleep(LOOKS),
            }
        }
    }

    fn answer(&self, stream: impl Read + Write) -> io::Result<()> {
        let connection = ServerConnection::new(Arc::clone(&self.tls)).map_err(io::Error::other)?;
        let mut stream = BufReader::new(StreamOwned::new(connection, stream));
        let mut review: Value = serde_json::from_slice(&body(&mut stream)?)?;
        self.calls.fetch_add(1, Ordering::SeqCst);
        let left = |calls: u32| calls.checked_sub(1);
        if self.slow.fetch_update(Ordering::SeqCst, Ordering::SeqCst, left).is_ok() {
            thread::sleep(SLOW);
        }
        let request = review["request"].take();
        let answer = json!({
            "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": self.response(&request),
        });
        let answer = answer.to_string();
        let head =
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: ";
        write!(stream.get_mut(), "{head}{}\r\n\r\n{answer}", answer.len())?;
        stream.get_mut().conn.send_close_notify();
        stream.get_mut().flush()
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

/// The body of an HTTP request.
fn body(stream: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        match line.trim().to_ascii_lowercase().split_once(':') {
            Some(("content-length", value)) => length = value.trim().parse().map_err(io::Error::other)?,
            None if line.trim().is_empty() => break,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok(body)
}
