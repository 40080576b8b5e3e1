//! The plan as a picture: a column a state, with its pods as dots, the share of the new version, what
//! is waited for, and where undo leads to.

use cutover_check::Checked;
use cutover_plan::Gate;

use crate::course::{Course, Pods};
use crate::error::Error;
use crate::exposure::Exposure;
use crate::html::Html;
use crate::promise::promises;
use crate::rows::{Row, Table};
use crate::text::title;
use crate::wrap::wrap_cell;

mod shapes;

use shapes::{arc, bracket, circle, person, rect, rule, text};

/// How wide a column is, and what is left before the first one.
const COLUMN: u64 = 96;
const LEFT: u64 = 150;
/// How high a row of dots is.
const ROW: u64 = 44;
/// Where the first of them is.
const TOP: u64 = 128;
/// So many letters of a step's name fit in a line, and so many lines of it.
const LETTERS: usize = 15;
const LINES: usize = 4;
/// So many dots fit in a column; more are a number.
const DOTS: u32 = 4;

/// The plan as an SVG picture that stands alone, light or dark as its reader's system is: a column a
/// state, with the pods of each set, the share of the new version, what is waited for, and arrows to
/// where undo leads from there. Steps in a row that differ in counts alone are one column.
///
/// # Errors
///
/// [`Error::Plan`] where the plan does not fit itself, [`Error::Manifest`] where one of its
/// Services is none.
///
/// ```
/// # use cutover::{AnyStrategy, Ends, Options, Release, manifest};
/// # let yaml = br#"apiVersion: apps/v1
/// # kind: Deployment
/// # metadata: {name: hello}
/// # spec: {replicas: 3, selector: {matchLabels: {app: hello}}, template: {metadata: {labels: {app: hello}},
/// #   spec: {containers: [{name: hello, image: "hello:1.0.0"}]}}}"#;
/// # let from = manifest::bundle(vec![manifest::read("hello.yaml", yaml)?])?.bundle;
/// # let ends = Ends::unchanged(from).image(&"hello=hello:2.0.0".parse()?, &[])?;
/// # let strategy: AnyStrategy = serde_json::from_str(r#"{"rolling": {}}"#)?;
/// let plan = cutover::plan(&Release::new(ends)?, &strategy, &Options::default())?;
/// let picture = cutover_report::picture(&plan)?;
/// assert!(picture.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn picture(plan: &Checked) -> Result<String, Error> {
    let drawing = Drawing {
        plan,
        rows: Table::of(plan, None)?.rows,
        courses: Course::all(plan)?,
    };
    let mut parts = drawing.heads();
    for at in 0..drawing.rows.len() {
        parts.extend(drawing.column(at));
    }
    parts.extend(drawing.phases());
    parts.extend(drawing.ways_back());
    parts.extend(drawing.promise()?);
    Ok(drawing.framed(parts))
}

struct Drawing<'a> {
    plan: &'a Checked,
    /// The rows of the table; each is a column here.
    rows: Vec<Row>,
    courses: Vec<Course>,
}

