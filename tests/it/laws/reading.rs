//! The fast way through simple documents says what the scanner says, or nothing.

use std::fs;
use std::path::{Path, PathBuf};

use cutover::manifest::{read, scan};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::config;

/// How many documents a case has: each is read in no time.
const DOCUMENTS: usize = 100;

proptest! {
    #![proptest_config(config())]

    /// A failure means that a document is read as kubectl would not read it, or that a finding or a
    /// place is another one, because it looks simple.
    #[test]
    fn a_document_is_read_alike_on_both_ways(texts in vec(document(), DOCUMENTS)) {
        for text in texts {
            let bytes = text.as_bytes();
            prop_assert_eq!(read("a.yaml", bytes), scan("a.yaml", bytes), "{}", text);
        }
    }
}

/// A failure means the same, of a document that stands in the tests.
#[test]
fn the_documents_of_the_tests_are_read_alike_on_both_ways() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = manifests(tests);
    assert!(files.len() > 100, "{}", files.len());
    for file in files {
        let bytes = fs::read(&file).unwrap();
        assert_eq!(read("a.yaml", &bytes), scan("a.yaml", &bytes), "{file:?}");
    }
}

/// All files of YAML and JSON below a directory.
fn manifests(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let end = path.extension().and_then(|end| end.to_str());
        match end {
            _ if path.is_dir() => files.extend(manifests(&path)),
            Some("yaml" | "yml" | "json" | "snap") => files.push(path),
            _ => {}
        }
    }
    files
}

/// A document that is nearly always right, with something put in or taken out here and there; or
/// words of YAML in any order.
fn document() -> impl Strategy<Value = String> {
    let grown = vec(any::<u8>(), 0..120).prop_map(|script| {
        let mut script = Script(script.into_iter());
        let mut text = String::new();
        grow(&mut script, &mut text, 0, 0);
        text
    });
    let damage = vec(
        (any::<prop::sample::Index>(), select(WORDS), any::<bool>()),
        0..3,
    );
    let damaged = (grown, damage).prop_map(|(text, damage)| {
        damage.into_iter().fold(text, |text, (at, word, takes)| {
            damaged(&text, at.index(text.len() + 1), word, takes)
        })
    });
    let words = vec(select(WORDS), 1..15).prop_map(|words| words.concat());
    prop_oneof![3 => damaged, 1 => words]
}

/// The text with a word put in at a place, or with its character there taken out.
fn damaged(text: &str, at: usize, word: &str, takes: bool) -> String {
    let at = (0..=at)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0);
    let (before, behind) = text.split_at(at);
    match takes {
        true => format!("{before}{}", behind.chars().skip(1).collect::<String>()),
        false => format!("{before}{word}{behind}"),
    }
}

/// What decides how a document grows; where it ends, the first choice is made.
struct Script(std::vec::IntoIter<u8>);

impl Script {
    fn below(&mut self, end: usize) -> usize {
        usize::from(self.0.next().unwrap_or(0)) % end
    }

