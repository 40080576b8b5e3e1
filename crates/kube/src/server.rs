//! A small API server for tests: it notes what it is asked, and says what it is told to say, in
//! that order.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kube::Config;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

use crate::cluster::Cluster;

/// How long a connection is kept open at most.
const LONG: Duration = Duration::from_secs(20);

/// What the server says to a request.
#[derive(Clone, Debug)]
pub(crate) enum Say {
    /// An answer as JSON.
    Json(u16, Value),
    /// An answer, byte by byte, after which the connection is closed.
    Raw(String),
    /// The lines of a watch.
    Lines(Vec<String>, End),
}

/// How a watch ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// As the server ends it when its time is over.
    Closed,
    /// In the middle of the last line.
    Cut,
    /// It stays open and says nothing more.
    Open,
}

/// What the server was asked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Asked {
    /// Method and target, as `GET /api/v1/pods`.
    pub(crate) line: String,
    pub(crate) headers: Vec<String>,
    pub(crate) body: String,
}

pub(crate) struct Server {
    address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    pub(crate) async fn start(says: Vec<Say>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (says, noted) = (
            Arc::new(Mutex::new(VecDeque::from(says))),
            Arc::clone(&asked),
        );
        // It ends with the runtime of its test.
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(
                    BufStream::new(stream),
                    Arc::clone(&says),
                    Arc::clone(&noted),
                ));
            }
        });
        Self { address, asked }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn cluster(&self) -> Cluster {
        let mut config = Config::new(self.address.parse().unwrap());
        config.default_namespace = "prod".to_owned();
        Cluster::new(config).unwrap()
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }
}

async fn serve(
    mut stream: BufStream<TcpStream>,
    says: Arc<Mutex<VecDeque<Say>>>,
    noted: Arc<Mutex<Vec<Asked>>>,
) {
    while let Some(asked) = request(&mut stream).await {
        noted.lock().unwrap().push(asked);
        let say = says.lock().unwrap().pop_front();
        // Nothing more to say: the connection is closed without an answer.
        let Some(say) = say else { return };
        if !answer(&mut stream, say).await {
            return;
        }
    }
}

async fn request(stream: &mut BufStream<TcpStream>) -> Option<Asked> {
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        let Ok(1..) = stream.read_line(&mut line).await else {
            return None;
        };
        match line.trim_end() {
            "" => break,
            line => head.push(line.to_owned()),
        }
    }
    let length = |line: &String| {
        let line = line.to_lowercase();
        Some(line.strip_prefix("content-length: ")?.parse().unwrap())
    };
    let mut body = vec![0; head.iter().find_map(length).unwrap_or(0)];
    if stream.read_exact(&mut body).await.is_err() {
        return None;
    }
    let line = head.remove(0).replace(" HTTP/1.1", "");
    Some(Asked {
        line,
        headers: head,
        body: String::from_utf8(body).unwrap(),
    })
}

/// Whether the connection stays.
async fn answer(stream: &mut BufStream<TcpStream>, say: Say) -> bool {
    let (text, stays) = match say {
        Say::Json(code, value) => {
            let body = value.to_string();
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {code} X\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
            );
            (head + &body, true)
        }
        Say::Raw(text) => (text, false),
        Say::Lines(lines, end) => return tell(stream, &lines, end).await,
    };
    stream.write_all(text.as_bytes()).await.is_ok() && stream.flush().await.is_ok() && stays
}

async fn tell(stream: &mut BufStream<TcpStream>, lines: &[String], end: End) -> bool {
    let mut text = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_owned();
    for (index, line) in lines.iter().enumerate() {
        let last = index + 1 == lines.len();
        let line = if last && end == End::Cut {
            line[..line.len() / 2].to_owned()
        } else {
            format!("{line}\n")
        };
        // In two pieces each, as a network would.
        let (one, two) = line.split_at(line.len() / 2);
        for piece in [one, two] {
            text += &format!("{:x}\r\n{piece}\r\n", piece.len());
        }
    }
    if end == End::Closed {
        text += "0\r\n\r\n";
    }
    let sent = stream.write_all(text.as_bytes()).await.is_ok() && stream.flush().await.is_ok();
    if end == End::Open {
        sleep(LONG).await;
    }
    sent && end == End::Closed
}
