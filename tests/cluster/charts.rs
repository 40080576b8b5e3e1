//! The version of a chart by three strategies, under real requests: its autoscaler, its budget for
//! disruptions, its configuration, what others own beside it, and the labels that Helm changes.
//!
//! What is not as in the golden files: the pods answer for a moment while they end, as a program
//! does that drains its connections.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::time::Instant;

use cutover::Checked;
use cutover::manifest::{Bundle, Field};
use serde_json::json;
use xtask::golden::Case;

use crate::goldens::prepared;
use crate::greeter::Greeter;
use crate::lab::Lab;
use crate::requests::{assert_none_lost, in_traffic};
use crate::runner::within;
use crate::traffic::ask;

/// What the pods of the chart's Deployment are marked with.
const MARKS: Field = Field::new("/spec/template/metadata/annotations");

#[test]
fn a_chart_by_a_rolling_update() {
    there_and_back("rolling");
}

#[test]
fn a_chart_by_a_canary() {
    there_and_back("canary");
}

#[test]
fn a_chart_by_blue_green() {
    there_and_back("blue-green");
}

/// Goes to each step of the golden plan, and from there on its way back, and forward again; at last
/// to the start.
fn there_and_back(strategy: &str) {
    let Some(greeter) = in_traffic(&format!("chart-{strategy}")) else {
        return;
    };
    let case = draining(strategy);
    let mut plan = None;
    in_lab(&greeter, async |lab| {
        plan = Some(prepared(&lab, &case).await)
    });
    let plan = plan.unwrap();
    let options = |lab: &Lab| lab.options("a test").secrets(case.secrets());
    for step in 1..=plan.len() {
        let then = plan.spec.undo[step - 1].to;
        under_requests(&greeter, async |lab| {
            let options = options(&lab);
            lab.stop_after(&plan, &options, step).await?;
            lab.stands(&plan, step).await?;
            lab.back(&plan, &options, then).await?;
            lab.stands(&plan, then).await
        });
    }
    under_requests(&greeter, async |lab| {
        lab.back(&plan, &options(&lab), 0).await?;
        lab.stands(&plan, 0).await
    });
    assert_whole(&plan);
}

/// The golden case of a chart, with pods that drain.
fn draining(strategy: &str) -> Case {
    let directory = format!("{strategy}/chart-with-an-autoscaler");
    let case = Case::all().unwrap().into_iter();
    let mut case = case.filter(|case| case.directory.ends_with(&directory));
    let case = case.next().unwrap();
    let marked = |bundle: &Bundle| -> Bundle {
        let marks = json!({ "cutover.dev/test-drain": "3s" });
        let all = bundle
            .iter()
            .map(|manifest| match manifest.object().kind.as_str() {
                "Deployment" => manifest.set(MARKS.pointer(), marks.clone()).unwrap(),
                _ => manifest.clone(),
            });
        all.collect()
    };
    Case {
        from: marked(&case.from),
        to: case.to.as_ref().map(marked),
        ..case
    }
}

/// A failure means that the chart is not what this test is for.
fn assert_whole(plan: &Checked) {
    let end = plan.state(plan.len()).unwrap();
    for kind in [
        "HorizontalPodAutoscaler",
        "PodDisruptionBudget",
        "ConfigMap",
        "Secret",
    ] {
        assert!(end.of_kind(kind).next().is_some(), "no {kind} changes");
    }
}

/// Does something while the chart's Service is asked, of which no request is lost.
fn under_requests(greeter: &Greeter, act: impl AsyncFnOnce(Lab) -> Result<(), String> + Send) {
    let start = Instant::now();
    let requests = ask(&greeter.cluster, &greeter.namespace, "shop");
    in_lab(greeter, async |lab| act(lab).await.unwrap());
    assert_none_lost(&requests.stop(), start.elapsed());
}

fn in_lab(greeter: &Greeter, act: impl AsyncFnOnce(Lab) + Send) {
    within(greeter, async |cluster| {
        let lab = Lab {
            cluster: cluster.clone(),
            namespace: greeter.namespace.clone(),
        };
        act(lab).await;
    });
}
