//! The course of a workload as plots: pods and the share of the new version over the steps, drawn
//! with whole numbers.

use cutover_plan::Plan;

use crate::course::{Course, State};
use crate::exposure::Exposure;
use crate::html::Html;

/// How wide the plots are, but for their margins.
const WIDTH: u64 = 640;
/// How high each of them is.
const HEIGHT: u64 = 120;
/// What is left for labels.
const LEFT: u64 = 62;
const RIGHT: u64 = 104;
const TOP: u64 = 14;
/// Between two plots, and below the last.
const GAP: u64 = 30;

/// The plots of a workload.
pub(crate) fn plots(course: &Course, plan: &Plan) -> Html {
    let mut parts = vec![Html::of("title", alt(course))];
    parts.extend(pods(course));
    let mut bottom = TOP + HEIGHT;
    if course.has_shares() {
        parts.extend(shares(course, bottom + GAP));
        bottom += GAP + HEIGHT;
    }
    parts.extend(phases(course, plan, bottom));
    parts.extend(axis(course, bottom));
    let (width, height) = (LEFT + WIDTH + RIGHT, bottom + GAP);
    let view = format!("0 0 {width} {height}");
    let attributes = [
        ("class", "plot"),
        ("viewBox", view.as_str()),
        ("role", "img"),
    ];
    Html::tag("svg", &attributes, parts).line()
}

/// What a plot says to whoever does not see it.
fn alt(course: &Course) -> String {
    let most = course.states.iter().map(|state| state.counts.most).max();
    let fewest = course.states.iter().map(|state| state.counts.fewest).min();
    let (most, fewest) = (most.unwrap_or(0), fewest.unwrap_or(0));
    let states = course.states.len();
    format!(
        "Pods of {} over {states} states: never fewer than {fewest} available, never more than {most} alive",
        course.name
    )
}

/// A bar a state, its sets one above the other; what may be met on the way there as a line beside it,
/// and what is promised as lines over all.
fn pods(course: &Course) -> Vec<Html> {
    let most = course.most();
    let up = |pods: u64| TOP + HEIGHT - pods.min(most) * HEIGHT / most;
    let mut parts = vec![label(LEFT - 8, TOP + 4, "end", "pods")];
    parts.push(label(LEFT - 8, TOP + HEIGHT, "end", "0"));
    for (at, state) in course.states.iter().enumerate() {
        let (left, width) = bar(course, at);
        let mut below = 0;
        for (set, pods) in state.pods.iter().enumerate() {
            let Some(pods) = pods else { continue };
            let above = below + u64::from(pods.count);
            let (bottom, top) = (up(below), up(above));
            parts.push(rect(
                &class(set, pods.is_new),
                left,
                top,
                width,
                bottom - top,
            ));
            below = above;
        }
        let middle = left + width / 2;
        let (top, bottom) = (up(state.counts.most), up(state.counts.fewest));
        parts.push(line("range", middle, top, middle, bottom));
    }
    if let Some((floor, ceiling)) = course.bounds {
        parts.extend(bound(
            "ceiling",
            up(ceiling.into()),
            &format!("≤ {ceiling} alive"),
        ));
        if floor > 0 {
            parts.extend(bound(
                "floor",
                up(floor.into()),
                &format!("≥ {floor} ready"),
            ));
        }
    }
    parts
}

/// Its version is a set's colour, and the sets after the first are lighter.
pub(crate) fn class(set: usize, is_new: bool) -> String {
    let version = if is_new { "new" } else { "old" };
    match set {
        0 => version.to_owned(),
        set => format!("{version} set-{}", set.min(SETS)),
    }
}

/// Sets past this one look alike.
const SETS: usize = 3;

/// A promise as a line over all states, with what it says at its end.
fn bound(class: &str, at: u64, text: &str) -> [Html; 2] {
    let end = LEFT + WIDTH;
    [
        line(&format!("bound {class}"), LEFT, at, end, at),
        label(end + 6, at + 4, "start", text),
    ]
}

