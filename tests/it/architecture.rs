//! What docs/ARCHITECTURE.md says is absent, is.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use xtask::root;

use crate::support::sources;

/// A failure means that the table of crates does not say what a crate is made of.
#[test]
fn crates_stand_on_lower_floors_alone() {
    let floors = floors();
    let named: BTreeSet<&String> = floors.keys().collect();
    assert_eq!(named, crates().iter().collect(), "crates/README.md");
    for (name, floor) in &floors {
        for other in dependencies(name) {
            let below = floors[&other];
            assert!(
                below < *floor,
                "{name} on floor {floor} has {other} on floor {below}"
            );
        }
    }
}

/// A failure means that one of the two cannot be read, or moved, without the other.
#[test]
fn no_two_modules_of_a_crate_import_each_other() {
    let mut circles = Vec::new();
    for name in packages() {
        let imports = imports(&name);
        for (module, all) in &imports {
            for other in all.iter().filter(|other| *other < module) {
                if imports.get(other).is_some_and(|all| all.contains(module)) {
                    circles.push(format!("{name}: {other} and {module}"));
                }
            }
        }
    }
    assert!(circles.is_empty(), "{}", circles.join("\n"));
}

/// A failure means that the test of modules that import each other sees nothing.
#[test]
fn an_import_is_seen_by_whichever_name() {
    let modules = [
        ("", "mod a;\npub use a::A;\npub mod b;\n"),
        ("a", "use crate::b::B;\n"),
        ("b", "\npub use self::inner::{B, C};\nuse crate::{A, b};\n"),
        ("b::inner", "use super::super::a;\n"),
        ("c", "use crate::b::{B as D, inner::{E, F}};\n"),
    ];
    let modules: BTreeMap<String, String> = modules
        .map(|(module, code)| (module.to_owned(), format!("\n{code}")))
        .into();
    let given_out = given_out(&modules);
    let check = |module: &str, expect: &[&str]| {
        let paths = imported(module, &modules[module]);
        let found: Vec<String> = paths
            .iter()
            .map(|path| whose(path, &modules, &given_out))
            .collect();
        assert_eq!(found, expect, "{module}");
    };
    check("a", &["b::inner"]);
    check("b", &["a", "b"]);
    check("b::inner", &["a"]);
    check("c", &["b::inner", "b::inner", "b::inner"]);
    assert_eq!(apart("a::x", "b::inner"), Some(["a", "b"].map(Into::into)));
    assert_eq!(apart("b", "b::inner"), None);
}

/// A failure means that a program which embeds the crate reads of a command that it does not have.
#[test]
fn libraries_name_no_command_and_no_flag() {
    let mut named = Vec::new();
    for name in crates().into_iter().filter(|name| name != "cli") {
        for (module, code) in modules(&name) {
            let texts = code.split('"').skip(1).step_by(2);
            let found = texts.filter(|text| {
                let mut words = text.split_whitespace();
                let commands = [
                    "apply", "abort", "diff", "render", "status", "undo", "write",
                ];
                let is_command = commands
                    .iter()
                    .any(|word| text.contains(&format!("cutover {word}")));
                is_command || words.any(is_flag)
            });
            named.extend(found.map(|text| format!("{name}: {module}: {text}")));
        }
    }
    assert!(named.is_empty(), "{}", named.join("\n"));
}

/// A failure means that a new kind of set or router has to be taught to a crate that asks others.
#[test]
fn who_asks_for_sets_and_routers_names_no_kind() {
    let asking = [
        "plan",
        "planner",
        "check",
        "report",
        "fleet",
        "kube",
        "canary",
        "blue-green",
        "rolling",
        "scale",
        "adopt",
    ];
    let mut named = Vec::new();
    for name in asking {
        for (module, code) in modules(name) {
            let texts = code.split('"').skip(1).step_by(2);
            let found = texts.filter(|text| ["Deployment", "Service", "apps/v1"].contains(text));
            named.extend(found.map(|text| format!("{name}: {module}: {text}")));
        }
    }
    assert!(named.is_empty(), "{}", named.join("\n"));
}

