//! What the table of a plan says, however it is drawn: a row a state, and one for steps in a row
//! that differ in counts alone.

use std::ops::RangeInclusive;

use cutover_check::Checked;
use cutover_manifest::Bundle;
use cutover_plan::{Change, Step};

use crate::error::Error;
use crate::exposure::{Exposure, exposure};
use crate::ramp::{self, Ramp};
use crate::sets::Columns;
use crate::style::Tone;
use crate::text::{ABSENT, Names};
use crate::wait::{rolls, wait};

/// The table of a plan.
pub(crate) struct Table {
    /// The group and the head of each column of pods.
    pub(crate) heads: Vec<(String, String)>,
    /// Whether anything gets a new version.
    pub(crate) has_shares: bool,
    pub(crate) rows: Vec<Row>,
}

/// A state, and what leads to it.
pub(crate) struct Row {
    /// The steps that lead to it; 0 is the state before the first.
    pub(crate) steps: RangeInclusive<usize>,
    pub(crate) phase: String,
    pub(crate) name: String,
    /// Whether it comes, goes or changes; nothing where nothing does.
    pub(crate) tone: Option<Tone>,
    pub(crate) pods: Vec<String>,
    /// The share of the new version; empty where nothing gets one.
    pub(crate) share: String,
    pub(crate) wait: String,
}

impl Table {
    /// The table of a plan; the heads of its columns of pods may take so much room where that is
    /// limited.
    pub(crate) fn of(plan: &Checked, room: Option<usize>) -> Result<Self, Error> {
        let names = Names::of(plan);
        let maker = Maker {
            names,
            columns: Columns::of(plan, names, room),
            exposures: exposures(plan)?,
        };
        let mut walk = plan.walk();
        let mut rows = vec![maker.start(walk.state())];
        let mut ramps = Ramps::default();
        while let Some(step) = walk.advance()? {
            let passage = Passage {
                number: walk.number(),
                step,
                before: walk.before(),
                after: walk.state(),
            };
            let ramp = Ramp::of(step, passage.before, passage.after, names);
            rows.extend(ramps.next(ramp, maker.row(passage), &maker));
        }
        rows.extend(ramps.end(&maker));
        Ok(Self {
            heads: maker.columns.heads(),
            has_shares: !maker.exposures.is_empty(),
            rows,
        })
    }
}

impl Row {
    /// As `3`, or as `3–201`.
    pub(crate) fn number(&self) -> String {
        match (self.steps.start(), self.steps.end()) {
            (first, last) if first == last => first.to_string(),
            (first, last) => format!("{first}–{last}"),
        }
    }
}

/// The rows that wait to be told as one.
#[derive(Default)]
struct Ramps(Option<(Ramp, Vec<Row>)>);

impl Ramps {
    /// Takes the next row in; what is told before it comes out.
    fn next(&mut self, ramp: Option<Ramp>, row: Row, maker: &Maker<'_>) -> Vec<Row> {
        let Some(mut next) = ramp else {
            let mut told = self.end(maker);
            told.push(row);
            return told;
        };
        if let Some((ramp, rows)) = &mut self.0 {
            match ramp.take(next) {
                Ok(()) => {
                    rows.push(row);
                    return Vec::new();
                }
                Err(given_back) => next = given_back,
            }
        }
        let told = self.end(maker);
        self.0 = Some((next, vec![row]));
        told
    }

    /// What is left: a few rows as they are, many as one.
    fn end(&mut self, maker: &Maker<'_>) -> Vec<Row> {
        let Some((ramp, mut rows)) = self.0.take() else {
            return Vec::new();
        };
        if rows.len() < ramp::FEWEST {
            return rows;
        }
        let first = rows.first().map_or(0, |row| *row.steps.start());
        let Some(last) = rows.pop() else { return rows };
        let steps = first..=*last.steps.end();
        vec![Row {
            name: ramp.name(),
            wait: ramp.wait(),
            share: maker.shares(&steps),
            steps,
            ..last
        }]
    }
}

/// All that a row is made of, but for its step.
struct Maker<'a> {
    names: Names,
    columns: Columns<'a>,
    /// One a state; none at all where nothing gets a new version.
    exposures: Vec<Option<Exposure>>,
}

/// A step with the states before and after it.
#[derive(Clone, Copy)]
struct Passage<'a> {
    number: usize,
    step: &'a Step,
    before: &'a Bundle,
    after: &'a Bundle,
}

impl Maker<'_> {
    /// The row of the state before the first step.
    fn start(&self, state: &Bundle) -> Row {
        Row {
            steps: 0..=0,
            phase: String::new(),
            name: "as it is".to_owned(),
            tone: None,
            pods: self.columns.cells(state),
            share: self.share(0),
            wait: String::new(),
        }
    }

    fn row(&self, passage: Passage<'_>) -> Row {
        let Passage {
            number,
            step,
            before,
            after,
        } = passage;
        let is_rolled = |change: &Change| rolls(change.object(), before, after);
        Row {
            steps: number..=number,
            phase: step.phase.to_string(),
            name: self.columns.step_name(step, before, after),
            tone: tone(step),
            pods: self.columns.cells(after),
            share: match step.changes.iter().any(is_rolled) {
                true => self.shares(&(number..=number)),
                false => self.share(number),
            },
            wait: wait(step, before, after, self.names),
        }
    }

    /// The share before some steps and the one after them, where they are not the same: on a step
    /// that replaces pods in their place both are met.
    fn shares(&self, steps: &RangeInclusive<usize>) -> String {
        let (before, after) = (self.share(steps.start() - 1), self.share(*steps.end()));
        if before == after {
            return after;
        }
        format!("{} → {after}", before.trim_end_matches(" %"))
    }

    fn share(&self, state: usize) -> String {
        match self.exposures.get(state) {
            None => String::new(),
            Some(None) => ABSENT.into(),
            Some(Some(exposure)) => exposure.to_string(),
        }
    }
}

/// As `terraform plan` colours it: what comes, what goes, and what changes.
fn tone(step: &Step) -> Option<Tone> {
    let mut tones = step.changes.iter().map(|change| match change {
        Change::Create(_) => Tone::Added,
        Change::Delete(_) => Tone::Removed,
        Change::Patch(_) | Change::Replace(_) => Tone::Changed,
    });
    let first = tones.next()?;
    Some(match tones.all(|tone| tone == first) {
        true => first,
        false => Tone::Changed,
    })
}

/// The exposure at each state over all workloads that get a new version; empty where none does.
pub(crate) fn exposures(plan: &Checked) -> Result<Vec<Option<Exposure>>, Error> {
    let states = exposure(plan)?;
    let renewed = |workload: usize| {
        states
            .iter()
            .any(|state| state[workload].is_some_and(Exposure::is_any))
    };
    let renewed: Vec<usize> = (0..plan.spec.workloads.len())
        .filter(|workload| renewed(*workload))
        .collect();
    if renewed.is_empty() {
        return Ok(Vec::new());
    }
    let over = |state: &Vec<Option<Exposure>>| {
        renewed
            .iter()
            .filter_map(|at| state[*at])
            .reduce(Exposure::or)
    };
    Ok(states.iter().map(over).collect())
}
