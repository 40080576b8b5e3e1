/// A kind, a name or a namespace: text that may become a segment of a path or of a URL.
///
/// ```
/// use cutover_manifest::PathSegment;
///
/// assert_eq!(PathSegment::name("system:node")?.as_str(), "system:node");
/// assert!(PathSegment::name("..").is_err());
/// assert!(PathSegment::kind("../../ci").is_err());
/// # Ok::<(), cutover_manifest::BadPathSegment>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathSegment<'a>(&'a str);

/// Why a text may not become a segment of a path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadPathSegment {
    /// There is no text.
    #[error("it is empty")]
    Empty,
    /// A path means another place by it.
    #[error("it may not be `{0}`")]
    Is(&'static str),
    /// It has a character that it may not have.
    #[error("it may not contain {0:?}")]
    Contains(char),
    /// Kubernetes writes it in another way.
    #[error("Kubernetes calls it `{0}`")]
    Spelt(&'static str),
    /// No kind is written so.
    #[error("a kind is letters, digits and `-`, 63 at most, and starts with a letter")]
    NotAKind,
}

impl<'a> PathSegment<'a> {
    /// A kind, as a CustomResourceDefinition may name one: a DNS label in letters of either case.
    ///
    /// # Errors
    ///
    /// [`BadPathSegment::NotAKind`].
    ///
    /// ```
    /// use cutover_manifest::PathSegment;
    ///
    /// assert!(PathSegment::kind("HTTPRoute").is_ok());
    /// assert!(PathSegment::kind("1st").is_err());
    /// ```
    pub fn kind(text: &'a str) -> Result<Self, BadPathSegment> {
        let starts = text.starts_with(|first: char| first.is_ascii_alphabetic());
        let may_have = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let is_label = text.len() <= 63 && !text.ends_with('-') && text.bytes().all(may_have);
        if starts && is_label {
            Ok(Self(text))
        } else {
            Err(BadPathSegment::NotAKind)
        }
    }

    /// A name or a namespace, as the API server takes it of any kind, without what nobody sees.
    ///
    /// Most kinds allow less. Those of RBAC have names as `system:node`.
    ///
    /// # Errors
    ///
    /// A text that is empty, `.` or `..`, or that has a `/`, a `%`, or a control or format
    /// character.
    ///
    /// ```
    /// use cutover_manifest::{BadPathSegment, PathSegment};
    ///
    /// assert_eq!(PathSegment::name("a/b"), Err(BadPathSegment::Contains('/')));
    /// ```
    pub fn name(text: &'a str) -> Result<Self, BadPathSegment> {
        match text {
            "" => return Err(BadPathSegment::Empty),
            "." => return Err(BadPathSegment::Is(".")),
            ".." => return Err(BadPathSegment::Is("..")),
            _ => {}
        }
        let refused = |c: &char| matches!(c, '/' | '%') || is_invisible(*c);
        match text.chars().find(refused) {
            Some(character) => Err(BadPathSegment::Contains(character)),
            None => Ok(Self(text)),
        }
    }

    /// A group and a version, as `apps/v1`, or a version alone: both become segments.
    ///
    /// # Errors
    ///
    /// More than one `/`, and what [`PathSegment::name`] refuses of either part.
    ///
    /// ```
    /// use cutover_manifest::PathSegment;
    ///
    /// assert!(PathSegment::group_version("apps/v1").is_ok());
    /// assert!(PathSegment::group_version("../../v1").is_err());
    /// ```
    pub fn group_version(text: &'a str) -> Result<Self, BadPathSegment> {
        let (group, version) = text.split_once('/').unwrap_or(("v1", text));
        Self::name(group)?;
        Self::name(version)?;
        Ok(Self(text))
    }

    /// The text, which is safe as a part of a path.
    pub fn as_str(self) -> &'a str {
        self.0
    }
}

/// Whether nobody sees the character, though a terminal or a reader may obey it: control
/// characters, format characters (general category Cf), and those that end a line.
///
/// ```
/// use cutover_manifest::is_invisible;
///
/// assert!(is_invisible('\u{1b}') && is_invisible('\u{200b}') && is_invisible('\n'));
/// assert!(!is_invisible(' ') && !is_invisible('é'));
/// ```
pub fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{600}'..='\u{605}'
                | '\u{61c}'
                | '\u{6dd}'
                | '\u{70f}'
                | '\u{890}'..='\u{891}'
                | '\u{8e2}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{110bd}'
                | '\u{110cd}'
                | '\u{13430}'..='\u{1343f}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_dns_labels_in_either_case() {
        let long = "K".repeat(63);
        for kind in [
            "Deployment",
            "HTTPRoute",
            "V2",
            "widget",
            "my-Kind",
            "K",
            &long,
        ] {
            assert_eq!(PathSegment::kind(kind).map(PathSegment::as_str), Ok(kind));
        }
        let longer = "K".repeat(64);
        for kind in [
            "",
            ".",
            "..",
            "../../.github/workflows/ci",
            "/etc/passwd",
            "a/b",
            r"..\..\ci",
            "Deploy ment",
            "Deployment\n",
            "2nd",
            "-a",
            "a-",
            "a.b",
            "a:b",
            "Kïnd",
            &longer,
        ] {
            assert_eq!(
                PathSegment::kind(kind),
                Err(BadPathSegment::NotAKind),
                "{kind:?}"
            );
        }
    }

    #[test]
    fn a_group_and_a_version_are_two_segments() {
        for text in ["v1", "apps/v1", "gateway.networking.k8s.io/v1"] {
            let parsed = PathSegment::group_version(text).map(PathSegment::as_str);
            assert_eq!(parsed, Ok(text));
        }
        for text in [
            "", "/v1", "apps/", "..", "../v1", "apps/..", "a/b/v1", "v1\n", "a%2f/v1",
        ] {
            assert!(PathSegment::group_version(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn names_are_what_the_api_server_takes_as_a_path_segment() {
        for name in [
            "hello",
            "system:node",
            "...",
            ".a",
            "a b",
            "größe",
            "A_1",
            r"a\b",
        ] {
            assert_eq!(PathSegment::name(name).map(PathSegment::as_str), Ok(name));
        }
        let check = |name, expect| assert_eq!(PathSegment::name(name), Err(expect), "{name:?}");
        check("", BadPathSegment::Empty);
        check(".", BadPathSegment::Is("."));
        check("..", BadPathSegment::Is(".."));
        check("../ci", BadPathSegment::Contains('/'));
        check("/ci", BadPathSegment::Contains('/'));
        check("a/", BadPathSegment::Contains('/'));
        check("..%2fci", BadPathSegment::Contains('%'));
        check("a\0", BadPathSegment::Contains('\0'));
        check("a\nb", BadPathSegment::Contains('\n'));
        check("a\u{1b}[2J", BadPathSegment::Contains('\u{1b}'));
        check("a\u{202e}b", BadPathSegment::Contains('\u{202e}'));
        check("a\u{200b}b", BadPathSegment::Contains('\u{200b}'));
        check("a\u{2028}b", BadPathSegment::Contains('\u{2028}'));
    }
}
