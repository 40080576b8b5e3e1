//! A wire to the API server that a test can cut: what is on its way is held up until it is mended.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]
#![expect(clippy::disallowed_types, reason = "both ends are of this machine")]

use std::fs;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::greeter::Greeter;
use crate::server::Server;

/// How often it looks whether it is mended.
const LOOKS: Duration = Duration::from_millis(20);

/// A wire to the API server.
pub(crate) struct Wire {
    /// A kubeconfig of the administrator through this wire.
    pub(crate) kubeconfig: PathBuf,
    is_cut: Arc<AtomicBool>,
    _server: Server,
}

impl Wire {
    pub(crate) fn new(greeter: &Greeter) -> Self {
        let administrator = fs::read(greeter.cluster.kubeconfig()).unwrap();
        let mut kubeconfig: Value = serde_json::from_slice(&administrator).unwrap();
        let url = kubeconfig["clusters"][0]["cluster"]["server"].take();
        let address = url.as_str().unwrap().strip_prefix("https://").unwrap();
        let address: SocketAddr = address.parse().unwrap();
        let is_cut = Arc::new(AtomicBool::new(false));
        let cut = Arc::clone(&is_cut);
        let server = Server::start(move |client| connect(&client, address, &cut));
        let url = format!("https://{}", server.address);
        kubeconfig["clusters"][0]["cluster"]["server"] = json!(url);
        Self {
            kubeconfig: greeter.write("wire.json", &kubeconfig),
            is_cut,
            _server: server,
        }
    }

    pub(crate) fn cut(&self) {
        self.is_cut.store(true, Ordering::SeqCst);
    }

    pub(crate) fn mend(&self) {
        self.is_cut.store(false, Ordering::SeqCst);
    }
}

fn connect(client: &TcpStream, address: SocketAddr, is_cut: &AtomicBool) -> io::Result<()> {
    client.set_nonblocking(false)?;
    let server = TcpStream::connect(address)?;
    thread::scope(|scope| {
        let there = scope.spawn(|| carry(client, &server, is_cut));
        carry(&server, client, is_cut)?;
        there.join().unwrap()
    })
}

/// Carries what comes from one end to the other, until that end closes.
fn carry(mut from: &TcpStream, mut to: &TcpStream, is_cut: &AtomicBool) -> io::Result<()> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = from.read(&mut buffer)?;
        while is_cut.load(Ordering::SeqCst) {
            thread::sleep(LOOKS);
        }
        if count == 0 {
            return to.shutdown(Shutdown::Write);
        }
        to.write_all(&buffer[..count])?;
    }
}
