//! What a change of a route's shares does, in words.

use std::collections::BTreeSet;

use cutover_manifest::Manifest;
use cutover_traffic::{Parts, Router, Share, frame};

use crate::text::listed;

/// The change of a route that moves shares, or names a Service anew or no longer; none of one that
/// changes more than that, and of another object.
pub(crate) fn reshared(subject: &str, before: &Manifest, after: &Manifest) -> Option<String> {
    let [was, is] = [parts(before)?, parts(after)?];
    if frame(before, |_| true) != frame(after, |_| true) {
        return None;
    }
    let [known, named] = [&was, &is].map(names);
    let came: Vec<String> = named.difference(&known).cloned().collect();
    let gone: Vec<String> = known.difference(&named).cloned().collect();
    let shares = texts(&is);
    if shares != texts(&was) {
        return Some(format!("shares of {subject}: {}", shares.join("; ")));
    }
    match (came.is_empty(), gone.is_empty()) {
        (false, true) => Some(format!(
            "name {} in {subject}, without a share",
            listed(&came)
        )),
        (true, false) => Some(format!(
            "take {}, without a share, out of {subject}",
            listed(&gone)
        )),
        (true, true) | (false, false) => None,
    }
}

fn parts(route: &Manifest) -> Option<Parts> {
    match Router::route(route) {
        Ok(route) => Some(route?.parts(|_| true)),
        Err(_) => None,
    }
}

fn names(parts: &Parts) -> BTreeSet<String> {
    let services = parts.iter().flat_map(|part| part.keys());
    services.map(|service| service.name.clone()).collect()
}

/// The shares of each rule that has some, as `hello 75 %, hello-canary 25 %`; those that are alike
/// once.
fn texts(parts: &Parts) -> Vec<String> {
    let mut texts = Vec::new();
    for part in parts {
        let shares = part.iter();
        let shares = shares.filter(|(_, share)| **share > Share::NONE);
        let shares: Vec<String> = shares
            .map(|(service, share)| format!("{} {}", service.name, share.percent()))
            .collect();
        let text = shares.join(", ");
        if !text.is_empty() && !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts
}