impl Drawing<'_> {
    /// The middle of a column.
    fn middle(&self, at: usize) -> u64 {
        LEFT + at as u64 * COLUMN + COLUMN / 2
    }

    fn width(&self) -> u64 {
        // What is promised has room too.
        (LEFT + self.rows.len() as u64 * COLUMN + 14).max(760)
    }

    /// Each workload's sets, one row after the other.
    fn sets(&self) -> impl Iterator<Item = (&Course, usize)> {
        let courses = self.courses.iter();
        courses.flat_map(|course| (0..course.sets.len()).map(move |set| (course, set)))
    }

    fn has_shares(&self) -> bool {
        self.courses.iter().any(Course::has_shares)
    }

    /// Where the rows under the sets begin.
    fn below_sets(&self) -> u64 {
        TOP + self.sets().count() as u64 * ROW
    }

    fn waits_at(&self) -> u64 {
        let shares = self.courses.iter().filter(|course| course.has_shares());
        self.below_sets() + shares.count() as u64 * ROW
    }

    fn back_at(&self) -> u64 {
        self.waits_at() + ROW + 12
    }

    fn bottom(&self) -> u64 {
        let spans = (0..self.rows.len()).filter_map(|at| self.undo_of(at));
        let deepest = spans.map(|(at, to)| depth(at - to)).max();
        self.back_at() + deepest.unwrap_or(0) * 3 / 4 + 54
    }

    /// What each row tells, and lines between them.
    fn heads(&self) -> Vec<Html> {
        let mut parts = vec![text("row", 14, 58, "step")];
        let right = self.width() - 14;
        parts.push(rule(14, TOP - 16, right));
        let mut top = TOP;
        let several = self.courses.len() > 1;
        for (course, set) in self.sets() {
            let name = match (several, set) {
                (true, 1..) => format!("{} {}", course.name, course.sets[set]),
                _ => course.sets[set].clone(),
            };
            parts.extend(named(&name, top + 10));
            parts.push(rule(14, top + 28, right));
            top += ROW;
        }
        for course in self.courses.iter().filter(|course| course.has_shares()) {
            let name = match several {
                true => format!("new {}", course.name),
                false => "new version".to_owned(),
            };
            parts.extend(named(&name, top + 10));
            parts.push(rule(14, top + 28, right));
            top += ROW;
        }
        parts.push(text("row", 14, self.waits_at() + 14, "then wait for"));
        parts.push(rule(14, self.waits_at() + 34, right));
        parts.push(text("row", 14, self.back_at() + 4, "undo leads to"));
        parts
    }

    /// All of a state but its way back.
    fn column(&self, at: usize) -> Vec<Html> {
        let row = &self.rows[at];
        let (state, middle) = (*row.steps.end(), self.middle(at));
        let mut parts = vec![text("", middle, 54, &row.number())];
        let name = row.name.replace("Deployment ", "");
        let mut lines = wrap_cell(&name, LETTERS, 0);
        if lines.len() > LINES {
            lines.truncate(LINES);
            lines[LINES - 1] = "…".to_owned();
        }
        for (line, name) in (0..).zip(&lines) {
            parts.push(text("small", middle, 70 + line * 13, name));
        }
        let mut top = TOP;
        for (course, set) in self.sets() {
            parts.extend(pods(course.states[state].pods[set], middle, top + 6));
            top += ROW;
        }
        for course in self.courses.iter().filter(|course| course.has_shares()) {
            parts.extend(share(course.states[state].exposure, middle, top));
            top += ROW;
        }
        parts.extend(self.waits(row, middle));
        parts
    }

    /// What is waited for, in a word: a person as one.
    fn waits(&self, row: &Row, middle: u64) -> Vec<Html> {
        let Some(step) = row.steps.end().checked_sub(1) else {
            return Vec::new();
        };
        let gates = &self.plan.spec.steps[step].gates;
        let top = self.waits_at();
        let mut words: Vec<String> = Vec::new();
        for gate in gates {
            let word = word(gate);
            if !words.contains(&word) {
                words.push(word);
            }
        }
        if words.iter().any(|word| word == PERSON) {
            return person(middle, top + 4).to_vec();
        }
        let lines = wrap_cell(&words.join(", "), LETTERS - 4, 0);
        let lines = (0..).zip(lines.iter().take(2));
        lines
            .map(|(line, words)| text("small", middle, top + 12 + line * 13, words))
            .collect()
    }

    /// A bracket over the columns of a phase.
    fn phases(&self) -> Vec<Html> {
        let mut parts = Vec::new();
        let mut at = 0;
        while let Some(row) = self.rows.get(at) {
            let alike = self.rows[at..]
                .iter()
                .take_while(|next| next.phase == row.phase);
            let last = at + alike.count() - 1;
            if !row.phase.is_empty() {
                let (left, right) = (self.middle(at) - 43, self.middle(last) + 43);
                parts.push(bracket(left, right));
                parts.push(text("phase", (left + right) / 2, 24, &row.phase));
            }
            at = last + 1;
        }
        parts
    }

    /// From which column to which undo leads.
    fn undo_of(&self, at: usize) -> Option<(usize, usize)> {
        let undo = self.plan.undo(*self.rows[at].steps.end())?;
        let to = self
            .rows
            .iter()
            .position(|row| row.steps.contains(&undo.to))?;
        (to < at).then_some((at, to))
    }

    fn ways_back(&self) -> Vec<Html> {
        let top = self.back_at();
        let mut parts = Vec::new();
        for at in 0..self.rows.len() {
            parts.push(circle("head", self.middle(at), top, 3));
            if let Some((from, to)) = self.undo_of(at) {
                let (from, to, depth) = (self.middle(from), self.middle(to), depth(from - to));
                parts.push(arc(from, to, top, depth));
            }
        }
        parts
    }

    /// What the colours are, and the first promise; below, which plan it is.
    fn promise(&self) -> Result<Vec<Html>, Error> {
        let promises = promises(self.plan)?;
        let mut said = match self.has_shares() {
            true => "Grey pods run the old version, green pods the new one. ".to_owned(),
            false => String::new(),
        };
        if let ([_], Some(first)) = (self.courses.as_slice(), promises.first()) {
            let sentences = first.split_inclusive(". ").next().unwrap_or_default();
            said += sentences;
        }
        let (middle, bottom) = (self.width() / 2, self.bottom());
        let plan = format!("{} {}", self.plan.metadata.name, self.plan.digest);
        Ok(vec![
            text("small", middle, bottom - 26, said.trim()),
            text("small", middle, bottom - 8, &plan),
        ])
    }

    fn framed(&self, parts: Vec<Html>) -> String {
        let [width, height] = [self.width(), self.bottom() + 6].map(|at| at.to_string());
        let view = format!("0 0 {width} {height}");
        let attributes = [
            ("xmlns", "http://www.w3.org/2000/svg"),
            ("viewBox", &view),
            ("role", "img"),
            ("aria-labelledby", "title"),
        ];
        let title = Html::tag("title", &[("id", "title")], [Html::text(title(self.plan))]);
        let style = Html::tag("style", &[], [Html::own(include_str!("picture/style.css"))]);
        let page = [("class", "page"), ("width", &*width), ("height", &*height)];
        let page = Html::tag("rect", &page, []);
        let head = [title.line(), style.line(), page.line()];
        let parts = head.into_iter().chain(parts.into_iter().map(Html::line));
        Html::tag("svg", &attributes, parts).line().into_string()
    }
}

