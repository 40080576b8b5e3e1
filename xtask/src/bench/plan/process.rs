//! One program, from its start to its end: how long it takes, and the memory it has at its peak.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::Result;

/// What a program took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// From start to end, in seconds.
    pub(crate) wall: f64,
    /// On all cores, with what the system did for it, in seconds.
    pub(crate) processor: f64,
    /// Of the largest process of it, in MB.
    pub(crate) memory: f64,
}

/// Runs a program and measures it by GNU time. What it prints goes nowhere.
pub(crate) fn measured(folder: &Path, program: &[&str]) -> Result<Cost> {
    let report = folder.join("time");
    let mut command = Command::new("time");
    command
        .args(["--format", "%e %U %S %M", "--output"])
        .arg(&report);
    command.args(program).current_dir(folder);
    let ended = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    let ended = ended.map_err(|error| format!("GNU time is needed: {error}"))?;
    if !ended.success() {
        return Err(format!("{} failed", program.join(" ")).into());
    }
    let report = fs::read_to_string(report)?;
    let mut numbers = report.split_whitespace().map(str::parse::<f64>);
    let mut next = || numbers.next().ok_or("time told too little");
    let (wall, user, system, kilobytes) = (next()??, next()??, next()??, next()??);
    Ok(Cost {
        wall,
        processor: user + system,
        memory: kilobytes * 1024.0 / 1e6,
    })
}

/// The one in the middle.
pub(crate) fn median(numbers: impl IntoIterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.into_iter().collect();
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}

/// By which power of the first number the second one grows: the slope of a line through the
/// logarithms, by least squares.
pub(crate) fn exponent(points: &[(f64, f64)]) -> f64 {
    let points: Vec<(f64, f64)> = points.iter().map(|(x, y)| (x.ln(), y.ln())).collect();
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let slope = points.iter().map(|point| (point.0 - x) * (point.1 - y));
    slope.sum::<f64>()
        / points
            .iter()
            .map(|point| (point.0 - x).powi(2))
            .sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A failure means that the page tells of a growth that is none.
    #[test]
    fn an_exponent_is_read_off_a_line() {
        let squares: Vec<(f64, f64)> = [1.0, 10.0, 100.0].map(|x| (x, 3.0 * x * x)).to_vec();
        assert!((exponent(&squares) - 2.0).abs() < 1e-9);
        assert!((median([3.0, 1.0, 2.0]) - 2.0).abs() < 1e-9);
    }
}