/// A failure means that the page does not lead whoever adds a gate, or a kind of route, to all that asks
/// for each of them.
#[test]
fn the_page_names_all_that_a_new_one_touches() {
    let page = fs::read_to_string(root().join("docs/ARCHITECTURE.md")).unwrap();
    // It is at home in one of the crates.
    let check = |begin: &str, word: &str, home: &str| {
        let paragraph = page.split(begin).nth(1).unwrap();
        let paragraph = paragraph.split("\n\n").next().unwrap();
        let mut untold = Vec::new();
        for name in crates().into_iter().filter(|name| name != home) {
            for (module, code) in modules(&name) {
                let path = format!("crates/{name}/src/{}", module.replace("::", "/"));
                let is_told = [".rs", "/mod.rs"]
                    .iter()
                    .any(|end| paragraph.contains(&format!("`{path}{end}`")));
                if code.contains(word) && !is_told {
                    untold.push(path);
                }
            }
        }
        assert!(untold.is_empty(), "{begin} {untold:?}");
    };
    check("**A gate** ", "Gate::Window", "plan");
    check("**A router** ", "HttpRoute::", "traffic");
}

/// A failure means that a new gate, change, effect, … is taken there for one of the others, and that
/// the compiler does not say so.
#[test]
fn no_wildcard_arm_beside_what_may_grow() {
    let mut found = Vec::new();
    for name in packages() {
        for (module, code) in modules(&name) {
            let arms = wildcard_arms(&code);
            found.extend(arms.iter().map(|arms| format!("{name}: {module}: {arms}")));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// A failure means that the test above sees nothing.
#[test]
fn a_wildcard_arm_is_seen() {
    let check = |arms: &[&str], expect: bool| {
        let lines: Vec<String> = arms.iter().map(|arm| format!("        {arm}")).collect();
        let code = format!("    match it {{\n{}\n    }}", lines.join("\n"));
        assert_eq!(!wildcard_arms(&code).is_empty(), expect, "{code}");
    };
    check(&["Gate::Pause(_) => 1,", "_ => 2,"], true);
    check(
        &["Gate::Pause(_)", "| Gate::Held(_) => 1,", "_ => 2,"],
        true,
    );
    check(
        &["Some(Change::Create(_)) => {", "    1", "}", "_ if x => 2,"],
        true,
    );
    check(&["Gate::Pause(_) => 1,", "Gate::Held(_) => 2,"], false);
    check(
        &["0 => Gate::Pause(pause),", "_ => Gate::Held(held),"],
        false,
    );
    check(
        &["Some(1) => {", "    Gate::Held(held)", "}", "_ => 2,"],
        false,
    );
    check(&["Gate::Pause(_) => 1,", "other => 2,"], true);
    check(&["(Gate::Pause(_), 1) => 1,", "(_, 2) => 2,"], true);
    check(&["(1, Gate::Pause(_)) => 1,", "(2, gate) => 2,"], true);
    check(
        &["(1, Gate::Pause(_)) => 1,", "(_, Gate::Held(_)) => 2,"],
        false,
    );
}

/// The enums that are exhaustive on purpose: a new variant is to be thought of wherever one is asked
/// for.
const MAY_GROW: [&str; 7] = [
    "Analysis",
    "Change",
    "Controller",
    "Effect",
    "Gate",
    "Rollout",
    "Router",
];

/// The patterns of each match that names such an enum and has an arm for whatever else it may be: in
/// a match on several things, in the place where the others name it.
///
/// The arms of one match begin at one column, since rustfmt has written them.
fn wildcard_arms(code: &str) -> Vec<String> {
    let lines: Vec<&str> = code.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let column = line.len() - line.trim_start().len();
        let wild = wild_places(line.trim_start());
        if wild.is_empty() {
            continue;
        }
        let indent = |line: &str| line.len() - line.trim_start().len();
        let within = |line: &&&str| line.trim().is_empty() || indent(line) >= column;
        let above = lines[..at].iter().rev().take_while(within);
        let patterns = above
            .filter(|line| indent(line) == column)
            .filter_map(|line| line.split("=>").next());
        let named = |pattern: &str| {
            let places = places(pattern);
            let mut wild = wild.iter().filter_map(|place| places.get(*place));
            wild.any(|place| {
                MAY_GROW
                    .iter()
                    .any(|name| place.contains(&format!("{name}::")))
            })
        };
        let named: Vec<&str> = patterns.filter(|pattern| named(pattern)).collect();
        if !named.is_empty() {
            found.push(named.join(" "));
        }
    }
    found
}

/// Which of the things that are matched an arm takes whatever they are.
fn wild_places(arm: &str) -> Vec<usize> {
    let Some((pattern, _)) = arm.split_once("=>") else {
        return Vec::new();
    };
    let pattern = pattern.split(" if ").next().unwrap();
    let places = places(pattern).into_iter().enumerate();
    let is_name = |place: &str| {
        let mut signs = place.chars();
        signs.next().is_some_and(|sign| sign.is_ascii_lowercase())
            && signs.all(|sign| sign.is_ascii_alphanumeric() || sign == '_')
            && !["true", "false"].contains(&place)
    };
    places
        .filter(|(_, place)| *place == "_" || is_name(place))
        .map(|(number, _)| number)
        .collect()
}

/// The parts of a pattern for each of the things that are matched.
fn places(pattern: &str) -> Vec<&str> {
    let pattern = pattern.trim().trim_start_matches("| ");
    let Some(inner) = pattern.strip_prefix('(') else {
        return vec![pattern];
    };
    let inner = inner.strip_suffix(')').unwrap_or(inner);
    let (mut depth, mut begin, mut parts) = (0_usize, 0, Vec::new());
    for (at, sign) in inner.char_indices() {
        match sign {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(inner[begin..at].trim());
                begin = at + 1;
            }
            _ => {}
        }
    }
    parts.push(inner[begin..].trim());
    parts
}

fn is_flag(word: &str) -> bool {
    let name = word.strip_prefix("--");
    name.is_some_and(|name| name.starts_with(|sign: char| sign.is_ascii_lowercase()))
}

/// The floor of each crate, as the table of crates/README.md has it.
fn floors() -> BTreeMap<String, u32> {
    let page = fs::read_to_string(root().join("crates/README.md")).unwrap();
    let mut floors = BTreeMap::new();
    for row in page.lines().filter(|line| line.starts_with('|')) {
        let cells: Vec<&str> = row.split('|').collect();
        let Ok(floor) = cells[1].trim().parse() else {
            continue;
        };
        let names = cells[2].split('`').skip(1).step_by(2);
        floors.extend(names.map(|name| (name.to_owned(), floor)));
    }
    floors
}

/// The crates of ours that a crate is built with, whatever its features.
fn dependencies(name: &str) -> Vec<String> {
    let manifest = root().join("crates").join(name).join("Cargo.toml");
    let manifest = fs::read_to_string(manifest).unwrap();
    let own = manifest.split("[dependencies]").nth(1).unwrap_or_default();
    let own = own.split("\n[").next().unwrap_or_default();
    let names = own.lines().filter_map(|line| line.strip_prefix("cutover"));
    let names = names.filter_map(|rest| rest.split(['.', ' ']).next());
    names
        .map(|rest| match rest.strip_prefix('-') {
            Some(name) => name.to_owned(),
            None => "cutover".to_owned(),
        })
        .collect()
}

fn crates() -> Vec<String> {
    let entries = fs::read_dir(root().join("crates")).unwrap();
    let folders = entries
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().join("src").is_dir());
    let mut names: Vec<String> = folders
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(names.len() > 20, "{names:?}");
    names
}