/// A row's name, in two lines where it is long.
fn named(name: &str, top: u64) -> Vec<Html> {
    let lines = wrap_cell(name, 18, 0);
    let first = match lines.len() {
        1 => top,
        _ => top - 7,
    };
    let lines = (0..).zip(lines.iter().take(2));
    lines
        .map(|(line, name)| text("row", 14, first + line * 14, name))
        .collect()
}

/// A dot a pod, or their number.
fn pods(pods: Option<Pods>, middle: u64, top: u64) -> Vec<Html> {
    let Some(Pods { count, is_new }) = pods else {
        return vec![text("small", middle, top + 4, "–")];
    };
    let class = if is_new { "new" } else { "old" };
    match count {
        0 => vec![text("small", middle, top + 4, "0")],
        1..=DOTS => {
            let first = middle - u64::from(count - 1) * 11;
            let dots = (0..u64::from(count)).map(|dot| circle(class, first + dot * 22, top, 8));
            dots.collect()
        }
        many => vec![
            circle(class, middle - 22, top, 8),
            text("count", middle - 8, top + 5, &format!("× {many}")),
        ],
    }
}

/// A bar of 60, filled as far as the share reaches.
fn share(exposure: Option<Exposure>, middle: u64, top: u64) -> Vec<Html> {
    let Some(exposure) = exposure else {
        return vec![text("small", middle, top + 12, "–")];
    };
    let [least, most] = [exposure.least, exposure.most].map(|share| share.pods_of(60).into());
    let left = middle - 30;
    vec![
        text("small", middle, top + 4, &exposure.to_string()),
        rect("line", left, top + 11, 60),
        rect("new may-be", left, top + 11, most),
        rect("new", left, top + 11, least),
    ]
}

/// How deep an arrow goes that leads back over so many columns.
fn depth(columns: usize) -> u64 {
    18 + 14 * (columns as u64).min(8)
}

const PERSON: &str = "a person";

/// A gate in a word or two.
fn word(gate: &Gate) -> String {
    match gate {
        Gate::Available(_) | Gate::Settled(_) => "pods".into(),
        Gate::Endpoints(_) => "endpoints".into(),
        Gate::Held(_) => "held".into(),
        Gate::Routed(_) => "routed".into(),
        Gate::Drained(gate) => format!("drained {}", gate.after),
        Gate::Pause(pause) => match pause.duration {
            None => PERSON.into(),
            Some(duration) => duration.to_string(),
        },
        Gate::Window(_) => "window".into(),
        Gate::Job(_) | Gate::Metric(_) | Gate::Smoke(_) | Gate::Webhook(_) => "analysis".into(),
    }
}
