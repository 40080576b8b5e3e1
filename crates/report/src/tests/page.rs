//! The page and the picture: whole, without the network, and nothing in them obeys a plan.

use cutover::Checked;
use cutover::planning::Gate;
use serde_json::json;

use super::example::{canary, deployment, plan, service, two_workloads, with};
use crate::{gate_name, page, picture};

/// Texts that would be more than texts in HTML.
const HOSTILE: &str = "2</style><script>alert(1)</script><img src=x onerror='alert(2)'>&\u{202e}";

fn hostile() -> Checked {
    let end = |tag: &str| {
        let set = deployment("hello", 3, "1");
        let metadata = json!({"labels": {"app": "hello"}, "annotations": {"odd": tag}});
        [
            with(set, "/spec/template/metadata", metadata),
            service("hello"),
        ]
    };
    plan(json!({"rolling": {}}), &end("1"), &end(HOSTILE))
}

/// A failure means that whoever writes a manifest writes the page of who reviews it.
#[test]
fn what_stands_in_a_plan_stays_a_text() {
    let plan = hostile();
    assert!(page(&plan).unwrap().contains("&lt;script&gt;alert(1)"));
    for text in [page(&plan).unwrap(), picture(&plan).unwrap()] {
        for odd in ["<script", "<img", "onerror='", "\u{202e}"] {
            assert!(!text.contains(odd), "{odd}: {text}");
        }
        assert_eq!(text.matches("</style>").count(), 1, "{text}");
    }
}

/// A failure means that the page asks somebody for something when it is opened.
#[test]
fn the_page_needs_nothing_else() {
    let text = page(&canary()).unwrap();
    assert!(
        text.contains("content=\"default-src &#39;none&#39;; style-src"),
        "{text}"
    );
    for odd in [
        "src=", "@import", "url(", "http://", "https://", "<link", "<script",
    ] {
        assert!(!text.contains(odd), "{odd}: {text}");
    }
}

/// The table tells the gates of what a step changes; behind it are all.
#[test]
fn every_gate_and_every_way_back_is_on_the_page() {
    let strategy = json!({"canary": {"steps": [{"setWeight": 30}, {"pause": {"duration": "5m"}}]}});
    for plan in [canary(), two_workloads(strategy)] {
        let text = page(&plan).unwrap();
        let mut walk = plan.walk();
        while let Some(step) = walk.advance().unwrap() {
            let number = walk.number();
            assert!(
                text.contains(&format!("<div id=\"step-{number}\">")),
                "{text}"
            );
            for gate in &step.gates {
                let said = told(&plan, gate, walk.before(), walk.state());
                assert!(text.contains(&said), "{said}: {text}");
            }
        }
        for way in crate::back::ways_back(&plan).unwrap() {
            let said = crate::html::Html::of("td", way.name).into_string();
            assert!(text.contains(&said), "{said}: {text}");
        }
    }
}

fn told(
    plan: &Checked,
    gate: &Gate,
    before: &cutover::manifest::Bundle,
    after: &cutover::manifest::Bundle,
) -> String {
    let words = gate_name(plan, gate, before, after);
    crate::html::Html::of("li", words).into_string()
}

/// Elements are closed in the order in which they were opened.
#[test]
fn elements_are_closed() {
    let all = [deployment("hello", 3, "1"), service("hello")];
    let empty = plan(json!({"rolling": {}}), &all, &all);
    for plan in [canary(), hostile(), empty] {
        for text in [page(&plan).unwrap(), picture(&plan).unwrap()] {
            let mut open: Vec<&str> = Vec::new();
            for part in text.split('<').skip(1) {
                let name = part.split([' ', '>', '\n']).next().unwrap();
                match name.strip_prefix('/') {
                    Some(closed) => assert_eq!(open.pop(), Some(closed), "{part}"),
                    None if ["!doctype", "meta", "br"].contains(&name) => {}
                    None => open.push(name),
                }
            }
            assert!(open.is_empty(), "{open:?}");
        }
    }
}

#[test]
fn an_empty_plan_says_so() {
    let all = [deployment("hello", 3, "1"), service("hello")];
    let empty = plan(json!({"rolling": {}}), &all, &all);
    assert!(
        page(&empty)
            .unwrap()
            .contains("<h1>Plan rolling: rolling, nothing to do</h1>")
    );
}

/// Two hundred steps are one row in every view, and the page stays one that is read.
#[test]
fn many_steps_are_drawn_as_one() {
    let both = |tag| [deployment("hello", 40, tag), service("hello")];
    let steps = json!([{"setWeight": 50}, {"pause": {}}]);
    let plan = plan(json!({"canary": {"steps": steps}}), &both("1"), &both("2"));
    assert!(plan.len() > 70, "{}", plan.len());
    let text = page(&plan).unwrap();
    let rows = text.matches("data-head=\"step\"").count();
    assert!(rows < 12, "{rows}");
    let columns = picture(&plan).unwrap().matches("class=\"head\"").count();
    assert_eq!(columns, rows);
}
