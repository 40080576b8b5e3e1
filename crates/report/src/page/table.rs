//! The table of the page: a group of rows a phase.

use cutover_check::Checked;

use crate::error::Error;
use crate::html::Html;
use crate::rows::{Row, Table};
use crate::style::Tone;

/// The table; each row leads to its step.
pub(super) fn table(plan: &Checked, prefix: &str) -> Result<Html, Error> {
    let table = Table::of(plan, None)?;
    let heads = heads(&table);
    let columns = heads.len().to_string();
    let mut groups: Vec<(&str, Vec<Html>)> = Vec::new();
    for row in &table.rows {
        let line = line(row, &heads, prefix);
        match groups.last_mut() {
            Some((phase, rows)) if *phase == row.phase => rows.push(line),
            _ => groups.push((&row.phase, vec![line])),
        }
    }
    let head = heads.iter().map(|(head, class)| {
        Html::tag(
            "th",
            &[("scope", "col"), ("class", class)],
            [Html::text(head)],
        )
    });
    let head = Html::tag("thead", &[], [Html::tag("tr", &[], head)]).line();
    let bodies = groups
        .into_iter()
        .map(|(phase, rows)| body(phase, rows, &columns));
    let parts = std::iter::once(head).chain(bodies);
    Ok(Html::tag("table", &[("class", "plan")], parts).line())
}

/// The heads, each with the class of its column.
fn heads(table: &Table) -> Vec<(String, &'static str)> {
    let mut heads = vec![("step".to_owned(), "number"), ("what changes".into(), "")];
    for (group, head) in &table.heads {
        let head = match group.as_str() {
            "" | "pods" => head.clone(),
            group => format!("{group}: {head}"),
        };
        heads.push((head, "number"));
    }
    if table.has_shares {
        heads.push(("new version".into(), "number"));
    }
    heads.push(("then wait for".into(), ""));
    heads
}

/// The rows of a phase under its name.
fn body(phase: &str, rows: Vec<Html>, columns: &str) -> Html {
    let attributes = [("colspan", columns), ("scope", "rowgroup")];
    let head = Html::tag("th", &attributes, [Html::text(phase)]);
    let head = Html::tag("tr", &[("class", "phase")], [head]).line();
    let head = (!phase.is_empty()).then_some(head);
    Html::tag("tbody", &[], head.into_iter().chain(rows)).line()
}

fn line(row: &Row, heads: &[(String, &'static str)], prefix: &str) -> Html {
    let first = *row.steps.start();
    let name = match first {
        0 => Html::text(&row.name),
        first => {
            let step = format!("#{prefix}step-{first}");
            Html::tag(
                "a",
                &[("href", &step), ("class", class(row))],
                [Html::text(&row.name)],
            )
        }
    };
    let mut cells = vec![Html::text(row.number()), name];
    cells.extend(row.pods.iter().map(Html::text));
    if !row.share.is_empty() {
        cells.push(Html::text(&row.share));
    }
    cells.push(Html::text(&row.wait));
    let cells = cells.into_iter().zip(heads).map(|(cell, (head, class))| {
        Html::tag("td", &[("class", class), ("data-head", head)], [cell])
    });
    Html::tag("tr", &[], cells).line()
}

/// Whether something comes, goes or changes: colour only repeats what the words say.
fn class(row: &Row) -> &'static str {
    match row.tone {
        Some(Tone::Added) => "added",
        Some(Tone::Removed) => "removed",
        _ => "changed",
    }
}
