//! The command, run in this process on a folder of its own.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anstream::adapter::strip_str;
use cutover_cli::{Exit, World, run};
use tempfile::TempDir;

/// A folder with manifests, where commands are run.
pub(crate) struct Folder(TempDir);

/// What a command did.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) exit: Exit,
    pub(crate) output: String,
    pub(crate) messages: String,
}

impl Folder {
    /// A folder with nothing in it.
    pub(crate) fn empty() -> Self {
        Self(TempDir::new().unwrap())
    }

    /// A folder that holds `hello/`: three Deployments and their Services.
    pub(crate) fn hello() -> Self {
        let folder = Self::empty();
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
        for (name, text) in files(&fixtures, &fixtures.join("hello")) {
            folder.put(&name, &text);
        }
        folder
    }

    /// Writes a file, and the directories above it.
    pub(crate) fn put(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Replaces a text in a file, which must have it.
    pub(crate) fn change(&self, name: &str, from: &str, to: &str) {
        let text = self.text(name);
        assert!(text.contains(from), "{name} has no {from:?}");
        self.put(name, &text.replace(from, to));
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// All files and what they hold.
    pub(crate) fn files(&self) -> BTreeMap<String, String> {
        files(self.0.path(), self.0.path())
    }

    /// Runs the command; a word that has spaces in it stands between two `'`.
    pub(crate) fn run(&self, line: &str) -> Outcome {
        self.run_with(line, "")
    }

    /// The same, with a standard input.
    pub(crate) fn run_with(&self, line: &str, input: &str) -> Outcome {
        let outcome = self.raw(line, input);
        Outcome {
            exit: outcome.exit,
            output: strip_str(&outcome.output).to_string(),
            messages: strip_str(&outcome.messages).to_string(),
        }
    }

    /// The same, with all that a terminal would get.
    pub(crate) fn raw(&self, line: &str, input: &str) -> Outcome {
        let (mut output, mut messages) = (Vec::new(), Vec::new());
        let world = World {
            directory: self.0.path().into(),
            input: &mut input.as_bytes(),
            output: &mut output,
            colour: true,
            messages: &mut messages,
            terminal: None,
            width: None,
            quiet: false,
            now: || "2026-11-24T10:00:00.5Z".parse().unwrap(),
        };
        let exit = run(words(line), world);
        Outcome {
            exit,
            output: String::from_utf8(output).unwrap(),
            messages: String::from_utf8(messages).unwrap(),
        }
    }

    /// Runs the command, which must do what it is asked for, and returns its output.
    #[track_caller]
    pub(crate) fn done(&self, line: &str) -> String {
        let outcome = self.run(line);
        assert_eq!(outcome.exit, Exit::Done, "{line}\n{}", outcome.messages);
        outcome.output
    }
}

fn words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for (number, part) in line.split('\'').enumerate() {
        match number % 2 {
            0 => words.extend(part.split_whitespace()),
            _ => words.push(part),
        }
    }
    words
}

/// All files below a directory, by their path from a base, and what they hold.
pub(crate) fn files(base: &Path, directory: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(base, &path));
        } else {
            let name = path
                .strip_prefix(base)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            found.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
    found
}

/// The Rust files below a directory.
pub(crate) fn sources(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}
