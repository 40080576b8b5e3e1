//! Random unquoted scalars, against kubectl and kustomize: hundreds a call, since a call takes a
//! while.

use cutover_manifest::{Finding, FindingKind, read, read_scalar};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

use crate::kubectl;

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 0, failure_persistence: None, ..ProptestConfig::default() })]

    /// A failure means that a manifest says one thing to us and another to kubectl, and no error
    /// tells.
    #[test]
    fn scalars_are_read_as_kubectl_reads_them(scalars in vec(scalar(), 600)) {
        let scalars: Vec<String> = scalars.into_iter().filter(|text| read_scalar(text).is_some()).collect();
        let text = list(&scalars, |scalar| format!("v: {scalar}"));
        let Some(theirs) = kubectl::objects(text.as_bytes()) else { return Ok(()) };
        let theirs = theirs.expect("kubectl takes all of them");
        for (number, scalar) in scalars.iter().enumerate() {
            let ours = read_scalar(scalar).map(kubectl::normal);
            prop_assert_eq!(ours.as_ref(), Some(&theirs[0]["list"][number]["v"]), "{}", scalar);
        }
    }

    /// A failure means that a key of a ConfigMap or a label is not the one that kubectl makes of
    /// it.
    #[test]
    fn keys_are_read_as_kubectl_reads_them(scalars in vec(scalar(), 600)) {
        let scalars: Vec<String> = scalars.into_iter().filter(|text| key(text).is_some()).collect();
        let text = list(&scalars, |scalar| format!("{scalar}: v"));
        let Some(theirs) = kubectl::objects(text.as_bytes()) else { return Ok(()) };
        let theirs = theirs.expect("kubectl takes all of them");
        for (number, scalar) in scalars.iter().enumerate() {
            let theirs = theirs[0]["list"][number].as_object().unwrap().keys().next().cloned();
            prop_assert_eq!(key(scalar), theirs, "{}", scalar);
        }
    }

    /// A failure means that a scalar that kustomize would turn into something else goes without a
    /// warning, or that there is a warning of what is not so.
    #[test]
    fn what_kustomize_reads_otherwise_is_found(scalars in vec(scalar(), 600)) {
        let scalars: Vec<String> = scalars.into_iter().filter(|text| read_scalar(text).is_some()).collect();
        let text = list(&scalars, |scalar| format!("v: {scalar}"));
        let Some(theirs) = kubectl::kustomized(text.as_bytes()) else { return Ok(()) };
        let theirs = theirs.expect("kustomize takes all of them");
        for (number, scalar) in scalars.iter().enumerate() {
            let expected = kustomize(scalar).or_else(|| read_scalar(scalar)).map(kubectl::normal);
            prop_assert_eq!(expected.as_ref(), Some(&theirs[0]["list"][number]["v"]), "{}", scalar);
        }
    }
}

/// What looks like a number, a boolean, a time, or nearly so.
fn scalar() -> impl Strategy<Value = String> {
    let words = select(vec![
        "y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", ".inf", ".nan", "<<", "=",
    ]);
    let date = "[0-9]{4}-[0-9]{1,2}-[0-3]?[0-9]([Tt ] ?[0-2]?[0-9]:[0-5]?[0-9]:[0-5]?[0-9]([.,][0-9]{0,10})?(Z|[+-][01][0-9]:[0-5][0-9])?)?";
    prop_oneof![
        4 => "[0-9._eE+xXobyYnN~aIf:-]{1,8}",
        2 => "[+-]?[0-9_]{1,21}",
        2 => "[+-]?0[xXobBO]?[0-9a-f_+-]{0,17}",
        2 => "[+-]?[0-9_]{0,9}\\.[0-9_]{0,9}([eE][+-]?[0-9_]{0,3})?",
        2 => date,
        1 => (words, any::<[bool; 5]>()).prop_map(|(word, upper)| recase(word, upper)),
    ]
    .prop_filter("a scalar in one piece", |text| is_one_scalar(text))
}

/// Whether YAML takes the text for no key, no item of a list and no separator.
fn is_one_scalar(text: &str) -> bool {
    let signed = text
        .strip_prefix('-')
        .is_none_or(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || c == '.'));
    signed && !text.starts_with(':') && !text.ends_with(':')
}

fn recase(word: &str, upper: [bool; 5]) -> String {
    let letters = word.chars().zip(upper.into_iter().cycle());
    letters
        .map(|(letter, upper)| {
            if upper {
                letter.to_ascii_uppercase()
            } else {
                letter
            }
        })
        .collect()
}

/// An object with one item a scalar.
fn list(scalars: &[String], item: impl Fn(&String) -> String) -> String {
    let items: String = scalars
        .iter()
        .map(|scalar| format!("- {}\n", item(scalar)))
        .collect();
    format!("apiVersion: example.com/v1\nkind: Thing\nmetadata:\n  name: a\nlist:\n{items}")
}

/// The key that we read, if it can be one.
fn key(scalar: &str) -> Option<String> {
    let document = read("key.yaml", format!("{scalar}: v\n").as_bytes())
        .ok()?
        .documents
        .pop()?;
    if scalar == "<<" {
        None
    } else {
        document.value.as_object()?.keys().next().cloned()
    }
}

/// What we say that kustomize reads, where that is not what kubectl does.
fn kustomize(scalar: &str) -> Option<Value> {
    let findings = read("value.yaml", format!("v: {scalar}\n").as_bytes())
        .ok()?
        .findings;
    findings
        .into_iter()
        .find_map(|Finding { kind, .. }| match kind {
            FindingKind::Ambiguous { kustomize, .. } => serde_json::from_str(&kustomize).ok(),
            _ => None,
        })
}
