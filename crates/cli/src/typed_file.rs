//! Reading files of our own types, and what to do where one is wrong.

use std::path::PathBuf;
use std::slice;
use std::str;

use cutover::{BadFile, BadFileKind};

use crate::error::Error;
use crate::walk::{File, Folders};
use crate::{World, walk};

/// A file of one of our own types.
pub(crate) struct Typed {
    /// What it is, as `a strategy`.
    pub(crate) what: &'static str,
    /// How the file is named.
    pub(crate) name: &'static str,
    /// What to do where a field is missing.
    pub(crate) missing: &'static str,
    /// What to do where it is something else.
    pub(crate) form: &'static str,
}

impl Typed {
    /// Reads a file, and returns it beside what it says.
    ///
    /// # Errors
    ///
    /// Several files, no UTF-8, a field that is not known, a value that a field cannot have.
    pub(crate) fn read<T>(
        &self,
        world: &mut World<'_>,
        path: &PathBuf,
        parse: impl Fn(&str, &str) -> Result<T, BadFile>,
    ) -> Result<(T, File), Error> {
        let mut files = walk::files(world, slice::from_ref(path), Folders::Below)?.files;
        let (Some(file), true) = (files.pop(), files.is_empty()) else {
            let (what, name) = (self.what, self.name);
            return Err(Error::failed(format!(
                "{}: {what} is one file\nhint: {name}",
                path.display()
            )));
        };
        let text = str::from_utf8(&file.bytes).map_err(|_| {
            Error::failed(format!(
                "{}: the file is no UTF-8\nhint: save it as UTF-8",
                file.name
            ))
        })?;
        let read = parse(&file.name, text)
            .map_err(|error| Error::failed(format!("{error}{}", self.hint(&error.kind))))?;
        Ok((read, file))
    }

    /// What to do, where the error does not say it itself.
    fn hint(&self, kind: &BadFileKind) -> String {
        match kind {
            BadFileKind::MissingField(_) => format!("\nhint: {}", self.missing),
            BadFileKind::Form(_) => format!("\nhint: {}", self.form),
            // Their words say what to do.
            BadFileKind::UnknownField { .. }
            | BadFileKind::UnknownName { .. }
            | BadFileKind::Value(_) => String::new(),
        }
    }
}
