//! The page of a plan in Chromium: it needs nothing else, fits a phone, is dark where the system is,
//! and has all of it on paper.
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test that panics has failed, and one that is skipped says so"
)]

use std::fs;
use std::path::Path;

use serde_json::Value;
use xtask::browser::{Browser, Look};

use crate::support::Folder;

const PLAN: &str = "cutover plan canary --steps 25,50 --image hello=registry.example/hello:2.0.0 -R -f hello -o plan.yaml";

/// A page around the page, which measures it: the page itself runs no script.
const AROUND: &str = r#"<!doctype html><iframe id="page" style="border:0;width:WIDTHpx;height:900px" src="plan.html"></iframe>
<pre id="found"></pre><script>onload = () => {
  const frame = document.getElementById("page"), page = frame.contentDocument, root = page.documentElement;
  const links = [...page.querySelectorAll("a[href^='#']")];
  const summaries = [...page.querySelectorAll("summary")];
  document.getElementById("found").textContent = JSON.stringify({
    title: page.title,
    over: root.scrollWidth - root.clientWidth,
    paper: frame.contentWindow.getComputedStyle(page.body).backgroundColor,
    loaded: frame.contentWindow.performance.getEntriesByType("resource").length,
    scripts: page.scripts.length,
    lost: links.filter(link => !page.getElementById(link.hash.slice(1))).length,
    reached: links.length + summaries.length,
    unreached: [...links, ...summaries].filter(item => item.tabIndex < 0).length,
  });
}</script>"#;

#[test]
fn the_page_is_right_in_a_browser() {
    let Some(browser) = Browser::find() else {
        eprintln!("skipped: Chromium is missing");
        return;
    };
    let folder = Folder::hello();
    folder.done(PLAN);
    folder.put("plan.html", &folder.done("cutover show plan.yaml -o html"));
    for width in [360, 390, 768, 1200] {
        let light = found(&browser, &folder, width, false);
        assert_eq!(light["title"], "Plan hello: canary, 8 steps");
        assert_eq!(light["paper"], "rgb(255, 255, 255)");
        for none in ["over", "loaded", "scripts", "lost", "unreached"] {
            assert_eq!(light[none], 0, "{none} at {width}: {light}");
        }
        assert!(light["reached"].as_u64().unwrap() >= 16, "{light}");
    }
    let dark = found(&browser, &folder, 1200, true);
    assert_eq!(dark["paper"], "rgb(13, 17, 23)");
    assert!(pages(&browser, &folder.path("plan.html")) > 1);
}

fn found(browser: &Browser, folder: &Folder, width: u32, dark: bool) -> Value {
    folder.put("around.html", &AROUND.replace("WIDTH", &width.to_string()));
    let look = Look {
        width: 1300,
        height: 1000,
        dark,
    };
    let dumped = browser.document(&folder.path("around.html"), look).unwrap();
    let (_, found) = dumped.split_once("<pre id=\"found\">").unwrap();
    let (found, _) = found.split_once("</pre>").unwrap();
    serde_json::from_str(found).unwrap()
}

/// What is closed on the screen is open on paper, which takes more than one sheet.
fn pages(browser: &Browser, page: &Path) -> usize {
    let printed = page.with_extension("pdf");
    let look = Look {
        width: 1200,
        height: 1000,
        dark: false,
    };
    browser.print(page, look, &printed).unwrap();
    let bytes = fs::read(printed).unwrap();
    let text = String::from_utf8_lossy(&bytes).replace('\n', " ");
    text.matches("/Type /Page ").count()
}
