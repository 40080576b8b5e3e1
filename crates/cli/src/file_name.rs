//! The name that a new file gets, of the object that it is to hold.

use std::path::{Path, PathBuf};

use cutover::manifest::{BadPathSegment, ObjectRef, PathSegment};

/// The name of a file, which stays in the directory that it is put into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileName(String);

impl FileName {
    /// `KIND-NAME.yaml`, the kind in small letters.
    ///
    /// # Errors
    ///
    /// As [`FileName::with_namespace`].
    pub(crate) fn of(object: &ObjectRef) -> Result<Self, String> {
        Self::joined(object, &[&object.name])
    }

    /// `KIND-NAMESPACE-NAME.yaml`.
    ///
    /// # Errors
    ///
    /// What may not become part of a path, and a name that is too long for a file.
    pub(crate) fn with_namespace(object: &ObjectRef, namespace: &str) -> Result<Self, String> {
        Self::joined(object, &[namespace, &object.name])
    }

    fn joined(object: &ObjectRef, names: &[&str]) -> Result<Self, String> {
        let refused = |reason: BadPathSegment| refused(object, &reason.to_string());
        let kind = PathSegment::kind(&object.kind).map_err(refused)?;
        let mut file = kind.as_str().to_lowercase();
        for name in names {
            let name = PathSegment::name(name).map_err(refused)?;
            file.push('-');
            file.extend(name.as_str().chars().map(portable));
        }
        file += ".yaml";
        if file.len() > LONGEST {
            let reason = format!("it would have {} bytes, {LONGEST} is the most", file.len());
            return Err(self::refused(object, &reason));
        }
        Ok(Self(file))
    }

    /// The path of the file in a directory.
    pub(crate) fn in_directory(&self, directory: &Path) -> PathBuf {
        directory.join(&self.0)
    }
}

/// The object is told so that a terminal obeys nothing in it.
fn refused(object: &ObjectRef, reason: &str) -> String {
    let hint = "put the object into a file by hand, then write the same step";
    let object = object.to_string();
    format!("{object:?}: no file can be named after it: {reason}\nhint: {hint}")
}

/// What the file systems that people use take at most, in bytes.
const LONGEST: usize = 255;

/// What some file system or shell gives a meaning of its own, as `:` and `\`, becomes `_`.
pub(crate) fn portable(character: char) -> char {
    match character {
        '.' | '-' | '_' => character,
        _ if character.is_ascii_alphanumeric() => character,
        _ => '_',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(kind: &str, name: &str) -> ObjectRef {
        ObjectRef::new("v1", kind, None, name)
    }

    #[test]
    fn a_file_is_named_after_its_object() {
        let check = |kind, name, expect: &str| {
            let name = FileName::of(&object(kind, name)).unwrap();
            assert_eq!(
                name.in_directory(Path::new("a")),
                Path::new("a").join(expect)
            );
        };
        check("Service", "hello", "service-hello.yaml");
        check("ClusterRole", "system:node", "clusterrole-system_node.yaml");
        check("Role", r"a\b c*", "role-a_b_c_.yaml");
        check("Role", "...", "role-....yaml");
        check("Role", "größe", "role-gr__e.yaml");
        let name = FileName::with_namespace(&object("Service", "hello"), "north").unwrap();
        assert_eq!(name, FileName("service-north-hello.yaml".into()));
    }

    #[test]
    fn what_would_lead_out_of_the_directory_is_refused() {
        let refused = |result: Result<FileName, String>, reason: &str| {
            let text = result.unwrap_err();
            assert!(text.contains(reason) && text.contains("\nhint: "), "{text}");
        };
        for kind in [
            "../../.github/workflows/ci",
            "/etc/cron.d/x",
            "..",
            "a/b",
            r"..\ci",
        ] {
            refused(FileName::of(&object(kind, "hello")), "a kind is letters");
        }
        for name in [
            "/../../ci",
            "..",
            "a/b",
            "a%2fb",
            "a\0b",
            "a\nb",
            "a\u{202e}b",
        ] {
            refused(FileName::of(&object("Role", name)), "it may not");
            refused(
                FileName::with_namespace(&object("Role", "a"), name),
                "it may not",
            );
        }
        refused(
            FileName::of(&object("Role", &"a".repeat(250))),
            "260 bytes, 255 is the most",
        );
    }
}
