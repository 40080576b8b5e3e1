//! The name of a cluster.

use std::fmt;
use std::str::FromStr;

/// What a cluster is called, so that several stand side by side: 1 to 20 of `a` to `z`, `0` to `9`
/// and `-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(String);

impl Name {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Name {
    fn default() -> Self {
        Self("default".into())
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for Name {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (1..=20).contains(&text.len()) && text.bytes().all(fits) {
            Ok(Self(text.into()))
        } else {
            Err(format!(
                "{text:?} is no name of a cluster\nhint: 1 to 20 of a to z, 0 to 9 and -"
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_leave_the_folder_is_no_name() {
        let check =
            |text: &str, expect: bool| assert_eq!(text.parse::<Name>().is_ok(), expect, "{text:?}");
        check("default", true);
        check("canary-2", true);
        check("", false);
        check("..", false);
        check("a/b", false);
        check("Upper", false);
        check("a-name-of-21-letters-", false);
    }
}
