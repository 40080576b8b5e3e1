//! The shapes of the picture, drawn with whole numbers.

use crate::html::Html;

pub(super) fn text(class: &str, left: u64, top: u64, text: &str) -> Html {
    Html::shape(
        "text",
        class,
        &[("x", left), ("y", top)],
        [Html::text(text)],
    )
}

pub(super) fn circle(class: &str, left: u64, top: u64, radius: u64) -> Html {
    let numbers = [("cx", left), ("cy", top), ("r", radius)];
    Html::shape("circle", class, &numbers, [])
}

/// A bar, 6 high.
pub(super) fn rect(class: &str, left: u64, top: u64, width: u64) -> Html {
    let numbers = [("x", left), ("y", top), ("width", width), ("height", 6)];
    Html::shape("rect", class, &numbers, [])
}

/// A line over all columns.
pub(super) fn rule(left: u64, top: u64, right: u64) -> Html {
    path("line", &format!("M{left} {top}H{right}"))
}

/// A bracket over the columns of a phase.
pub(super) fn bracket(left: u64, right: u64) -> Html {
    path("line", &format!("M{left} 40v-6H{right}v6"))
}

/// A person: a head over shoulders.
pub(super) fn person(middle: u64, top: u64) -> [Html; 2] {
    let (left, shoulders) = (middle - 8, top + 16);
    [
        circle("person", middle, top, 4),
        path("person", &format!("M{left} {shoulders}a8 10 0 0 1 16 0z")),
    ]
}

/// An arrow back, below the line.
pub(super) fn arc(from: u64, to: u64, top: u64, depth: u64) -> Html {
    let (start, low, end) = (top + 3, top + depth, top + 6);
    let (out, back) = (from - 8, to + 8);
    let tip = format!("M{to} {end}l-1 7M{to} {end}l7 2");
    path(
        "back",
        &format!("M{from} {start}C{out} {low} {back} {low} {to} {end}{tip}"),
    )
}

fn path(class: &str, course: &str) -> Html {
    Html::tag("path", &[("class", class), ("d", course)], [])
}
