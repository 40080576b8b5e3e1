//! Requests as users make them, each on a new connection, while something else goes on; and what became of each.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde::Serialize;

/// How long a request may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// How to ask, and when to end at the latest.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Whom to ask: a Service's address and port.
    pub address: SocketAddr,
    /// How many ask at the same time.
    pub askers: u8,
    /// How long each of them rests after an answer.
    pub rest: Duration,
    /// It ends after so many requests,
    pub count: u32,
    /// and after so long.
    pub time: Duration,
}

/// What became of one request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// When it was made, since the first one.
    pub at: Duration,
    /// How long it took.
    pub took: Duration,
    /// Who answered, or why nobody did.
    pub outcome: Result<Answerer, String>,
}

/// Who answered a request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Answerer {
    /// The container's image, which tells the version.
    pub image: String,
    /// The pod's name.
    pub pod: String,
}

/// Requests that are being made.
pub struct Requests {
    ends: Arc<AtomicBool>,
    askers: Vec<JoinHandle<Vec<Answer>>>,
}

impl Requests {
    /// Starts to ask, from the network namespace of this thread.
    pub(super) fn start(load: Load) -> Self {
        let (start, ends, made) =
            (Instant::now(), Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
        let asker = |_| {
            let (ends, made) = (Arc::clone(&ends), Arc::clone(&made));
            thread::spawn(move || {
                let goes_on = || {
                    let is_due = start.elapsed() >= load.time || ends.load(Ordering::Relaxed);
                    !is_due && made.fetch_add(1, Ordering::Relaxed) < load.count
                };
                ask_while(goes_on, load, start)
            })
        };
        let askers = (0..load.askers).map(asker).collect();
        Self { ends, askers }
    }

    /// Ends now, and gives what became of all requests, in the order in which they were made.
    pub fn stop(self) -> Vec<Answer> {
        self.ends.store(true, Ordering::Relaxed);
        self.answers()
    }

    /// Waits until the load's count or time is reached, and gives what became of all requests, in the order in which
    /// they were made.
    pub fn answers(self) -> Vec<Answer> {
        let mut answers = Vec::new();
        for asker in self.askers {
            answers.extend(asker.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        answers.sort_by_key(|answer| answer.at);
        answers
    }
}

fn ask_while(goes_on: impl Fn() -> bool, load: Load, start: Instant) -> Vec<Answer> {
    let mut answers = Vec::new();
    while goes_on() {
        let at = start.elapsed();
        let outcome = ask(load.address).map_err(|error| error.to_string());
        answers.push(Answer { at, took: start.elapsed().saturating_sub(at), outcome });
        thread::sleep(load.rest);
    }
    answers
}

fn ask(address: SocketAddr) -> io::Result<Answerer> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(format!("GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    parsed(&answer)
        .ok_or_else(|| io::Error::other(format!("an answer cut off or of somebody else: {answer:?}")))
}

fn parsed(answer: &str) -> Option<Answerer> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let (image, pod) = body.strip_suffix('\n')?.split_once(' ')?;
    head.starts_with("HTTP/1.1 200 ").then(|| Answerer { image: image.into(), pod: pod.into() })
}
