//! Requests of gates, to other systems than the cluster.

use std::time::Duration;

use cutover_run::{Answer, HttpRequest, Reply};
use http::header::CONTENT_TYPE;
use http::{Request, Uri};
use kube::Config;
use kube::client::Body;
use tokio::time::timeout;

use crate::answer::Answered;
use crate::cluster::once;
use crate::fault::{late, unsendable, unsent};

/// The longest answer that is read, in bytes: a measurement is a few numbers.
const LONGEST: usize = 1 << 20;

/// Sends the request of a gate, once. Redirects are answers like any other.
///
/// It goes through a client of kube's that knows no cluster: the same TLS with the system's
/// certificates, and none of the cluster's credentials.
pub(crate) async fn ask(asked: &HttpRequest) -> Answer {
    let limit = Duration::from_secs(asked.timeout_seconds.into());
    timeout(limit, answer(asked))
        .await
        .unwrap_or_else(|_| Err(late(limit)))
}

async fn answer(asked: &HttpRequest) -> Answer {
    let url: Uri = asked
        .url
        .parse()
        .map_err(|error| unsendable(format!("the gate's URL: {error}")))?;
    let request = request(asked, &url).map_err(unsendable)?;
    let client = once(Config::new(root(url).map_err(unsendable)?)).map_err(unsendable)?;
    let response = client.send(request).await.map_err(|error| unsent(&error))?;
    let answered = Answered::at_most(LONGEST, response).await?;
    let body = String::from_utf8_lossy(&answered.body).into_owned();
    Ok(Reply::Http {
        status: answered.status.as_u16(),
        body,
    })
}

/// The client puts the server before it.
fn request(asked: &HttpRequest, url: &Uri) -> http::Result<Request<Body>> {
    let target = url.path_and_query().map_or("/", |target| target.as_str());
    let request = Request::builder().method(asked.method.as_str()).uri(target);
    match &asked.body {
        None => request.body(Body::empty()),
        Some(body) => request
            .header(CONTENT_TYPE, "application/json")
            .body(Body::from(body.clone().into_bytes())),
    }
}

fn root(url: Uri) -> http::Result<Uri> {
    let parts = url.into_parts();
    let root = Uri::builder().path_and_query("/");
    let root = parts
        .scheme
        .into_iter()
        .fold(root, |root, scheme| root.scheme(scheme));
    parts
        .authority
        .into_iter()
        .fold(root, |root, authority| root.authority(authority))
        .build()
}
