/// A container image, cut into its parts: `registry.example:5000/team/web:1.0.0@sha256:…`.
///
/// A `:` before the last `/` is a registry's port, one after it begins the tag. The API server takes
/// any text for an image; what is none is left to whoever pulls it.
///
/// ```
/// use cutover_manifest::ImageReference;
///
/// let web = ImageReference::parse("registry.example:5000/web:1.0.0")?;
/// assert_eq!((web.repository(), web.tag()), ("registry.example:5000/web", Some("1.0.0")));
/// assert_eq!(ImageReference::parse("registry.example:5000/web")?.tag(), None);
/// # Ok::<(), cutover_manifest::BadImageReference>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageReference<'a> {
    repository: &'a str,
    tag: Option<&'a str>,
    digest: Option<&'a str>,
}

/// A text that is no image.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an image\nhint: write REPOSITORY:TAG, e.g. registry.example/web:1.0.0")]
pub struct BadImageReference(String);

impl<'a> ImageReference<'a> {
    /// The parts of an image.
    ///
    /// # Errors
    ///
    /// A part that is empty, or that has characters which it cannot have.
    ///
    /// ```
    /// use cutover_manifest::ImageReference;
    ///
    /// assert!(ImageReference::parse("web:").is_err());
    /// assert!(ImageReference::parse("${IMAGE}").is_err());
    /// ```
    pub fn parse(text: &'a str) -> Result<Self, BadImageReference> {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (text, None),
        };
        let name = rest.rfind('/').map_or(0, |slash| slash + 1);
        let (repository, tag) = match rest[name..].find(':') {
            Some(colon) => (&rest[..name + colon], Some(&rest[name + colon + 1..])),
            None => (rest, None),
        };
        let is_image =
            is_repository(repository) && tag.is_none_or(is_name) && digest.is_none_or(is_digest);
        if !is_image {
            return Err(BadImageReference(text.to_owned()));
        }
        Ok(Self {
            repository,
            tag,
            digest,
        })
    }

    /// Where it is pulled from: the registry, with its port, and the path there.
    pub fn repository(&self) -> &'a str {
        self.repository
    }

    /// The tag; `latest` is meant where there is neither tag nor digest.
    pub fn tag(&self) -> Option<&'a str> {
        self.tag
    }

    /// The digest, with its algorithm: `sha256:…`. Where there is one it is what is pulled.
    pub fn digest(&self) -> Option<&'a str> {
        self.digest
    }
}

/// A registry's host may have a port; behind it are names.
fn is_repository(text: &str) -> bool {
    match text.split_once('/') {
        Some((host, path)) => is_host(host) && path.split('/').all(is_name),
        None => is_name(text),
    }
}

fn is_host(text: &str) -> bool {
    match text.rsplit_once(':') {
        // An address of IPv6 has colons of its own, in brackets.
        Some((host, port)) if !port.ends_with(']') => {
            is_address(host) && !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit())
        }
        _ => is_address(text),
    }
}

fn is_address(text: &str) -> bool {
    let inside = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    match inside {
        Some(address) => {
            !address.is_empty() && address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':')
        }
        None => is_name(text),
    }
}

fn is_name(text: &str) -> bool {
    let may_have = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    !text.is_empty() && text.bytes().all(may_have)
}

fn is_digest(text: &str) -> bool {
    text.split_once(':').is_some_and(|(algorithm, digits)| {
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        algorithm.split('+').all(is_name) && !digits.is_empty() && is_hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_cut_into_their_parts() {
        let check = |text, repository, tag, digest| {
            let image = ImageReference::parse(text).unwrap();
            let parts = (image.repository(), image.tag(), image.digest());
            assert_eq!(parts, (repository, tag, digest), "{text}");
        };
        check("web", "web", None, None);
        check("web:1", "web", Some("1"), None);
        check("localhost:5000", "localhost", Some("5000"), None);
        check("localhost:5000/web", "localhost:5000/web", None, None);
        check(
            "r.example:5001/web:1",
            "r.example:5001/web",
            Some("1"),
            None,
        );
        check("r.example:5001/a/b", "r.example:5001/a/b", None, None);
        check(
            "[fe80::1]:5000/web:1",
            "[fe80::1]:5000/web",
            Some("1"),
            None,
        );
        check("[fe80::1]/web", "[fe80::1]/web", None, None);
        check("web@sha256:0a", "web", None, Some("sha256:0a"));
        let pinned = "r.example:5001/web:v1.2-rc_3@sha256:0a";
        check(
            pinned,
            "r.example:5001/web",
            Some("v1.2-rc_3"),
            Some("sha256:0a"),
        );
    }

    #[test]
    fn what_is_no_image_is_refused() {
        for text in [
            "",
            " web",
            "web:",
            ":1",
            "web:1:2",
            "web/",
            "/web",
            "a//b",
            "web@",
            "web@sha256",
            "web@sha256:",
            "web@sha256:xyz",
            "@sha256:0a",
            "r.example:/web",
            "r.example:http/web",
            "a/b:5000/web",
            "[fe80::1/web",
            "[]/web",
            "${IMAGE}",
            "web:1\n",
            "wéb:1",
        ] {
            assert!(ImageReference::parse(text).is_err(), "{text:?}");
        }
    }
}