/// The crates, and what tests carry plans out on.
fn packages() -> Vec<String> {
    let mut packages = crates();
    packages.push("model".to_owned());
    packages
}

/// The modules of a crate, each with those that it imports, by whichever name: what a module gives out
/// of another is that one's. Of two modules in different folders the folders stand for them.
fn imports(name: &str) -> BTreeMap<String, BTreeSet<String>> {
    let modules = modules(name);
    let given_out = given_out(&modules);
    let mut imports: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (module, code) in modules.iter().filter(|(module, _)| !module.is_empty()) {
        for path in imported(module, code) {
            let other = whose(&path, &modules, &given_out);
            if let Some([one, other]) = apart(module, &other) {
                imports.entry(one).or_default().insert(other);
            }
        }
    }
    imports
}

/// What each module gives out of others, by its name there.
fn given_out(modules: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut given_out = BTreeMap::new();
    for (module, code) in modules {
        for statement in code.split("\npub").skip(1) {
            let visible = statement.trim_start_matches("(crate)");
            let visible = visible.trim_start_matches("(super)");
            let Some(rest) = visible.strip_prefix(" use ") else {
                continue;
            };
            for path in expanded(rest) {
                let path = within(module, path.trim_start_matches("self::"));
                let name = path.rsplit("::").next().unwrap();
                given_out.insert(within(module, name), path.clone());
            }
        }
    }
    given_out
}

