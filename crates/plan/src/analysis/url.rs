//! Addresses of other systems.

use std::fmt;

use iri_string::types::UriStr;
use serde::{Deserialize, Serialize};

/// An `http://` or `https://` URL with a host.
///
/// ```
/// use cutover_plan::HttpUrl;
///
/// let server: HttpUrl = "http://prometheus:9090/".to_owned().try_into()?;
/// assert_eq!(server.join("/api/v1/query", "query", "up"), "http://prometheus:9090/api/v1/query?query=up");
/// assert!(HttpUrl::try_from("prometheus:9090".to_owned()).is_err());
/// # Ok::<(), cutover_plan::BadUrl>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HttpUrl(String);

/// A text is no URL that can be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{url}` is no http URL: {reason}\nhint: write http://host:port/path")]
pub struct BadUrl {
    url: String,
    reason: String,
}

impl HttpUrl {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URL of a path under this one, with one parameter more, whose value is escaped already.
    #[must_use]
    pub fn join(&self, path: &str, name: &str, escaped: &str) -> String {
        let (base, query) = self.0.split_once('?').unwrap_or((&self.0, ""));
        let others = if query.is_empty() {
            String::new()
        } else {
            format!("{query}&")
        };
        format!(
            "{}{path}?{others}{name}={escaped}",
            base.trim_end_matches('/')
        )
    }
}

#[cfg(feature = "schema")]
cutover_workload::shape!(HttpUrl, { "type": "string", "pattern": "^https?://[^/?#@\\s]+([/?][^#\\s]*)?$" });

impl TryFrom<String> for HttpUrl {
    type Error = BadUrl;

    fn try_from(url: String) -> Result<Self, BadUrl> {
        match fault(&url) {
            Some(reason) => Err(BadUrl {
                url: without_password(&url),
                reason,
            }),
            None => Ok(Self(url)),
        }
    }
}

impl From<HttpUrl> for String {
    fn from(url: HttpUrl) -> Self {
        url.0
    }
}

impl fmt::Display for HttpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The URL without what may be a user and a password, for an error.
fn without_password(url: &str) -> String {
    let (scheme, rest) = url
        .split_once("//")
        .map_or(("", url), |(scheme, rest)| (&url[..scheme.len() + 2], rest));
    match rest.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}…@{host}"),
        None => url.to_owned(),
    }
}

fn fault(url: &str) -> Option<String> {
    let uri = match UriStr::new(url) {
        Ok(uri) => uri,
        Err(error) => return Some(error.to_string()),
    };
    let authority = uri
        .authority_components()
        .filter(|authority| !authority.host().is_empty());
    let (Some(authority), "http" | "https") = (authority, uri.scheme_str()) else {
        return Some("it has no http:// or https:// and a host".into());
    };
    if authority.userinfo().is_some() {
        return Some("a password does not belong in a plan".into());
    }
    uri.fragment()
        .map(|_| "what comes after # is never sent".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_asked() {
        let check = |url: &str, expect: bool| {
            assert_eq!(HttpUrl::try_from(url.to_owned()).is_ok(), expect, "{url}");
        };
        check("http://hello", true);
        check("https://hello.prod.svc:8443/healthz?deep=1", true);
        check("http://[::1]:9090/", true);
        check("", false);
        check("/healthz", false);
        check("hello:80", false);
        check("ftp://hello", false);
        check("http://", false);
        check("http://hello world", false);
        check("http://user:word@hello", false);
        check("http://hello/#top", false);
    }

    #[test]
    fn an_error_repeats_no_password() {
        let check = |url: &str, shown: &str| {
            let error = HttpUrl::try_from(url.to_owned()).unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("`{shown}` is no http URL")),
                "{error}"
            );
            assert!(!error.contains("hunter2"), "{error}");
        };
        check("http://me:hunter2@hello/a", "http://…@hello/a");
        check("http://hunter2@hello", "http://…@hello");
        check("ftp://me:hunter2@hello", "ftp://…@hello");
        check("me:hunter2@hello", "…@hello");
        check("http://me:hunter2 @hello", "http://…@hello");
        check("http://me:hun@hunter2@hello", "http://…@hello");
    }

    #[test]
    fn a_query_of_the_server_is_kept() {
        let server: HttpUrl = "http://thanos/prefix/?dedup=true"
            .to_owned()
            .try_into()
            .unwrap();
        assert_eq!(
            server.join("/q", "query", "up"),
            "http://thanos/prefix/q?dedup=true&query=up"
        );
    }
}
