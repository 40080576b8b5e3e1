//! A small HTTP server of a test, on 127.0.0.1: one request a connection; it ends with its test.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]
#![expect(clippy::disallowed_types, reason = "whoever asks is of this machine")]

use std::io::{self, BufRead, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// How often it looks whether somebody asks, and whether it is over.
const LOOKS: Duration = Duration::from_millis(5);

/// A connection of somebody who asks.
pub(crate) type Connection = TcpStream;

/// A server that ends when it is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    ends: Arc<AtomicBool>,
}

/// A request as the server got it, without its headers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// The path and the query, as they were sent.
    pub(crate) target: String,
    pub(crate) body: Vec<u8>,
}

impl Server {
    /// A server that gives each connection to somebody.
    pub(crate) fn start(
        answer: impl Fn(Connection) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            ends: Arc::new(AtomicBool::new(false)),
        };
        let ends = Arc::clone(&server.ends);
        thread::spawn(move || serve(&listener, &ends, &Arc::new(answer)));
        server
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::SeqCst);
    }
}

fn serve<A>(listener: &TcpListener, ends: &AtomicBool, answer: &Arc<A>)
where
    A: Fn(Connection) -> io::Result<()> + Send + Sync + 'static,
{
    while !ends.load(Ordering::SeqCst) {
        match listener.accept() {
            Ok((stream, _)) => {
                let answer = Arc::clone(answer);
                // Whoever breaks off has no answer.
                thread::spawn(move || answer(stream));
            }
            Err(_) => thread::sleep(LOOKS),
        }
    }
}

impl Asked {
    /// Reads a request to its end.
    pub(crate) fn read(stream: &mut impl BufRead) -> io::Result<Self> {
        let mut head = String::new();
        stream.read_line(&mut head)?;
        let mut words = head.split_whitespace().map(str::to_owned);
        let (method, target) = (
            words.next().unwrap_or_default(),
            words.next().unwrap_or_default(),
        );
        let mut body = vec![0; length(stream)?];
        stream.read_exact(&mut body)?;
        Ok(Self {
            method,
            target,
            body,
        })
    }
}

/// How long the body is, as the headers say.
fn length(stream: &mut impl BufRead) -> io::Result<usize> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        match line.trim().to_ascii_lowercase().split_once(':') {
            Some(("content-length", value)) => {
                length = value.trim().parse().map_err(io::Error::other)?
            }
            None if line.trim().is_empty() => return Ok(length),
            _ => {}
        }
    }
}

/// Answers with JSON, after which the connection is to be closed.
pub(crate) fn respond(stream: &mut impl Write, status: u16, body: &str) -> io::Result<()> {
    let head =
        format!("HTTP/1.1 {status} As Told\r\nContent-Type: application/json\r\nConnection: close");
    write!(
        stream,
        "{head}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    stream.flush()
}