/// The paths that a module imports, from the root of its crate.
fn imported(module: &str, code: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for rest in code.split("crate::").skip(1) {
        paths.extend(expanded(rest));
    }
    let mut above = above(module);
    for rest in code.split("super::").skip(1) {
        if rest.is_empty() {
            above = self::above(above);
            continue;
        }
        paths.extend(expanded(rest).iter().map(|path| within(above, path)));
        above = self::above(module);
    }
    paths
}

fn above(module: &str) -> &str {
    module.rsplit_once("::").map_or("", |(above, _)| above)
}

/// The module that has what a path leads to.
fn whose(
    path: &str,
    modules: &BTreeMap<String, String>,
    given_out: &BTreeMap<String, String>,
) -> String {
    let mut path = path.to_owned();
    while let Some(further) = given_out.get(&path).filter(|further| **further != path) {
        path.clone_from(further);
    }
    while !modules.contains_key(&path) {
        path = above(&path).to_owned();
    }
    path
}

/// What stands for two modules beside each other: none where one is above the other.
fn apart(one: &str, other: &str) -> Option<[String; 2]> {
    let [ones, others] = [one, other].map(|path| path.split("::").collect::<Vec<_>>());
    let differ = |at: &usize| ones.get(*at) != others.get(*at);
    let at = (0..ones.len().min(others.len())).find(differ)?;
    Some([ones, others].map(|parts| parts[..=at].join("::")))
        .filter(|[one, other]| !one.is_empty() && !other.is_empty())
}

fn within(module: &str, path: &str) -> String {
    match module {
        "" => path.to_owned(),
        module => format!("{module}::{path}"),
    }
}

/// The paths at the beginning of a text, one by one where some are in braces.
fn expanded(text: &str) -> Vec<String> {
    let is_path = |sign: char| sign.is_ascii_alphanumeric() || "_:".contains(sign);
    let end = text.find(|sign| !is_path(sign)).unwrap_or(text.len());
    let (path, rest) = text.split_at(end);
    let Some(group) = rest.strip_prefix('{') else {
        return vec![path.trim_end_matches(':').to_owned()];
    };
    let mut paths = Vec::new();
    let (mut depth, mut begin) = (0_usize, 0);
    for (at, sign) in group.char_indices() {
        match sign {
            '{' => depth += 1,
            ',' | '}' if depth == 0 => {
                let item = group[begin..at].trim_start();
                paths.extend(expanded(item).iter().map(|item| format!("{path}{item}")));
                begin = at + 1;
                if sign == '}' {
                    break;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    paths
}

/// The code of each module but its tests, without comments, by its path in the crate.
fn modules(name: &str) -> BTreeMap<String, String> {
    let above = match name {
        "model" => "tests",
        _ => "crates",
    };
    let folder = root().join(above).join(name).join("src");
    let mut found = BTreeMap::new();
    for file in sources(&folder) {
        let path = file.strip_prefix(&folder).unwrap().with_extension("");
        let parts: Vec<&str> = path
            .iter()
            .map(|part| part.to_str().unwrap())
            .filter(|part| !["mod", "lib"].contains(part))
            .collect();
        let text = fs::read_to_string(&file).unwrap();
        let is_test = parts
            .iter()
            .any(|part| ["examples", "tests"].contains(part));
        let code = text.split("\n#[cfg(test)]\nmod ").next().unwrap();
        let lines = code.lines().map(|line| line.split("//").next().unwrap());
        if !is_test && parts != ["main"] {
            found.insert(parts.join("::"), lines.collect::<Vec<_>>().join("\n"));
        }
    }
    found
}
