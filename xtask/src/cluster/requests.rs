//! Requests as users make them, each on a new connection, while something else goes on; and what
//! became of each.

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
#[derive(Clone, Debug)]
pub struct Load {
    /// Whom to ask: a Service's address and port, or a gateway's.
    pub address: SocketAddr,
    /// Under which name; none for the address itself.
    pub host: Option<String>,
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
    /// The name of the pod.
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
        let (start, ends, made) = (
            Instant::now(),
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicU32::new(0)),
        );
        let askers = load.askers;
        let asker = |_| {
            let (ends, made) = (Arc::clone(&ends), Arc::clone(&made));
            let load = load.clone();
            thread::spawn(move || {
                let next = || {
                    let at = start.elapsed();
                    let is_due = at >= load.time || ends.load(Ordering::Relaxed);
                    let goes_on = !is_due && made.fetch_add(1, Ordering::Relaxed) < load.count;
                    goes_on.then_some(at)
                };
                ask_while(next, &load, start)
            })
        };
        let askers = (0..askers).map(asker).collect();
        Self { ends, askers }
    }

    /// Ends now, and gives what became of all requests, in the order in which they were made.
    pub fn stop(self) -> Vec<Answer> {
        self.ends.store(true, Ordering::Relaxed);
        self.answers()
    }

    /// Waits until the load's count or time is reached, and gives what became of all requests, in
    /// the order in which they were made.
    pub fn answers(self) -> Vec<Answer> {
        let mut answers = Vec::new();
        for asker in self.askers {
            answers.extend(asker.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        answers.sort_by_key(|answer| answer.at);
        answers
    }
}

/// Asks at each moment that is given, since the start.
fn ask_while(next: impl Fn() -> Option<Duration>, load: &Load, start: Instant) -> Vec<Answer> {
    let mut answers = Vec::new();
    while let Some(at) = next() {
        let outcome = ask_as(load.address, load.host.as_deref()).map_err(|error| error.to_string());
        answers.push(Answer {
            at,
            took: start.elapsed().saturating_sub(at),
            outcome,
        });
        thread::sleep(load.rest);
    }
    answers
}

/// Asks once, by the address alone.
#[cfg(test)]
pub(super) fn ask(address: SocketAddr) -> io::Result<Answerer> {
    ask_as(address, None)
}

/// Asks once, under a name.
fn ask_as(address: SocketAddr, host: Option<&str>) -> io::Result<Answerer> {
    let host = host.map_or_else(|| address.to_string(), str::to_owned);
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(
        format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes(),
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    parsed(&answer).ok_or_else(|| {
        io::Error::other(format!("an answer cut off or of somebody else: {answer:?}"))
    })
}

fn parsed(answer: &str) -> Option<Answerer> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let (image, pod) = body.strip_suffix('\n')?.split_once(' ')?;
    head.starts_with("HTTP/1.1 200 ").then(|| Answerer {
        image: image.into(),
        pod: pod.into(),
    })
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn only_a_whole_answer_of_a_pod_counts() {
        let check = |answer: &str, expect: Option<&str>| {
            assert_eq!(
                parsed(answer).map(|answerer| answerer.pod).as_deref(),
                expect,
                "{answer:?}"
            );
        };
        check(
            "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello:1.0.0 hello-1\n",
            Some("hello-1"),
        );
        check(
            "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello:1.0.0 hel",
            None,
        );
        check(
            "HTTP/1.1 503 Service Unavailable\r\n\r\nhello:1.0.0 hello-1\n",
            None,
        );
        check("", None);
    }

    #[test]
    fn it_ends_by_count_and_by_time() {
        let refuses = TcpListener::bind(("127.0.0.1", 0))
            .unwrap()
            .local_addr()
            .unwrap();
        let load = Load {
            address: refuses,
            host: None,
            askers: 3,
            rest: Duration::ZERO,
            count: 10,
            time: Duration::from_secs(20),
        };
        let answers = Requests::start(load.clone()).answers();
        assert_eq!(answers.len(), 10);
        assert!(
            answers.iter().all(|answer| answer.outcome.is_err()),
            "{answers:?}"
        );
        let answers = Requests::start(Load {
            count: u32::MAX,
            time: Duration::from_millis(30),
            ..load
        })
        .answers();
        assert!(
            answers
                .iter()
                .all(|answer| answer.at < Duration::from_millis(30)),
            "{answers:?}"
        );
    }
}
