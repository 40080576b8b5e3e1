//! HTTPS on 127.0.0.1, with a certificate of the server's own.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::io::{self, BufReader, Write};
use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::server::{Connection, respond};

/// A connection over TLS.
pub(crate) type Secured = BufReader<StreamOwned<ServerConnection, Connection>>;

/// What a server shows of itself.
pub(crate) struct Tls {
    config: Arc<ServerConfig>,
    /// In PEM, for whoever is to trust it.
    pub(crate) certificate: String,
}

impl Tls {
    pub(crate) fn new() -> Self {
        let names = ["127.0.0.1", "localhost"].map(str::to_owned);
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        Self {
            config: Arc::new(config),
            certificate: cert.pem(),
        }
    }

    pub(crate) fn accept(&self, stream: Connection) -> io::Result<Secured> {
        let connection =
            ServerConnection::new(Arc::clone(&self.config)).map_err(io::Error::other)?;
        Ok(BufReader::new(StreamOwned::new(connection, stream)))
    }
}

/// Answers a request, and closes the connection.
pub(crate) fn respond_and_close(stream: &mut Secured, status: u16, body: &str) -> io::Result<()> {
    respond(stream.get_mut(), status, body)?;
    stream.get_mut().conn.send_close_notify();
    stream.get_mut().flush()
}