    fn pick(&mut self, words: &[&'static str]) -> &'static str {
        words[self.below(words.len())]
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == many - 1
    }
}

/// Writes a map or a list of so many spaces before each line, the first of them where the cursor
/// stands if that is behind a dash.
fn grow(script: &mut Script, text: &mut String, indent: usize, depth: usize) {
    let is_list = script.one_in(3);
    for _ in 0..=script.below(4) {
        if !text.ends_with("- ") {
            begin_line(script, text, indent);
        }
        match is_list {
            true => text.push_str("- "),
            false => {
                text.push_str(script.pick(KEYS));
                text.push_str(if script.one_in(30) { ":" } else { ": " });
            }
        }
        if depth < 4 && script.one_in(3) {
            grow_below(script, text, indent, depth, is_list);
        } else {
            let deeper = " ".repeat(indent + script.pick_step());
            text.push_str(&script.pick(VALUES).replace('@', &deeper));
            if script.one_in(8) {
                text.push_str(script.pick(ENDS));
            }
        }
    }
    if depth == 0 && !script.one_in(3) {
        text.push('\n');
    }
}

impl Script {
    fn pick_step(&mut self) -> usize {
        [2, 1, 4][self.below(3)]
    }
}

fn begin_line(script: &mut Script, text: &mut String, indent: usize) {
    if !(text.is_empty() || text.ends_with('\n')) {
        text.push('\n');
    }
    if script.one_in(12) {
        text.push_str(script.pick(&["\n", "# c\n", "   # c\n", "  \n"]));
    }
    let indent = match script.one_in(40) {
        true => script.below(6),
        false => indent,
    };
    text.push_str(&" ".repeat(indent));
}

/// Writes a map or a list below a key, or within an item.
fn grow_below(script: &mut Script, text: &mut String, indent: usize, depth: usize, is_list: bool) {
    if is_list && script.one_in(2) {
        return grow(script, text, indent + 2, depth + 1);
    }
    if script.one_in(4) {
        text.push_str(" # c");
    }
    text.push('\n');
    let step = match !is_list && script.one_in(3) {
        true => 0,
        false => script.pick_step(),
    };
    grow(script, text, indent + step, depth + 1);
}

const KEYS: &[&str] = &[
    "a",
    "b",
    "c",
    "dd",
    "items",
    "name",
    "kind",
    "\"q\"",
    "'s'",
    "e f",
    "x.y/z",
    "yes",
    "1",
    "é",
    "on",
    "key with space",
    "longer-key-here",
    "1.5",
    "2024-01-01",
    "<<",
    "null",
    "~",
    "-a",
    ".b",
];

/// Values of one line and more; `@` stands for the indentation of what is below.
const VALUES: &[&str] = &[
    "a",
    "hello world",
    "1",
    "\"a: b\"",
    "'it''s'",
    "{a: b, c: [1, 2]}",
    "[]",
    "{}",
    "[a, \"b\", 'c']",
    "",
    "~",
    "0440",
    "-1",
    "|\n@x\n@ y\n@\n@z",
    "|-\n@x\n@y\n",
    "|+\n@x\n\n\n",
    "\n@a: b\n@c: d",
    "\n@- a\n@- b",
    "x # comment",
    "\"x\" # c",
    "{a: b} # c",
    "a:b",
    "a#b",
    "http://x:80/",
    "25%",
    "- a",
    "a, b",
    "a]b",
    "[a: b]",
    "[a,b]",
    "[ a , b ]",
    "{ a: b , c: d }",
    "{a: b,}",
    "[a,]",
    "{\"a\":1}",
    "{a: }",
    "{a}",
    "\"\\x41\"",
    "\"\\t\\\\\"",
    "|2\n@x",
    "|  # c\n@x\n",
    "|\n\n@x\n",
    "|\n  \n@x\n",
    "|\n@\tx\n",
    "a\n@b",
    "\"a\n@b\"",
    "'a\n@b'",
    "[a,\n@b]",
    ">\n@a\n@b\n",
    ">-\n@a\n",
    "&a b",
    "*a",
    "!!str 1",
    "2024-01-01",
    "yes",
    "0x1F",
    "1_0",
    ".5",
    "1e400",
    ".inf",
    "0o7",
    "a  b",
    "--x",
    "---",
    "...",
    "é è",
    "\u{a0}",
    "a\tb",
    "{a: {b: {c: [d]}}}",
    "{a: b: c}",
    "[[a], [b]]",
    "[a#b, c #d]",
    "\"\\u00e9\\n\\\"\"",
    "''",
    "\"\"",
    "'a'b",
    "\"a\"b",
    "[a]b",
    "{<<: a}",
    "[<<]",
    "<<",
    "=",
];

const ENDS: &[&str] = &[" # c", " ", "  ", "#x", " #", ":", ": ", "\t", "\r"];

const WORDS: &[&str] = &[
    "a",
    "b",
    "key",
    "items",
    "kind",
    ":",
    ": ",
    " :",
    "- ",
    "-",
    "\n",
    "\n",
    "\n",
    "\n  ",
    "\n  ",
    "\n    ",
    "\n ",
    " ",
    "  ",
    "#",
    " #",
    "# c",
    "{",
    "}",
    "[",
    "]",
    ", ",
    ",",
    "\"",
    "'",
    "''",
    "\\",
    "\\n",
    "|",
    "|-",
    "|+",
    ">",
    "&a",
    "*a",
    "!t",
    "?",
    "? ",
    "%",
    "@",
    "`",
    "~",
    "null",
    "true",
    "yes",
    "no",
    "0440",
    "1",
    "1.5",
    "1e3",
    "0x1F",
    "2024-01-01",
    "<<",
    "<<: ",
    "...",
    "---",
    "\n---\n",
    "\t",
    "\r\n",
    "é",
    "\u{a0}",
    "\u{85}",
    "\u{feff}",
    "\u{2028}",
    "=",
    "0o7",
    "1_0",
    ".5",
    "-1",
    "--x",
    "http://x",
    "a: b",
    "c: d",
    "\n- ",
    "\n  - ",
    "\n- a: ",
    "long text here",
    "{a: b}",
    "[a, b]",
    "\"q\"",
    "'q'",
    "|\n  x\n",
    "|\n    x\n  y\n",
    "\n\n",
    "\n   \n",
    "\n  # c\n",
    "\n# c\n",
    "\u{1}",
    "\u{7f}",
    "\u{fffe}",
    "“",
    "\u{80}",
];