/// A bar a state: the least share in full, and up to the most in a lighter colour.
fn shares(course: &Course, top: u64) -> Vec<Html> {
    let up = |part: u64| top + HEIGHT - part;
    let mut parts = vec![
        label(LEFT - 8, top + 4, "end", "100 %"),
        label(LEFT - 8, top + HEIGHT, "end", "0"),
        line("grid", LEFT, up(HEIGHT), LEFT + WIDTH, up(HEIGHT)),
        line("grid", LEFT, up(HEIGHT / 2), LEFT + WIDTH, up(HEIGHT / 2)),
    ];
    for (line, text) in (0..).zip(["share of", "the new", "version"]) {
        let top = top + 14 + line * 20;
        parts.push(label(LEFT + WIDTH + 6, top, "start", text));
    }
    for (at, state) in course.states.iter().enumerate() {
        let (left, width) = bar(course, at);
        let Some((least, most)) = heights(state) else {
            continue;
        };
        parts.push(rect("share may-be", left, up(most), width, most - least));
        parts.push(rect("share", left, up(least), width, least));
    }
    parts
}

/// How high a share is drawn, at least and at most; a little of it is seen.
fn heights(state: &State) -> Option<(u64, u64)> {
    let Exposure { least, most } = state.exposure?;
    let height = u32::try_from(HEIGHT).unwrap_or(u32::MAX);
    let [least, most] = [least, most].map(|share| u64::from(share.pods_of(height)));
    Some((least, most))
}

/// Where the phases begin, over all plots.
fn phases(course: &Course, plan: &Plan, bottom: u64) -> Vec<Html> {
    let mut parts = vec![line("grid", LEFT, bottom, LEFT + WIDTH, bottom)];
    let mut known = None;
    for (at, step) in (1..).zip(&plan.spec.steps) {
        if known != Some(&step.phase) {
            let (left, _) = slot(course, at);
            parts.push(line("phase", left, TOP, left, bottom));
            known = Some(&step.phase);
        }
    }
    parts
}

/// The numbers of the states: all of them, or every tenth or so where there are many.
fn axis(course: &Course, bottom: u64) -> Vec<Html> {
    let states = course.states.len();
    let every = states.div_ceil(MOST_LABELS).max(1);
    let mut parts = Vec::new();
    for at in (0..states).step_by(every) {
        let (left, width) = slot(course, at);
        parts.push(label(
            left + width / 2,
            bottom + 16,
            "middle",
            &at.to_string(),
        ));
    }
    parts.push(label(LEFT + WIDTH + 6, bottom + 16, "start", "step"));
    parts
}

/// So many numbers have room.
const MOST_LABELS: usize = 24;

/// Where a state is drawn, and how wide.
fn slot(course: &Course, at: usize) -> (u64, u64) {
    let states = course.states.len().max(1) as u64;
    let at = at as u64;
    let left = LEFT + at * WIDTH / states;
    (left, LEFT + (at + 1) * WIDTH / states - left)
}

/// The bar in that place: a little narrower, where there is room.
fn bar(course: &Course, at: usize) -> (u64, u64) {
    let (left, width) = slot(course, at);
    match width {
        0..4 => (left, width.max(1)),
        4..40 => (left + 1, width - 2),
        _ => (left + (width - WIDEST) / 2, WIDEST),
    }
}

/// No bar is wider, however few states there are.
const WIDEST: u64 = 36;

fn rect(class: &str, left: u64, top: u64, width: u64, height: u64) -> Html {
    let numbers = [
        ("x", left),
        ("y", top),
        ("width", width),
        ("height", height),
    ];
    Html::shape("rect", class, &numbers, [])
}

fn line(class: &str, left: u64, top: u64, right: u64, bottom: u64) -> Html {
    let numbers = [("x1", left), ("y1", top), ("x2", right), ("y2", bottom)];
    Html::shape("line", class, &numbers, [])
}

fn label(left: u64, top: u64, anchor: &str, text: &str) -> Html {
    let [left, top] = [left, top].map(|at| at.to_string());
    let attributes = [("x", left.as_str()), ("y", &top), ("text-anchor", anchor)];
    Html::tag("text", &attributes, [Html::text(text)])
}
