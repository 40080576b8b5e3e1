//! Which clusters change when, as a table.

use cutover_fleet::Waves;

use crate::fleet::names::names;
use crate::grid::{Align, Grid};
use crate::screen::Screen;
use crate::text::clean;
use crate::wrap::sentence;

/// The waves of a fleet as a table: their clusters in the order in which they start, how many change
/// at once, and how many may fail.
pub fn show_waves(waves: &Waves, screen: impl Into<Screen>) -> String {
    let mut grid = Grid::default();
    grid.columns(["", "wave", "clusters"], Align::Left);
    grid.columns(["at once", "may fail"], Align::Right);
    for (number, wave) in (1..).zip(&waves.waves) {
        grid.row(vec![
            format!("{number:>2}"),
            clean(&wave.name),
            names(&wave.clusters),
            wave.max_concurrency.to_string(),
            wave.max_failures.to_string(),
        ]);
    }
    let screen = screen.into();
    let mut out = grid.text(screen);
    if !waves.unmatched.is_empty() {
        let left = format!("Left as they are: {}", names(&waves.unmatched));
        out += &format!("\n{}", sentence(&left, screen));
    }
    out
}
